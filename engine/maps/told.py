"""What a collection says of its photos, once in memory: captions, values, words, by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.maps.drawn import DrawnMap
from engine.maps.wording import words_of
from engine.storage import Collection


@dataclass(frozen=True)
class Told:
    """Every live photo of a collection, in the order of their rows.

    Parameters
    ----------
    photos
        By row.
    keys
        Attributes that sort photos into groups, tags (``tag``) last.
    """

    photos: Sequence[Photo]
    keys: Sequence[str]

    @classmethod
    def read(cls, collection: Collection) -> Told:
        """Read a collection's catalogue once, from end to end."""
        catalogue = collection.catalogue
        return cls(list(catalogue.all_photos()), list(catalogue.facets(limit=1)))

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Return the row of each photo, ascending."""
        return np.array([photo.row for photo in self.photos], np.int64)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Return where in `photos` each photo id stands."""
        return {photo.photo_id: place for place, photo in enumerate(self.photos)}

    @cached_property
    def words(self) -> list[frozenset[str]]:
        """Return the words of each photo."""
        return [words_of(photo) for photo in self.photos]

    def places(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """Return where in `photos` some rows stand; −1 for a photo that is no more."""
        if not len(self.photos):
            return np.full(len(rows), -1)
        at = np.searchsorted(self.rows, rows).clip(max=len(self.photos) - 1)
        return np.where(self.rows[at] == rows, at, -1)

    def values(self, key: str) -> list[str]:
        """Return each photo's value of an attribute, its first tag for ``tag``; "" for none."""
        if key == "tag":
            return [photo.tags[0] if photo.tags else "" for photo in self.photos]
        return [photo.attributes.get(key, "") for photo in self.photos]

    def text_of(self, drawn: DrawnMap) -> list[str]:
        """Return what each point of a map says: its caption, else its file's name."""
        places = self.places(drawn.rows).tolist()
        return [
            _text(self.photos[place], caption) if place >= 0 else ""
            for place, caption in zip(places, drawn.captions.tolist(), strict=True)
        ]


def _text(photo: Photo, caption: int) -> str:
    if photo.captions:
        return photo.captions[max(caption, 0)] if caption < len(photo.captions) else ""
    return Path(photo.path).stem
