"""Ranking: the ways to find photos, each with its own order, and one order made of all.

``meaning`` is the model's similarity, ``captions`` the full text, ``tags`` the values that the
query names. Their orders are fused by reciprocal rank: a photo gets ``Σ 1 / (60 + rank)`` over
the ways that found it, so that no way has to be scaled to another.

References
----------
Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank
learning methods", SIGIR 2009: the formula and its 60.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.search.lexicon import Lexicon

By = Literal["meaning", "text", "all"]
BYS: tuple[By, ...] = get_args(By)
_RRF = 60
# So many photos of each way are fused.
POOL = 200
_MAX_TAGGED = 5_000


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
    """

    rows: list[int]
    shares: dict[int, dict[str, float]] = field(default_factory=dict)
    named: frozenset[int] = frozenset()


def fuse(
    orders: Mapping[str, Sequence[int]],
    named: Sequence[int] = (),
    weights: Mapping[str, float] | None = None,
) -> Ranking:
    """Make one order of several.

    Parameters
    ----------
    orders
        Way to its rows, best first.
    named
        Rows that come before all others, in this order.
    weights
        How much a way counts, 1 where it is not named.

    Examples
    --------
    >>> fuse({"meaning": [7, 8], "captions": [8, 9]}).rows
    [8, 7, 9]
    >>> fuse({"meaning": [7, 8]}, named=[9]).rows
    [9, 7, 8]
    """
    given: dict[int, dict[str, float]] = defaultdict(dict)
    for way, rows in orders.items():
        weight = (weights or {}).get(way, 1.0)
        for rank, row in enumerate(rows, start=1):
            given[row].setdefault(way, weight / (_RRF + rank))
    totals = {row: sum(ways.values()) for row, ways in given.items()}
    rest = sorted(totals, key=lambda row: -totals[row])  # stable: ties keep the first way's order
    first = list(dict.fromkeys(named))
    shares = {
        row: {way: part / totals[row] for way, part in ways.items()} for row, ways in given.items()
    }
    named_rows = frozenset(first)
    return Ranking([*first, *(row for row in rest if row not in named_rows)], shares, named_rows)


def by_captions(
    catalogue: Catalogue, text: str, allowed: NDArray[np.bool_] | None
) -> tuple[list[int], int]:
    """Return rows whose captions have every word of a text, then any, and how many have every."""
    found = [row for row, _ in catalogue.search_captions(text, _deep(allowed), every_word=True)]
    n_all = len(found)
    if n_all < POOL // 4:
        found += [row for row, _ in catalogue.search_captions(text, _deep(allowed))]
    rows = dict.fromkeys(row for row in found if allowed is None or allowed[row])
    return list(rows)[:POOL], n_all


def _deep(allowed: NDArray[np.bool_] | None) -> int:
    """Return how many photos to fetch so that a filter leaves enough."""
    return POOL if allowed is None else 20 * POOL


def by_tags(
    catalogue: Catalogue,
    lexicon: Lexicon,
    text: str,
    embeddings: NDArray[np.float32],
    query: NDArray[np.float32] | None,
    allowed: NDArray[np.bool_] | None,
) -> list[int]:
    """Return rows with the values that a text names: most and rarest first, then by similarity."""
    places = lexicon.mentions(text)
    if not places:
        return []
    n_rows = len(embeddings)
    scores = np.zeros(n_rows, np.float32)
    for mentions in places:
        here = np.zeros(n_rows, np.float32)
        for mention in mentions:
            rows = catalogue.rows_where({mention.attribute: [mention.value]})
            here[rows] = np.maximum(here[rows], math.log1p(n_rows / mention.n_photos))
        scores += here
    if allowed is not None:
        scores[~allowed] = 0
    rows = np.flatnonzero(scores)
    if len(rows) > _MAX_TAGGED:
        rows = rows[np.argsort(-scores[rows], kind="stable")[:_MAX_TAGGED]]
    nearness = np.vecdot(embeddings[rows], query) if query is not None else np.zeros(len(rows))
    return [int(row) for row in rows[np.lexsort((rows, -nearness, -scores[rows]))[:POOL]]]


def rows_tagged(catalogue: Catalogue, lexicon: Lexicon, text: str) -> NDArray[np.int64]:
    """Return the rows that have a value for every place where a text names one."""
    found: NDArray[np.int64] | None = None
    for mentions in lexicon.mentions(text):
        here = [catalogue.rows_where({each.attribute: [each.value]}) for each in mentions]
        rows = np.unique(np.concatenate(here))
        found = rows if found is None else np.intersect1d(found, rows, assume_unique=True)
    return np.empty(0, np.int64) if found is None else found
