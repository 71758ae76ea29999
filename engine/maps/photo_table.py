"""The photos behind a map as columns: rows, texts and values, read when they are first needed.

Values come from the catalogue's inverted index as arrays, so that what a choice of photos has in
common costs the choice, not the collection.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.catalogue.postings import fold
from engine.maps.cluster_words import words_of
from engine.maps.map_files import DrawnMap
from engine.selection import even_sample
from engine.storage import Collection

N_BINS = 12
NONE = "not said"
_MOST_VALUES = 10_000
_MOST_READ = 2_000
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of every photo.

    Parameters
    ----------
    key
        The attribute; ``tag`` for tags.
    kind
        ``"values"``, the commonest first; ``"ranges"`` of numbers, the lowest first.
    labels
        The values, or the ranges; last, where some photo has none, ``"not said"``.
    codes
        int32 (n_photos,): which of them each photo has.
    """

    key: str
    kind: Literal["values", "ranges"]
    labels: Sequence[str]
    codes: NDArray[np.int32]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Photos of each label."""
        return np.bincount(self.codes, minlength=len(self.labels))


class PhotoTable:
    """Every live photo of a collection, in the order of their rows: *places* count from 0.

    Parameters
    ----------
    collection
        Whose photos; it must stay open.
    """

    def __init__(self, collection: Collection) -> None:
        self._catalogue = collection.catalogue
        self.rows: NDArray[np.int64] = collection.catalogue.live_rows()
        self.keys: Sequence[str] = list(collection.catalogue.facets(limit=1))
        self.measures: Sequence[str] = collection.catalogue.measures()
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def places(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return where some rows stand; −1 for a photo that is no more."""
        if not len(self):
            return np.full(len(rows), -1)
        at = np.searchsorted(self.rows, rows).clip(max=len(self) - 1)
        return np.where(self.rows[at] == rows, at, -1)

    def photos(self, places: Sequence[int] | NDArray[np.integer]) -> list[Photo]:
        """Return the photos at some places, as the catalogue has them now."""
        return self._catalogue.photos(self.rows[np.asarray(places, np.int64)])

    def column(self, key: str) -> Column:
        """Return an attribute of every photo; numbers that measure are sorted into ranges."""
        found = self._columns.get(key)
        if found is None:
            values, codes = self._catalogue.column(key)
            of_photos = codes[self.rows] if len(codes) else np.full(len(self), -1, np.int32)
            made = ranges if key in self.measures else _named
            found = self._columns[key] = made(key, values, of_photos)
        return found

    @cached_property
    def n_captions(self) -> int:
        """How many captions the photos have."""
        return self._catalogue.n_captions

    @cached_property
    def shares(self) -> dict[str, dict[str, float]]:
        """Return the share of all photos that have a value, by attribute and folded value."""
        counts = self._catalogue.facets(limit=_MOST_VALUES)
        return {
            key: {fold(value): n / len(self) for value, n in values}
            for key, values in counts.items()
        }

    def counts_among(self, places: NDArray[np.integer]) -> dict[str, list[tuple[str, int]]]:
        """Return how many of some photos have each value, by attribute, the commonest first."""
        return self._catalogue.facets(self.rows[places])

    @cached_property
    def texts(self) -> list[str]:
        """Return what each photo says: its first caption, else its file's name."""
        return [caption or Path(path).stem for caption, path in self._catalogue.first_captions()]

    def texts_of(self, drawn: DrawnMap) -> list[str]:
        """Return what each point of a map says."""
        places = self.places(drawn.rows).tolist()
        texts = self.texts
        told = [texts[place] if place >= 0 else "" for place in places]
        spoken = np.flatnonzero((drawn.captions >= 0) & (np.array(places, int) >= 0))
        if len(spoken):
            captions = list(self._catalogue.captions())
            rows = np.array([row for row, _ in captions] + [-1])
            at = np.searchsorted(rows[:-1], drawn.rows[spoken]) + drawn.captions[spoken]
            is_its = rows[at.clip(max=len(captions))] == drawn.rows[spoken]
            for point, number in zip(spoken[is_its].tolist(), at[is_its].tolist(), strict=True):
                told[point] = captions[number][1]
            for point in spoken[~is_its].tolist():
                told[point] = ""
        return told

    @cached_property
    def words(self) -> list[frozenset[str]]:
        """Return the words of all photos; of many, of evenly many of them."""
        return self.words_at(np.arange(len(self)))

    def words_at(self, places: NDArray[np.integer]) -> list[frozenset[str]]:
        """Return the words of some photos; of many, of evenly many of them."""
        return [words_of(photo) for photo in self.photos(even_sample(places, _MOST_READ))]


def _named(key: str, values: Sequence[str], codes: NDArray[np.int32]) -> Column:
    return _with_none(key, "values", values, codes)


def ranges(key: str, values: Sequence[str], codes: NDArray[np.int32]) -> Column:
    """Sort numbers into about twelve ranges of round ends.

    Parameters
    ----------
    key
        The attribute.
    values
        Texts with a number in them; those without count as none.
    codes
        Which value each photo has; −1 for none.

    Examples
    --------
    >>> prices = ranges("price", ["$1", "$9.50", "$120", "?"], np.array([0, 1, 2, 3], "int32"))
    >>> prices.labels[0], prices.labels[-2:], prices.codes.tolist()
    ('0 – 10', ['110 and more', 'not said'], [0, 0, 11, 12])
    """
    numbers = np.array([_number(value) for value in values] + [np.nan])[codes]
    known = np.isfinite(numbers)
    if not known.any():
        return _with_none(key, "ranges", [], np.full(len(codes), -1, np.int32))
    low, high = np.quantile(numbers[known], [0.005, 0.995])
    step = _round_step((high - low) / N_BINS)
    first, last = np.floor(low / step), np.floor(high / step)
    found = np.where(known, np.clip(np.floor(numbers / step), first, last) - first, -1)
    labels = [
        f"{(first + i) * step:,.10g} – {(first + i + 1) * step:,.10g}"
        for i in range(int(last - first) + 1)
    ]
    # A few far outliers must not make all others one bar: the outermost ranges take them in.
    if numbers[known].min() < first * step:
        labels[0] = f"under {(first + 1) * step:,.10g}"
    if numbers[known].max() >= (last + 1) * step:
        labels[-1] = f"{last * step:,.10g} and more"
    return _with_none(key, "ranges", labels, found.astype(np.int32))


def _with_none(
    key: str,
    kind: Literal["values", "ranges"],
    labels: Sequence[str],
    codes: NDArray[np.int32],
) -> Column:
    if not (codes < 0).any():
        return Column(key, kind, list(labels), codes)
    return Column(
        key, kind, [*labels, NONE], np.where(codes < 0, len(labels), codes).astype(np.int32)
    )


def _number(text: str) -> float:
    found = _NUMBER.search(text)
    return float(found[0].replace(",", "")) if found else np.nan


def _round_step(rough: float) -> float:
    """Return the next of 1, 2, 5, 10 … times a power of ten.

    Examples
    --------
    >>> _round_step(3.1), _round_step(0.11), _round_step(0.0)
    (5.0, 0.2, 1.0)
    """
    if rough <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(each * power for each in (1, 2, 5, 10) if each * power >= rough * 0.999))
