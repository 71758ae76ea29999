"""The inverted index: from a tag, or an attribute's value, to the rows that have it.

A *term* is one spelling of one value of one attribute; tags are the values of the attribute
``tag``. A term's rows are kept as sorted 16-bit offsets into chunks of `CHUNK_ROWS` rows, as
roaring bitmaps keep their sparse containers [1]_: a filter is one read and one NumPy mask, a count
over any set of rows is one sum, and adding photos rewrites at most one chunk per term.

References
----------
.. [1] D. Lemire et al., "Roaring bitmaps: implementation of an optimized software library",
   Software: Practice and Experience 48(4), 2018.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from engine.catalogue.photo import TAG
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

# The reach of a 16-bit offset. A part of the file's format: never change it without a migration.
CHUNK_ROWS = 65_536
_OFFSET = np.dtype("<u2")

Term = tuple[str, str]

_TABLES = (
    """
    CREATE TABLE attribute (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        folded TEXT NOT NULL,
        n_values INTEGER NOT NULL DEFAULT 0,
        n_photos INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE term (
        id INTEGER PRIMARY KEY,
        attribute_id INTEGER NOT NULL REFERENCES attribute,
        value TEXT NOT NULL,
        folded TEXT NOT NULL,
        n_photos INTEGER NOT NULL DEFAULT 0,
        UNIQUE (attribute_id, value)
    )
    """,
    "CREATE INDEX term_folded ON term (attribute_id, folded)",
    """
    CREATE TABLE posting (
        term_id INTEGER NOT NULL REFERENCES term,
        chunk INTEGER NOT NULL,
        offsets BLOB NOT NULL,
        PRIMARY KEY (term_id, chunk)
    )
    """,
    """
    CREATE TRIGGER term_counted AFTER UPDATE OF n_photos ON term BEGIN
        UPDATE attribute SET
            n_values = n_values + (new.n_photos > 0) - (old.n_photos > 0),
            n_photos = n_photos + new.n_photos - old.n_photos
        WHERE id = new.attribute_id;
    END
    """,
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the form in which names and values are compared: case, width and spaces aside.

    Examples
    --------
    >>> fold("  Navy  BLUE") == fold("navy blue")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def terms_of(attributes: Mapping[str, str], tags: Iterable[str]) -> tuple[Term, ...]:
    """Return a photo's terms, each once; of a tag's spellings the first.

    An attribute called ``tag`` is one more tag.
    """
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(fold(tag), tag)
    return tuple(dict.fromkeys((*attributes.items(), *((TAG, tag) for tag in first.values()))))


def create(connection: sqlite3.Connection) -> None:
    """Make the inverted index's tables and fill them from the photos that are there."""
    for statement in _TABLES:
        connection.execute(statement)
    changes = TermChanges(connection)
    live = connection.execute("SELECT row, attributes, tags FROM photo WHERE retired = 0")
    for row, attributes, tags in live.fetchall():
        changes.enter(row, terms_of(json.loads(attributes), json.loads(tags)))
    changes.write()


class TermChanges:
    """Photos that enter and leave terms, gathered so that each chunk is written once.

    Parameters
    ----------
    connection
        A connection inside a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._term_ids: dict[Term, int] = {}
        self._entered: dict[int, list[int]] = defaultdict(list)
        self._left: dict[int, list[int]] = defaultdict(list)

    def enter(self, row: int, terms: Iterable[Term]) -> None:
        """Note that a row now has these terms."""
        for term in terms:
            self._entered[self._id_of(term)].append(row)

    def leave(self, row: int, terms: Iterable[Term]) -> None:
        """Note that a row no longer has these terms."""
        for term in terms:
            self._left[self._id_of(term)].append(row)

    def write(self) -> None:
        """Write everything noted, and forget it."""
        for term_id in self._entered.keys() | self._left.keys():
            entered = _by_chunk(self._entered.get(term_id, ()))
            left = _by_chunk(self._left.get(term_id, ()))
            gain = sum(
                self._rewrite(term_id, chunk, entered.get(chunk, ()), left.get(chunk, ()))
                for chunk in entered.keys() | left.keys()
            )
            self._connection.execute(
                "UPDATE term SET n_photos = n_photos + ? WHERE id = ?", (gain, term_id)
            )
        self._entered.clear()
        self._left.clear()

    def _rewrite(
        self, term_id: int, chunk: int, entered: Sequence[int], left: Sequence[int]
    ) -> int:
        """Change the offsets in one chunk; return how many more there are now."""
        old = new = self._read_chunk(term_id, chunk)
        if left:
            new = np.setdiff1d(new, np.array(left, _OFFSET))
        if entered:
            new = np.union1d(new, np.array(entered, _OFFSET))
        self._write_chunk(term_id, chunk, new)
        return len(new) - len(old)

    def _read_chunk(self, term_id: int, chunk: int) -> np.ndarray:
        found = self._connection.execute(
            "SELECT offsets FROM posting WHERE term_id = ? AND chunk = ?", (term_id, chunk)
        ).fetchone()
        return np.frombuffer(found[0] if found else b"", _OFFSET)

    def _write_chunk(self, term_id: int, chunk: int, offsets: np.ndarray) -> None:
        if len(offsets):
            self._connection.execute(
                "INSERT OR REPLACE INTO posting VALUES (?, ?, ?)",
                (term_id, chunk, offsets.astype(_OFFSET, copy=False).tobytes()),
            )
        else:
            self._connection.execute(
                "DELETE FROM posting WHERE term_id = ? AND chunk = ?", (term_id, chunk)
            )

    def _id_of(self, term: Term) -> int:
        term_id = self._term_ids.get(term)
        if term_id is None:
            term_id = self._term_ids[term] = _term_id(self._connection, *term)
        return term_id


def _by_chunk(rows: Iterable[int]) -> dict[int, list[int]]:
    """Return the offsets of rows in the chunks that they lie in."""
    chunks: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        chunk, offset = divmod(row, CHUNK_ROWS)
        chunks[chunk].append(offset)
    return chunks


def _term_id(connection: sqlite3.Connection, name: str, value: str) -> int:
    """Return a term's id; the term and its attribute are made when they are new."""
    found = connection.execute(
        "SELECT term.id FROM term JOIN attribute ON attribute.id = attribute_id"
        " WHERE name = ? AND value = ?",
        (name, value),
    ).fetchone()
    if found:
        return found[0]
    connection.execute(
        "INSERT INTO attribute (name, folded) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (name, fold(name)),
    )
    made = connection.execute(
        "INSERT INTO term (attribute_id, value, folded)"
        " SELECT id, ?, ? FROM attribute WHERE name = ?",
        (value, fold(value), name),
    )
    assert made.lastrowid is not None
    return made.lastrowid


def unpack(postings: Sequence[tuple[int, bytes]], n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of several postings, one after the other, and where each begins.

    Parameters
    ----------
    postings
        (chunk, offsets) pairs as they are stored; none is empty.
    n_rows
        Rows of the catalogue, which no posting may pass.

    Returns
    -------
    rows : int64 (n,)
    starts : int64 (n_postings,)

    Raises
    ------
    CatalogueError
        When the postings cannot be right.

    Examples
    --------
    >>> unpack([(0, bytes([1, 0, 2, 0])), (1, bytes([0, 0]))], 65537)
    (array([    1,     2, 65536]), array([0, 2]))
    """
    lengths = np.fromiter((len(blob) // 2 for _, blob in postings), np.int64, len(postings))
    chunks = np.fromiter((chunk for chunk, _ in postings), np.int64, len(postings))
    packed = b"".join(blob for _, blob in postings)
    if len(packed) == 2 * lengths.sum() and lengths.all():
        rows = np.frombuffer(packed, _OFFSET) + np.repeat(chunks * CHUNK_ROWS, lengths)
        if not len(rows) or 0 <= rows.min() <= rows.max() < n_rows:
            return rows, np.cumsum(lengths) - lengths
    raise CatalogueError(
        "the catalogue's inverted index is damaged", remedy="Index the photos again"
    )


def rows_of(connection: sqlite3.Connection, term_ids: Sequence[int], n_rows: int) -> np.ndarray:
    """Return the rows of any of some terms; of one term ascending, of several in no order."""
    found: Iterator[tuple[int, bytes]] = connection.execute(
        "SELECT chunk, offsets FROM posting WHERE term_id IN (SELECT value FROM json_each(?))"
        " ORDER BY chunk",
        (json.dumps(list(term_ids)),),
    )
    return unpack(list(found), n_rows)[0]
