"""What a catalogue holds: photos, what a source says about them, and files left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LINE = re.compile(r", (?:line|entry) \d+\)?$")
# The filter key that means tags.
TAG = "tag"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of a table, that was left out, and why.

    Parameters
    ----------
    path
        The file as a person would look for it: relative to the source folder.
    reason
        One clause without a full stop.
    """

    path: str
    reason: str

    @property
    def is_line(self) -> bool:
        """Whether a line of a table is meant, and no file.

        Examples
        --------
        >>> Skipped("gone.png", "no such photo (table.csv, line 7)").is_line
        True
        >>> Skipped("a.jpg", "it is text, not a photo").is_line
        False
        """
        return any(_LINE.search(text) for text in (self.path, self.reason))


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """What a source says about a photo before its file is opened.

    Parameters
    ----------
    path
        POSIX path below the source folder.
    photo_id
        The table's own id; None when the table has none, so that the bytes name the photo.
    captions, tags
        In the source's order, without repetitions.
    attributes
        Name to value; empty values are left out.
    """

    path: str
    photo_id: str | None = None
    captions: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo that was read and is ready to be given a row.

    Parameters
    ----------
    photo_id
        Stable and unique among the live photos.
    path
        POSIX path below the source folder; never absolute, never with ``..``.
    captions, attributes, tags
        As in `PhotoRecord`.
    width, height
        Pixels of the upright photo, as decoded.
    size_bytes, modified_ns
        Size of the file, and its modification time in nanoseconds since 1970.
    content_hash
        Hexadecimal BLAKE2b-128 of the file's bytes.
    """

    photo_id: str
    path: str
    captions: tuple[str, ...]
    attributes: Mapping[str, str] = field(hash=False)
    tags: tuple[str, ...]
    width: int
    height: int
    size_bytes: int
    modified_ns: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One live row of the catalogue; the fields after `row` are those of `NewPhoto`.

    Parameters
    ----------
    row
        Position for ever: the catalogue's row, the embedding's row, the index's label.
    """

    row: int
    photo_id: str
    path: str
    captions: tuple[str, ...]
    attributes: Mapping[str, str] = field(hash=False)
    tags: tuple[str, ...]
    width: int
    height: int
    size_bytes: int
    modified_ns: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class TableReport:
    """A table that was found among the photos, or named, and what became of it.

    Parameters
    ----------
    path
        The file, relative to the source folder where it lies in it.
    reason
        Why nothing was taken from it, one clause; "" when it was used.
    n_lines
        Lines read, the header not counted; entries in JSON; of files beside photos, the files.
    n_photos
        Photos of the folder that it tells of.
    left_out
        Reason to number of lines that could not be used.
    columns
        Meaning (``photo``, ``id``, ``captions``, ``tags``, ``attributes``) to names of columns.
    remarks
        How it was read, where that is worth knowing: its encoding, a missing header.
    unit
        What was counted: ``line`` or ``file``.
    """

    path: str
    reason: str = ""
    n_lines: int = 0
    n_photos: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict, hash=False)
    columns: Mapping[str, list[str]] = field(default_factory=dict, hash=False)
    remarks: list[str] = field(default_factory=list, hash=False)
    unit: str = "line"

    @property
    def n_left_out(self) -> int:
        """Lines that could not be used."""
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of photos as it was found: what to index, and what was left out.

    Parameters
    ----------
    root
        The folder, absolute; every record's path lies below it.
    records
        By path, each file once.
    skipped
        Files and table lines left out, with reasons. Files whose extension says that they
        are no photos (``.txt``, ``.json``, …) and hidden files are not mentioned.
    tables
        Every table that was found, used or not.
    sidecars
        The files beside a photo that tell of it alone, by the photo's path; not read yet.
    """

    root: Path
    records: list[PhotoRecord]
    skipped: list[Skipped]
    tables: Sequence[TableReport] = ()
    sidecars: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)


def stays_inside(path: str) -> bool:
    """Return whether a POSIX path is relative and cannot climb out of its folder.

    Examples
    --------
    >>> stays_inside("shoes/red..boot.jpg"), stays_inside("../secret.jpg"), stays_inside("/a.jpg")
    (True, False, False)
    """
    if not path or path.startswith("/") or "\0" in path:
        return False
    return ".." not in path or ".." not in path.split("/")
