"""Fusion: what a dense and a lexical search tell of a photo, in one currency, and the order.

``meaning`` is the model's similarity, ``captions`` and ``tags`` are what the words find
(`engine.search.lexical`); beside a photo, ``labels`` are the values that it and others are taken
for, whatever is said of them (`engine.attribute_similarity`). Each is counted in log odds: by how
much it raises them that this photo is meant.

Meaning tells by how many spreads a photo stands above all others, and a spread by how far above
them the model sees the collection's own captions (`engine.search.dense_weight`). Where some caption
says the whole query, less of that is news. So each weighs by what it has to say about this very
query, where fused ranks would hear a decisive one and one that guesses alike.

References
----------
Robertson and Zaragoza, "The probabilistic relevance framework: BM25 and beyond", Foundations and
Trends in Information Retrieval 3(4), 2009: BM25 as log odds. Bruch, Gai and Ingber, "An analysis
of fusion functions for hybrid retrieval", ACM TOIS 42(1), 2023: sums of scores beat fused ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.integer]
Scores = NDArray[np.float32]

# So many photos are ranked where no more are wanted.
POOL = 200


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows in order, and what put them there.

    Parameters
    ----------
    rows
        (n,), best first.
    contributions
        Log odds by name, (n,) each; empty where the model's similarity alone ordered them.
    scores
        (n,), the sum that ordered them, which never rises.
    n_named
        So many rows come first because the words name them exactly.
    pools
        Where each pool of rows ends: they were ranked in one after the other.
    """

    rows: Rows
    contributions: Mapping[str, Scores] = field(default_factory=dict)
    scores: Scores | None = None
    n_named: int = 0
    pools: tuple[int, ...] = ()

    def followed_by(self, other: Ranking) -> Ranking:
        """Return these and, behind them, the other rows of a larger pool in their order."""
        if not self.pools:
            return replace(other, pools=(len(other.rows),))
        new = ~np.isin(other.rows, self.rows)
        rows = np.concatenate([self.rows, other.rows[new]])
        contributions = {
            name: np.concatenate([self.contributions.get(name, told[:0]), told[new]])
            for name, told in other.contributions.items()
        }
        scores = other.scores
        if scores is not None:
            mine = scores[:0] if self.scores is None else self.scores
            scores = np.concatenate([mine, np.minimum(scores[new], mine.min(initial=np.inf))])
        n_named = max(self.n_named, other.n_named)
        return Ranking(rows, contributions, scores, n_named, (*self.pools, len(rows)))

    def shares(self, place: int) -> dict[str, float]:
        """Return each contribution's part of what spoke for the row in a place."""
        if not self.contributions:
            return {}
        spoke = {
            name: float(told[place]) for name, told in self.contributions.items() if told[place] > 0
        }
        return {name: part / sum(spoke.values()) for name, part in spoke.items()}

    def score(self, place: int, similarity: float) -> float:
        """Return what put a row in its place: 0 to 1, falling with rank, 1 for an exact name.

        Where log odds ordered the rows it is their sum, as a part of the foremost row's.
        """
        if place < self.n_named:
            return 1.0
        if self.scores is None:
            return min(max(similarity, 0.0), 1.0)
        return min(max(float(self.scores[place]) / self._best, 0.0), 1.0)

    @cached_property
    def _best(self) -> float:
        scores = np.empty(0) if self.scores is None else self.scores[self.n_named :]
        return max(float(scores.max(initial=0.0)), 1e-9)


def fuse(
    rows: Rows, contributions: Mapping[str, Scores], *, n_wanted: int, named: Sequence[int] = ()
) -> Ranking:
    """Order rows by the log odds that all contributions give them.

    Parameters
    ----------
    rows
        (n,), each once; of equal ones the first stays first.
    contributions
        Log odds by name, (n,) each; they add up.
    n_wanted
        Rows to return besides the named ones.
    named
        Those of the rows that come before all others, in this order.

    Examples
    --------
    >>> told = {"meaning": np.array([3, 2, 1]), "captions": np.array([0, 2, 0])}
    >>> ranking = fuse(np.array([7, 8, 9]), told, n_wanted=9)
    >>> ranking.rows.tolist(), ranking.shares(0)
    ([8, 7, 9], {'meaning': 0.5, 'captions': 0.5})
    >>> fuse(np.array([7, 8, 9]), told, n_wanted=1, named=[9]).rows.tolist()
    [9, 8]
    """
    total = sum(contributions.values(), np.zeros(len(rows), np.float32))
    order = np.argsort(-total, kind="stable")
    if named:
        order = np.concatenate(
            [
                [int(np.flatnonzero(rows == row)[0]) for row in named],
                order[~np.isin(rows[order], named)],
            ]
        ).astype(np.int64)
    order = order[: len(named) + n_wanted]
    told = {name: each[order] for name, each in contributions.items()}
    return Ranking(rows[order], told, total[order], len(named))
