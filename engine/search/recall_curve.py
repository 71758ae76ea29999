"""The recall dial: what the index finds of the exact answer, and how fast, by how far it looks."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from engine.index import PhotoIndex
from engine.storage import Collection

EFS = (10, 20, 40, 80, 160, 320, 640)
_N_QUERIES = 60
_K = 9


@dataclass(frozen=True, slots=True)
class DialPoint:
    """One setting of the index.

    Parameters
    ----------
    ef
        Candidates kept while looking; 0 compares with every photo.
    index_recall
        Share of the nine exact neighbours that were found.
    seconds
        Median time of one query.
    """

    ef: int
    index_recall: float
    seconds: float


def measure_dial(collection: Collection) -> list[DialPoint]:
    """Measure every setting on photos of the collection as queries, the exact answer last."""
    index: PhotoIndex = collection.index
    rows = collection.catalogue.live_rows()
    chosen = rows[np.linspace(0, len(rows) - 1, min(_N_QUERIES, len(rows))).astype(np.int64)]
    queries = np.asarray(collection.embeddings[chosen], np.float32)
    truth: list[set[int]] = []
    exact_seconds: list[float] = []
    for query in queries:
        started = time.perf_counter()
        truth.append(set(index.nearest(query, _K, exact=True).rows.tolist()))
        exact_seconds.append(time.perf_counter() - started)
    points = []
    for ef in EFS:
        found = 0
        seconds: list[float] = []
        for query, true in zip(queries, truth, strict=True):
            started = time.perf_counter()
            nearest = index.nearest(query, _K, exact=False, ef=ef)
            seconds.append(time.perf_counter() - started)
            found += len(true & set(nearest.rows.tolist()))
        share = found / sum(map(len, truth))
        points.append(DialPoint(ef, share, float(np.median(seconds))))
    return [*points, DialPoint(0, 1.0, float(np.median(exact_seconds)))]
