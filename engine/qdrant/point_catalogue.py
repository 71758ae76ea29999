"""The catalogue and the embeddings of a collection whose photos lie in Qdrant.

An even sample of the photos has the first numbers and lies in an ordinary build on this machine:
its rows are read there. Every other photo is asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import TAG, Catalogue, Photo
from engine.catalogue.database import CatalogueFile
from engine.catalogue.postings import fold
from engine.errors import CatalogueError
from engine.qdrant.condition import Condition, having_words, matching
from engine.qdrant.point import (
    PHOTO,
    PHOTO_FIELDS,
    id_name,
    photo_of,
    shown_facet,
)
from engine.qdrant.point_store import PointStore, among
from engine.text import asked_stems

# Values that photos share, at most; more are read for no facet and no query.
_MAX_VALUES = 20_000
_MAX_REMEMBERED = 10_000
_REMEMBERED_ROWS = 8_192


class RememberedEmbeddings:
    """Embeddings that were read, kept for the next look: of so many, the last ones asked for.

    Parameters
    ----------
    store
        Where they lie.
    """

    def __init__(self, store: PointStore) -> None:
        self._store = store
        self._kept: OrderedDict[int, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, rows: Sequence[int] | NDArray[np.integer]) -> list[NDArray[np.float32]]:
        """Return embeddings in the order asked.

        Raises
        ------
        CatalogueError
            When a point is gone.
        """
        wanted = [int(row) for row in rows]
        with self._lock:
            found = {row: self._kept[row] for row in wanted if row in self._kept}
        missing = [row for row in dict.fromkeys(wanted) if row not in found]
        for point in self._store.points(missing, vectors=(PHOTO,)):
            if point.embedding is not None:
                found[point.row] = point.embedding
        with self._lock:
            for row in wanted:
                if row in found:
                    self._kept[row] = found[row]
                    self._kept.move_to_end(row)
            while len(self._kept) > max(_REMEMBERED_ROWS, len(wanted)):
                self._kept.popitem(last=False)
        try:
            return [found[row] for row in wanted]
        except KeyError as error:
            raise gone(error.args[0]) from error


def gone(row: object) -> CatalogueError:
    """Return the error for a point that is not there any more."""
    return CatalogueError(
        "a photo of the collection is gone", value=row, remedy="Open the collection again"
    )


class PointEmbeddings:
    """The embeddings by row, as of one matrix.

    Parameters
    ----------
    sample
        (n_sample, n_dims), the first rows.
    elsewhere
        All others.
    n_rows
        How many there are.
    """

    dtype = np.dtype(np.float32)

    def __init__(
        self, sample: NDArray[np.float32], elsewhere: RememberedEmbeddings, n_rows: int
    ) -> None:
        self._sample = sample
        self._elsewhere = elsewhere
        self.shape = n_rows, sample.shape[1]

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> NDArray[np.float32]:
        """Return embeddings by one row, by rows, by a mask of the sample, or by a slice of it."""
        if isinstance(rows, slice):
            return self._sample[rows]
        numbers = np.asarray(rows)
        if numbers.dtype == bool:
            return self._sample[numbers]
        if numbers.ndim == 0:
            return self[numbers[None]][0]
        numbers = numbers.astype(np.int64)
        found = np.empty((len(numbers), self.shape[1]), np.float32)
        is_here = numbers < len(self._sample)
        found[is_here] = self._sample[numbers[is_here]]
        if not is_here.all():
            found[~is_here] = self._elsewhere.of(numbers[~is_here])
        return found


@dataclass(frozen=True, slots=True)
class Extent:
    """What the points are, on the whole.

    Parameters
    ----------
    n_photos
        Of the collection.
    facet_names
        Attributes that sort photos, in the source's order.
    """

    n_photos: int
    facet_names: tuple[str, ...]


class PointCatalogue(Catalogue):
    """A catalogue of which only a sample lies here.

    What names photos, or counts values, is answered for all of them; `live_rows` and what looks for
    rows among all of them, by their words or values, for the sample.

    Parameters
    ----------
    file
        The sample's catalogue.
    store
        All photos.
    extent
        What they are on the whole.
    """

    def __init__(self, file: CatalogueFile, store: PointStore, extent: Extent) -> None:
        super().__init__(file)
        self._store = store
        self._extent = extent
        self.n_saying = lru_cache(_MAX_REMEMBERED)(self._n_saying)
        self.n_having = lru_cache(_MAX_REMEMBERED)(self._n_having)

    @property
    def n_rows(self) -> int:
        """How many photos there are; a number is given once."""
        return self._extent.n_photos

    @property
    def n_photos(self) -> int:
        """How many photos there are."""
        return self._extent.n_photos

    @cached_property
    def n_sampled(self) -> int:
        """How many of them lie here."""
        return super().n_photos

    def photos(self, rows: Sequence[int] | np.ndarray) -> list[Photo]:
        """Return the photos of some rows, in the order asked; see `CatalogueReader.photos`."""
        wanted = [int(row) for row in rows]
        here = [row for row in dict.fromkeys(wanted) if row < self.n_sampled]
        found = {photo.row: photo for photo in super().photos(here)}
        elsewhere = [row for row in dict.fromkeys(wanted) if row >= self.n_sampled]
        for point in self._store.points(elsewhere, fields=PHOTO_FIELDS):
            found[point.row] = photo_of(point)
        try:
            return [found[row] for row in wanted]
        except KeyError as error:
            raise gone(error.args[0]) from error

    def photo(self, photo_id: str) -> Photo:
        """Return the photo with an id; see `CatalogueReader.photo`."""
        rows = self.rows_of([photo_id])
        if not rows:
            raise CatalogueError(
                "no photo with this id", value=photo_id, remedy="It may have been removed"
            )
        return self.photos([rows[photo_id]])[0]

    def ids_of(self, rows: Sequence[int] | np.ndarray) -> dict[int, str]:
        """Return the photo ids of rows, by row."""
        wanted = [int(row) for row in rows]
        here = super().ids_of([row for row in wanted if row < self.n_sampled])
        elsewhere = [row for row in wanted if row >= self.n_sampled]
        found = self._store.points(elsewhere, fields=("id",))
        return dict(sorted({**here, **{each.row: each.payload["id"] for each in found}}.items()))

    def rows_of(self, photo_ids: Iterable[str]) -> dict[str, int]:
        """Return the rows of photo ids, by id; those that nobody has are passed over."""
        wanted = list(dict.fromkeys(photo_ids))
        found = dict(super().rows_of(wanted))
        missing = [each for each in wanted if each not in found]
        if missing:
            condition = matching("names", *map(id_name, missing))
            for point in self._store.scroll(condition, start=0, limit=len(missing), fields=("id",)):
                found[point.payload["id"]] = point.row
        return dict(sorted(found.items(), key=lambda pair: pair[1]))

    def says(self, text: str) -> bool:
        """Return whether the captions of any photo have every word of a text, by its stem."""
        return self.n_saying(text) > 0

    def _n_having(self, stem: str) -> int:
        found = self._words.get(stem)
        return self._store.count(having_words([stem])) if found is None else found

    @cached_property
    def _words(self) -> dict[str, int]:
        """How many photos have each of the commonest stems."""
        return dict(self._store.facet("words", None, _MAX_VALUES))

    def _n_saying(self, text: str) -> int:
        asked = asked_stems(text)
        return self._store.count(having_words(asked)) if asked else 0

    def saying_among(self, text: str, rows: Sequence[int]) -> np.ndarray:
        """Return which of some rows have captions with every word of a text, bool (len(rows),)."""
        asked = asked_stems(text)
        if not asked:
            return np.zeros(len(rows), bool)
        return self.having_among(having_words(asked), rows)

    def having_among(self, condition: Condition, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return which of some rows meet a condition, bool (len(rows),)."""
        if not len(rows):
            return np.zeros(0, bool)  # a server answers no question for nothing
        (hits,) = self._store.search([among(condition, rows)])
        return np.isin(rows, [row for row, _ in hits])

    def shared_values(self, limit: int = 5_000) -> list[tuple[str, str, int]]:
        """Return attribute, value and number of photos, for values of two or more photos."""
        return [each for each in self._values if each[2] > 1][:limit]

    @cached_property
    def _values(self) -> list[tuple[str, str, int]]:
        """Attribute, value and number of photos, by falling number."""
        found = self._store.facet("facets", None, _MAX_VALUES)
        names = {name: place for place, name in enumerate(super().attribute_keys())}
        told = [(*shown_facet(text), n) for text, n in found]
        return sorted(told, key=lambda each: (-each[2], names.get(each[0], len(names)), each[1]))

    def facets(
        self, rows: np.ndarray | None = None, *, limit: int = 12
    ) -> dict[str, list[tuple[str, int]]]:
        """Return how many photos have each value; with rows, among those of the sample."""
        if rows is not None:
            return super().facets(rows, limit=limit)
        if limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        return self.facets_of(self._values, limit)

    def facets_of(
        self, counted: Iterable[tuple[str, str, int]], limit: int = 12
    ) -> dict[str, list[tuple[str, int]]]:
        """Return counted values as facets: attributes that sort photos, the commonest first."""
        found: dict[str, list[tuple[str, int]]] = {name: [] for name in self._extent.facet_names}
        for name, value, n in counted:
            if name in found:
                found[name].append((value, n))
        order = sorted(found, key=lambda name: name == TAG)
        return {
            name: sorted(found[name], key=lambda each: (-each[1], fold(each[0])))[:limit]
            for name in order
            if found[name]
        }
