"""The inverted index: from a tag, or an attribute's value, to the rows that have it.

A *term* is one spelling of one value of one attribute; tags are the values of the attribute
``tag``. A term's rows are kept as a roaring bitmap [1]_: filters are unions and intersections, and
a count over any set of rows is the size of an intersection.

References
----------
.. [1] D. Lemire et al., "Roaring bitmaps: implementation of an optimized software library",
   Software: Practice and Experience 48(4), 2018.
"""

from __future__ import annotations

import json
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from engine.catalogue.photo import TAG
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

Term = tuple[str, str]
_MOST_ROWS = 2**31  # a row is a signed number of 32 bits

# As version 2 had them; `pack` replaces the table of postings.
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


class Rows(BitMap):
    """A set of rows, as a term has them."""

    @classmethod
    def of(cls, numbers: NDArray[np.integer]) -> Rows:
        """Return numbers from 0 as a set."""
        return cls(array("I", numbers.astype(np.uint32).tobytes()))

    @classmethod
    def unpacked(cls, stored: bytes, n_rows: int) -> Rows:
        """Read what the file keeps; CatalogueError when no catalogue of so many rows can."""
        try:
            rows = cls.deserialize(stored)
        except (ValueError, TypeError, IndexError) as error:
            raise _damaged() from error
        if rows and rows.max() >= n_rows:
            raise _damaged()
        return rows

    def packed(self) -> bytes:
        """Return what the file keeps."""
        self.run_optimize()
        return self.serialize()

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return len(self.serialize())

    def numbers(self) -> NDArray[np.int32]:
        """Return the rows ascending, int32 (n,)."""
        return np.asarray(self.to_array(), np.uint32).view(np.int32)


def create(connection: sqlite3.Connection) -> None:
    """Make the inverted index's tables; `pack` fills them."""
    for statement in _TABLES:
        connection.execute(statement)


def pack(connection: sqlite3.Connection) -> None:
    """Keep a term's rows in one piece, where older files keep 16-bit offsets into chunks."""
    terms: dict[int, Rows] = defaultdict(Rows)
    for term_id, chunk, offsets in connection.execute("SELECT * FROM posting"):
        try:
            terms[term_id] |= Rows.of(np.frombuffer(offsets, "<u2") + np.uint32(chunk << 16))
        except (ValueError, TypeError, OverflowError) as error:
            raise _damaged() from error
    connection.execute("DROP TABLE posting")
    connection.execute(
        "CREATE TABLE posting (term_id INTEGER PRIMARY KEY REFERENCES term, rows BLOB NOT NULL)"
    )
    connection.executemany(
        "INSERT INTO posting VALUES (?, ?)",
        ((term_id, rows.packed()) for term_id, rows in terms.items()),
    )
    if not terms:
        _fill(connection)


def _fill(connection: sqlite3.Connection) -> None:
    """Enter the photos that are there: version 1 had no inverted index."""
    changes = TermChanges(connection)
    live = connection.execute("SELECT row, attributes, tags FROM photo WHERE retired = 0")
    for row, attributes, tags in live.fetchall():
        changes.enter(row, terms_of(json.loads(attributes), json.loads(tags)))
    changes.write()


class TermChanges:
    """Photos that enter and leave terms, gathered so that each term is written once.

    Parameters
    ----------
    connection
        A connection inside a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._term_ids: dict[Term, int] = {}
        self._entered: dict[int, Rows] = defaultdict(Rows)
        self._left: dict[int, Rows] = defaultdict(Rows)

    def enter(self, row: int, terms: Iterable[Term]) -> None:
        """Note that a row now has these terms."""
        for term in terms:
            self._entered[self._id_of(term)].add(row)

    def leave(self, row: int, terms: Iterable[Term]) -> None:
        """Note that a row no longer has these terms."""
        for term in terms:
            self._left[self._id_of(term)].add(row)

    def write(self) -> None:
        """Write everything noted, and forget it."""
        for term_id in self._entered.keys() | self._left.keys():
            old = rows_of(self._connection, [term_id], _MOST_ROWS)
            rows = (old - self._left[term_id]) | self._entered[term_id]
            self._connection.execute(
                "INSERT OR REPLACE INTO posting VALUES (?, ?)", (term_id, rows.packed())
            )
            self._connection.execute(
                "UPDATE term SET n_photos = ? WHERE id = ?", (len(rows), term_id)
            )
        self._entered.clear()
        self._left.clear()

    def _id_of(self, term: Term) -> int:
        term_id = self._term_ids.get(term)
        if term_id is None:
            term_id = self._term_ids[term] = _term_id(self._connection, *term)
        return term_id


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


def rows_of(connection: sqlite3.Connection, term_ids: Iterable[int], n_rows: int) -> Rows:
    """Return the rows of any of some terms, of a catalogue of `n_rows`."""
    found = connection.execute(
        "SELECT rows FROM posting WHERE term_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(term_ids)),),
    )
    return Rows().union(*(Rows.unpacked(stored, n_rows) for (stored,) in found))


def _damaged() -> CatalogueError:
    return CatalogueError(
        "the catalogue's inverted index is damaged", remedy="Index the photos again"
    )
