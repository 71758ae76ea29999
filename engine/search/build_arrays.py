"""Arrays kept with a build: what was learned of it, so that nobody learns it twice.

Each file notes the way in which it was learned and what it was learned of. Where either is another
today it counts as not there, and so does a damaged one; where the folder cannot be written, nothing
is kept.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import MALFORMED, write_whole
from engine.storage import Collection

_UNREADABLE = (OSError, *MALFORMED, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class BuildArrays:
    """One such file.

    Parameters
    ----------
    name
        Of the file, which ends in ``.npz``.
    way
        Another number wherever the same is learned in another way.
    files
        What it depends on: files of the build.
    """

    name: str
    way: int
    files: Sequence[str]

    def keep(self, collection: Collection, arrays: Mapping[str, Any]) -> None:
        """Write arrays into the folder of a collection's build, if it can be written."""
        of = np.frombuffer(self._state(collection).encode(), np.uint8)
        file = io.BytesIO()
        np.savez(file, format=self.way, of=of, **arrays)
        with suppress(OSError):
            write_whole(collection.build / self.name, file.getvalue(), flush=False)

    def kept(self, collection: Collection) -> dict[str, NDArray[Any]] | None:
        """Return what was kept; None where nothing was, or nothing that fits."""
        try:
            with np.load(collection.build / self.name, allow_pickle=False) as file:
                return dict(file) if self._fits(collection, file) else None
        except _UNREADABLE:
            return None

    def are_kept(self, collection: Collection) -> bool:
        """Tell whether there is what fits; what is large of it is not read."""
        try:
            with np.load(collection.build / self.name, allow_pickle=False) as file:
                return self._fits(collection, file)
        except _UNREADABLE:
            return False

    def _fits(self, collection: Collection, file: Mapping[str, NDArray[Any]]) -> bool:
        is_of_it = file["of"].tobytes().decode() == self._state(collection)
        return is_of_it and int(file["format"]) == self.way

    def _state(self, collection: Collection) -> str:
        told = collection.manifest
        return f"{told.model.fingerprint} {[told.files.get(name) for name in self.files]}"
