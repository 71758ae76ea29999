"""Full text: the captions' inverted index, and the photos that BM25 puts first.

All captions of a photo are one document. A word's postings lie in chunks, like a value's (see
`engine.catalogue.postings`), each with how often the document has the word and how long it is: all
that BM25 asks [1]_. The best are found without scoring every photo that has a common word: what
the commoner words can add at most tells which photos can still be among the best (MaxScore [2]_).

References
----------
.. [1] S. Robertson and H. Zaragoza, "The probabilistic relevance framework: BM25 and beyond",
   Foundations and Trends in Information Retrieval 3(4), 2009.
.. [2] H. Turtle and J. Flood, "Query evaluation: strategies and optimizations", Information
   Processing & Management 31(6), 1995.
"""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.postings import CHUNK_ROWS, fold
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError
from engine.text import asked_stems, stems

K1, B = 1.2, 0.75
# Counts and lengths of documents are kept in a byte each: what is longer counts as so long.
_MOST = 255
# A word of more than half of all documents tells next to nothing.
_LEAST_IDF = 1e-6
# Glue, as "for", nobody must have; it is scored unless more than one in so many documents has it.
_TELLING = 10
# Once the rarer words have so many documents, the commoner ones only score those.
_MANY = 20_000

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

Rows = NDArray[np.int64]
Gains = NDArray[np.float32]
Mask = NDArray[np.bool_]


def create(connection: sqlite3.Connection) -> None:
    """Make the index's tables and fill them from the captions that are there."""
    for statement in _TABLES:
        connection.execute(statement)
    changes = TextChanges(connection)
    for row, captions in connection.execute("SELECT row, captions FROM photo WHERE retired = 0"):
        changes.enter(row, json.loads(captions))
    changes.write()


@dataclass(frozen=True, slots=True)
class _Postings:
    """The rows that have a word, ascending, how often each has it, and how long each is."""

    rows: Rows
    counts: NDArray[np.uint8]
    lengths: NDArray[np.uint8]

    @classmethod
    def whole(cls, connection: sqlite3.Connection, word_id: int) -> _Postings:
        """Read all postings of a word."""
        found = connection.execute(
            "SELECT chunk, postings FROM word_posting WHERE word_id = ? ORDER BY chunk", (word_id,)
        )
        parts = [cls.unpacked(*each) for each in found]
        return parts[0] if len(parts) == 1 else cls.joined(parts)

    @classmethod
    def unpacked(cls, chunk: int, blob: bytes) -> _Postings:
        n = len(blob) // 4
        if len(blob) % 4:
            raise CatalogueError(
                "the catalogue's full text is damaged", remedy="Index the photos again"
            )
        rows = np.frombuffer(blob, "<u2", n) + np.int64(chunk * CHUNK_ROWS)
        return cls(rows, *np.frombuffer(blob, np.uint8, 2 * n, 2 * n).reshape(2, n))

    @classmethod
    def joined(cls, parts: Sequence[_Postings]) -> _Postings:
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

    def take(self, places: NDArray[np.intp] | Mask) -> _Postings:
        return _Postings(self.rows[places], self.counts[places], self.lengths[places])


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
            self._entered[stem].append(row << 16 | min(count, _MOST) << 8 | min(length, _MOST))

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
        new = _Postings(
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
            old = _Postings.unpacked(chunk, found[0] if found else b"")
            kept = old.take(~np.isin(old.rows, left)) if len(left) else old
            whole = _Postings.joined([kept, new.take(new.rows // CHUNK_ROWS == chunk)])
            self._put(word_id, chunk, whole.take(np.argsort(whole.rows, kind="stable")))
            gain += len(whole) - len(old)
        return gain

    def _put(self, word_id: int, chunk: int, postings: _Postings) -> None:
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


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a question: who has it, what it tells at most, and whether all must have it."""

    id: int
    n_photos: int
    bound: float
    is_needed: bool


class FullText:
    """One question to the captions.

    Parameters
    ----------
    connection
        To a catalogue.
    text
        Anything a person may type; a word that no caption has tells nothing.
    """

    def __init__(self, connection: sqlite3.Connection, text: str) -> None:
        self._connection = connection
        needed = asked_stems(text)
        found = connection.execute(
            "SELECT id, stem, n_photos FROM word WHERE n_photos > 0"
            " AND stem IN (SELECT value FROM json_each(?)) ORDER BY n_photos, id",
            (json.dumps(stems(text)),),
        ).fetchall()
        n_rows, n_retired, n_words = connection.execute(
            "SELECT (SELECT coalesce(max(row) + 1, 0) FROM photo),"
            " (SELECT count(*) FROM photo WHERE retired = 1),"
            " (SELECT value FROM setting WHERE name = 'n_words')"
        ).fetchone()
        self._n_documents = n_rows - n_retired
        self._usual_length = max(int(n_words or 0) / max(self._n_documents, 1), 1e-9)
        # The rarest first.
        self._words = [
            _Word(number, n, (K1 + 1) * self._idf(n), stem in needed)
            for number, stem, n in found
            if stem in needed or n <= self._n_documents / _TELLING
        ]
        self._needed = [word for word in self._words if word.is_needed]
        self._knows_all = 0 < len(needed) == len(self._needed)
        self._read: dict[int, _Postings] = {}

    def _idf(self, n_photos: int) -> float:
        return max(math.log((self._n_documents - n_photos + 0.5) / (n_photos + 0.5)), _LEAST_IDF)

    @cached_property
    def _norms(self) -> Gains:
        """What BM25 adds to a count, by the length of the document."""
        lengths = np.arange(_MOST + 1, dtype=np.float32)
        return np.float32(K1) * (1 - B + B * lengths / np.float32(self._usual_length))

    def best(
        self, k: int, allowed: Mask | None = None, *, every_word: bool = False
    ) -> tuple[Rows, Gains]:
        """Return the rows that match best and their BM25, best first, equal ones by row.

        Exact, but that photos which have only words far commoner than others of the question may
        be left out.

        Parameters
        ----------
        k
            How many at most.
        allowed
            Which rows may be found, (n_rows,); None for all.
        every_word
            Only rows that have all of the words.
        """
        rows, scores = np.empty(0, np.int64), np.empty(0, np.float32)
        if k < 1 or not self._words or (every_word and not self._knows_all):
            return rows, scores
        first = self._needed[:1] if every_word else self._words[: self._n_essential]
        others = [word for word in self._words if word not in first]
        found, gained = self._having(first)
        if allowed is not None:
            found, gained = found[allowed[found]], gained[allowed[found]]
        for start in range(0, len(found), _MANY):
            here = slice(start, start + _MANY)
            least = float(scores[-1]) if len(scores) == k else 0.0
            more, told = self._scored(found[here], gained[here], others, least, every_word)
            rows, scores = np.concatenate([rows, more]), np.concatenate([scores, told])
            if len(rows) > k:  # those as good as the worst of the best stay for the exact order
                kept = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
                rows, scores = rows[kept], scores[kept]
            order = np.argsort(-scores, kind="stable")[:k]
            rows, scores = rows[order], scores[order]
        return rows, scores

    @property
    def _n_essential(self) -> int:
        """How many of the rarer words photos are found by; the commoner ones only score them."""
        n_before = np.cumsum([word.n_photos for word in self._words]) - self._words[0].n_photos
        return int(np.count_nonzero(n_before < _MANY))

    def _having(self, words: Sequence[_Word]) -> tuple[Rows, Gains]:
        """Return the rows with any of some words, ascending, and what the words tell of them."""
        found = [self._postings(word) for word in words]
        gains = [self._gain(word, each) for word, each in zip(words, found, strict=True)]
        if len(words) == 1:
            return found[0].rows, gains[0]
        rows = np.concatenate([each.rows for each in found])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        return rows[starts], np.add.reduceat(np.concatenate(gains)[order], starts)

    def _scored(
        self,
        rows: Rows,
        gained: Gains,
        others: Sequence[_Word],
        least: float,
        every_word: bool,
    ) -> tuple[Rows, Gains]:
        """Ask the commoner words about rows; those that can't score more than `least` go."""
        rest = sum(word.bound for word in others)
        for word in others:
            hopeful = gained + np.float32(rest) > least
            told = self._gain_of(word, rows[hopeful])
            rows, gained = rows[hopeful], gained[hopeful] + told
            if every_word and word.is_needed:
                rows, gained = rows[told > 0], gained[told > 0]
            rest -= word.bound
        return rows, gained

    def gains(self, rows: Rows) -> Gains:
        """Return the BM25 of each word for some rows, (n_rows, n_words): the rarest word first."""
        told = [self._gain_of(word, rows) for word in self._words]
        return np.stack(told, axis=1) if told else np.zeros((len(rows), 0), np.float32)

    def has_every(self, gains: Gains) -> Mask:
        """Return which rows have every word of the question, from what `gains` told of them."""
        is_needed = [word.is_needed for word in self._words]
        return np.logical_and((gains[:, is_needed] > 0).all(axis=1), self._knows_all)

    def rows(self, limit: int | None = None) -> Rows:
        """Return the rows that have every word, ascending; with `limit`, the first so many."""
        if not self._knows_all:
            return np.empty(0, np.int64)
        first, *others = self._needed
        rows = self._postings(first).rows
        for word in others:
            rows = rows[self._gain_of(word, rows) > 0]
        return rows[:limit]

    def _postings(self, word: _Word) -> _Postings:
        if word.id not in self._read:
            self._read[word.id] = _Postings.whole(self._connection, word.id)
        return self._read[word.id]

    def _gain(self, word: _Word, postings: _Postings) -> Gains:
        counts = postings.counts.astype(np.float32)
        return np.float32(word.bound) * counts / (counts + self._norms[postings.lengths])

    def _gain_of(self, word: _Word, rows: Rows) -> Gains:
        """Return what a word tells of some rows, 0 for those without it."""
        gains = np.zeros(len(rows), np.float32)
        postings = self._postings(word)
        if len(postings):
            places = np.searchsorted(postings.rows, rows)
            places = np.minimum(places, len(postings) - 1)
            has = np.flatnonzero(postings.rows[places] == rows)
            gains[has] = self._gain(word, postings.take(places[has]))
        return gains
