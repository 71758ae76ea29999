"""Brute force: every similarity, the largest first. The truth that the graph approximates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]

# Nanoseconds per number, measured on one core of a server: reading a matrix from end to end, and
# picking its rows, of a matrix that a processor keeps at hand and of a larger one.
_NEAR_BYTES = 24 * 2**20
_SCAN_NS, _PICK_NS = (0.14, 0.45), (0.5, 1.3)
_PICKED_TOGETHER = 1_024


def exact_seconds(n_rows: int, n_candidates: int, n_dims: int) -> float:
    """Predict how long `search_exactly` takes for candidates among all the rows."""
    return min(_scan_ns(n_rows, n_dims), _pick_ns(n_rows, n_candidates, n_dims)) * 1e-9


def _scan_ns(n_rows: int, n_dims: int) -> float:
    return n_rows * n_dims * _SCAN_NS[4 * n_rows * n_dims > _NEAR_BYTES]


def _pick_ns(n_rows: int, n_candidates: int, n_dims: int) -> float:
    return n_candidates * n_dims * _PICK_NS[4 * n_rows * n_dims > _NEAR_BYTES]


def search_exactly(
    embeddings: NDArray[np.float32], query: NDArray[np.float32], k: int, candidates: Rows
) -> tuple[Rows, Similarities]:
    """Return the k candidates most similar to the query, equal ones by row.

    Parameters
    ----------
    embeddings
        (n, n_dims), float32, unit rows.
    query
        (n_dims,), float32, of unit length.
    k
        1 … len(candidates).
    candidates
        Rows that may be returned, each at most once.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    >>> found, similarities = search_exactly(rows, rows[0], 2, np.arange(3))
    >>> found.tolist(), similarities.tolist()
    ([0, 2], [1.0, 1.0])
    """
    # Not `embeddings @ query`: BLAS spreads that over every core, which halves the time on an
    # idle machine and took 16 ms instead of 1.3 ms on a busy one (70,000 × 128). It also sums a
    # row differently depending on its place, so that equal rows would not be equally similar.
    n_rows, n_dims = embeddings.shape
    if _pick_ns(n_rows, len(candidates), n_dims) < _scan_ns(n_rows, n_dims):
        similarities = np.empty(len(candidates), np.float32)
        for start in range(0, len(candidates), _PICKED_TOGETHER):
            picked = slice(start, start + _PICKED_TOGETHER)
            np.vecdot(embeddings[candidates[picked]], query, out=similarities[picked])
    else:
        similarities = np.vecdot(embeddings, query)[candidates]
    kth_largest = np.partition(similarities, -k)[-k]
    finalists = np.flatnonzero(similarities >= kth_largest)
    return order(candidates[finalists], similarities[finalists], k)


def order(rows: Rows, similarities: Similarities, k: int) -> tuple[Rows, Similarities]:
    """Keep the first k by falling similarity, equal ones by rising row."""
    first = np.lexsort((rows, -similarities))[:k]
    return rows[first], similarities[first]
