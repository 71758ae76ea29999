"""The keyword filter: only photos that carry the words of a query, by an inverted index."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.text import singular, words

Mask = NDArray[np.bool_]

_EVERY_VALUE = 100_000


class KeywordFilter:
    """Tells which photos carry words; what the values say is read once, and not for each query.

    Parameters
    ----------
    catalogue
        Whose tags, values and captions.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def narrowed(self, text: str, allowed: Mask) -> Mask:
        """Return which rows carry every word of a text, of those already allowed, (n_rows,).

        A word, in either number, is carried as a tag or within the value of an attribute that
        sorts photos; where no photo has it so, within a caption. Words that nobody carries do not
        narrow.
        """
        for word in dict.fromkeys(words(text)):
            carrying = self._carrying(word)
            if carrying.any():
                allowed = allowed & carrying
        return allowed

    def _carrying(self, word: str) -> Mask:
        catalogue = self._catalogue
        carrying = np.zeros(catalogue.n_rows, bool)
        values = self._values_by_word.get(singular(word), [])
        for rows in catalogue.rows_having(*values) or [catalogue.rows_saying(word)]:
            carrying[rows] = True
        return carrying

    @cached_property
    def _values_by_word(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, values in self._catalogue.facets(limit=_EVERY_VALUE).items():
            for value, _ in values:
                for word in set(map(singular, words(value))):
                    found[word].append((name, value))
        return dict(found)
