"""Reading a source: a folder, a folder per class, or a folder and a table about its photos."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from os.path import abspath
from pathlib import Path

from engine.catalogue.columns import Choice
from engine.catalogue.photo import PhotoRecord, Skipped, Source
from engine.catalogue.photo_facts import distinct
from engine.catalogue.photo_files import FoundFiles, find_files
from engine.catalogue.photo_reference import PhotoNames
from engine.catalogue.sidecar_names import find_sidecars
from engine.catalogue.tables import Tables

_WORD = re.compile(r"[^\W_]+")


def read_source(
    photos: Path | str, captions: Path | str | None = None, *, columns: Choice | None = None
) -> Source:
    r"""Find the photos of a folder and what tables say about them; no photo is opened.

    Without a table each photo of a sub-folder gets the attribute ``folder`` and the folder's words
    as tags, if there are photos in several. Tables are looked for in the folder and one folder
    below it; of their lines, several about one photo give it several captions. Where some hold
    captions these win, and of the others only tags are taken. Photos that no line names are in the
    source too, without captions.

    Parameters
    ----------
    photos
        The folder; everything below it belongs to it.
    captions
        A CSV, TSV, JSON or JSONL file, wherever it lies. None: the tables in the folder whose
        lines name its photos, if there are any.
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
        several tables in the folder hold captions of the same photos.

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
    return source_of(root, find_files(root), captions, columns)


def source_of(
    root: Path, found: FoundFiles, captions: Path | str | None, columns: Choice | None
) -> Source:
    """Return the photos among some files, and what tables say about them; see `read_source`."""
    names = PhotoNames(found.photos)
    tables = Tables(root, names, columns)
    sidecars = find_sidecars(found.photos, found.beside)
    about_one = {path for paths in sidecars.values() for path in paths}
    if captions is None:
        tables.look_for(path for path in found.tables if path not in about_one)
    else:
        tables.take(Path(abspath(captions)))
    if tables.main:
        records = [tables.record(path) for path in found.photos]
    else:
        records = _folder_records(found.photos)
    # Each path once and in order, as a catalogue keeps them.
    skipped: dict[str, Skipped] = {}
    for skip in (*found.skipped, *(skip for each in tables.used for skip in each.skipped)):
        skipped.setdefault(skip.path, skip)
    return Source(
        root,
        records,
        [skipped[path] for path in sorted(skipped)],
        tuple(tables.reports),
        sidecars,
    )


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
