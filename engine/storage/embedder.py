"""Files become embeddings: decoding in threads, embedding in batches, the journal behind them.

Decoding leaves Python's lock and runs ahead in its own threads; the encoder runs here, so the two
overlap. A file is read once: the same bytes give its hash, its pixels and its thumbnail.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.encoders import Encoder
from engine.errors import ModelError, PhotoError
from engine.images import DecodedPhoto, content_hash, read_photos
from engine.progress import Step
from engine.storage.journal import Content, Journal, Reading

BATCH = 64
SHARD_PHOTOS = 1024
SHARD_SECONDS = 5.0


def embed_files(
    unread: Sequence[Reading],
    root: Path,
    encoder: Encoder,
    journal: Journal,
    *,
    known: frozenset[str],
    thumbnail_px: int,
    step: Step,
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
    step
        Hears how many of the files are done.

    Raises
    ------
    ModelError
        When the model gives rows that no index can hold.
    """
    line = _Line(encoder, journal, known)
    paths = [root / reading.path for reading in unread]
    outcomes = read_photos(
        paths, encoder.preprocessing, n_threads=os.cpu_count() or 1, thumbnail_px=thumbnail_px
    )
    for done, (reading, outcome) in enumerate(zip(unread, outcomes, strict=True), start=1):
        line.take(reading, outcome)
        step.at(done)
    line.finish()


class _Line:
    """Collects photos into batches, and finished batches into shards of the journal.

    A shard is only written when no photo waits for its batch: a build that goes on after a crash
    then makes up the very batches that an undisturbed one does, and the same numbers.
    """

    def __init__(self, encoder: Encoder, journal: Journal, known: frozenset[str]) -> None:
        self._encoder = encoder
        self._journal = journal
        self._known = known | journal.hashes
        self._met: set[str] = set()
        size_px = encoder.preprocessing.size_px
        self._pixels = np.empty((BATCH, size_px, size_px, 3), np.uint8)
        self._waiting: list[tuple[str, bytes | None]] = []
        self._readings: list[Reading] = []
        self._contents: list[Content] = []
        self._written = time.monotonic()

    def take(self, reading: Reading, outcome: DecodedPhoto | PhotoError) -> None:
        if isinstance(outcome, PhotoError):
            self._readings.append(replace(reading, reason=outcome.what))
            return
        name = outcome.content_hash
        self._readings.append(
            replace(
                reading,
                content_hash=name,
                width=outcome.width,
                height=outcome.height,
                metadata=outcome.metadata,
            )
        )
        if name not in self._known and name not in self._met:
            self._met.add(name)
            self._load(outcome)

    def finish(self) -> None:
        self._embed()
        self._write()

    def _load(self, photo: DecodedPhoto) -> None:
        self._pixels[len(self._waiting)] = photo.pixels
        self._waiting.append((photo.content_hash, _own_thumbnail(photo)))
        if len(self._waiting) == BATCH:
            self._embed()
            is_late = time.monotonic() - self._written >= SHARD_SECONDS
            if is_late or len(self._contents) >= SHARD_PHOTOS:
                self._write()

    def _embed(self) -> None:
        if not self._waiting:
            return
        embeddings = self._encoder.embed_photos(self._pixels[: len(self._waiting)])
        expected = (len(self._waiting), self._encoder.n_dims)
        if embeddings.shape != expected or not np.isfinite(embeddings).all():
            raise ModelError(
                f"the model made embeddings of shape {embeddings.shape} instead of {expected}, "
                "or with numbers that are not finite",
                value=self._encoder.name,
                remedy="Choose another model, or train it again",
            )
        for (name, thumbnail), embedding in zip(self._waiting, embeddings, strict=True):
            self._contents.append(Content(name, embedding, thumbnail))
        self._waiting.clear()

    def _write(self) -> None:
        if self._readings:
            self._journal.append(self._readings, self._contents)
        self._readings, self._contents = [], []
        self._written = time.monotonic()


def _own_thumbnail(photo: DecodedPhoto) -> bytes | None:
    """Return the thumbnail to keep: none where the file itself is what would be shown."""
    thumbnail = photo.thumbnail
    if thumbnail is None or len(thumbnail) != photo.size_bytes:
        return thumbnail
    return None if content_hash(thumbnail) == photo.content_hash else thumbnail
