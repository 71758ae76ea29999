"""Ranking: what each way says of a photo, in one currency, and the order that follows.

``meaning`` is the model's similarity, ``captions`` the full text, ``tags`` the values that the
query names; beside a photo, ``labels`` are the values that it and others are taken for, whatever
is said of them (`engine.recognising`). Each is counted in nats: by how much it raises the log odds
that this photo is meant.

- Words tell by their rarity: captions by bm25, a value by ``log(1 + n_rows / n_having_it)``.
  What a photo says in both is said twice, so the smaller counts half; so does a value of another
  attribute than the one meant, and a quarter counts a caption that leaves out a word of the query.
- Meaning tells by how many spreads a photo stands above all others, and a spread by how far
  above them the model sees the collection's own captions (`engine.search.weighing`). Where some
  caption says the whole query, less of that is news.

So a way weighs by what it has to say about this very query, where fused ranks would hear a
decisive way and one that guesses alike.

References
----------
Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", Foundations and
Trends in Information Retrieval 3(4), 2009: bm25 as log odds. Bruch, Gai and Ingber, "An analysis
of fusion functions for hybrid retrieval", ACM TOIS 42(1), 2023: sums of scores beat fused ranks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.search.lexicon import Lexicon, Mention
from engine.search.reading import telling_words

# So many photos are ranked where no more are wanted.
POOL = 200
# The most photos that a full-text question fetches, and that words alone put up for ranking.
_DEEP, _MAX_SAID = 2_000, 5_000
# Where so many captions say every word, those that leave some out are not asked.
_ENOUGH = 50
_LEFT_OUT, _AGAIN = 0.25, 0.5
# What having a value as another attribute than the one meant counts of having it.
_SECOND = 0.5
# Where nearly all photos have an attribute, a caption that says another value than its photo's own
# mostly speaks of something else: so much of that word is left out.
_KNOWN, _DOUBT = 0.9, 0.75
# The nats of saying all words beside a photo: more than most photos differ in nearness.
_CONDITION = 8.0


@dataclass(slots=True)
class Ranking:
    """Rows in order, and what put them there.

    Parameters
    ----------
    rows
        Best first.
    shares
        Per row, how much of its place each way gave.
    named
        Rows that the words name exactly; they come first.
    scores
        Per row, the sum that ordered it; empty where the model's similarity alone did.
    pools
        The rows by the pool that they were ranked in, one pool after another.
    """

    rows: list[int]
    shares: dict[int, dict[str, float]] = field(default_factory=dict)
    named: frozenset[int] = frozenset()
    scores: dict[int, float] = field(default_factory=dict)
    pools: list[frozenset[int]] = field(default_factory=list)

    def append(self, other: Ranking) -> None:
        """Put the rows of a larger pool behind these, in their order."""
        have = frozenset(self.rows)
        new = [row for row in other.rows if row not in have]
        least = min(self.scores.values(), default=math.inf)
        self.rows += new
        self.shares = {**other.shares, **self.shares}
        self.scores |= {row: min(other.scores[row], least) for row in new if row in other.scores}
        self.named |= other.named
        self.pools.append(frozenset(new))

    def score(self, row: int, similarity: float) -> float:
        """Return what put a row in its place: 0 to 1, falling with rank, 1 for an exact name.

        By all ways it is the sum of what they tell, as a part of the foremost row's.
        """
        if row in self.named:
            return 1.0
        if not self.scores:
            return min(max(similarity, 0.0), 1.0)
        best = max(max(self.scores.values()), 1e-9)
        return min(max(self.scores.get(row, 0.0) / best, 0.0), 1.0)


def fuse(
    rows: NDArray[np.int64],
    ways: Mapping[str, NDArray[np.float32]],
    named: Sequence[int] = (),
    n_wanted: int = POOL,
) -> Ranking:
    """Order rows by the nats that all ways give them.

    Parameters
    ----------
    rows
        (n,), each once; of equal ones the first stays first.
    ways
        Nats by way, (n,) each; they add up.
    named
        Rows that come before all others, in this order.
    n_wanted
        Rows to return besides the named ones.

    Examples
    --------
    >>> ways = {"meaning": np.array([3, 2, 1]), "captions": np.array([0, 2, 0])}
    >>> ranking = fuse(np.array([7, 8, 9]), ways)
    >>> ranking.rows, ranking.shares[8]
    ([8, 7, 9], {'meaning': 0.5, 'captions': 0.5})
    >>> fuse(np.array([7, 8]), {"meaning": np.array([2, 1])}, named=[9]).rows
    [9, 7, 8]
    """
    total = sum(ways.values(), np.zeros(len(rows), np.float32))
    order = np.argsort(-total, kind="stable")[:n_wanted]
    first = list(dict.fromkeys(named))
    shares = {int(rows[place]): _shares(ways, place) for place in order}
    scores = {int(rows[place]): float(total[place]) for place in order}
    ordered = [*first, *(row for row in shares if row not in first)]
    return Ranking(ordered, shares, frozenset(first), scores)


def _shares(ways: Mapping[str, NDArray[np.float32]], place: int) -> dict[str, float]:
    """Return each way's part of what spoke for a row."""
    spoke = {way: float(nats[place]) for way, nats in ways.items() if nats[place] > 0}
    return {way: part / sum(spoke.values()) for way, part in spoke.items()}


def nats_of_words(
    catalogue: Catalogue, lexicon: Lexicon, text: str, allowed: NDArray[np.bool_]
) -> dict[str, NDArray[np.float32]]:
    """Return what captions and values that say words of a text tell of every row, (n_rows,) each.

    Parameters
    ----------
    allowed
        (n_rows,): the rows that may be matches; the others are told nothing of.
    """
    n_fetched = _DEEP if allowed.all() else 2 * _DEEP  # so that a filter leaves enough
    captions, tags, doubted = np.zeros((3, len(allowed)), np.float32)
    saying_all = catalogue.search_captions(text, n_fetched, every_word=True)
    if len(saying_all) < _ENOUGH:
        for row, bm25 in catalogue.search_captions(text, n_fetched):
            captions[row] = _LEFT_OUT * bm25
    for row, bm25 in saying_all:
        captions[row] = bm25
    places = lexicon.mentions(text)
    n_words = max(len(telling_words(text)), len(places), 1)
    n_photos = catalogue.n_photos
    for place, (rows, chief) in zip(places, _tagged(catalogue, lexicon, places), strict=True):
        worth = math.log1p(len(allowed) / len(rows))
        tags[rows] += _SECOND * worth
        tags[chief] += (1 - _SECOND) * worth
        if lexicon.extent[lexicon.chief(place).attribute] >= _KNOWN * n_photos:
            doubted += 1
            doubted[chief] -= 1
    captions *= 1 - np.float32(_DOUBT / n_words) * doubted
    return _together(captions * allowed, tags * allowed, again=_AGAIN)


def nats_of_saying(
    catalogue: Catalogue, lexicon: Lexicon, text: str, allowed: NDArray[np.bool_]
) -> dict[str, NDArray[np.float32]]:
    """Return what saying all of a text tells: the same of every row that does, else nothing.

    Beside a photo the words are a condition, and the photo decides between those that meet it.
    """
    captions, tags = np.zeros((2, len(allowed)), np.float32)
    captions[catalogue.rows_saying(text)] = _CONDITION
    places = _tagged(catalogue, lexicon, lexicon.mentions(text))
    if places:
        tags[reduce(np.intersect1d, [rows for rows, _ in places])] = _CONDITION
    return _together(captions * allowed, tags * allowed, again=0.0)


def _tagged(
    catalogue: Catalogue, lexicon: Lexicon, places: Sequence[Sequence[Mention]]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return, for each value that a text means, the rows that have it.

    Returns
    -------
    list of (rows, chief)
        Those that have it as any attribute, and of them those that have it as the one most photos
        have: as their colour, not as their second one.
    """
    found = []
    for place in places:
        rows = {each: catalogue.rows_where({each.attribute: [each.value]}) for each in place}
        found.append((np.unique(np.concatenate(list(rows.values()))), rows[lexicon.chief(place)]))
    return found


def _together(
    captions: NDArray[np.float32], tags: NDArray[np.float32], *, again: float
) -> dict[str, NDArray[np.float32]]:
    """Scale what two ways say to the larger of both and a part of the smaller, `again`.

    Examples
    --------
    >>> scaled = _together(np.array([3, 0]), np.array([1, 2]), again=0.0)
    >>> {way: nats.tolist() for way, nats in scaled.items()}
    {'captions': [2.25, 0.0], 'tags': [0.75, 2.0]}
    """
    told = np.maximum(captions, tags) + again * np.minimum(captions, tags)
    scale = told / np.maximum(captions + tags, 1e-12)
    return {
        "captions": (captions * scale).astype(np.float32),
        "tags": (tags * scale).astype(np.float32),
    }


def best_said(nats: Mapping[str, NDArray[np.float32]]) -> NDArray[np.int64]:
    """Return the rows that words tell most of, at most 5,000, ascending."""
    said = nats["captions"] + nats["tags"]
    rows = np.flatnonzero(said)
    if len(rows) > _MAX_SAID:
        rows = np.sort(rows[np.argsort(-said[rows], kind="stable")[:_MAX_SAID]])
    return rows
