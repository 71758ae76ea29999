"""Brute force: every similarity, the largest first. The truth that the graph approximates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]

# Nanoseconds per number, measured on two cores of a server: reading a matrix from end to end,
# and picking its rows one by one.
_SCAN_NS, _PICK_NS = 0.12, 0.5

# Float32 sums of 128 products differ by about this much with the order of summation, which
# BLAS chooses by a row's place in the matrix.
_ROUNDING = 1e-6


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
    if len(candidates) * _PICK_NS < len(embeddings) * _SCAN_NS:
        similarities = embeddings[candidates] @ query
    else:
        similarities = (embeddings @ query)[candidates]
    kth_largest = np.partition(similarities, -k)[-k]
    finalists = candidates[similarities >= kth_largest - _ROUNDING]
    # Summed again, row by row and in one order: equal rows now have equal similarities.
    products = embeddings[finalists].astype(np.float64) * query
    return order(finalists, products.sum(axis=1).astype(np.float32), k)


def order(rows: Rows, similarities: Similarities, k: int) -> tuple[Rows, Similarities]:
    """Keep the first k by falling similarity, equal ones by rising row."""
    first = np.lexsort((rows, -similarities))[:k]
    return rows[first], similarities[first]
