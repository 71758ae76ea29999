"""Who says what: photos by the exact words of their captions, values and names."""

from __future__ import annotations

import json

import numpy as np

from engine.catalogue import rows as table
from engine.catalogue.full_text import name_of
from engine.catalogue.postings import fold, rows_of
from engine.catalogue.sqlite import sqlite3
from engine.selection import even_sample
from engine.text import has_run, stems

# A value that more photos share is a quality of them, not their name.
MAX_NAMED = 20
_MAX_TITLES = 500
# Of the photos that have the words of a phrase so many, spread over all, are read for it.
_MAX_READ = 256


def saying_together(connection: sqlite3.Connection, text: str, rows: np.ndarray) -> np.ndarray:
    """Return which of rows have captions with a text's words next to one another, in this order.

    Of very many rows, a sample is read.
    """
    asked = stems(text)
    if len(asked) < 2:
        return rows
    read = _captions_of(connection, even_sample(rows, _MAX_READ))
    said = [row for row, captions in read if any(has_run(stems(c), asked) for c in captions)]
    return np.array(said, np.int64)


def _captions_of(connection: sqlite3.Connection, rows: np.ndarray) -> list[tuple[int, list[str]]]:
    """Return rows, ascending, with their captions."""
    if not len(rows):
        return []
    found = connection.execute(
        "SELECT row, captions FROM photo WHERE retired = 0"
        " AND row IN (SELECT value FROM json_each(?)) ORDER BY row",
        (json.dumps(rows.tolist()),),
    )
    return [(row, table.decode(captions, list)) for row, captions in found]


def rows_named(connection: sqlite3.Connection, text: str) -> list[int]:
    """Return the live rows that a text names: by id, by a whole caption, or by a rare value."""
    name = fold(text)
    if not name:
        return []
    by_id = connection.execute(
        "SELECT row FROM photo WHERE photo_id = ? AND retired = 0", (text.strip(),)
    )
    rows = [row for (row,) in by_id]
    by_value = connection.execute(
        "SELECT id FROM term WHERE attribute_id IN (SELECT id FROM attribute) AND folded = ?"
        " AND n_photos BETWEEN 1 AND ?",
        (name, MAX_NAMED),
    )
    return list(
        dict.fromkeys([*rows, *_titled(connection, text, name), *_having(connection, by_value)])
    )


def _titled(connection: sqlite3.Connection, text: str, name: str) -> list[int]:
    """Return rows with a caption that is the whole text."""
    found = connection.execute(
        "SELECT row FROM caption_name WHERE name = ? ORDER BY row LIMIT ?",
        (name_of(text), _MAX_TITLES),
    )
    read = _captions_of(connection, np.array([row for (row,) in found], np.int64))
    return [row for row, captions in read if any(fold(caption) == name for caption in captions)]


def _having(connection: sqlite3.Connection, terms: sqlite3.Cursor) -> list[int]:
    numbers = [number for (number,) in terms]
    if not numbers:
        return []
    return list(rows_of(connection, numbers, table.count_rows(connection)))


def shared_values(connection: sqlite3.Connection, limit: int) -> list[tuple[str, str, int]]:
    """Return attribute, value and count of the commonest values that photos share."""
    found = connection.execute(
        "SELECT attribute.name, value, sum(term.n_photos) AS n FROM term"
        " JOIN attribute ON attribute.id = attribute_id WHERE term.n_photos > 0"
        " GROUP BY attribute_id, term.folded HAVING n > 1 ORDER BY n DESC, term.id LIMIT ?",
        (limit,),
    )
    return list(found)
