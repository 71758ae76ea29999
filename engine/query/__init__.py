"""The query language: a query is a row of parts, and this is how parts are typed.

    term.py       Term: one part, a text or photos, with its sign and weight
    grammar.py    what is typed becomes terms, and terms become what would be typed
    negation.py   "without stripes" in plain language is a minus

``dress - floral`` is like a dress and unlike floral; ``2*boots + photo`` leans on the words twice
as much as on the attached photo; ``[4711]`` is a photo of the collection, ``[4711,4712]`` several
as one, and ``@0.1,0.2,0.5,0.5`` after a photo is a region of it. A sign stands alone between
spaces or leads a word; a hyphen inside a word is part of it. Words in double quotes are taken as
they stand.
"""

from __future__ import annotations

from engine.query.grammar import format_body, format_query, parse_query
from engine.query.term import Region, Term, group

__all__ = [
    "Region",
    "Term",
    "format_body",
    "format_query",
    "group",
    "parse_query",
]
