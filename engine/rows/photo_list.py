"""The photos to be embedded, wherever they lie, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.catalogue import PhotoRecord, Skipped, TableReport, read_source, source_of
from engine.progress import Report, Step
from engine.rows.remote import RemoteFolder, is_address, read_addresses
from engine.storage.embedder import PhotoRoot
from engine.storage.findings import measured
from engine.storage.journal import Reading
from engine.storage.manifest import Origin
from engine.storage.order import absolute
from engine.storage.sidecars import Sidecars, read_sidecars


@dataclass(frozen=True, slots=True)
class PhotoList:
    """Photos by path, and what is said of them.

    Attributes
    ----------
    origin
        Where they and their texts are: a folder or an address, and a table.
    records, readings
        What is said of each photo, and its file's size and time.
    sidecars
        What files beside them say.
    skipped
        What is no photo, with reasons.
    tables
        What became of each table of captions.
    """

    origin: Origin
    records: Sequence[PhotoRecord]
    readings: Sequence[Reading]
    sidecars: Sidecars
    skipped: Sequence[Skipped]
    tables: Sequence[TableReport]


def open_root(root: str) -> PhotoRoot:
    """Return the folder at a path or an address."""
    return RemoteFolder(root) if is_address(root) else Path(root)


def list_photos(
    photos: Path | str,
    captions: Path | str | None,
    columns: Mapping[str, str] | None,
    report: Report,
) -> PhotoList:
    """List photos; none is opened.

    Parameters
    ----------
    photos
        A folder, the address of one, or a file with one address a line.
    captions, columns
        See `engine.catalogue.read_source`. Beside an address no table is looked for.
    report
        Hears how far it is.

    Raises
    ------
    CatalogueError
        When the photos cannot be listed, or the table cannot be read.
    """
    table = absolute(captions) if captions else None
    if is_address(photos) or Path(photos).is_file():
        return _elsewhere(photos, table, columns, report)
    source = read_source(absolute(photos), table, columns=columns)
    sidecars = read_sidecars(source)
    step = Step(report, "looking at files", len(source.records))
    readings = []
    for done, record in enumerate(source.records, start=1):
        readings.append(measured(source.root, record.path)[0])
        step.at(done)
    return PhotoList(
        Origin(str(source.root), str(table) if table else None, columns),
        source.records,
        readings,
        sidecars,
        [*source.skipped, *sidecars.skipped],
        [*source.tables, *sidecars.reports],
    )


def _elsewhere(
    photos: Path | str, table: Path | None, columns: Mapping[str, str] | None, report: Report
) -> PhotoList:
    step = Step(report, "listing photos", 1)
    known: dict[str, Reading] = {}
    if is_address(photos):
        root = RemoteFolder(str(photos))
        found, known = root.find()
    else:
        root, found = read_addresses(Path(photos))
    step.at(1)
    beside = table.parent if table else Path()
    source = source_of(beside, replace(found, tables=[], beside=[]), table, columns)
    return PhotoList(
        Origin(root.address, str(table) if table else None, columns),
        source.records,
        [known.get(record.path) or Reading(record.path, 0, 0) for record in source.records],
        Sidecars({}, frozenset(), [], []),
        source.skipped,
        list(source.tables),
    )
