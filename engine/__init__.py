"""Kindred's engine: photos and texts in one space, an index over it, and answers from both."""
