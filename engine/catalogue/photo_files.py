"""Finding files: one walk through a folder, safe from links that lead in circles."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.access import Role, leads_out, require, require_folder
from engine.catalogue.photo import Skipped, stays_inside
from engine.errors import CatalogueError

TABLE_SUFFIXES = {".csv", ".tsv", ".jsonl", ".ndjson"}
# Extensions that say "no photo". Any other file is kept, so that a photo that cannot be read is
# reported, and so is a film or a song.
_DOCUMENTS = (
    ".txt .md .rst .html .htm .xml .json .yaml .yml .toml .ini .cfg .log .lock .pdf .doc .docx"
    " .xls .xlsx .parquet .npy .npz .pkl .h5 .keras .onnx .db .sqlite .sqlite3 .zip .tar .gz .7z"
    " .py .ipynb .js .css .sh .xmp .aae .thm .part .crdownload"
)
_NO_PHOTO = TABLE_SUFFIXES.union(_DOCUMENTS.split())
# Endings of files that may be tables, or be about one photo each.
_PERHAPS = {".txt", ".json"}
_BESIDE = _PERHAPS | {".xmp"}
_FURNITURE = {"thumbs.db", "desktop.ini", "__macosx", "@eadir"}
# Bins of systems and servers, and what other programs make of photos that lie there as well.
_BINS = {"$recycle.bin", "#recycle", "@recycle", "recycler", "recycled", "lost+found"}
_CACHES = {"#snapshot", "@eadir", "@thumb", "@__thumb", "lightroom previews.lrdata"}
_LIBRARY_CACHES = {"resources", "thumbnails", "previews", "database", "private", "external"}
# A folder with this file is a collection of ours: its thumbnails are nobody's photos.
_COLLECTION_MARK = "catalogue.sqlite"


@dataclass(slots=True)
class FoundFiles:
    """What lies below a folder, as POSIX paths relative to it.

    Parameters
    ----------
    photos
        Files that may be photos, sorted.
    tables
        Files in the folder itself or one folder below that are tables by their endings, or may be
        (text, JSON), sorted.
    beside
        Files anywhere that may tell of a photo in the same folder (text, JSON, XMP), sorted.
    skipped
        What could not be looked at.
    n_documents
        Files whose extension says that they are no photos, and no table to be read.
    """

    photos: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    n_documents: int = 0


def find_files(root: Path) -> FoundFiles:
    """Look through a folder and everything below it.

    Hidden files, and files whose extension says that they are no photos, are passed over in
    silence. A folder that several links lead to is entered once, by its own path if it has one
    below `root`.

    Raises
    ------
    CatalogueError
        When `root` is no folder, or cannot be opened.
    """
    found = FoundFiles()
    # Real folders come first, links last: what a link repeats was then seen by its own path.
    folders, links = deque([""]), deque[str]()
    seen: set[tuple[int, int]] = set()
    while folders or links:
        below = folders.popleft() if folders else links.popleft()
        try:
            entries = _enter(root, below, seen)
        except OSError as error:
            if not below:
                raise _unopened(root, error) from error
            found.skipped.append(Skipped(below.rstrip("/"), f"cannot be opened ({error.strerror})"))
            continue
        for entry in entries:
            path = below + entry.name
            if _is_library_cache(below, entry.name):
                continue
            if entry.is_symlink() and leads_out(entry.path):
                found.skipped.append(Skipped(path, "a link out of the folders that may be read"))
            elif _leads_to(entry.is_dir):
                (links if entry.is_symlink() else folders).append(f"{path}/")
            else:
                _sort_in(found, path, entry)
    found.photos.sort()
    found.tables.sort()
    found.beside.sort()
    found.skipped.sort(key=lambda skip: skip.path)
    return found


def names_elsewhere(paths: Iterable[str]) -> FoundFiles:
    """Sort the names of files that no folder of this machine holds, as `find_files` does.

    Examples
    --------
    >>> found = names_elsewhere(["b.jpg", "a/1.jpg?w=300", ".hidden/2.jpg", "list.csv", "../3.jpg"])
    >>> found.photos, found.n_documents, found.skipped
    (['a/1.jpg?w=300', 'b.jpg'], 1, [Skipped(path='../3.jpg', reason='leads out of its folder')])
    """
    found = FoundFiles()
    for path in sorted(set(paths)):
        suffix = os.path.splitext(path.partition("?")[0])[1].lower()
        if not stays_inside(path):
            found.skipped.append(Skipped(path, "leads out of its folder"))
        elif suffix in _NO_PHOTO:
            found.n_documents += 1
        elif not any(map(_is_hidden, path.split("/"))):
            found.photos.append(path)
    return found


def list_folder(folder: Path) -> tuple[list[str], int]:
    """Return the names of the folders inside one and how many files lie there, for a chooser.

    Hidden ones are left out.

    Raises
    ------
    CatalogueError
        When it is no folder, or cannot be opened.
    """
    require(Role.OWNER)
    require_folder(folder)
    try:
        with os.scandir(folder) as scan:
            shown = [each for each in scan if not _is_hidden(each.name) and _is_text(each.name)]
            folders = [each.name for each in shown if _leads_to(each.is_dir)]
    except OSError as error:
        raise _unopened(folder, error) from error
    return sorted(folders, key=str.casefold), len(shown) - len(folders)


def _enter(root: Path, below: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """Return what to look at in a folder; nothing, when it was seen or is a collection of ours."""
    folder = os.path.join(root, below)
    status = os.stat(folder)
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return []
    seen.add(identity)
    with os.scandir(folder) as scan:
        entries = [entry for entry in scan if not _is_hidden(entry.name)]
    return [] if any(entry.name == _COLLECTION_MARK for entry in entries) else entries


def _is_hidden(name: str) -> bool:
    name = name.lower()
    is_cache = name in _CACHES or name.endswith(".lrdata")
    return name.startswith(".") or name in _FURNITURE or name in _BINS or is_cache


def _is_library_cache(below: str, name: str) -> bool:
    """Tell whether a folder of a photo library of macOS holds what was made of its originals."""
    library = below.rstrip("/").rpartition("/")[2].lower()
    is_library = library.endswith((".photoslibrary", ".migratedphotolibrary", ".aplibrary"))
    return is_library and name.lower() in _LIBRARY_CACHES


def _sort_in(found: FoundFiles, path: str, entry: os.DirEntry[str]) -> None:
    """Put a file where it belongs."""
    suffix = os.path.splitext(entry.name)[1].lower()
    if suffix in _NO_PHOTO:
        if suffix in _BESIDE and _is_text(path) and _leads_to(entry.is_file):
            found.beside.append(path)
        if (suffix in TABLE_SUFFIXES or suffix in _PERHAPS) and path.count("/") <= 1:
            found.tables.append(path)
        else:
            found.n_documents += 1
    elif not _is_text(path):
        name = path.encode("utf-8", "backslashreplace").decode()
        found.skipped.append(Skipped(name, "its name is no valid UTF-8, rename it"))
    elif _leads_to(entry.is_file):
        found.photos.append(path)
    elif entry.is_symlink():
        found.skipped.append(Skipped(path, "a link that leads nowhere"))
    else:
        found.skipped.append(Skipped(path, "not a regular file"))


def _leads_to(is_kind: Callable[[], bool]) -> bool:
    """Ask a directory entry for its kind; a link that leads to itself has none."""
    try:
        return is_kind()
    except OSError:
        return False


def _is_text(path: str) -> bool:
    """Return whether a path is valid Unicode; other bytes come from the system as surrogates."""
    if path.isascii():
        return True
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unopened(root: Path, error: OSError) -> CatalogueError:
    if isinstance(error, FileNotFoundError):
        return CatalogueError("no such folder", value=root, remedy="Check the path")
    if isinstance(error, NotADirectoryError):
        return CatalogueError("not a folder", value=root, remedy="Name the folder of the photos")
    return CatalogueError(f"the folder cannot be opened ({error.strerror})", value=root)
