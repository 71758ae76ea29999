"""What a promotion would change: the same query, answered by a collection's model and a run's."""

from __future__ import annotations

import numpy as np

from engine.catalogue import Photo
from engine.encoders import Encoder
from engine.errors import PhotoError
from engine.images import read_photos
from engine.selection import top_k
from engine.storage import Collection

MOST_COMPARED = 300
N_ANSWERS = 9


class BeforeAfter:
    """Photos from all over a collection, embedded by a run's model as they are by its own.

    Both models answer among the same photos, so that what differs is the models' doing.

    Parameters
    ----------
    collection
        The collection that may get the run's model.
    now, then
        Its model, and the run's.
    n_photos
        How many photos are compared at most; all are embedded when this is made.
    """

    def __init__(
        self, collection: Collection, now: Encoder, then: Encoder, n_photos: int = MOST_COMPARED
    ) -> None:
        rows = np.asarray(collection.catalogue.live_rows())
        rows = rows[:: max(len(rows) // n_photos, 1)][:n_photos]
        files = [collection.photo_file(int(row)) for row in rows]
        read = list(read_photos(files, then.preprocessing, n_threads=2))
        kept = [place for place, photo in enumerate(read) if not isinstance(photo, PhotoError)]
        pixels = [photo.pixels for photo in read if not isinstance(photo, PhotoError)]
        self._collection, self._rows = collection, rows[kept]
        self._encoders = now, then
        self._embeddings = (
            np.asarray(collection.embeddings[self._rows], np.float32),
            then.embed_photos(np.stack(pixels)) if pixels else np.empty((0, then.n_dims), "f4"),
        )

    @property
    def n_photos(self) -> int:
        """How many photos both answer among."""
        return len(self._rows)

    def answers(self, words: str, k: int = N_ANSWERS) -> tuple[list[Photo], list[Photo]]:
        """Return the `k` photos nearest to some words by each model, the present one first."""
        nearest = []
        for encoder, embeddings in zip(self._encoders, self._embeddings, strict=True):
            similarities = embeddings @ encoder.embed_texts([words])[0]
            order = top_k(similarities, k)
            nearest.append(self._collection.catalogue.photos(self._rows[order].tolist()))
        return nearest[0], nearest[1]
