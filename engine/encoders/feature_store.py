"""Rows of numbers kept on the disk under the content hash of a photo.

A store is two files that only grow: ``rows``, the numbers, and ``hashes``, 16 bytes a photo,
written after its numbers are on the disk. Whatever is killed, a photo is there whole or not at all,
and what was left half is cut off by the next writer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.durable import known_record, write_json
from engine.errors import ModelError
from engine.locks import exclusive

FORMAT_VERSION = 1
MANIFEST = "features.json"
_HASH_BYTES = 16
_LOCK_SECONDS = 120.0


class FeatureStore:
    """Rows of numbers by content hash, in files that only grow.

    Parameters
    ----------
    folder
        Made when there is something to keep.
    n_features
        Width of a row.
    """

    def __init__(self, folder: Path, n_features: int) -> None:
        self._folder = folder
        self.n_features = n_features
        self._terms = {"version": FORMAT_VERSION, "n_features": n_features}
        self._places: dict[bytes, int] = {}
        if self._hashes.is_file():
            self._check()
        if self._hashes.is_file():
            os.utime(folder)  # `prune` keeps what was used lately
            self._read()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, content_hash: str) -> bool:
        return bytes.fromhex(content_hash) in self._places

    def rows(self, hashes: Sequence[str]) -> NDArray[np.float32]:
        """Return the rows of some photos, float32 (n, n_features)."""
        if not hashes:
            return np.empty((0, self.n_features), np.float32)
        n_rows = self._n_whole()
        kept = np.memmap(self._rows, np.float32, "r", shape=(n_rows, self.n_features))
        return np.asarray(kept[[self._places[bytes.fromhex(name)] for name in hashes]])

    def append(self, hashes: Sequence[str], rows: NDArray[np.float32]) -> None:
        """Keep the rows of some photos; those that are there already stay as they are.

        Raises
        ------
        ModelError
            The rows have another width, or numbers that are not finite.
        """
        if rows.shape != (len(hashes), self.n_features) or not np.isfinite(rows).all():
            raise ModelError(
                f"the network made features of shape {rows.shape} instead of "
                f"({len(hashes)}, {self.n_features}), or with numbers that are not finite",
                remedy="Choose another backbone or other weights",
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        with exclusive(self._folder / "lock", wait_seconds=_LOCK_SECONDS):
            write_json(self._folder / MANIFEST, self._terms, flush=False)
            self._read()
            new = [i for i, name in enumerate(hashes) if name not in self]
            _grow(self._rows, 4 * self.n_features * self._n_whole(), rows[new].tobytes())
            names = b"".join(bytes.fromhex(hashes[i]) for i in new)
            _grow(self._hashes, _HASH_BYTES * self._n_whole(), names)
            self._read()

    @property
    def _rows(self) -> Path:
        return self._folder / "rows"

    @property
    def _hashes(self) -> Path:
        return self._folder / "hashes"

    def _check(self) -> None:
        """A store of another width is of no use to anyone here."""
        if known_record(self._folder / MANIFEST) != self._terms:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _n_whole(self) -> int:
        """Return how many photos are whole in both files; a kill may have left more in one."""
        if not (self._rows.is_file() and self._hashes.is_file()):
            return 0
        n_rows = self._rows.stat().st_size // (4 * self.n_features)
        return min(n_rows, self._hashes.stat().st_size // _HASH_BYTES)

    def _read(self) -> None:
        n_whole = self._n_whole()
        if n_whole:
            with self._hashes.open("rb") as file:
                data = file.read(_HASH_BYTES * n_whole)
            for place in range(len(self._places), n_whole):
                name = data[_HASH_BYTES * place : _HASH_BYTES * (place + 1)]
                self._places.setdefault(name, place)


def prune(folder: Path, max_bytes: int, *, but: str = "") -> None:
    """Remove the stores that were used longest ago until the rest fits into `max_bytes`."""
    if not folder.is_dir():
        return
    stores = [path for path in folder.iterdir() if path.is_dir() and path.name != but]
    left = max_bytes
    for store in sorted(stores, key=lambda path: path.stat().st_mtime, reverse=True):
        left -= sum(path.stat().st_size for path in store.iterdir() if path.is_file())
        if left < 0:
            shutil.rmtree(store, ignore_errors=True)


def _grow(path: Path, n_bytes: int, data: bytes) -> None:
    """Cut a file to its whole part, add to it, and wait for the disk."""
    with path.open("ab") as file:
        file.truncate(n_bytes)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
