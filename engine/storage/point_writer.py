"""Photos on their way into points: counted once, numbered, and a sample of them into a build."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue, NewPhoto, Photo, Skipped, TableReport
from engine.catalogue.postings import fold, terms_of
from engine.errors import CollectionError
from engine.index import PhotoIndex
from engine.progress import Step
from engine.qdrant import WordWeights
from engine.qdrant.point import StoredPoint, point_of
from engine.selection import even_places
from engine.storage.collection import CATALOGUE, EMBEDDINGS, INDEX, Collection
from engine.storage.thumbnails import ThumbnailWriter
from engine.text import stems

# A value that more photos have names none of them; an attribute with more values sorts none.
_MAX_NAMED, _MAX_VALUES = 20, 200_000
_FEW_VALUES = 1_000  # of an attribute with so few, those of one photo are facets too
_PER_READ = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A photo to be published: what a catalogue says, its unit row, and a small picture of it."""

    photo: NewPhoto | Photo
    embedding: NDArray[np.float32]
    thumbnail: bytes | None


class RowSource(Protocol):
    """Photos to be published, twice in the same order."""

    @property
    def n_photos(self) -> int:
        """How many there are."""

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What was left out."""

    @property
    def tables(self) -> Sequence[TableReport]:
        """What became of the tables of captions."""

    def photos(self) -> Iterable[NewPhoto | Photo]:
        """Yield what is said of each."""

    def rows(self) -> Iterable[Row]:
        """Yield all there is of each."""


class CollectionRows:
    """The photos of a collection on this machine.

    Parameters
    ----------
    collection
        Opened.
    carries_files
        Whether a photo that is its own thumbnail is carried along: who asks from elsewhere has no
        file.
    """

    def __init__(self, collection: Collection, *, carries_files: bool) -> None:
        self._collection = collection
        self._carries_files = carries_files

    @property
    def n_photos(self) -> int:
        """How many there are."""
        return self._collection.n_photos

    @property
    def skipped(self) -> list[Skipped]:
        """What was left out."""
        return self._collection.catalogue.skipped()

    @property
    def tables(self) -> list[TableReport]:
        """What became of the tables of captions."""
        return self._collection.catalogue.tables()

    def photos(self) -> Iterator[Photo]:
        """Yield what the catalogue says."""
        return self._collection.catalogue.all_photos()

    def rows(self) -> Iterator[Row]:
        """Yield photos with their embeddings and thumbnails."""
        collection = self._collection
        shown = collection.thumbnail if self._carries_files else collection.kept_thumbnail
        for photo in self.photos():
            yield Row(photo, np.asarray(collection.embeddings[photo.row]), shown(photo.row))


@dataclass(slots=True)
class Counts:
    """What the photos say on the whole."""

    n_words: int = 0
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    spellings: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    _names: set[str] = field(default_factory=set)  # attributes that only name photos

    @classmethod
    def of(cls, photos: Iterable[NewPhoto | Photo], step: Step) -> Counts:
        """Count all of them, once."""
        counts = cls()
        for number, photo in enumerate(photos, start=1):
            counts._add(photo)
            if number % _PER_READ == 0:
                step.at(number)
        return counts

    def _add(self, photo: NewPhoto | Photo) -> None:
        self.n_words += sum(len(stems(caption)) for caption in photo.captions)
        for name, value in terms_of(photo.attributes, photo.tags):
            if name not in self._names:
                folded = fold(value)
                self.values[name][folded] += 1
                self.spellings[name, folded][value] += 1
                if len(self.values[name]) > _MAX_VALUES:
                    self._forget(name)

    def _forget(self, name: str) -> None:
        self._names.add(name)
        for folded in self.values.pop(name):
            del self.spellings[name, folded]

    def shown(self) -> dict[tuple[str, str], str]:
        """Return the commonest spelling of values; of many values, of those that photos share."""
        return {
            (name, folded): spelled.most_common(1)[0][0]
            for (name, folded), spelled in self.spellings.items()
            if spelled.total() > 1 or len(self.values[name]) <= _FEW_VALUES
        }

    def common(self) -> frozenset[tuple[str, str]]:
        """Return attributes with values that name no photo."""
        return frozenset(
            (name, folded)
            for name, counts in self.values.items()
            for folded, n in counts.items()
            if n > _MAX_NAMED
        )


class PointWriter:
    """Rows on their way into points, and a sample of them into a build."""

    def __init__(self, rows: RowSource, counts: Counts, n_sampled: int, step: Step) -> None:
        self._rows = rows
        self._counts = counts
        self._places = even_places(rows.n_photos, n_sampled)
        self._sample: list[Row] = []
        self._step = step

    @property
    def n_sampled(self) -> int:
        """How many lie in the build."""
        return len(self._places)

    def points(self) -> Iterator[StoredPoint]:
        """Yield every photo as a point: those of the sample have the first numbers."""
        n_photos = self._rows.n_photos
        weights = WordWeights(self._counts.n_words / n_photos)
        shown, common = self._counts.shown(), self._counts.common()
        sampled = dict(zip(self._places.tolist(), range(self.n_sampled), strict=True))
        n_others = self.n_sampled
        place = -1
        for place, row in enumerate(self._rows.rows()):
            number = sampled.get(place, n_others)
            n_others += place not in sampled
            if place in sampled:
                self._sample.append(row)
            yield point_of(
                number,
                row.photo,
                row.embedding,
                weights,
                shown=shown,
                common=common,
                thumbnail=row.thumbnail,
            )
            if place % _PER_READ == 0:
                self._step.at(place)
        if place + 1 != n_photos:
            raise CollectionError(
                "the photos changed while they were published",
                value=f"{place + 1:,} instead of {n_photos:,}",
                remedy="Run the same command again",
            )

    def write_sample(self, build: Path, root: str) -> None:
        """Write the sample as a build of its own."""
        embeddings = np.stack([row.embedding for row in self._sample]).astype(np.float32)
        np.save(build / EMBEDDINGS, embeddings, allow_pickle=False)
        with Catalogue.create(build / CATALOGUE, root=root) as catalogue:
            catalogue.add(_new(row.photo) for row in self._sample)
            catalogue.record_skipped(self._rows.skipped)
            catalogue.record_tables(self._rows.tables)
        with ThumbnailWriter(build, len(self._sample)) as thumbnails:
            for number, row in enumerate(self._sample):
                thumbnails.put([number], row.thumbnail)
        PhotoIndex.build(embeddings, n_threads=1).save(build / INDEX)


def _new(photo: NewPhoto | Photo) -> NewPhoto:
    if isinstance(photo, NewPhoto):
        return photo
    return NewPhoto(
        *(photo.photo_id, photo.path, photo.captions, photo.attributes, photo.tags),
        *(photo.width, photo.height, photo.size_bytes, photo.modified_ns, photo.content_hash),
    )
