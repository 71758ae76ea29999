"""Files become embeddings: decoding in threads, embedding in batches, the journal behind them.

Decoding leaves Python's lock and runs ahead in its own threads; the encoder runs here, so the two
overlap. A file is read once: the same bytes give its hash, its pixels and its thumbnail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.config import n_threads
from engine.encoders import Encoder
from engine.encoders.photo_batches import PhotoBatches
from engine.errors import ModelError, PhotoError
from engine.images import DecodedPhoto, PhotoFile, content_hash, read_photos
from engine.storage.journal import Content, Reading


class PhotoRoot(Protocol):
    """Where photos lie: a folder, or what stands for one elsewhere."""

    def __truediv__(self, path: str, /) -> PhotoFile:
        """Return the photo at a POSIX path below it."""
        ...


class Shelf(Protocol):
    """What takes readings and embeddings: a journal, or whatever keeps them likewise."""

    @property
    def hashes(self) -> AbstractSet[str]:
        """Hashes of the contents whose embedding it has."""
        ...

    def append(self, readings: Sequence[Reading], contents: Sequence[Content]) -> None:
        """Take what some files taught, and the contents that were new among them."""
        ...


def embed_files(
    unread: Sequence[Reading],
    root: PhotoRoot,
    encoder: Encoder,
    journal: Shelf,
    *,
    known: frozenset[str],
    thumbnail_px: int,
    all_thumbnails: bool = False,
    n_readers: int = 0,
    at: Callable[[int], None] = lambda done: None,
) -> None:
    """Read files and leave what they taught in the journal; embed what is new among them.

    Parameters
    ----------
    unread
        Path, size and time of each file, in the order of the batches.
    root
        The folder that the paths are relative to.
    encoder
        Makes the embeddings.
    journal
        Takes readings and embeddings, one shard at a time.
    known
        Hashes of contents that need no embedding; the journal's own are added.
    thumbnail_px
        Longest side of a thumbnail.
    all_thumbnails
        Keep one also where the file itself is what would be shown.
    n_readers
        Threads that read files; by default as many as may work.
    at
        Hears how many of the files are done.

    Raises
    ------
    ModelError
        When the model gives rows that no index can hold.
    """
    paths = [root / reading.path for reading in unread]
    outcomes = read_photos(
        paths, encoder.preprocessing, n_threads=n_readers or n_threads(), thumbnail_px=thumbnail_px
    )
    readings: list[Reading] = []

    def keep(labels: Sequence[tuple[str, bytes | None]], rows: NDArray[np.float32]) -> None:
        pairs = zip(labels, rows, strict=True)
        journal.append(readings, [Content(name, row, small) for (name, small), row in pairs])
        readings.clear()

    batches = PhotoBatches(partial(_embedded, encoder), keep)
    met = set(known | journal.hashes)
    for done, (reading, outcome) in enumerate(zip(unread, outcomes, strict=True), start=1):
        readings.append(_learned(reading, outcome))
        if not isinstance(outcome, PhotoError) and outcome.content_hash not in met:
            met.add(outcome.content_hash)
            small = outcome.thumbnail if all_thumbnails else _own_thumbnail(outcome)
            batches.take((outcome.content_hash, small), outcome.pixels)
        at(done)
    batches.finish()
    if readings:
        journal.append(readings, [])


def _embedded(encoder: Encoder, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    embeddings = encoder.embed_photos(pixels)
    expected = (len(pixels), encoder.n_dims)
    if embeddings.shape != expected or not np.isfinite(embeddings).all():
        raise ModelError(
            f"the model made embeddings of shape {embeddings.shape} instead of {expected}, "
            "or with numbers that are not finite",
            value=encoder.name,
            remedy="Choose another model, or train it again",
        )
    return embeddings


def _learned(reading: Reading, outcome: DecodedPhoto | PhotoError) -> Reading:
    if isinstance(outcome, PhotoError):
        return replace(reading, reason=outcome.what)
    return replace(
        reading,
        size_bytes=reading.size_bytes or outcome.size_bytes,
        content_hash=outcome.content_hash,
        width=outcome.width,
        height=outcome.height,
        metadata=outcome.metadata,
    )


def _own_thumbnail(photo: DecodedPhoto) -> bytes | None:
    """Return the thumbnail to keep: none where the file itself is what would be shown."""
    thumbnail = photo.thumbnail
    if thumbnail is None or len(thumbnail) != photo.size_bytes:
        return thumbnail
    return None if content_hash(thumbnail) == photo.content_hash else thumbnail
