"""What is known of the files already: by size and times first, by content where those differ."""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from engine.images import content_hash
from engine.progress import Step
from engine.storage.journal import Reading
from engine.storage.snapshot import bounded


def look(
    root: Path, paths: Sequence[str], step: Step, *, since_ns: int
) -> tuple[list[Reading], set[str]]:
    """Measure files without opening them.

    Returns
    -------
    readings : list of Reading
        Of each path; a file that cannot be measured says why in `reason`.
    touched : set of str
        Files that were written, moved or given other rights since that moment, whatever their own
        date says: size and date are no proof that they are as they were.
    """
    readings, touched = [], set()
    for done, path in enumerate(paths, start=1):
        reading, changed_ns = _measured(root, path)
        readings.append(reading)
        if changed_ns >= since_ns:
            touched.add(path)
        step.at(done)
    return readings, touched


def remembered(
    seen: Iterable[Reading], memories: Sequence[Mapping[str, Reading]]
) -> tuple[list[Reading], list[Reading]]:
    """Split files into those that are as they were and those that must be read.

    Parameters
    ----------
    seen
        Files as `look` found them.
    memories
        What reading them taught before, by path; the first that fits counts.

    Returns
    -------
    settled : list of Reading
        The earlier readings, and the files that cannot be read at all.
    unread : list of Reading
        The rest, in the order of `seen`.
    """
    settled, unread = [], []
    for reading in seen:
        known = reading if reading.reason else _fitting(reading, memories)
        if known is None:
            unread.append(reading)
        else:
            settled.append(known)
    return settled, unread


def recognised(
    unread: Iterable[Reading], root: Path, known: Many[Reading]
) -> tuple[list[Reading], list[Reading]]:
    """Find files whose bytes are known under another name or time, without decoding them.

    Only a file as long as a known one is opened for this; so a folder that was moved costs one
    reading of its bytes, and a new photo hardly ever more than the reading it needs anyway.

    Returns
    -------
    settled : list of Reading
        Files with the hash, width and height of the known content.
    unread : list of Reading
        The rest, in the order they came.
    """
    sizes = {reading.size_bytes for reading in known}
    by_hash = {reading.content_hash: reading for reading in known}
    settled, rest = [], []
    for reading in unread:
        twin = by_hash.get(_hash_at(root, reading)) if reading.size_bytes in sizes else None
        if twin is None:
            rest.append(reading)
        else:
            settled.append(_as(twin, reading))
    return settled, rest


def _as(twin: Reading, reading: Reading) -> Reading:
    return replace(
        reading,
        content_hash=twin.content_hash,
        width=twin.width,
        height=twin.height,
        metadata=twin.metadata,
    )


def _measured(root: Path, path: str) -> tuple[Reading, int]:
    try:
        facts = (root / path).stat()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Reading(path, 0, 0, reason=f"the file cannot be opened ({reason})"), 0
    return Reading(path, facts.st_size, bounded(facts.st_mtime_ns)), facts.st_ctime_ns


def _fitting(reading: Reading, memories: Sequence[Mapping[str, Reading]]) -> Reading | None:
    for memory in memories:
        known = memory.get(reading.path)
        if known is not None and _measure(known) == _measure(reading):
            return known
    return None


def _measure(reading: Reading) -> tuple[int, int]:
    return reading.size_bytes, reading.modified_ns


def _hash_at(root: Path, reading: Reading) -> str:
    """Return the hash of a file's bytes, or "" where it cannot be read; decoding then says why."""
    try:
        return content_hash((root / reading.path).read_bytes())
    except OSError:
        return ""
