"""Reading a source: a folder, a folder per class, or a folder and a table about its photos."""

from __future__ import annotations

import logging
import posixpath
import re
from collections.abc import Sequence
from os.path import abspath, relpath
from pathlib import Path

from engine.catalogue.columns import Choice
from engine.catalogue.folder import find_files
from engine.catalogue.naming import PhotoNames
from engine.catalogue.photo import PhotoRecord, Skipped, Source
from engine.catalogue.table import Table
from engine.catalogue.telling import Telling, distinct
from engine.errors import CatalogueError

_WORD = re.compile(r"[^\W_]+")
_log = logging.getLogger(__name__)


def read_source(
    photos: Path | str, captions: Path | str | None = None, *, columns: Choice | None = None
) -> Source:
    r"""Find the photos of a folder and what is said about them; no photo is opened.

    Without a table each photo of a sub-folder gets the attribute ``folder`` and the folder's words
    as tags, if there are photos in several. A table is looked for in the folder and one folder
    below it; of its lines, several about one photo give it several captions. Photos that no line
    names are in the source too, without captions.

    Parameters
    ----------
    photos
        The folder; everything below it belongs to it.
    captions
        A CSV, TSV or JSONL file, wherever it lies. None: the one table in the folder whose lines
        name its photos, if there is one.
    columns
        Column names by meaning (``photo``, ``id``, ``caption``, ``tags``) where their names don't
        tell.

    Returns
    -------
    Source
        Table lines that name no photo, or cannot be read, are among `Source.skipped`.

    Raises
    ------
    CatalogueError
        When the folder or the table cannot be read, no line of `captions` names a photo, or
        several tables in the folder do.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     folder = Path(name)
    ...     _ = (folder / "7.jpg").write_bytes(b"...")
    ...     _ = (folder / "shop.csv").write_text("sku,title,colour\n7,Leather boots,Brown\n")
    ...     read_source(folder).records
    [PhotoRecord(path='7.jpg', photo_id='7', captions=('Leather boots',),
                 attributes={'colour': 'Brown'}, tags=())]
    """
    root = Path(abspath(photos))
    found = find_files(root)
    names = PhotoNames(found.photos)
    candidates = (
        [root / table for table in found.tables] if captions is None else [Path(abspath(captions))]
    )
    telling = _telling(root, names, candidates, columns, is_named=captions is not None)
    if telling is None:
        return Source(root, _folder_records(found.photos), found.skipped)
    telling.read()
    records = [telling.record(path) for path in found.photos]
    # Each path once and in order, as a catalogue keeps them.
    skipped: dict[str, Skipped] = {}
    for skip in (*found.skipped, *telling.skipped):
        skipped.setdefault(skip.path, skip)
    return Source(root, records, [skipped[path] for path in sorted(skipped)], telling.table.path)


def _folder_records(paths: Sequence[str]) -> list[PhotoRecord]:
    """Return records that know only where they lie."""
    folders = {posixpath.dirname(path) for path in paths}
    if len(folders) < 2:
        return [PhotoRecord(path) for path in paths]
    tags = {folder: distinct(_WORD.findall(folder.lower())) for folder in folders}
    return [
        PhotoRecord(path, attributes={"folder": folder}, tags=tags[folder])
        if (folder := posixpath.dirname(path))
        else PhotoRecord(path)
        for path in paths
    ]


def _telling(
    root: Path, names: PhotoNames, tables: Sequence[Path], columns: Choice | None, *, is_named: bool
) -> Telling | None:
    """Return what the one table that speaks of the photos tells; None without such a table."""
    tellings = []
    for path in tables:
        try:
            tellings.append(Telling(Table(path), root, names, columns, is_named=is_named))
        except CatalogueError as error:
            if is_named:
                raise
            _log.info("passed over: %s", error)
    if len(tellings) > 1:
        raise CatalogueError(
            "several tables speak of these photos",
            value=", ".join(relpath(telling.table.path, root) for telling in tellings),
            remedy="Say which one holds the captions",
        )
    if columns and not tellings:
        raise CatalogueError(
            "no table in the folder has these columns and names its photos",
            value=", ".join(map(str, columns.values())),
            remedy="Say which file holds the captions",
        )
    return tellings[0] if tellings else None
