"""What the files turn out to be, learned by reading as few of them as possible.

What is known already is told by size and times first, by content where those differ.
"""

from __future__ import annotations

import time
from collections.abc import Collection as Many
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine import config
from engine.catalogue import Photo, PhotoRecord, Skipped, Source, TableReport
from engine.durable import read_json
from engine.images import NOT_OPENED, Metadata, content_hash
from engine.progress import Step
from engine.storage.embedder import embed_files
from engine.storage.journal import Journal, Reading
from engine.storage.order import Order
from engine.storage.row_match import completed
from engine.storage.sidecars import Sidecars, read_sidecars
from engine.storage.snapshot import bounded

# What a build keeps of the files it looked at, besides its catalogue.
UNREADABLE = "unreadable.json"
METADATA = "metadata.json"


@dataclass(frozen=True, slots=True)
class Findings:
    """What the files turned out to be.

    Attributes
    ----------
    wanted
        The readable photos.
    skipped
        Everything left out, by path.
    tables
        What became of each table of captions, and of files beside photos by their kind.
    unreadable
        The files among `skipped`.
    n_read
        Files that had to be read and decoded in this run.
    n_embedded
        Contents that went through the model in this run.
    began_ns
        When the look at the files began, in nanoseconds since 1970.
    n_doubted
        Known photos whose bytes were compared, because their files were touched.
    """

    wanted: list[tuple[PhotoRecord, Reading]]
    skipped: list[Skipped]
    tables: list[TableReport]
    unreadable: list[Reading]
    n_read: int
    n_embedded: int
    began_ns: int = 0
    n_doubted: int = 0


def find_out(order: Order, source: Source, journal: Journal, before: Sequence[Photo]) -> Findings:
    """Learn of every file what it is.

    Parameters
    ----------
    order
        The build.
    source
        Its photos, as they lie there now.
    journal
        Takes the embeddings of what is new.
    before
        The live photos of the build that stands there.
    """
    paths = [record.path for record in source.records]
    began_ns = time.time_ns()
    step = Step(order.report, "looking at files", len(paths))
    seen, touched = _look(source.root, paths, step, since_ns=order.looked_ns)
    hashes = frozenset(photo.content_hash for photo in before if order.reusable)
    known = _known(order, before)
    unreadable = _read_unreadable(order.older.build) if order.older and order.is_update else {}
    untouched = {path: known[path] for path in known.keys() - touched}
    settled, unread = _remembered(seen, [untouched, _backed(journal, hashes), unreadable])
    twins, unread = _recognised(unread, source.root, known.values())
    n_journalled = len(journal.hashes)
    embed_files(
        unread,
        source.root,
        order.model.encoder,
        journal,
        known=hashes,
        thumbnail_px=config.THUMBNAIL_PX,
        at=Step(order.report, "embedding photos", len(unread)).at,
    )
    readings = {reading.path: reading for reading in (*settled, *twins)}
    readings |= {reading.path: journal.readings[reading.path] for reading in unread}
    n_embedded = len(journal.hashes) - n_journalled
    sidecars = read_sidecars(source)
    found = _sorted_out(source, readings, sidecars, len(unread), n_embedded)
    return replace(found, began_ns=began_ns, n_doubted=len(known.keys() & touched))


def _known(order: Order, before: Sequence[Photo]) -> dict[str, Reading]:
    """Return what is known of the files of the older build."""
    # One made before files were asked for captions is read again when it is indexed anew.
    if order.reusable is None:
        return {}
    metadata = _read_metadata(order.reusable.build)
    if metadata is None and not order.is_update:
        return {}
    return {photo.path: _reading_of(photo, metadata or {}) for photo in before}


def _backed(journal: Journal, hashes: frozenset[str]) -> dict[str, Reading]:
    """Return the journal's readings, without those whose embedding was lost with another shard."""
    embedded = journal.hashes | hashes
    return {
        path: reading
        for path, reading in journal.readings.items()
        if reading.reason or reading.content_hash in embedded
    }


def _sorted_out(
    source: Source,
    readings: Mapping[str, Reading],
    sidecars: Sidecars,
    n_read: int,
    n_embedded: int,
) -> Findings:
    pairs = [
        (_told(record, readings, sidecars), readings[record.path]) for record in source.records
    ]
    unreadable = [reading for _, reading in pairs if reading.reason is not None]
    reported = [Skipped(reading.path, reading.reason or "") for reading in unreadable]
    return Findings(
        wanted=[(record, reading) for record, reading in pairs if reading.reason is None],
        skipped=sorted([*source.skipped, *sidecars.skipped, *reported], key=lambda each: each.path),
        tables=[*source.tables, *sidecars.reports],
        unreadable=unreadable,
        n_read=n_read,
        n_embedded=n_embedded,
    )


def _told(record: PhotoRecord, readings: Mapping[str, Reading], sidecars: Sidecars) -> PhotoRecord:
    own = readings[record.path].metadata
    return completed(record, sidecars.about(record.path, own["attributes"] if own else {}))


def _reading_of(photo: Photo, metadata: Mapping[str, Metadata]) -> Reading:
    return Reading(
        photo.path,
        photo.size_bytes,
        photo.modified_ns,
        photo.content_hash,
        photo.width,
        photo.height,
        metadata=metadata.get(photo.content_hash),
    )


def _read_unreadable(build: Path) -> dict[str, Reading]:
    """Return the files a build could not read, by path; none where that is not known."""
    try:
        entries = read_json(build / UNREADABLE)
        return {reading.path: reading for reading in (Reading(*entry) for entry in entries)}
    except (OSError, ValueError, TypeError):
        return {}


def _read_metadata(build: Path) -> dict[str, Metadata] | None:
    """Return what a build kept of its files' metadata, by content hash; None where it kept none."""
    try:
        kept = read_json(build / METADATA)
        return {
            name: Metadata(
                captions=told["captions"], tags=told["tags"], attributes=told["attributes"]
            )
            for name, told in kept.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def _look(
    root: Path, paths: Sequence[str], step: Step, *, since_ns: int
) -> tuple[list[Reading], set[str]]:
    """Measure files without opening them; also return which were touched since `since_ns`."""
    # Touched: written, moved or given other rights, whatever a file's own date says.
    readings, touched = [], set()
    for done, path in enumerate(paths, start=1):
        reading, changed_ns = measured(root, path)
        readings.append(reading)
        if changed_ns >= since_ns:
            touched.add(path)
        step.at(done)
    return readings, touched


def _remembered(
    seen: Iterable[Reading], memories: Sequence[Mapping[str, Reading]]
) -> tuple[list[Reading], list[Reading]]:
    """Split files into those read before, by the first memory that fits, and those to be read."""
    settled, unread = [], []
    for reading in seen:
        known = reading if reading.reason else _fitting(reading, memories)
        if known is None:
            unread.append(reading)
        else:
            settled.append(known)
    return settled, unread


def _recognised(
    unread: Iterable[Reading], root: Path, known: Many[Reading]
) -> tuple[list[Reading], list[Reading]]:
    """Split files into those whose bytes are known under another name or time, and the rest."""
    # Only a file as long as a known one is opened: a moved folder costs one reading of its bytes.
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


def measured(root: Path, path: str) -> tuple[Reading, int]:
    """Return a file's size and time without opening it, and when it was last touched."""
    try:
        facts = (root / path).stat()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Reading(path, 0, 0, reason=f"{NOT_OPENED} ({reason})"), 0
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
