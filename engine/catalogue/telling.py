"""What a table tells about the photos of a folder, gathered photo by photo."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from os.path import relpath
from pathlib import Path

from engine.catalogue.columns import Choice, recognise
from engine.catalogue.naming import PhotoNames
from engine.catalogue.photo import PhotoRecord, Skipped
from engine.catalogue.postings import fold
from engine.catalogue.table import Cell, Table, is_empty
from engine.errors import CatalogueError

# So many lines show whether a table that nobody named speaks of these photos.
_N_TRIED_LINES = 200
_URL = re.compile(r"(?:[a-z]+://|www\.)\S+", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r"[,;|]")


class Telling:
    """A table, read as a list of things said about photos.

    Parameters
    ----------
    table
        The table; several lines may tell of one photo.
    root
        The folder of the photos.
    names
        The photos.
    choice
        Column names by meaning, where their names don't tell (see `columns.recognise`).
    is_named
        Whether a person named the table. If not, its first lines must speak of the photos.

    Raises
    ------
    CatalogueError
        When no line of the table names a photo, or it has no column of a chosen name.
    """

    def __init__(
        self, table: Table, root: Path, names: PhotoNames, choice: Choice | None, *, is_named: bool
    ) -> None:
        self.table = table
        self.skipped: list[Skipped] = []
        self._names = names
        self._columns = recognise(table.columns, choice)
        folder = Path(relpath(table.path.parent, root)).as_posix()
        self._folder = "" if folder == "." else folder
        self._captions: dict[str, list[str]] = {}
        self._tags: dict[str, list[str]] = {}
        self._attributes: dict[str, dict[str, str]] = {}
        self._ids: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._shared_ids: set[str] = set()
        self._check(None if is_named else _N_TRIED_LINES)

    def read(self) -> None:
        """Read the table from its first line to its last."""
        for number, cells in self.table.rows(self.skipped):
            photos = self._photos_named(cells)
            if len(photos) == 1:
                self._gather(photos[0], cells)
            else:
                self.skipped.append(self._unplaced(number, cells, photos))

    def record(self, path: str) -> PhotoRecord:
        """Return what the table tells about a photo; nothing, when no line names it."""
        attributes = self._attributes.get(path, {})
        photo_id = self._ids.get(path)
        if photo_id in self._shared_ids:
            # An id of several photos (a product's, say) names none of them, but tells of each.
            attributes = {self._id_column: photo_id, **attributes}
            photo_id = None
        return PhotoRecord(
            path,
            photo_id,
            distinct(self._captions.get(path, ())),
            attributes,
            distinct(self._tags.get(path, ())),
        )

    @property
    def _id_column(self) -> str:
        assert self._columns.photo_id is not None
        return self.table.columns[self._columns.photo_id]

    def _check(self, n_lines: int | None) -> None:
        """Raise unless one of the first lines names a photo."""
        lines = islice(self.table.rows([]), n_lines) if self._columns.naming else ()
        if not any(self._photos_named(cells) for _, cells in lines):
            raise CatalogueError(
                "no line of the table names a photo of the folder",
                value=self.table.path,
                remedy="Say which column holds the photo's file name or id;"
                f" there are: {', '.join(self.table.columns)}",
            )

    def _photos_named(self, cells: Sequence[Cell]) -> list[str]:
        """Return the photo that a line is about; none, or several that its name fits equally."""
        photos: list[str] = []
        for name in self._names_in(cells):
            photos = self._names.find(name, self._folder) or photos
            if len(photos) == 1:
                break
        return photos

    def _names_in(self, cells: Sequence[Cell]) -> list[str]:
        return [name for column in self._columns.naming for name in _texts(cells[column])]

    def _unplaced(self, number: int, cells: Sequence[Cell], photos: Sequence[str]) -> Skipped:
        line = self.table.line(number)
        names = self._names_in(cells)
        if not names:
            return Skipped(line, "names no photo")
        if photos:
            return Skipped(names[0], f"may mean {' or '.join(photos[:3])} ({line})")
        return Skipped(names[0], f"no such photo ({line})")

    def _gather(self, path: str, cells: Sequence[Cell]) -> None:
        columns = self._columns
        captions = self._captions.setdefault(path, [])
        for column in columns.captions:
            captions += _texts(cells[column])
        for column in columns.tags:
            self._tags.setdefault(path, []).extend(_tags(cells[column]))
        attributes = self._attributes.setdefault(path, {})
        for column in columns.attributes:
            value = ", ".join(_texts(cells[column]))
            if not is_empty(value) and not _URL.match(value):
                attributes.setdefault(self.table.columns[column], value)
        if columns.photo_id is not None:
            self._gather_id(path, ", ".join(_texts(cells[columns.photo_id])))

    def _gather_id(self, path: str, photo_id: str) -> None:
        if is_empty(photo_id):
            return
        self._ids.setdefault(path, photo_id)
        if self._owners.setdefault(photo_id, path) != path:
            self._shared_ids.add(photo_id)


def distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts without repetitions, the first spelling of each, in order.

    Examples
    --------
    >>> distinct(["Red", "dress", "red"])
    ('Red', 'dress')
    """
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(fold(text), text)
    return tuple(first.values())


def _texts(cell: Cell) -> tuple[str, ...]:
    if isinstance(cell, str):
        return (cell,) if cell else ()
    return cell


def _tags(cell: Cell) -> list[str]:
    """Return the tags in a cell; those in one text are separated by commas, semicolons or bars."""
    pieces = [piece.strip() for text in _texts(cell) for piece in _BETWEEN_TAGS.split(text)]
    return [piece for piece in pieces if not is_empty(piece)]
