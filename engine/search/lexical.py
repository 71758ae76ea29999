"""Lexical search: which photos say the words of a query, and how much that tells, in log odds.

``captions`` is the full text, ``tags`` are the values and tags that the query names. Both tell by
their rarity: captions by BM25, a value by ``log(1 + n_rows / n_having_it)``. What a photo says in
both is said twice, so the smaller counts half; so does a value of another attribute than the one
meant, and a quarter counts a caption that leaves out a word of the query.

Only candidates are scored: nothing here is as long as the collection.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.catalogue.bm25 import Gains
from engine.search.collection_values import CollectionValues, Mention
from engine.search.known_words import telling_words
from engine.selection import top_k

# Where so many captions say every word, those that leave some out are not asked.
_ENOUGH = 50
_LEFT_OUT, _AGAIN = 0.25, 0.5
# What having a value as another attribute than the one meant counts of having it.
SECOND = 0.5
# Where nearly all photos have an attribute, a caption that says another value than its photo's own
# mostly speaks of something else: so much of that word is left out.
KNOWN, _DOUBT = 0.9, 0.75
# The log odds of saying all words beside a photo: more than most photos differ in nearness.
_CONDITION = 8.0
# So many photos of a value are looked at first for those that have the other values too, then
# always as many more as were looked at before, times this.
_FIRST, _GROWTH = 1_000, 3

Rows = NDArray[np.integer]
LogOdds = dict[str, NDArray[np.float32]]
Mask = NDArray[np.bool_]


class CaptionQuestion(Protocol):
    """A question to the captions; see `engine.catalogue.bm25.FullText`."""

    def best(self, k: int, allowed: Any = None, *, every_word: bool = False) -> tuple[Rows, Gains]:
        """Return the rows that match best and their BM25, best first."""

    def score(self, rows: Rows) -> tuple[Gains, Mask]:
        """Return the BM25 of some rows, and which of them have every word of the question."""


class MeantValue(Protocol):
    """A value that words mean: chiefly of the attribute that most photos have, say their colour.

    Others, say their second colour, have it too, but less.
    """

    @property
    def n_photos(self) -> int:
        """How many photos have it, chiefly or not."""

    @property
    def is_everywhere(self) -> bool:
        """Whether nearly every photo has a value of its chief attribute."""

    def among(self, rows: Rows) -> tuple[Mask, Mask]:
        """Tell which rows have it, and which have it chiefly."""


class LexicalScorer:
    """Scores photos by the words of one query; where they are found is left to who knows.

    Parameters
    ----------
    question
        The query, put to the captions.
    values
        What its words mean among the collection's values, place by place.
    n_words
        Words of the query that tell anything.
    n_rows
        Rows of the collection.
    k
        Candidates to find by captions, and as many by values.
    allowed
        Which rows may be candidates, as the question and `_having` take it; None for all.
    is_condition
        Whether the words stand beside a photo: then they are a condition, and the photo decides
        between those that meet it.

    Attributes
    ----------
    candidates
        The rows that captions and values tell most of, ascending.
    is_said
        Whether the caption of any photo that may be a candidate says all of the words.
    """

    def __init__(
        self,
        question: CaptionQuestion,
        values: Sequence[MeantValue],
        *,
        n_words: int,
        n_rows: int,
        k: int,
        allowed: Any = None,
        is_condition: bool = False,
    ) -> None:
        self._question = question
        self._values = values
        self._n_words = n_words
        self._n_rows = n_rows
        self._is_condition = is_condition
        said, _ = question.best(max(k, _ENOUGH), allowed, every_word=True)
        self.is_said = len(said) > 0
        self._leaves_out = not is_condition and len(said) < _ENOUGH
        if self._leaves_out:
            said = np.concatenate([said, question.best(k, allowed)[0]])
        self.candidates: Rows = distinct(said, self._having(k, allowed))

    def _having(self, k: int, allowed: Any) -> Rows:
        """Return rows with the values asked for, those with the most and rarest of them first."""
        raise NotImplementedError

    def log_odds(self, rows: Rows) -> LogOdds:
        """Return what captions and tags tell of some rows, by name, (n_rows,) each."""
        captions, has_every = self._question.score(rows)
        if self._is_condition:
            having = [value.among(rows)[0] for value in self._values]
            has_values = np.logical_and.reduce(having) if having else np.zeros(len(rows), bool)
            captions, tags = np.float32(_CONDITION) * np.stack([has_every, has_values])
            return _together(captions, tags, again=0.0)
        captions = np.where(
            has_every, captions, np.float32(_LEFT_OUT * self._leaves_out) * captions
        )
        tags, doubted = self._tags(rows)
        captions = captions * (1 - np.float32(_DOUBT / self._n_words) * doubted)
        return _together(captions, tags, again=_AGAIN)

    def _tags(self, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what the values tell of rows, and by how many of them captions are doubted."""
        worth, doubted = np.zeros((2, len(rows)), np.float32)
        for value in self._values:
            has, is_chief = value.among(rows)
            worth += np.float32(self._worth(value)) * (SECOND * has + (1 - SECOND) * is_chief)
            doubted += value.is_everywhere & ~is_chief
        return worth, doubted

    def _worth(self, value: MeantValue) -> float:
        return math.log1p(self._n_rows / max(value.n_photos, 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Value:
    """A value by the rows that have it, ascending, and those that have it chiefly."""

    rows: Rows
    chief: Rows
    is_everywhere: bool

    @property
    def n_photos(self) -> int:
        return len(self.rows)

    def among(self, rows: Rows) -> tuple[Mask, Mask]:
        is_chief = isin(rows, self.chief)
        return is_chief if self.rows is self.chief else isin(rows, self.rows), is_chief


class PostingScorer(LexicalScorer):
    """Finds photos by the inverted indexes of a catalogue; see `over`."""

    _values: Sequence[_Value]

    @classmethod
    @contextmanager
    def over(
        cls,
        catalogue: Catalogue,
        collection_values: CollectionValues,
        text: str,
        *,
        k: int,
        allowed: Mask | None = None,
        is_condition: bool = False,
    ) -> Iterator[PostingScorer]:
        """Score by the words of a text, while a connection to the catalogue is lent."""
        places = collection_values.mentions(text)
        values = _values(catalogue, collection_values, places)
        values.sort(key=lambda value: value.n_photos)  # the rarest first
        n_rows = catalogue.n_rows if places else 0
        with catalogue.full_text(text) as question:
            yield cls(
                question,
                values,
                n_words=max(len(telling_words(text)), len(places), 1),
                n_rows=n_rows,
                k=k,
                allowed=allowed,
                is_condition=is_condition,
            )

    def _having(self, k: int, allowed: Mask | None) -> Rows:
        """Return rows with the values asked for, those with the most and rarest of them first."""
        if not self._values:
            return np.empty(0, np.int64)
        if self._is_condition:
            every = reduce(_both, [value.rows for value in self._values])
            return (every if allowed is None else every[allowed[every]])[:k]
        most = sum(map(self._worth, self._values))
        kept, worth = np.empty(0, np.int64), np.empty(0, np.float32)
        for number, value in enumerate(self._values):
            start = 0
            while start < len(value.rows):
                least = float(worth[-1]) if len(worth) == k else -1.0
                if least >= most * (1 - 1e-6):
                    return kept
                rows = value.rows[start : _FIRST + _GROWTH * start]
                start = _FIRST + _GROWTH * start
                rows = rows if allowed is None else rows[allowed[rows]]
                for before in self._values[:number]:  # their rows were looked at already
                    rows = rows[~isin(rows, before.rows)]
                found, gained = np.concatenate([kept, rows]), self._tags(rows)[0]
                gained = np.concatenate([worth, gained])
                order = top_k(gained, k)
                kept, worth = found[order], gained[order]
            # Rows without this value can't have more than the others give together.
            most -= self._worth(value)
        return kept


def _values(
    catalogue: Catalogue, collection_values: CollectionValues, places: Sequence[Sequence[Mention]]
) -> list[_Value]:
    """Return who has what each place of a text means."""
    if not places:
        return []
    n_photos = catalogue.n_photos
    having = iter(
        catalogue.rows_having(*((each.attribute, each.value) for one in places for each in one))
    )
    values = []
    for place in places:
        rows = {each: next(having) for each in place}
        chief = collection_values.chief(place)
        whole = rows[chief] if len(rows) == 1 else distinct(*rows.values())
        is_everywhere = collection_values.extent[chief.attribute] >= KNOWN * n_photos
        values.append(_Value(whole, rows[chief], is_everywhere))
    return values


def distinct(*rows: Rows) -> Rows:
    """Return all rows of some, each once, ascending: `np.unique` by sorting, which is sooner."""
    every = np.sort(np.concatenate(rows))
    return every[np.flatnonzero(np.diff(every, prepend=-1))]


def _both(rows: Rows, others: Rows) -> Rows:
    few, many = sorted((rows, others), key=len)
    return few[isin(few, many)]


def isin(rows: Rows, ascending: Rows) -> Mask:
    """Tell which rows are among others that ascend: by halving, however many those are."""
    if not len(ascending):
        return np.zeros(len(rows), bool)
    rows = rows.astype(ascending.dtype, copy=False)  # else all of the others were converted
    return ascending[np.minimum(ascending.searchsorted(rows), len(ascending) - 1)] == rows


def _together(captions: NDArray[np.float32], tags: NDArray[np.float32], *, again: float) -> LogOdds:
    """Scale what captions and tags say to the larger of both and a part of the smaller, `again`.

    Examples
    --------
    >>> scaled = _together(np.array([3, 0]), np.array([1, 2]), again=0.0)
    >>> {name: log_odds.tolist() for name, log_odds in scaled.items()}
    {'captions': [2.25, 0.0], 'tags': [0.75, 2.0]}
    """
    told = np.maximum(captions, tags) + again * np.minimum(captions, tags)
    scale = told / np.maximum(captions + tags, 1e-12)
    return {
        "captions": (captions * scale).astype(np.float32),
        "tags": (tags * scale).astype(np.float32),
    }
