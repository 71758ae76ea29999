"""What a table tells about the photos of a folder, gathered photo by photo."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, KeysView, Sequence
from contextlib import suppress
from itertools import islice
from os.path import relpath
from pathlib import Path

from engine.catalogue.caption_table import Cell, Table, is_empty, tidy
from engine.catalogue.columns import Choice, listed, recognise
from engine.catalogue.markup import without_markup
from engine.catalogue.photo import PhotoRecord, Skipped, TableReport
from engine.catalogue.photo_reference import PhotoNames, whole_number
from engine.catalogue.postings import fold
from engine.catalogue.shopify import filled_in, is_shopify, telling_columns
from engine.errors import CatalogueError

# So many lines show whether a table that nobody named speaks of these photos.
_N_TRIED_LINES = 200
_URL = re.compile(r"(?:[a-z]+://|www\.)\S+", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r"[,;|]")
_MAX_LIST_CHARACTERS = 2**16


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
        self._is_shopify = is_shopify(table.columns) and not choice
        known = telling_columns(table.columns) if self._is_shopify else table.columns
        self._columns = recognise(known, choice)
        self._n_lines = 0
        self._left_out: Counter[str] = Counter()
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
        for number, cells in self._rows(self.skipped):
            self._n_lines += 1
            photos = self._photos_named(cells)
            if len(photos) == 1:
                self._gather(photos[0], cells)
            else:
                self.skipped.append(self._unplaced(number, cells, photos))
        # The reasons the table itself gave; those of lines about no photo are counted already.
        n_placeless = self._left_out.total()
        given = [skip.reason for skip in self.skipped]
        self._n_lines += len(given) - n_placeless
        for reason in given:
            if _UNPLACED.search(reason) is None:
                self._left_out[_kind_of(reason)] += 1

    @property
    def photos(self) -> KeysView[str]:
        """The photos it tells of."""
        return self._captions.keys()

    @property
    def has_captions(self) -> bool:
        """Whether it holds a caption of any photo."""
        return any(self._captions.values())

    @property
    def has_tags(self) -> bool:
        """Whether it holds a tag of any photo."""
        return any(self._tags.values())

    def tags_of(self, path: str) -> Sequence[str]:
        """Return the tags of a photo, as they stand there."""
        return self._tags.get(path, ())

    @property
    def says_anything(self) -> bool:
        """Whether it says more of any photo than its name."""
        return bool(
            self.has_captions or self.has_tags or self._ids or any(self._attributes.values())
        )

    def report(self, root: Path, reason: str = "") -> TableReport:
        """Return what a person is told of the table, once it was read."""
        return TableReport(
            shown_path(self.table.path, root),
            reason,
            self._n_lines,
            len(self._captions),
            dict(self._left_out),
            self._columns.named(self.table.columns),
            list(self.table.remarks),
        )

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
        lines = islice(self._rows([]), n_lines) if self._columns.naming else ()
        if not any(self._photos_named(cells) for _, cells in lines):
            raise CatalogueError(
                "no line of the table names a photo of the folder",
                value=self.table.path,
                remedy="Say which column holds the photo's file name or id;"
                f" there are: {listed(self.table.columns)}"
                if len(self.table.columns) > 1
                else "Check that it is the right file",
            )

    def _rows(self, skipped: list[Skipped]) -> Iterator[tuple[int, list[Cell]]]:
        rows = self.table.rows(skipped, lambda cells: bool(self._photos_named(cells)))
        return filled_in(rows, self.table.columns) if self._is_shopify else rows

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
            self._left_out["names no photo"] += 1
            return Skipped(line, "names no photo")
        if photos:
            self._left_out["may mean several photos"] += 1
            return Skipped(names[0], f"may mean {' or '.join(photos[:3])} ({line})")
        self._left_out["no such photo"] += 1
        return Skipped(names[0], f"no such photo ({line})")

    def _gather(self, path: str, cells: Sequence[Cell]) -> None:
        columns = self._columns
        captions = self._captions.setdefault(path, [])
        for column in columns.captions:
            captions += _plain_texts(cells[column])
        for column in columns.tags:
            self._tags.setdefault(path, []).extend(_tags(cells[column]))
        attributes = self._attributes.setdefault(path, {})
        for column in columns.attributes:
            value = ", ".join(_plain_texts(cells[column]))
            if not is_empty(value) and not _URL.match(value):
                attributes.setdefault(self.table.columns[column], value)
        if columns.photo_id is not None:
            self._gather_id(path, ", ".join(_texts(cells[columns.photo_id])))

    def _gather_id(self, path: str, photo_id: str) -> None:
        if is_empty(photo_id):
            return
        photo_id = whole_number(photo_id)
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


def shown_path(path: Path, root: Path) -> str:
    """Return how a person finds a file: below the folder of the photos, or by its whole path."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


_UNPLACED = re.compile(r"^(?:names no photo$|may mean |no such photo )")


def _kind_of(reason: str) -> str:
    """Return what reasons of one kind have in common, to be counted."""
    if reason.startswith("has "):
        return "another number of fields than the first line names"
    return reason.split(" (", 1)[0]


def _texts(cell: Cell) -> tuple[str, ...]:
    """Return the texts in a cell; a list written as one text is a list."""
    if not isinstance(cell, str):
        return cell
    if cell.startswith("[") and cell.endswith("]") and len(cell) <= _MAX_LIST_CHARACTERS:
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
            listed_texts = ast.literal_eval(cell)
            if isinstance(listed_texts, list) and all(isinstance(t, str) for t in listed_texts):
                return tuple(filter(None, map(tidy, listed_texts)))
    return (cell,) if cell else ()


def _plain_texts(cell: Cell) -> list[str]:
    """Return the texts in a cell as a person reads them, without markup."""
    plain = (
        tidy(without_markup(text)) if "<" in text or "&" in text else text for text in _texts(cell)
    )
    return [text for text in plain if text]


def _tags(cell: Cell) -> list[str]:
    """Return the tags in a cell; those in one text are separated by commas, semicolons or bars."""
    pieces = [piece.strip() for text in _plain_texts(cell) for piece in _BETWEEN_TAGS.split(text)]
    return [piece for piece in pieces if not is_empty(piece)]
