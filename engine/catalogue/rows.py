"""Photos as the table keeps them: one row each, what is plural written as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from engine.catalogue.photo import NewPhoto, Photo, stays_inside
from engine.catalogue.postings import Rows, Term, terms_of
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

_FIELDS = (
    "photo_id, path, captions, attributes, tags,"
    " width, height, size_bytes, modified_ns, content_hash"
)
SELECT = f"SELECT row, {_FIELDS} FROM photo WHERE retired = 0"
INSERT = f"INSERT INTO photo ({_FIELDS}, row) VALUES (?{', ?' * 10})"
UPDATE = f"UPDATE photo SET ({_FIELDS}) = (?{', ?' * 9}) WHERE row = ?"

_raw_decode = json.JSONDecoder().raw_decode
Kind = TypeVar("Kind", list, dict)
_encode = json.JSONEncoder(ensure_ascii=False).encode


def decode(text: str, kind: type[Kind]) -> Kind:
    """Return a JSON column's value, of the kind it must be; CatalogueError when it is damaged."""
    try:
        # Nothing surrounds the value, so this may leave out what makes `json.loads` slower.
        value = _raw_decode(text)[0]
    except (ValueError, TypeError) as error:
        raise damaged() from error
    if not isinstance(value, kind):
        raise damaged()
    return value


def photo_of(record: tuple[Any, ...]) -> Photo:
    """Return the photo in a record of `SELECT`.

    Raises
    ------
    CatalogueError
        When its path leaves the root: nobody's catalogue says so by accident.
    """
    row, photo_id, path, captions, attributes, tags, *measures = record
    if not stays_inside(path):
        raise CatalogueError(
            "the catalogue names a file outside its folder",
            value=path,
            remedy="Don't use it; index the photos again",
        )
    return Photo(
        row,
        photo_id,
        path,
        tuple(decode(captions, list)),
        decode(attributes, dict),
        tuple(decode(tags, list)) if tags != "[]" else (),
        *measures,
    )


def write(connection: sqlite3.Connection, statement: str, row: int, photo: NewPhoto) -> None:
    """Put a photo into a row by `INSERT` or `UPDATE`.

    Raises
    ------
    CatalogueError
        When a live photo has the same id.
    ValueError
        When the path leaves the root, or the id is empty.
    """
    check_path(photo.path)
    if not photo.photo_id:
        raise ValueError(f"a photo's id cannot be empty: {photo.path!r}")
    values = (
        photo.photo_id,
        photo.path,
        _encode(photo.captions),
        _encode(dict(photo.attributes)),
        _encode(photo.tags),
        photo.width,
        photo.height,
        photo.size_bytes,
        photo.modified_ns,
        photo.content_hash,
        row,
    )
    try:
        connection.execute(statement, values)
    except sqlite3.IntegrityError as error:
        raise CatalogueError(
            "two photos have the same id",
            value=photo.photo_id,
            remedy="Give every photo its own id, or leave the ids to the photos' bytes",
        ) from error


def set_ids_aside(connection: sqlite3.Connection, photos: Mapping[int, NewPhoto]) -> None:
    """Give rows whose id changes one that no photo has, so that ids can be swapped."""
    connection.executemany(
        "UPDATE photo SET photo_id = char(0) || row WHERE row = ? AND photo_id <> ?",
        ((row, photo.photo_id) for row, photo in photos.items()),
    )


def said_in(connection: sqlite3.Connection, row: int) -> tuple[list[str], tuple[Term, ...]]:
    """Return the captions and the terms of a live photo.

    Raises
    ------
    CatalogueError
        When the row is not live.
    """
    found = connection.execute(
        "SELECT captions, attributes, tags FROM photo WHERE row = ? AND retired = 0", (row,)
    ).fetchone()
    if found is None:
        raise not_live(row)
    captions, attributes, tags = found
    return decode(captions, list), terms_of(decode(attributes, dict), decode(tags, list))


def count_rows(connection: sqlite3.Connection) -> int:
    """Return how many rows were ever given.

    Raises
    ------
    CatalogueError
        When the file is too small for so many: believing it could take all memory.
    """
    n_rows, size_bytes = connection.execute(
        "SELECT (SELECT coalesce(max(row) + 1, 0) FROM photo), page_count * page_size"
        " FROM pragma_page_count, pragma_page_size"
    ).fetchone()
    if not 0 <= n_rows <= size_bytes:
        raise damaged()
    return n_rows


def live_mask(connection: sqlite3.Connection) -> np.ndarray:
    """Return which rows are live, bool (n_rows,)."""
    mask = np.ones(count_rows(connection), bool)
    retired = connection.execute("SELECT row FROM photo WHERE retired = 1").fetchall()
    try:
        mask[[row for (row,) in retired]] = False
    except IndexError as error:
        raise damaged() from error
    return mask


def set_of(rows: np.ndarray, n_rows: int) -> Rows:
    """Return rows as a set; ValueError when one is outside [0, n_rows)."""
    rows = np.asarray(rows, np.int64)
    if rows.size and not (rows.min() >= 0 and rows.max() < n_rows):
        raise ValueError(f"rows must lie in [0, {n_rows}), got {rows.min()} to {rows.max()}")
    return Rows.of(rows)


def check_path(path: str) -> None:
    """Raise ValueError for a path that is absolute or climbs out of its folder."""
    if not stays_inside(path):
        raise ValueError(f"a photo's path must stay inside the root, not {path!r}")


def damaged() -> CatalogueError:
    """Return the error for a file whose bytes have changed."""
    return CatalogueError("the catalogue is damaged", remedy="Index the photos again")


def not_live(row: int) -> CatalogueError:
    """Return the error for a row that was never given, or is retired."""
    return CatalogueError("no live photo in this row", value=row, remedy="Build the index again")
