"""What the files turn out to be, learned by reading as few of them as possible."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine import config
from engine.catalogue import Photo, PhotoRecord, Skipped, Source, TableReport
from engine.images import Metadata
from engine.progress import Step
from engine.storage.build_writer import read_kept_metadata, read_unreadable
from engine.storage.embedder import embed_files
from engine.storage.journal import Journal, Reading
from engine.storage.order import Order
from engine.storage.row_match import completed
from engine.storage.sidecars import Sidecars, read_sidecars
from engine.storage.survey import look, recognised, remembered


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
    seen, touched = look(source.root, paths, step, since_ns=order.looked_ns)
    hashes = frozenset(photo.content_hash for photo in before if order.reusable)
    known = _known(order, before)
    unreadable = read_unreadable(order.older.build) if order.older and order.is_update else {}
    untouched = {path: known[path] for path in known.keys() - touched}
    settled, unread = remembered(seen, [untouched, _backed(journal, hashes), unreadable])
    twins, unread = recognised(unread, source.root, known.values())
    n_journalled = len(journal.hashes)
    embed_files(
        unread,
        source.root,
        order.model.encoder,
        journal,
        known=hashes,
        thumbnail_px=config.THUMBNAIL_PX,
        step=Step(order.report, "embedding photos", len(unread)),
    )
    readings = {reading.path: reading for reading in (*settled, *twins)}
    readings |= {reading.path: journal.readings[reading.path] for reading in unread}
    n_embedded = len(journal.hashes) - n_journalled
    sidecars = read_sidecars(source)
    found = _sorted_out(source, readings, sidecars, len(unread), n_embedded)
    return replace(found, began_ns=began_ns, n_doubted=len(known.keys() & touched))


def _known(order: Order, before: Sequence[Photo]) -> dict[str, Reading]:
    """Return what is known of the files of the older build.

    One that was made before files were asked for captions is read again when it is indexed anew.
    """
    if order.reusable is None:
        return {}
    metadata = read_kept_metadata(order.reusable.build)
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
