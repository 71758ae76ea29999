"""Photos decoded once, kept as one mapped file for every run that wants them at that size.

A file is named by what it was made from: the square, and every photo's path, length and time. So a
second run over the same photos begins at once, and photos that have changed are decoded anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.durable import read_json, whole_file, write_json
from engine.errors import PhotoError, TrainingError
from engine.images import Preprocessing, read_photos
from engine.progress import Report, Step

MAX_SHELF_BYTES = 8 * 2**30
_FREE_SHARE = 0.9  # of the disk's free space that decoded photos may take


@dataclass(frozen=True, slots=True)
class Decoded:
    """Photos as pixels.

    Parameters
    ----------
    key
        Names the file they are kept in.
    pixels
        uint8, shape (n, size_px, size_px, 3), mapped from that file; read-only.
    hashes
        Content hash of each photo's file.
    failures
        Why a photo could not be read, by its place in the list that was asked for; those that
        could are in `pixels` in the order of that list.
    """

    key: str
    pixels: NDArray[np.uint8]
    hashes: list[str]
    failures: dict[int, str]


def decoded_shelf() -> Path:
    """Return where decoded photos are kept."""
    return config.home() / "decoded"


def decode(
    paths: Sequence[Path], preprocessing: Preprocessing, shelf: Path, progress: Report
) -> Decoded:
    """Return photos as pixels: from the shelf, or decoded now and put there.

    Raises
    ------
    TrainingError
        There is no room for them.
    """
    key = _key(paths, preprocessing)
    known = open_decoded(shelf, key)
    if known is not None:
        return known
    _make_room(shelf, len(paths) * preprocessing.size_px**2 * 3)
    _decode_into(shelf / f"{key}.npy", paths, preprocessing, progress)
    found = open_decoded(shelf, key)
    if found is None:
        raise TrainingError("the decoded photos are gone", value=shelf, remedy="Run this again")
    return found


def open_decoded(shelf: Path, key: str) -> Decoded | None:
    """Return what the shelf keeps under a key, or None."""
    try:
        content = read_json(shelf / f"{key}.json")
        pixels = np.load(shelf / f"{key}.npy", mmap_mode="r", allow_pickle=False)
        os.utime(shelf / f"{key}.json")  # used now: the last to be thrown away
    except (OSError, ValueError):
        return None
    hashes = content["hashes"]
    failures = {int(place): reason for place, reason in content["failures"].items()}
    return Decoded(key, pixels[: len(hashes)], hashes, failures)


def _key(paths: Sequence[Path], preprocessing: Preprocessing) -> str:
    digest = hashlib.blake2b(f"{preprocessing}".encode(), digest_size=12)
    for path in paths:
        try:
            found = path.stat()
            known = f"{found.st_size}:{found.st_mtime_ns}"
        except OSError:
            known = "missing"
        digest.update(f"\n{path}:{known}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _decode_into(
    file: Path, paths: Sequence[Path], preprocessing: Preprocessing, progress: Report
) -> None:
    shape = (max(len(paths), 1), preprocessing.size_px, preprocessing.size_px, 3)
    hashes: list[str] = []
    failures: dict[int, str] = {}
    step = Step(progress, "decoding photos", len(paths))
    with whole_file(file, flush=False) as beside:
        pixels = np.lib.format.open_memmap(beside, "w+", np.uint8, shape)
        _allot(beside)
        photos = read_photos(paths, preprocessing, n_threads=os.cpu_count() or 1)
        for n, photo in enumerate(photos, start=1):
            if isinstance(photo, PhotoError):
                failures[n - 1] = photo.what
            else:
                pixels[len(hashes)] = photo.pixels
                hashes.append(photo.content_hash)
            step.at(n)
        pixels.flush()
    write_json(file.with_suffix(".json"), {"hashes": hashes, "failures": failures})


def _allot(file: Path) -> None:
    """Take the room for a mapped file now: a disk that fills up later would kill the program."""
    if hasattr(os, "posix_fallocate"):
        with file.open("r+b") as opened:
            os.posix_fallocate(opened.fileno(), 0, file.stat().st_size)


def _make_room(shelf: Path, n_bytes: int) -> None:
    """Throw away what was not used for longest, and refuse what cannot fit."""
    shelf.mkdir(parents=True, exist_ok=True)
    notes = sorted(shelf.glob("*.json"), key=lambda note: note.stat().st_mtime)
    sizes = {note: _size(note.with_suffix(".npy")) for note in notes}
    while notes and sum(sizes[note] for note in notes) + n_bytes > MAX_SHELF_BYTES:
        oldest = notes.pop(0)
        oldest.unlink(missing_ok=True)
        oldest.with_suffix(".npy").unlink(missing_ok=True)
    free = shutil.disk_usage(shelf).free
    if n_bytes > _FREE_SHARE * free:
        raise TrainingError(
            "there is no room for the decoded photos",
            value=f"{n_bytes / 2**30:.1f} GB, and {free / 2**30:.1f} GB are free in {shelf}",
            remedy="Make room on the disk, or choose a smaller photo size",
        )


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
