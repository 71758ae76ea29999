"""Full text: the captions' inverted index.

All captions of a photo are one document. A word's postings lie in chunks of `CHUNK_ROWS` rows: the
16-bit offsets of the documents that have it, how often each has it, and how long each is: all that
`engine.catalogue.bm25` asks. Adding photos rewrites at most one chunk per word.
"""

from __future__ import annotations

import hashlib
import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.postings import fold
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError
from engine.text import stems

# The reach of a 16-bit offset. A part of the file's format: never change it without a migration.
CHUNK_ROWS = 65_536
# Counts and lengths of documents are kept in a byte each: what is longer counts as so long.
MOST = 255
_TABLES = (
    """
    CREATE TABLE word (
        id INTEGER PRIMARY KEY,
        stem TEXT NOT NULL UNIQUE,
        n_photos INTEGER NOT NULL DEFAULT 0
    )
    """,
    """
    CREATE TABLE word_posting (
        word_id INTEGER NOT NULL REFERENCES word,
        chunk INTEGER NOT NULL,
        postings BLOB NOT NULL,
        PRIMARY KEY (word_id, chunk)
    )
    """,
    # Whole captions by a hash of theirs, for titles that are typed whole.
    """
    CREATE TABLE caption_name (
        name INTEGER NOT NULL,
        row INTEGER NOT NULL,
        PRIMARY KEY (name, row)
    ) WITHOUT ROWID
    """,
)

Rows = NDArray[np.integer]


def create(connection: sqlite3.Connection) -> None:
    """Make the index's tables and fill them from the captions that are there."""
    for statement in _TABLES:
        connection.execute(statement)
    changes = TextChanges(connection)
    for row, captions in connection.execute("SELECT row, captions FROM photo WHERE retired = 0"):
        changes.enter(row, json.loads(captions))
    changes.write()


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows that have a word, ascending, how often each has it, and how long each is."""

    rows: Rows
    counts: NDArray[np.uint8]
    lengths: NDArray[np.uint8]

    @classmethod
    def whole(cls, connection: sqlite3.Connection, word_id: int) -> Postings:
        """Read all postings of a word."""
        found = connection.execute(
            "SELECT chunk, postings FROM word_posting WHERE word_id = ? ORDER BY chunk", (word_id,)
        )
        parts = [cls.unpacked(*each) for each in found]
        return parts[0] if len(parts) == 1 else cls.joined(parts)

    @classmethod
    def unpacked(cls, chunk: int, blob: bytes) -> Postings:
        """Read one chunk's postings as they are stored."""
        n = len(blob) // 4
        if len(blob) % 4:
            raise CatalogueError(
                "the catalogue's full text is damaged", remedy="Index the photos again"
            )
        rows = np.frombuffer(blob, "<u2", n) + np.int64(chunk * CHUNK_ROWS)
        return cls(rows, *np.frombuffer(blob, np.uint8, 2 * n, 2 * n).reshape(2, n))

    @classmethod
    def joined(cls, parts: Sequence[Postings]) -> Postings:
        """Put postings behind one another."""
        return cls(
            np.concatenate([np.empty(0, np.int64), *(part.rows for part in parts)]),
            np.concatenate([np.empty(0, np.uint8), *(part.counts for part in parts)]),
            np.concatenate([np.empty(0, np.uint8), *(part.lengths for part in parts)]),
        )

    def packed(self) -> bytes:
        """Return one chunk's postings as they are stored."""
        offsets = (self.rows % CHUNK_ROWS).astype("<u2")
        return b"".join(each.tobytes() for each in (offsets, self.counts, self.lengths))

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: NDArray[np.intp] | NDArray[np.bool_]) -> Postings:
        """Return those in some places."""
        return Postings(self.rows[places], self.counts[places], self.lengths[places])


class TextChanges:
    """Captions that enter and leave the index, gathered so that each chunk is written once.

    Parameters
    ----------
    connection
        A connection inside a transaction.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._forget()

    def _forget(self) -> None:
        # Row, count and length in one number: a million photos have ten million of them.
        self._entered: dict[str, array[int]] = defaultdict(lambda: array("Q"))
        self._left: dict[str, array[int]] = defaultdict(lambda: array("Q"))
        self._names_entered: list[tuple[int, int]] = []
        self._names_left: list[tuple[int, int]] = []
        self._n_words = 0

    def enter(self, row: int, captions: Sequence[str]) -> None:
        """Note that a row now has these captions."""
        self._names_entered += ((name_of(caption), row) for caption in captions)
        counts = _counts(captions)
        length = counts.total()
        self._n_words += length
        for stem, count in counts.items():
            self._entered[stem].append(row << 16 | min(count, MOST) << 8 | min(length, MOST))

    def leave(self, row: int, captions: Sequence[str]) -> None:
        """Note that a row no longer has these captions."""
        self._names_left += ((name_of(caption), row) for caption in captions)
        counts = _counts(captions)
        self._n_words -= counts.total()
        for stem in counts:
            self._left[stem].append(row)

    def write(self) -> None:
        """Write everything noted, and forget it."""
        for stem in self._entered.keys() | self._left.keys():
            word_id = _word_id(self._connection, stem)
            entered = np.array(self._entered.get(stem, ()), np.uint64)
            left = np.array(self._left.get(stem, ()), np.int64)
            gain = self._rewrite(word_id, entered, left)
            self._connection.execute(
                "UPDATE word SET n_photos = n_photos + ? WHERE id = ?", (gain, word_id)
            )
        self._connection.execute(
            "INSERT INTO setting VALUES ('n_words', ?1) ON CONFLICT DO UPDATE"
            " SET value = CAST(value AS INTEGER) + ?1",
            (self._n_words,),
        )
        self._connection.executemany(
            "DELETE FROM caption_name WHERE name = ? AND row = ?", self._names_left
        )
        self._connection.executemany(
            "INSERT OR IGNORE INTO caption_name VALUES (?, ?)", sorted(self._names_entered)
        )
        self._forget()

    def _rewrite(self, word_id: int, entered: NDArray[np.uint64], left: Rows) -> int:
        """Change a word's postings; return how many more there are now."""
        entered = np.sort(entered)
        new = Postings(
            (entered >> np.uint64(16)).astype(np.int64),
            (entered >> np.uint64(8)).astype(np.uint8),
            entered.astype(np.uint8),
        )
        gain = 0
        for chunk in np.unique(np.concatenate([new.rows, left]) // CHUNK_ROWS).tolist():
            found = self._connection.execute(
                "SELECT postings FROM word_posting WHERE word_id = ? AND chunk = ?",
                (word_id, chunk),
            ).fetchone()
            old = Postings.unpacked(chunk, found[0] if found else b"")
            kept = old.take(~np.isin(old.rows, left)) if len(left) else old
            whole = Postings.joined([kept, new.take(new.rows // CHUNK_ROWS == chunk)])
            self._put(word_id, chunk, whole.take(np.argsort(whole.rows, kind="stable")))
            gain += len(whole) - len(old)
        return gain

    def _put(self, word_id: int, chunk: int, postings: Postings) -> None:
        if len(postings):
            self._connection.execute(
                "INSERT OR REPLACE INTO word_posting VALUES (?, ?, ?)",
                (word_id, chunk, postings.packed()),
            )
        else:
            self._connection.execute(
                "DELETE FROM word_posting WHERE word_id = ? AND chunk = ?", (word_id, chunk)
            )


def name_of(caption: str) -> int:
    """Return the number that a whole caption is found by, whatever its case, width and spaces."""
    digest = hashlib.blake2b(fold(caption).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _counts(captions: Iterable[str]) -> Counter[str]:
    return Counter(stem for caption in captions for stem in stems(caption))


def _word_id(connection: sqlite3.Connection, stem: str) -> int:
    connection.execute("INSERT INTO word (stem) VALUES (?) ON CONFLICT DO NOTHING", (stem,))
    return connection.execute("SELECT id FROM word WHERE stem = ?", (stem,)).fetchone()[0]
