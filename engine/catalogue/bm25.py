"""BM25: the photos whose captions match a query best.

The best are found without scoring every photo that has a common word [1]_: what the commoner words
can add at most tells which photos can still be among the best (MaxScore [2]_).

References
----------
.. [1] S. Robertson and H. Zaragoza, "The probabilistic relevance framework: BM25 and beyond",
   Foundations and Trends in Information Retrieval 3(4), 2009.
.. [2] H. Turtle and J. Flood, "Query evaluation: strategies and optimizations", Information
   Processing & Management 31(6), 1995.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.full_text import MOST, Postings, Rows
from engine.catalogue.posting_cache import PostingCache
from engine.catalogue.sqlite import sqlite3
from engine.selection import top_k
from engine.text import asked_stems, stems

K1, B = 1.2, 0.75
# A word of more than half of all documents tells next to nothing.
LEAST_IDF = 1e-6
# Glue, as "for", nobody must have; it is scored unless more than one in so many documents has it.
TELLING = 10
# Once the rarer words have so many documents, the commoner ones only score those.
_MANY = 20_000
# So many of the most hopeful documents are scored first: what the best of them have, others must.
_HOPEFUL = 2_000
_ROUNDING = np.float32(1 - 1e-5)


Gains = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a question, how many photos have it, its rarity, and whether all must have it."""

    id: int
    n_photos: int
    idf: float
    is_needed: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Impacts:
    """The rows that have a word, ascending, what it tells of each, and what at most."""

    rows: NDArray[np.int32]
    gains: Gains
    bound: float

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes + self.gains.nbytes


class FullText:
    """One question to the captions.

    Parameters
    ----------
    connection
        To a catalogue.
    text
        Anything a person may type; a word that no caption has tells nothing.
    cache
        Keeps words' postings for the next question.
    """

    def __init__(
        self, connection: sqlite3.Connection, text: str, cache: PostingCache | None = None
    ) -> None:
        self._connection = connection
        self._cache = cache or PostingCache(0)
        needed = asked_stems(text)
        found = connection.execute(
            "SELECT id, stem, n_photos FROM word WHERE n_photos > 0"
            " AND stem IN (SELECT value FROM json_each(?)) ORDER BY n_photos, id",
            (json.dumps(stems(text)),),
        ).fetchall()
        self._n_documents, n_words = self._cache.get("documents", self._counted).tolist()
        self._usual_length = max(n_words / max(self._n_documents, 1), 1e-9)
        # The rarest first.
        self._words = [
            _Word(number, n, self._idf(n), stem in needed)
            for number, stem, n in found
            if stem in needed or n <= self._n_documents / TELLING
        ]
        self._needed = [word for word in self._words if word.is_needed]
        self._knows_all = 0 < len(needed) == len(self._needed)
        self._read: dict[int, _Impacts] = {}

    def _counted(self) -> Rows:
        """Return the number of documents, and that of all their words."""
        n_rows, n_retired, n_words = self._connection.execute(
            "SELECT (SELECT coalesce(max(row) + 1, 0) FROM photo),"
            " (SELECT count(*) FROM photo WHERE retired = 1),"
            " (SELECT value FROM setting WHERE name = 'n_words')"
        ).fetchone()
        return np.array([n_rows - n_retired, int(n_words or 0)])

    def _idf(self, n_photos: int) -> float:
        return max(math.log((self._n_documents - n_photos + 0.5) / (n_photos + 0.5)), LEAST_IDF)

    @cached_property
    def _norms(self) -> Gains:
        """What BM25 adds to a count, by the length of the document."""
        lengths = np.arange(MOST + 1, dtype=np.float32)
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
        for here in _hopeful_first(gained):
            least = float(scores.min()) if len(scores) == k else 0.0
            more, told = self._scored(found[here], gained[here], others, least, every_word)
            rows, scores = np.concatenate([rows, more]), np.concatenate([scores, told])
            by_row = np.argsort(rows)
            best = by_row[top_k(scores[by_row], k)]
            rows, scores = rows[best], scores[best]
        return rows, scores

    @property
    def _n_essential(self) -> int:
        """How many of the rarer words photos are found by; the commoner ones only score them."""
        n_before = np.cumsum([word.n_photos for word in self._words]) - self._words[0].n_photos
        return int(np.count_nonzero(n_before < _MANY))

    def _having(self, words: Sequence[_Word]) -> tuple[Rows, Gains]:
        """Return the rows with any of some words, ascending, and what the words tell of them."""
        found = [self._impacts(word) for word in words]
        if len(words) == 1:
            return found[0].rows, found[0].gains
        rows = np.concatenate([each.rows for each in found])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        gains = np.concatenate([each.gains for each in found])
        return rows[starts], np.add.reduceat(gains[order], starts)

    def _scored(
        self,
        rows: Rows,
        gained: Gains,
        others: Sequence[_Word],
        least: float,
        every_word: bool,
    ) -> tuple[Rows, Gains]:
        """Ask the commoner words about rows; those that can't score more than `least` go."""
        rest = sum(self._impacts(word).bound for word in others)
        for word in others:
            is_hopeful = gained + np.float32(rest) >= least * _ROUNDING
            told = self._gain_of(word, rows[is_hopeful])
            rows, gained = rows[is_hopeful], gained[is_hopeful] + told
            if every_word and word.is_needed:
                rows, gained = rows[told > 0], gained[told > 0]
            rest -= self._impacts(word).bound
        return rows, gained

    def gains(self, rows: Rows) -> Gains:
        """Return the BM25 of each word for some rows, (n_rows, n_words): the rarest word first."""
        told = [self._gain_of(word, rows) for word in self._words]
        return np.stack(told, axis=1) if told else np.zeros((len(rows), 0), np.float32)

    def has_every(self, gains: Gains) -> Mask:
        """Return which rows have every word of the question, from what `gains` told of them."""
        is_needed = [word.is_needed for word in self._words]
        return np.logical_and((gains[:, is_needed] > 0).all(axis=1), self._knows_all)

    def score(self, rows: Rows) -> tuple[Gains, Mask]:
        """Return the BM25 of some rows, and which of them have every word of the question."""
        gains = self.gains(rows)
        return gains.sum(axis=1), self.has_every(gains)

    def rows(self, limit: int | None = None) -> Rows:
        """Return the rows that have every word, ascending; with `limit`, the first so many."""
        if not self._knows_all:
            return np.empty(0, np.int64)
        first, *others = self._needed
        rows = self._impacts(first).rows
        for word in others:
            rows = rows[self._gain_of(word, rows) > 0]
        return rows[:limit].astype(np.int64)

    def _impacts(self, word: _Word) -> _Impacts:
        if word.id not in self._read:
            self._read[word.id] = self._cache.get(word.id, lambda: self._computed(word))
        return self._read[word.id]

    def _computed(self, word: _Word) -> _Impacts:
        postings = Postings.whole(self._connection, word.id)
        counts = postings.counts.astype(np.float32)
        most = np.float32((K1 + 1) * word.idf)
        gains = most * counts / (counts + self._norms[postings.lengths])
        rows = postings.rows.astype(np.int32)  # half as large, and no catalogue has more
        return _Impacts(rows, gains, float(gains.max(initial=0)))

    def _gain_of(self, word: _Word, rows: Rows) -> Gains:
        """Return what a word tells of some rows, 0 for those without it."""
        impacts = self._impacts(word)
        if not len(impacts.rows):
            return np.zeros(len(rows), np.float32)
        rows = rows.astype(np.int32, copy=False)  # else all of the word's were converted
        places = np.minimum(impacts.rows.searchsorted(rows), len(impacts.rows) - 1)
        return impacts.gains[places] * (impacts.rows[places] == rows)


def _hopeful_first(gained: Gains) -> list[NDArray[np.intp]]:
    """Cut documents in two: those of which the rarer words tell most, and all others."""
    if len(gained) <= 2 * _HOPEFUL:
        return [np.arange(len(gained))]
    order = np.argpartition(gained, len(gained) - _HOPEFUL)
    return [np.sort(order[-_HOPEFUL:]), np.sort(order[:-_HOPEFUL])]
