"""Attribute values as classes: what a photo is labelled with, and what it is known not to be.

A key such as *colour* sorts the photos that have it into classes, one per value that enough photos
share. Photos without the key say nothing about it: they are neither taught nor held against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.text import singular, words

UNKNOWN = -1
MIN_PHOTOS = 12


class Labels:
    """The classes of some photos, by key.

    Parameters
    ----------
    attributes
        Key and value of each photo's attributes.
    min_photos
        Rarer values are no class of their own: the photos that have one count as without the key.

    Examples
    --------
    >>> labels = Labels([{"colour": "red"}, {"colour": "blue"}, {}], min_photos=1)
    >>> labels.keys, labels.values, labels.spans
    (['colour'], ['blue', 'red'], [(0, 2)])
    >>> labels.codes.ravel().tolist()
    [1, 0, -1]
    """

    def __init__(
        self, attributes: Sequence[Mapping[str, str]], *, min_photos: int = MIN_PHOTOS
    ) -> None:
        counts: dict[str, Counter[str]] = {}
        for each in attributes:
            for key, value in each.items():
                counts.setdefault(key, Counter())[value] += 1
        self.keys: list[str] = []
        self.values: list[str] = []
        self.spans: list[tuple[int, int]] = []
        places: list[dict[str, int]] = []
        for key, values in sorted(counts.items()):
            kept = sorted(value for value, n in values.items() if n >= min_photos)
            if len(kept) > 1:
                self.keys.append(key)
                self.spans.append((len(self.values), len(self.values) + len(kept)))
                self.values += kept
                places.append({value: place for place, value in enumerate(kept)})
        # Every word of a colour's value, in the singular.
        self.colour_words = frozenset(
            singular(word)
            for column in self.colours
            for value in self.values[slice(*self.spans[column])]
            for word in words(value)
        )
        # Shape (n_photos, n_keys): the value's place within its key, or UNKNOWN.
        self.codes: NDArray[np.int32] = np.full(
            (len(attributes), len(self.keys)), UNKNOWN, np.int32
        )
        for row, each in enumerate(attributes):
            for column, key in enumerate(self.keys):
                self.codes[row, column] = places[column].get(each.get(key, ""), UNKNOWN)

    @property
    def colours(self) -> list[int]:
        """Columns of the attributes that are colours, by their names."""
        return [n for n, key in enumerate(self.keys) if "colo" in key.casefold()]

    def fits(self, rows: NDArray[np.int64], said: Sequence[Sequence[str]]) -> NDArray[np.bool_]:
        """Tell which photos what was said of others may fit as well.

        Parameters
        ----------
        rows
            The photos of a batch, shape (n,).
        said
            For each, the keys whose values were said of it; none where a caption was.

        Returns
        -------
        ndarray
            Shape (n, n): True at (i, j) where photo i has, or for all that is known may have,
            every value that was said of photo j. False in the columns of captions.
        """
        column_of = {key: column for column, key in enumerate(self.keys)}
        codes = self.codes[rows]
        fits = np.zeros((len(rows), len(rows)), bool)
        for j, keys in enumerate(said):
            columns = [column_of[key] for key in keys if key in column_of]
            if columns:
                own = codes[j, columns]
                theirs = codes[:, columns]
                fits[:, j] = ((theirs == own) | (theirs == UNKNOWN) | (own == UNKNOWN)).all(axis=1)
        return fits
