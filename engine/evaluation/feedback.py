"""Judged: precision and nDCG from the thumbs that people gave on their own collection."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.errors import CollectionError, KindredError
from engine.search import Mode, SearchEngine

K = 9
_DEEP = 400


@dataclass(frozen=True, slots=True)
class JudgedTrial:
    """What the judged photos' order is worth, unjudged ones passed over.

    Parameters
    ----------
    n_queries, n_thumbs
        Questions with thumbs that can be asked, and thumbs on photos still there.
    precision_at_9, ndcg_at_9
        By mode, over the questions with at least one thumb up.

    References
    ----------
    Sakai, "Alternatives to Bpref", SIGIR 2007: with few judgements, rank only what was judged.
    """

    n_queries: int
    n_thumbs: int
    precision_at_9: dict[Mode, float]
    ndcg_at_9: dict[Mode, float]


def try_judged(engine: SearchEngine, judgements: Mapping[str, Mapping[str, int]]) -> JudgedTrial:
    """Ask every judged question again and see where its thumbs stand now.

    Raises
    ------
    CollectionError
        There are no judgements with a thumb up.
    """
    asked = {query: thumbs for query, thumbs in judgements.items() if max(thumbs.values()) > 0}
    if not asked:
        raise CollectionError(
            "nobody has judged an answer of this collection yet",
            value=engine.collection.name,
            remedy="Give photos a thumb up or down on the page Text search",
        )
    modes: tuple[Mode, ...] = ("dense", "hybrid")
    precision: dict[Mode, list[float]] = {mode: [] for mode in modes}
    gain: dict[Mode, list[float]] = {mode: [] for mode in modes}
    n_queries = 0
    for query, thumbs in asked.items():
        try:
            orders = {mode: _order(engine, query, thumbs, mode) for mode in modes}
        except KindredError:  # a word or a photo that is no longer there
            continue
        n_queries += 1
        for mode, order in orders.items():
            precision[mode].append(sum(each > 0 for each in order[:K]) / max(len(order[:K]), 1))
            gain[mode].append(ndcg(order, sum(each > 0 for each in thumbs.values())))
    return JudgedTrial(
        n_queries=n_queries,
        n_thumbs=sum(map(len, asked.values())),
        precision_at_9={mode: float(np.mean(found or [0.0])) for mode, found in precision.items()},
        ndcg_at_9={mode: float(np.mean(found or [0.0])) for mode, found in gain.items()},
    )


def _order(engine: SearchEngine, query: str, thumbs: Mapping[str, int], mode: Mode) -> list[int]:
    matches = engine.search(query, k=min(_DEEP, engine.collection.n_photos), mode=mode).matches
    ids = [match.photo.photo_id for match in matches]
    missed = [photo_id for photo_id in thumbs if photo_id not in set(ids) and thumbs[photo_id] < 0]
    return [thumbs[photo_id] for photo_id in [*ids, *missed] if photo_id in thumbs]


def ndcg(order: Sequence[int], n_good: int, k: int = K) -> float:
    """Return the normalised discounted gain of thumbs in order, 1 where all good ones lead.

    Examples
    --------
    >>> ndcg([1, -1, 1], n_good=2) == (1 + 1 / 2) / (1 + 1 / math.log2(3))
    True
    """
    gained = sum(1 / math.log2(rank + 1) for rank, t in enumerate(order[:k], 1) if t > 0)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(n_good, k) + 1))
    return gained / best if best else 0.0
