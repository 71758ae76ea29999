"""Retrievers: where candidates come from, and all that is asked of a collection about them.

What ranks knows photos by number alone, and only those few that it was given: a retriever answers
from an index on this machine (`LocalRetriever`: hnswlib and SQLite), or from an engine elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue, Photo
from engine.index import Nearest
from engine.search.collection_values import CollectionValues
from engine.search.lexical import LogOdds, Mask, PostingScorer, Rows, isin
from engine.storage import Collection
from engine.text import singular, words

Filters = Mapping[str, Sequence[str]]
Facets = dict[str, list[tuple[str, int]]]

_EVERY_VALUE = 100_000


@dataclass(frozen=True, slots=True)
class Restriction:
    """Which photos a query lets in.

    Parameters
    ----------
    filters
        Attribute name (``tag`` for tags) to the values of which one must be there.
    carrying
        Words that photos must carry; those that none carries are passed over.
    without
        Texts that photos must neither say nor have as a value.
    """

    filters: Filters
    carrying: str = ""
    without: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it keeps any photo out."""
        return bool(self.filters or self.carrying or self.without)


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """The photos that a restriction lets in, as their retriever knows them.

    Parameters
    ----------
    condition
        What the retriever that made this understands; None where every photo may come.
    n_photos
        How many those are.
    n_excluded
        Photos that only `Restriction.without` keeps out.
    """

    condition: Any
    n_photos: int
    n_excluded: int = 0


class WordCandidates(Protocol):
    """What the words of a query tell of photos; see `engine.search.lexical.LexicalScorer`."""

    @property
    def candidates(self) -> Rows:
        """The photos of which they tell most, ascending."""

    @property
    def is_said(self) -> bool:
        """Whether the captions of any photo say all of the words."""

    def log_odds(self, rows: Rows) -> LogOdds:
        """Return what captions and tags tell of some photos, by name."""


class Retriever(Protocol):
    """Everything that ranking asks of a collection: nothing of it is as long as the collection."""

    def allowed(self, restriction: Restriction) -> Allowed:
        """Find which photos may be matches."""

    def nearest(
        self,
        embedding: NDArray[np.float32],
        k: int,
        allowed: Allowed,
        *,
        exact: bool | None = None,
        ef: int | None = None,
    ) -> Nearest:
        """Return the photos nearest to a unit row; see `engine.index.PhotoIndex.nearest`."""

    def by_words(
        self, text: str, k: int, allowed: Allowed, *, is_condition: bool
    ) -> AbstractContextManager[WordCandidates]:
        """Find by words, and lend what scores by them; see `PostingScorer.over`."""

    def passing(self, rows: Sequence[int] | Rows, allowed: Allowed) -> Mask:
        """Tell which photos may be matches."""

    def named(self, text: str) -> list[int]:
        """Return the photos that a text names: by id, by a whole caption, or by a rare value."""

    def having(self, rows: Rows, name: str, value: str) -> Mask:
        """Tell which photos have a value."""

    def embeddings(self, rows: Rows | Sequence[int]) -> NDArray[np.float32]:
        """Return the unit rows of photos, (n, n_dims)."""

    def photo(self, photo_id: str) -> Photo:
        """Return the photo with an id; CatalogueError where no live one has it."""

    def photos(self, rows: Sequence[int]) -> list[Photo]:
        """Return photos in the order asked."""

    def ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Return the ids of photos, by number."""

    def facets(
        self, filters: Filters, near: NDArray[np.float32] | None = None, n_near: int = 0
    ) -> Facets:
        """Count values among the photos that pass filters, or among so many nearest of them."""


class LocalRetriever:
    """Answers from a collection's own index and catalogue.

    Parameters
    ----------
    collection
        It must stay open.
    collection_values
        What words mean among its values.
    """

    def __init__(self, collection: Collection, collection_values: CollectionValues) -> None:
        self._collection = collection
        self._catalogue = collection.catalogue
        self._values = collection_values
        self._keyword_filter = KeywordFilter(collection.catalogue)

    def allowed(self, restriction: Restriction) -> Allowed:
        """Compute which rows a restriction lets in, as flags."""
        if not restriction:
            return Allowed(None, self._collection.n_photos)
        catalogue = self._catalogue
        mask = catalogue.mask_where(restriction.filters)
        if restriction.carrying:
            mask = self._keyword_filter.narrowed(restriction.carrying, mask)
        n_before = int(np.count_nonzero(mask))
        for text in restriction.without:
            mask[catalogue.rows_saying(text)] = False
            meant = [(each.attribute, each.value) for each in self._values.whole(text)]
            for rows in catalogue.rows_having(*meant):
                mask[rows] = False
        n_photos = int(np.count_nonzero(mask))
        return Allowed(mask, n_photos, n_before - n_photos)

    def nearest(
        self,
        embedding: NDArray[np.float32],
        k: int,
        allowed: Allowed,
        *,
        exact: bool | None = None,
        ef: int | None = None,
    ) -> Nearest:
        """Ask the index."""
        mask = allowed.condition
        return self._collection.index.nearest(embedding, k, allowed=mask, exact=exact, ef=ef)

    def by_words(
        self, text: str, k: int, allowed: Allowed, *, is_condition: bool
    ) -> AbstractContextManager[PostingScorer]:
        """Ask the catalogue, while a connection to it is lent."""
        return PostingScorer.over(
            self._catalogue,
            self._values,
            text,
            k=k,
            allowed=allowed.condition,
            is_condition=is_condition,
        )

    def passing(self, rows: Sequence[int] | Rows, allowed: Allowed) -> Mask:
        """Look the rows up among the flags."""
        numbers = np.asarray(rows, np.int64)
        mask = allowed.condition
        return np.ones(len(numbers), bool) if mask is None else mask[numbers]

    def named(self, text: str) -> list[int]:
        """Ask the catalogue."""
        return self._catalogue.rows_named(text)

    def having(self, rows: Rows, name: str, value: str) -> Mask:
        """Look the rows up among the postings of a value."""
        return isin(rows, *self._catalogue.rows_having((name, value)))

    def embeddings(self, rows: Rows | Sequence[int]) -> NDArray[np.float32]:
        """Read rows of the mapped file."""
        return np.asarray(self._collection.embeddings[rows], np.float32)

    def photo(self, photo_id: str) -> Photo:
        """Read one photo of the catalogue."""
        return self._catalogue.photo(photo_id)

    def photos(self, rows: Sequence[int]) -> list[Photo]:
        """Read photos of the catalogue."""
        return self._catalogue.photos(rows)

    def ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Read ids of the catalogue."""
        return self._catalogue.ids_of(rows)

    def facets(
        self, filters: Filters, near: NDArray[np.float32] | None = None, n_near: int = 0
    ) -> Facets:
        """Count by the inverted index."""
        rows = self._catalogue.rows_where(filters) if filters else None
        if near is not None:
            rows = np.sort(self._collection.index.nearest(near, n_near, allowed=rows).rows)
        return self._catalogue.facets(rows)


class KeywordFilter:
    """Which photos carry words, by an inverted index: what the values say is read once.

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
    def _values_by_word(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        return values_by_word(self._catalogue)


def values_by_word(catalogue: Catalogue) -> dict[str, list[tuple[str, str]]]:
    """Return attribute and value by each word, singular, of the values that sort photos."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, values in catalogue.facets(limit=_EVERY_VALUE).items():
        for value, _ in values:
            for word in set(map(singular, words(value))):
                found[word].append((name, value))
    return dict(found)
