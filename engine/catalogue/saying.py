"""Who says what: photos by the exact words of their captions, values and names."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

import numpy as np

from engine.catalogue import rows as table
from engine.catalogue.postings import fold, rows_of
from engine.catalogue.sqlite import sqlite3

MAX_WORDS = 64
# A value that more photos share is a quality of them, not their name.
MAX_NAMED = 20
_MAX_TITLES = 500
MATCHING = "SELECT rowid FROM caption_search WHERE caption_search MATCH ?"
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """Return the words that full text can be asked for, each once."""
    # A decomposed accent is no letter and would cut its word in two.
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return list(dict.fromkeys(words))[:MAX_WORDS]


def any_word(text: str) -> str:
    """Return the full-text question for photos with any word of a text."""
    return " OR ".join(f'"{word}"' for word in words_of(text)) or '""'


def every_word(text: str) -> str:
    """Return the full-text question for photos with every word of a text."""
    return " AND ".join(f'"{word}"' for word in words_of(text)) or '""'


def phrase(text: str) -> str:
    """Return the full-text question for photos with the words of a text next to one another."""
    return f'"{" ".join(_WORD.findall(unicodedata.normalize("NFC", text))[:MAX_WORDS])}"'


def rows_saying(
    connection: sqlite3.Connection, text: str, *, together: bool = False, limit: int = -1
) -> np.ndarray:
    """Return the live rows whose captions have every word of a text, ascending, int64 (n,)."""
    question = phrase(text) if together else every_word(text)
    found = connection.execute(f"{MATCHING} ORDER BY rowid LIMIT ?", (question, limit))
    return np.fromiter((row for (row,) in found), np.int64)


def saying_among(connection: sqlite3.Connection, text: str, rows: Sequence[int]) -> np.ndarray:
    """Return which of some rows have captions with every word of a text, bool (len(rows),)."""
    found = connection.execute(
        f"{MATCHING} AND rowid IN (SELECT value FROM json_each(?))",
        (every_word(text), json.dumps(list(rows))),
    )
    return np.isin(rows, [row for (row,) in found])


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
    if not words_of(text):
        return []
    found = connection.execute(
        "SELECT row, captions FROM photo WHERE retired = 0 AND row IN ("
        "SELECT rowid FROM caption_search WHERE caption_search MATCH ?"
        " ORDER BY rank LIMIT ?) ORDER BY row",
        (phrase(text), _MAX_TITLES),
    )
    return [
        row
        for row, captions in found
        if any(fold(caption) == name for caption in table.decode(captions, list))
    ]


def _having(connection: sqlite3.Connection, terms: sqlite3.Cursor) -> list[int]:
    numbers = [number for (number,) in terms]
    if not numbers:
        return []
    n_rows = table.count_rows(connection)
    live = table.live_mask(connection)
    return [int(row) for row in rows_of(connection, numbers, n_rows) if live[row]]


def shared_values(connection: sqlite3.Connection, limit: int) -> list[tuple[str, str, int]]:
    """Return attribute, value and count of the commonest values that photos share."""
    found = connection.execute(
        "SELECT attribute.name, value, sum(term.n_photos) AS n FROM term"
        " JOIN attribute ON attribute.id = attribute_id WHERE term.n_photos > 0"
        " GROUP BY attribute_id, term.folded HAVING n > 1 ORDER BY n DESC, term.id LIMIT ?",
        (limit,),
    )
    return list(found)
