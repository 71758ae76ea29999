"""What a search returns: matches, the query's parts behind them, and how it came about."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.query import Term
from engine.search.known_words import WordReading
from engine.search.request import SearchRequest


@dataclass(frozen=True, slots=True, eq=False)
class QueryPart:
    """One term of a query, as the search used it.

    Parameters
    ----------
    term
        What was asked.
    embedding
        (n_dims,): where it points.
    coefficient
        How much of it is in the query's unit embedding. A photo's part in a similarity is
        ``coefficient * (embedding · photo's embedding)``.
    set_aside
        The attribute that a photo leaves to the words beside it, or "".
    steers
        Whether it stands for thumbs up or down instead of something typed.
    """

    term: Term
    embedding: NDArray[np.float32]
    coefficient: float
    set_aside: str = ""
    steers: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """One photo of an answer.

    Parameters
    ----------
    rank
        From 1, counted over all pages.
    similarity
        Cosine of the photo and the query, −1 to 1; larger is nearer.
    photo
        The photo, with its captions and attributes.
    parts
        What each part of the query gave: they add up to the similarity.
    shares
        How much of its place each way gave (``meaning``, ``captions``, ``tags``, ``labels``),
        adding up to 1; empty where only meaning was asked.
    is_named
        Whether the words are its id, its caption or its code, which puts it first.
    near_duplicates
        Ids of near-identical photos that stand behind it.
    score
        What put it in its place, 0 to 1: the similarity, or by several ways the sum of what they
        tell as a part of the first match's. It falls with rank, unless diversity was asked for.
    """

    rank: int
    similarity: float
    photo: Photo
    parts: tuple[float, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    is_named: bool = False
    near_duplicates: tuple[str, ...] = ()
    score: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what a program wants to know of a match, as plain values."""
        photo = self.photo
        return {
            "rank": self.rank,
            "id": photo.photo_id,
            "path": photo.path,
            "caption": photo.captions[0] if photo.captions else "",
            "similarity": self.similarity,
            "score": self.score,
            "attributes": dict(photo.attributes),
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search returned, and how it came about.

    Parameters
    ----------
    request
        What was asked.
    query
        The query in the query language; ``photo``, ``photo2`` … stand for what was attached.
    terms
        The same, taken apart.
    matches
        At most ``request.k``, best first.
    n_searched
        Photos that could have been matches: those that pass the filters.
    seconds
        Time of each step: ``parse``, ``encode``, ``filter``, ``index``, ``catalogue``, ``total``.
    unknown_words
        Words the model does not know; they played no part in the meaning.
    is_exact
        Whether no better match exists; otherwise a few in a thousand may be missed.
    query_parts
        The terms the model could read, thumbs included, as they were used.
    query_embedding
        (n_dims,), of length one; None where the model could read nothing of it.
    readings
        Words worth a remark: read as another word, seldom seen, or never.
    n_excluded
        Photos left out because their captions or tags name what the query takes away.
    """

    request: SearchRequest
    query: str
    terms: tuple[Term, ...]
    matches: list[Match]
    n_searched: int
    seconds: dict[str, float]
    unknown_words: list[str]
    is_exact: bool
    query_parts: tuple[QueryPart, ...] = ()
    query_embedding: NDArray[np.float32] | None = field(default=None, compare=False)
    readings: tuple[WordReading, ...] = ()
    n_excluded: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain values: what the shell prints with ``--json``."""
        return {
            "query": self.query,
            "k": self.request.k,
            "readings": [
                {
                    "word": reading.word,
                    "read_as": reading.read_as,
                    "n_seen": reading.n_seen,
                    "did_you_mean": list(reading.swaps),
                }
                for reading in self.readings
            ],
            "unknown_words": list(self.unknown_words),
            "seconds": dict(self.seconds),
            "matches": [match.to_json() for match in self.matches],
        }


class Stopwatch:
    """Seconds of each step of an answer."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last lap to a step."""
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now

    def total(self) -> dict[str, float]:
        """Close the watch and return all times."""
        self.seconds["total"] = time.perf_counter() - self._started
        return self.seconds
