"""Brute force: every similarity, the largest first. The truth that the graph approximates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]

# Nanoseconds per number, measured on one core of a server: reading a matrix from end to end,
# and picking its rows one by one.
_SCAN_NS, _PICK_NS = 0.14, 0.5


def exact_seconds(n_rows: int, n_candidates: int, n_dims: int) -> float:
    """Predict how long `search_exactly` takes for candidates among all the rows."""
    return min(n_rows * _SCAN_NS, n_candidates * _PICK_NS) * n_dims * 1e-9


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
    if len(candidates) * _PICK_NS < len(embeddings) * _SCAN_NS:
        similarities = np.vecdot(embeddings[candidates], query)
    else:
        similarities = np.vecdot(embeddings, query)[candidates]
    kth_largest = np.partition(similarities, -k)[-k]
    finalists = np.flatnonzero(similarities >= kth_largest)
    return order(candidates[finalists], similarities[finalists], k)


def order(rows: Rows, similarities: Similarities, k: int) -> tuple[Rows, Similarities]:
    """Keep the first k by falling similarity, equal ones by rising row."""
    first = np.lexsort((rows, -similarities))[:k]
    return rows[first], similarities[first]
