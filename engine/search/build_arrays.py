"""Arrays kept with a build: what was learned of it, so that nobody learns it twice.

Each file notes the way in which it was learned and what it was learned of. Where either is another
today it counts as not there, and so does a damaged one; where the folder cannot be written, nothing
is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import read_arrays, write_arrays
from engine.storage import Collection


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
        with suppress(OSError):
            write_arrays(
                collection.build / self.name, {"format": self.way, "of": of, **arrays}, flush=False
            )

    def kept(self, collection: Collection) -> dict[str, NDArray[Any]] | None:
        """Return what was kept; None where nothing was, or nothing that fits."""
        arrays = read_arrays(collection.build / self.name)
        if arrays is None or not {"format", "of"} <= arrays.keys():
            return None
        is_of_it = arrays["of"].tobytes() == self._state(collection).encode()
        return arrays if is_of_it and arrays["format"] == self.way else None

    def _state(self, collection: Collection) -> str:
        told = collection.manifest
        return f"{told.model.fingerprint} {[told.files.get(name) for name in self.files]}"
