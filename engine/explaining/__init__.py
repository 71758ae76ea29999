"""Explaining: where in a photo each part of a query was found, and which words lie nearest.

    heat.py    a photo's similarity to a part, place by place
    words.py   the vocabulary as rows, and a photo's nearest words

What each part gave to a match is part of the match itself (`engine.search.Match.parts`).
"""

from __future__ import annotations

from engine.explaining.heat import Heat, explain_places
from engine.explaining.words import WordBook

__all__ = ["Heat", "WordBook", "explain_places"]
