"""The journal: what a build has learned so far, so that a killed one loses next to nothing.

Finished batches are written as numbered shards, each whole or not there at all. A shard holds what
reading some files taught (`Reading`) and the embeddings and thumbnails of the contents that were
new among them. The journal belongs to one model and one photo size: under another it starts anew.
"""

from __future__ import annotations

import json
import logging
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.durable import known_record, write_arrays, write_json
from engine.images import Metadata

JOURNAL = "journal"
_TERMS = "terms.json"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What looking at one file taught: the hash and size of a photo, or why it is none.

    `size_bytes` and `modified_ns` were taken before the file was read, so that a file that changes
    meanwhile is noticed the next time. `metadata` is what the file itself says of the photo.
    """

    path: str
    size_bytes: int
    modified_ns: int
    content_hash: str = ""
    width: int = 0
    height: int = 0
    reason: str | None = None
    metadata: Metadata | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One photo's content: its hash, its embedding (n_dims,), its thumbnail if it needs one."""

    content_hash: str
    embedding: NDArray[np.float32]
    thumbnail: bytes | None


class Journal:
    """The readings and embeddings of an unfinished build.

    Parameters
    ----------
    collection
        The collection's folder.
    terms
        What every embedding in the journal depends on (the model's fingerprint, sizes). A journal
        kept under other terms is thrown away.

    Attributes
    ----------
    readings
        By path, the last reading of each file.
    hashes
        Hashes of the contents whose embedding is in the journal.
    """

    def __init__(self, collection: Path, terms: Mapping[str, object]) -> None:
        self._folder = collection / JOURNAL
        self.readings: dict[str, Reading] = {}
        self.hashes: set[str] = set()
        if known_record(self._folder / _TERMS) != terms or not self._folder.is_dir():
            discard_journal(collection)
            self._folder.mkdir()
            write_json(self._folder / _TERMS, dict(terms))
        self._shards = [shard for shard in self._numbered() if self._remember(shard)]
        self._next = 1 + max((int(shard.stem) for shard in self._shards), default=0)

    def append(self, readings: Sequence[Reading], contents: Sequence[Content]) -> None:
        """Write one shard; once this returns, a crash no longer loses it."""
        shard = self._folder / f"{self._next:08d}.npz"
        write_arrays(shard, _packed(readings, contents), flush=True)
        self._next += 1
        self._shards.append(shard)
        self._learn(readings, (content.content_hash for content in contents))

    def contents(self) -> Iterator[Content]:
        """Yield every content in the journal, one shard in memory at a time."""
        for shard in self._shards:
            with np.load(shard, allow_pickle=False) as arrays:
                yield from _unpacked(arrays)

    def _numbered(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.npz") if path.stem.isdigit())

    def _remember(self, shard: Path) -> bool:
        try:
            with np.load(shard, allow_pickle=False) as arrays:
                readings = [Reading(*entry) for entry in json.loads(arrays["readings"].tobytes())]
                hashes = [name.decode("ascii") for name in arrays["hashes"].tolist()]
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            _LOG.warning("a damaged piece of the journal is made again: %s (%s)", shard, error)
            shard.unlink()
            return False
        self._learn(readings, hashes)
        return True

    def _learn(self, readings: Iterable[Reading], hashes: Iterable[str]) -> None:
        self.readings.update((reading.path, reading) for reading in readings)
        self.hashes.update(hashes)


def discard_journal(collection: Path) -> None:
    """Throw away the journal of a collection; nothing happens where there is none."""
    folder = collection / JOURNAL
    (folder / _TERMS).unlink(missing_ok=True)  # first: without terms the rest counts for nothing
    shutil.rmtree(folder, ignore_errors=True)


def _packed(
    readings: Sequence[Reading], contents: Sequence[Content]
) -> dict[str, NDArray[np.generic]]:
    thumbnails = [content.thumbnail or b"" for content in contents]
    told = json.dumps([astuple(each) for each in readings]).encode()
    return {
        "readings": np.frombuffer(told, np.uint8),
        "hashes": np.array([content.content_hash for content in contents], "S32"),
        "embeddings": np.array([content.embedding for content in contents], np.float32),
        "thumbnails": np.frombuffer(b"".join(thumbnails), np.uint8),
        "thumbnail_bytes": np.array([len(thumbnail) for thumbnail in thumbnails], np.int64),
    }


def _unpacked(arrays: Mapping[str, NDArray]) -> Iterator[Content]:
    thumbnails = arrays["thumbnails"].tobytes()
    ends = np.cumsum(arrays["thumbnail_bytes"]).tolist()
    starts = [0, *ends[:-1]]
    hashes = arrays["hashes"].tolist()
    embeddings = arrays["embeddings"]
    for name, embedding, start, end in zip(hashes, embeddings, starts, ends, strict=False):
        yield Content(name.decode("ascii"), embedding, thumbnails[start:end] or None)
