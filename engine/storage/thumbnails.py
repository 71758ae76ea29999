"""Thumbnails in one pack: JPEG bytes end to end, and where each row's begin.

A photo that is itself a small JPEG every browser shows has no entry: its own file is served, and
the disk holds it once. Rows with the same bytes share one entry.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

PACK = "thumbnails.bin"
SPANS = "thumbnails.npy"


class ThumbnailPack:
    """The thumbnails of one build, for reading from any number of threads.

    Parameters
    ----------
    build
        Folder of the build.

    Raises
    ------
    OSError, ValueError
        When a file is missing or is not what it should be.
    """

    def __init__(self, build: Path) -> None:
        self._spans: NDArray[np.int64] = np.load(build / SPANS, mmap_mode="r", allow_pickle=False)
        if self._spans.ndim != 2 or self._spans.shape[1] != 2:
            raise ValueError(f"{SPANS} has shape {self._spans.shape} instead of (rows, 2)")
        self._descriptor = os.open(build / PACK, os.O_RDONLY)

    def __len__(self) -> int:
        return len(self._spans)

    def read(self, row: int) -> bytes | None:
        """Return the JPEG bytes of a row, or None where the photo's own file serves."""
        offset, n_bytes = self._spans[row].tolist()
        return os.pread(self._descriptor, n_bytes, offset) if n_bytes > 0 else None

    def close(self) -> None:
        """Let the file go; calling it again is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            self.close()


class ThumbnailWriter:
    """Makes a pack of `n_rows` rows, or goes on with a copy of an older one.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with ThumbnailWriter(folder, n_rows=3) as writer:
    ...     writer.put([0, 2], b"jpeg")
    >>> pack = ThumbnailPack(folder)
    >>> pack.read(2), pack.read(1)
    (b'jpeg', None)
    """

    def __init__(self, build: Path, n_rows: int, *, older: Path | None = None) -> None:
        self._build = build
        self._spans = np.zeros((n_rows, 2), np.int64)
        if older is not None:
            shutil.copyfile(older / PACK, build / PACK)
            spans = np.load(older / SPANS, allow_pickle=False)
            self._spans[: len(spans)] = spans
        self._file: BinaryIO = (build / PACK).open("ab")

    def put(self, rows: Sequence[int], thumbnail: bytes | None) -> None:
        """Give the rows this thumbnail; None or empty bytes take away what they had."""
        offset = self._file.tell()
        self._file.write(thumbnail or b"")
        self._spans[list(rows)] = (offset, len(thumbnail or b""))

    def __enter__(self) -> ThumbnailWriter:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()
        np.save(self._build / SPANS, self._spans, allow_pickle=False)
