"""Drawn products, whose true attributes are known: what Kindred is tried out and measured on.

- `drawing` draws them from a seed, with the words of a shop;
- `questions` asks a collection of them, and counts the true answers;
- `commands` adds both to the shell: ``demo``, and ``evaluate --questions`` and its siblings.

The engine imports none of it and does its work without it.
"""
