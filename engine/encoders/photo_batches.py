"""Rows embedded in batches, and photos kept a shard of batches at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

BATCH = 64
SHARD_PHOTOS = 1024
SHARD_SECONDS = 5.0

Label = TypeVar("Label")


def in_batches(
    run: Callable[[NDArray[Any]], NDArray[Any]], given: NDArray[Any], n_dims: int, size: int = BATCH
) -> NDArray[np.float32]:
    """Return what a function of a batch makes of any number of rows, so that memory stays bounded.

    Examples
    --------
    >>> in_batches(lambda rows: rows[:, :1] + len(rows), np.zeros((5, 3)), 1, size=2).ravel()
    array([2., 2., 2., 2., 1.], dtype=float32)
    """
    parts = [run(given[at : at + size]) for at in range(0, len(given), size)]
    if len(parts) == 1:  # a query: nothing is copied
        return parts[0].astype(np.float32, copy=False)
    found = np.concatenate(parts) if parts else np.empty((0, n_dims))
    return found.astype(np.float32, copy=False)


class PhotoBatches(Generic[Label]):
    """Collects photos into batches, and finished batches into shards.

    A shard is only handed on when no photo waits for its batch: work that goes on after a crash
    then makes up the very batches that undisturbed work does, and the same numbers.

    Parameters
    ----------
    embed
        Makes embeddings, (n, n_dims), of pixels, uint8 (n, size_px, size_px, 3).
    keep
        Takes the labels and embeddings of a shard, once they are many or old enough.

    Examples
    --------
    >>> def embed(pixels):
    ...     return pixels.mean(axis=(1, 2), dtype="float32")
    >>> batches = PhotoBatches(embed, lambda labels, rows: print(labels, rows[:, 0]))
    >>> batches.take("grey", np.full((2, 2, 3), 128, np.uint8))
    >>> batches.take("white", np.full((2, 2, 3), 255, np.uint8))
    >>> batches.finish()
    ['grey', 'white'] [128. 255.]
    """

    def __init__(
        self,
        embed: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
        keep: Callable[[Sequence[Label], NDArray[np.float32]], None],
    ) -> None:
        self._embed, self._keep = embed, keep
        self._waiting: list[NDArray[np.uint8]] = []
        self._labels: list[Label] = []
        self._embeddings: list[NDArray[np.float32]] = []
        self._kept = time.monotonic()

    def take(self, label: Label, pixels: NDArray[np.uint8]) -> None:
        """Add one photo, (size_px, size_px, 3)."""
        self._labels.append(label)
        self._waiting.append(pixels)
        if len(self._waiting) == BATCH:
            self._embed_waiting()
            is_late = time.monotonic() - self._kept >= SHARD_SECONDS
            if is_late or len(self._labels) >= SHARD_PHOTOS:
                self._keep_shard()

    def finish(self) -> None:
        """Embed and hand on what is left."""
        if self._waiting:
            self._embed_waiting()
        if self._labels:
            self._keep_shard()

    def _embed_waiting(self) -> None:
        self._embeddings.append(self._embed(np.stack(self._waiting)))
        self._waiting.clear()

    def _keep_shard(self) -> None:
        self._keep(self._labels, np.concatenate(self._embeddings))
        self._labels, self._embeddings = [], []
        self._kept = time.monotonic()
