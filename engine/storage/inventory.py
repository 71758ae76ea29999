"""What a folder holds, before anything is made of it: photos, what is said of them, the rest."""

from __future__ import annotations

import posixpath
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from engine import config
from engine.access import require_folder
from engine.catalogue import Source, find_files, read_source
from engine.encoders import Encoder
from engine.errors import CatalogueError
from engine.images import looks_like_photo
from engine.storage.embedder import embed_files
from engine.storage.journal import Journal, Reading
from engine.storage.order import absolute

_N_TRIED = 16
_SECONDS_TO_START = 3.0  # of the program that does the work, with its libraries


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was found in a folder; nothing was decoded for it.

    Attributes
    ----------
    root
        The folder.
    photos
        Files that look like photos, as paths below it.
    n_folders
        Folders that they lie in.
    n_bytes
        Of the photos together.
    n_others
        Files that do not look like photos; tables, and files about one photo, are not among them.
    tables
        Files that may be tables, as paths below the folder.
    used
        Those that tell of the photos.
    n_captions
        Captions in them.
    n_unplaced
        Lines of them that could not be used.
    unused
        Of the other tables, each with the reason why nothing is taken from it.
    undecided
        Why a person has to choose among several tables; "" where nobody has to.
    n_sidecars
        Files beside photos that tell of one alone.
    """

    root: Path
    photos: tuple[str, ...]
    n_folders: int
    n_bytes: int
    n_others: int
    tables: tuple[str, ...]
    used: tuple[str, ...]
    n_captions: int
    n_unplaced: int
    unused: tuple[str, ...] = ()
    undecided: str = ""
    n_sidecars: int = 0


def take_inventory(photos: Path | str, captions: Path | str | None = None) -> Inventory:
    """Look through a folder as a build would, without opening a photo.

    Parameters
    ----------
    photos
        The folder.
    captions
        The table about its photos; None for the one that is found in it.

    Raises
    ------
    CatalogueError
        When the folder cannot be read, or `captions` tells of none of its photos.
    """
    require_folder(photos)
    if captions is not None:
        require_folder(absolute(photos) / captions)
    root = absolute(photos)
    found = find_files(root)
    likely = [path for path in found.photos if looks_like_photo(root / path)]
    undecided = ""
    try:
        source = read_source(root, captions)
    except CatalogueError as error:
        if captions is not None:
            raise
        source, undecided = Source(root, [], []), str(error)
    sidecars = {path for paths in source.sidecars.values() for path in paths}
    tables = [path for path in found.tables if path not in sidecars]
    told_of = {table.path for table in source.tables}
    n_others = found.n_documents + len(found.tables) - len(sidecars)
    n_others -= sum(path in told_of for path in tables)
    return Inventory(
        root=root,
        photos=tuple(likely),
        n_folders=len({posixpath.dirname(path) for path in likely}),
        n_bytes=sum((root / path).stat().st_size for path in likely),
        n_others=n_others + len(found.photos) - len(likely) + len(found.skipped),
        tables=tuple(tables),
        used=tuple(table.path for table in source.tables if not table.reason),
        n_captions=sum(len(record.captions) for record in source.records),
        n_unplaced=sum(table.n_left_out for table in source.tables),
        unused=tuple(f"{each.path}: {each.reason}" for each in source.tables if each.reason),
        undecided=undecided,
        n_sidecars=len(sidecars),
    )


def estimate_seconds(inventory: Inventory, encoder: Encoder) -> float:
    """Return about how long indexing takes on this machine: a few of the photos are tried.

    Parameters
    ----------
    inventory
        What is to be indexed.
    encoder
        The model that will look at the photos.
    """
    n_photos = len(inventory.photos)
    tried = inventory.photos[:: max(n_photos // _N_TRIED, 1)][:_N_TRIED]
    if not tried:
        return _SECONDS_TO_START
    unread = [Reading(path, size_bytes=0, modified_ns=0) for path in tried]
    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder), {})
        begin = time.perf_counter()
        embed_files(
            unread,
            inventory.root,
            encoder,
            journal,
            known=frozenset(),
            thumbnail_px=config.THUMBNAIL_PX,
        )
        seconds = time.perf_counter() - begin
    return _SECONDS_TO_START + seconds / len(tried) * n_photos
