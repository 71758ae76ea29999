"""The recall curve: what the index finds of the exact answer, and how fast, by how far it looks.

Texts lie farther from photos than photos do, and the graph's ways lead from photo to photo: so both
are asked, and a setting is as good as the worse of the two.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.search.context import SearchContext
from engine.search.retriever import Allowed
from engine.storage.sample_queries import photo_queries, text_queries

EFS = (10, 20, 40, 80, 160, 320, 640)
_N_QUERIES = 60
_K = 9


@dataclass(frozen=True, slots=True)
class RecallPoint:
    """One setting of the index.

    Parameters
    ----------
    ef
        Candidates kept while looking; 0 compares with every photo.
    photo_recall, text_recall
        Share of the nine exact neighbours that were found, asked with photos of the collection and
        with a few words of its captions (see `engine.storage.sample_queries`); 1.0 without a text
        side.
    seconds
        Median time of one query.
    """

    ef: int
    photo_recall: float
    text_recall: float
    seconds: float


def measure_recall(context: SearchContext) -> list[RecallPoint]:
    """Measure every setting on texts and photos of the collection, the exact answer last."""
    collection = context.collection
    asked = [
        photo_queries(collection.catalogue, collection.embeddings, _N_QUERIES),
        text_queries(collection.catalogue, context.encoder, _N_QUERIES),
    ]
    exact: list[list[set[int]]] = []
    times: list[float] = []
    for queries in asked:
        answers = [_nearest(context, query, None, times) for query in queries]
        exact.append(answers)
    points = []
    for ef in sorted({*EFS, collection.ef or EFS[0]}):
        spent: list[float] = []
        recalls = []
        for queries, truth in zip(asked, exact, strict=True):
            found = [_nearest(context, query, ef, spent) for query in queries]
            n_found = sum(len(a & b) for a, b in zip(found, truth, strict=True))
            recalls.append(n_found / sum(map(len, truth)) if truth else 1.0)
        points.append(RecallPoint(ef, recalls[0], recalls[1], float(np.median(spent))))
    return [*points, RecallPoint(0, 1.0, 1.0, float(np.median(times)))]


def _nearest(
    context: SearchContext, query: NDArray[np.float32], ef: int | None, times: list[float]
) -> set[int]:
    """Return the nearest rows by the graph, or exactly without `ef`; note the time it took."""
    started = time.perf_counter()
    every = Allowed(None, context.collection.n_photos)
    nearest = context.retriever.nearest(query, _K, every, exact=ef is None, ef=ef)
    times.append(time.perf_counter() - started)
    return set(nearest.rows.tolist())
