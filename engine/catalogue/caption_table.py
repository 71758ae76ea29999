"""What every table of captions can do, and what a file must be to be one."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from engine.catalogue.photo import Skipped
from engine.errors import CatalogueError

# A cell is text; in JSON it may also be a list of texts.
Cell = str | tuple[str, ...]
IsPhoto = Callable[[str], bool]
MAX_BYTES = 2**31
# Written out so often that it means "nothing here".
_EMPTY = {"", "na", "n/a", "nan", "null", "none"}
_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or a zip"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "packed with gzip"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
    (b"\x89HDF", "an HDF5 file"),
)
_UTF16_AND_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


class Table(Protocol):
    """A table of a folder, read as often as asked.

    Attributes
    ----------
    path
        Its file.
    columns
        Names of its columns.
    remarks
        What a person should know of how it was read.
    """

    path: Path
    columns: list[str]
    remarks: list[str]

    def rows(
        self, skipped: list[Skipped], names_photo: Callable[[Sequence[Cell]], bool]
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each line's number and its cells, one for each of `columns`.

        Parameters
        ----------
        skipped
            Where lines that cannot be used are reported.
        names_photo
            Tells whether a line is about a photo of the folder. Such a line is never taken for
            the continuation of another one whose quote was not closed.
        """

    def line(self, number: int) -> str:
        """Return how a person finds a line."""


def check_kind(path: Path) -> None:
    """Refuse what is no text before any of it is read as such; devices and pipes never end.

    Raises
    ------
    CatalogueError
        With the kind of file it is.
    OSError
        When it cannot be opened.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode) and not stat.S_ISDIR(facts.st_mode):
        raise CatalogueError("the table is no regular file", value=path, remedy="Name a CSV file")
    if facts.st_size > MAX_BYTES:
        raise CatalogueError(
            f"the table has {facts.st_size / 2**30:.1f} GiB, over the limit of"
            f" {MAX_BYTES // 2**30} GiB",
            value=path,
            remedy="Split it, or leave columns out",
        )
    with path.open("rb") as file:
        begin = file.read(4096)
    kind = next((name for mark, name in _KINDS if begin.startswith(mark)), None)
    if kind is None and begin.count(0) * 4 >= max(len(begin), 1):
        kind = None if _is_utf16(begin) else "no text"
    if kind is not None:
        raise CatalogueError(
            f"this is no table of captions but {kind}",
            value=path,
            remedy="Save the table as CSV, TSV, JSON or JSONL",
        )


def _is_utf16(begin: bytes) -> bool:
    is_marked = begin.startswith(_UTF16_AND_32)
    return is_marked or not min(begin[0::2].count(0), begin[1::2].count(0))


def tidy(text: str) -> str:
    """Return a text on one line, without control characters and what is no valid Unicode."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() or ord(c) > 159 else " " for c in text).split())


def is_empty(text: str) -> bool:
    """Return whether a cell's text says nothing.

    Examples
    --------
    >>> [is_empty(text) for text in ("", "NaN", "N/A", "0", "Navy")]
    [True, True, True, False, False]
    """
    return text.lower() in _EMPTY
