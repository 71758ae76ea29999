"""Two models asked the same of the same photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.encoders import Encoder
from engine.encoders.features import FrozenFeatures
from engine.encoders.model_folder import no_text_side
from engine.errors import CollectionError
from engine.progress import Report, no_report
from engine.selection import even_sample, top_k
from engine.storage import Collection

N_PHOTOS = 200


class SideBySide:
    """Photos of a collection as several models see them.

    What a model makes of a photo is kept on the disk, so asking again costs nothing; what the
    collection's own model made of it is there already.

    Parameters
    ----------
    collection
        At most `N_PHOTOS` of its photos are looked at, evenly chosen.
    encoders
        The models; neither has to be the collection's.
    progress
        Hears of the photos.

    Raises
    ------
    CollectionError
        None of its photos is where it was.
    """

    def __init__(
        self, collection: Collection, encoders: Sequence[Encoder], progress: Report = no_report
    ) -> None:
        rows = even_sample(collection.catalogue.live_rows(), N_PHOTOS)
        there = [row for row in rows if collection.photo_file(row).is_file()]
        if not there:
            raise CollectionError(
                "the collection's photos are not where they were",
                value=collection.root,
                remedy="Put them back, or choose another collection",
            )
        self.photos: list[Photo] = collection.catalogue.photos(there)
        self._encoders = list(encoders)
        files = [collection.photo_file(row) for row in there]
        self._seen: list[tuple[Sequence[int], NDArray[np.float32]]] = []
        for encoder in encoders:
            if encoder.fingerprint == collection.manifest.model.fingerprint:
                rows = np.asarray(collection.embeddings[there], np.float32)
                self._seen.append((range(len(there)), rows))
            else:
                found = FrozenFeatures.of_encoder(encoder).compute(files, progress=progress)
                self._seen.append((found.kept, found.rows))

    def nearest(self, text: str, k: int) -> list[list[tuple[Photo, float]]]:
        """Return, for each model, the `k` photos nearest to a text with their similarities.

        Raises
        ------
        ModelError
            A model understands no words.
        """
        answers = []
        for encoder, (kept, rows) in zip(self._encoders, self._seen, strict=True):
            if encoder.tokenizer is None:
                raise no_text_side(encoder.name)
            similarities = rows @ encoder.embed_texts([text])[0]
            order = top_k(similarities, k).tolist()
            answers.append([(self.photos[kept[each]], float(similarities[each])) for each in order])
        return answers
