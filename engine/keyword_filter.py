"""From words to the photos that carry them as tags: what an inverted index does before any model.

The index is SQLite's own: every tag and attribute value knows its photos, and every stem of a
caption does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.text import singular, words

_EVERY_VALUE = 100_000


def rows_carrying(catalogue: Catalogue, text: str) -> NDArray[np.int64] | None:
    """Return the live rows that carry every word of a text, in either number.

    A word is carried as a tag or within an attribute's value; where no photo has it so, within a
    caption. Words that nobody carries do not narrow.

    Returns
    -------
    ndarray or None
        Rows, ascending; None where no word narrows anything.
    """
    facets = catalogue.facets(limit=_EVERY_VALUE)
    found: NDArray[np.int64] | None = None
    for word in dict.fromkeys(words(text)):
        rows = _rows_of(catalogue, facets, word)
        if len(rows):
            found = rows if found is None else np.intersect1d(found, rows)
    return found


def _rows_of(
    catalogue: Catalogue, facets: dict[str, list[tuple[str, int]]], word: str
) -> NDArray[np.int64]:
    folded = singular(word)
    parts: list[NDArray[np.int64]] = []
    for name, values in facets.items():
        carrying = [value for value, _ in values if folded in map(singular, words(value))]
        if carrying:
            parts.append(catalogue.rows_where({name: carrying}))
    if not parts:
        parts.append(catalogue.rows_saying(word))
    return np.unique(np.concatenate(parts)) if parts else np.empty(0, np.int64)


def narrowed(catalogue: Catalogue, text: str, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows carry all the words of a text, of those already allowed, (n_rows,)."""
    carrying = rows_carrying(catalogue, text)
    if carrying is None:
        return allowed
    mask = np.zeros_like(allowed)
    mask[carrying] = allowed[carrying]
    return mask
