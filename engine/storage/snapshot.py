"""What the files of a collection looked like when it was last brought in step with them.

Enough to tell, without an object for any photo, that nothing has changed since.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import find_files
from engine.durable import read_arrays, write_arrays
from engine.storage.order import PhotoSource
from engine.storage.site import SNAPSHOT, TAGS

# Another number wherever sources are read in another way: then tables are read anew.
_READER = 2
_MISSING = (-1, 0, 0)
Measures = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Photos by path, ascending, with size, mtime and ctime, int64 (n, 3), -1 where unknown.

    `digest` stands for everything else that a build depends on: tables, tags, choices.
    """

    paths: Sequence[str]
    measures: Measures
    digest: str

    @classmethod
    def take(cls, source: PhotoSource, folder: Path) -> Snapshot:
        """Look at the files of a source; none is opened."""
        found = find_files(source.root)
        own = source.own_prefix(folder)
        paths = [path for path in found.photos if own is None or not path.startswith(own)]
        measures = np.array(
            [_measured(f"{source.root}/{path}") for path in paths], np.int64
        ).reshape(-1, 3)
        tables = found.tables if source.captions is None else [str(source.captions)]
        tables = sorted({*tables, *found.beside})
        told = {
            "reader": _READER,
            "tables": [[each, *_measured(os.path.join(source.root, each))] for each in tables],
            "columns": dict(source.columns or {}),
            "skipped": [[skip.path, skip.reason] for skip in found.skipped],
            "tags": _measured(str(folder / TAGS)),
        }
        digest = hashlib.blake2b(json.dumps(told, sort_keys=True).encode(), digest_size=16)
        return cls(paths, measures, digest.hexdigest())

    def save(self, folder: Path, build: str) -> None:
        """Keep it beside the build that is in step with it."""
        told = {"build": build, "paths": "\0".join(self.paths), "digest": self.digest}
        arrays = {name: np.frombuffer(text.encode(), np.uint8) for name, text in told.items()}
        write_arrays(folder / SNAPSHOT, {**arrays, "measures": self.measures})

    @classmethod
    def load(cls, folder: Path, build: str) -> Snapshot | None:
        """Return what was kept with a build; None where nothing was, or it is damaged."""
        try:
            kept = read_arrays(folder / SNAPSHOT) or {}
            told = {name: kept[name].tobytes().decode() for name in ("build", "paths", "digest")}
            measures = kept["measures"].astype(np.int64).reshape(-1, 3)
        except (ValueError, KeyError):
            return None
        paths = told["paths"].split("\0") if told["paths"] else []
        if told["build"] != build or len(paths) != len(measures):
            return None
        return cls(paths, measures, told["digest"])

    def equals(self, other: Snapshot) -> bool:
        """Return whether not one file has changed."""
        return (
            self.digest == other.digest
            and np.array_equal(self.measures, other.measures)
            and self.paths == other.paths
        )


def _measured(path: str) -> tuple[int, int, int]:
    try:
        facts = os.stat(path)
    except OSError:
        return _MISSING
    return facts.st_size, bounded(facts.st_mtime_ns), bounded(facts.st_ctime_ns)


def bounded(nanoseconds: int) -> int:
    """Return a time that 64 bits can hold: some file systems know years beyond 2262.

    Examples
    --------
    >>> bounded(5), bounded(2**64) == 2**63 - 1
    (5, True)
    """
    return max(-(2**63), min(nanoseconds, 2**63 - 1))
