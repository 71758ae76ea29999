"""The nearest rows of each row, itself left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.selection import largest_of_rows

Metric = Literal["cosine", "euclidean"]

# Above this many rows every pair of them costs more than a graph that finds 99 in 100.
MAX_EXACT = 25_000
_BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The k nearest of each row.

    Parameters
    ----------
    rows
        int32 (n, k), the nearest first.
    similarities
        float32 (n, k), cosines.
    is_exact
        Whether no neighbour was missed.
    """

    rows: NDArray[np.int32]
    similarities: NDArray[np.float32]
    is_exact: bool

    def distances(self, metric: Metric) -> NDArray[np.float64]:
        """Return distances of unit rows: ``1 − s`` for the cosine, ``√(2 − 2s)`` otherwise."""
        return to_distances(self.similarities, metric)


def to_distances(similarities: NDArray[np.float32], metric: Metric) -> NDArray[np.float64]:
    """Turn cosines of unit rows into distances.

    Examples
    --------
    >>> to_distances(np.array([1.0, 0.5], "float32"), "euclidean").tolist()
    [0.0, 1.0]
    """
    cosine = np.clip(1.0 - similarities.astype(np.float64), 0.0, 2.0)
    return cosine if metric == "cosine" else np.sqrt(2.0 * cosine)


def nearest_neighbours(
    embeddings: NDArray[np.float32], k: int, *, seed: int = 0, n_threads: int = 1
) -> Neighbours:
    """Find the k rows nearest to each row, itself left out.

    Parameters
    ----------
    embeddings
        (n, n_dims), float32, unit rows.
    k
        1 … n − 1.
    seed
        Of the graph, above `MAX_EXACT` rows.
    n_threads
        Of the graph.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0.8, 0.6], [0, 1]], "float32")
    >>> nearest_neighbours(rows, 1).rows.tolist()
    [[1], [0], [1]]
    """
    if not 1 <= k < len(embeddings):
        raise ValueError(f"k must be 1 to {len(embeddings) - 1}, not {k}")
    if len(embeddings) > MAX_EXACT:
        return _by_graph(embeddings, k, seed, n_threads)
    rows = np.empty((len(embeddings), k), np.int32)
    similarities = np.empty((len(embeddings), k), np.float32)
    for part in blocks(len(embeddings), len(embeddings)):
        block = embeddings[part] @ embeddings.T
        block[np.arange(len(block)), np.arange(len(embeddings))[part]] = -np.inf
        rows[part], similarities[part] = largest_of_rows(block, k)
    return Neighbours(rows, similarities, is_exact=True)


def blocks(n: int, width: int) -> Iterator[slice]:
    """Cut n rows of `width` numbers each so that a block of them stays small."""
    size = max(1, _BLOCK_BYTES // (4 * max(width, 1)))
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _by_graph(embeddings: NDArray[np.float32], k: int, seed: int, n_threads: int) -> Neighbours:
    from openTSNE.nearest_neighbors import HNSW

    graph = HNSW(
        data=np.ascontiguousarray(embeddings),
        k=k,
        metric="ip",
        n_jobs=n_threads,
        random_state=seed,
        knn_kwargs={"ef_construction": 100, "M": 16},
    )
    rows, distances = graph.build()
    return Neighbours(rows.astype(np.int32), (1.0 - distances).astype(np.float32), is_exact=False)
