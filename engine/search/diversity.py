"""Diversity: near-duplicates stand behind the first of them, and answers can differ more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Rows at least so similar are one picture to the eye: the same product cut or compressed anew.
NEAR_IDENTICAL = 0.995


def deduplicate(
    rows: Sequence[int], embeddings: NDArray[np.float32], *, n_wanted: int
) -> tuple[list[int], dict[int, list[int]]]:
    """Keep the first of near-identical rows.

    Parameters
    ----------
    rows
        In order.
    embeddings
        (len(rows), n_dims) unit rows of theirs.
    n_wanted
        Kept rows to stop after; near-duplicates of theirs are looked for among all rows.

    Returns
    -------
    kept, behind
        Kept rows in order, and for each its near-duplicates, if any.

    Examples
    --------
    >>> deduplicate([5, 6, 7], np.array([[1, 0], [1, 0], [0, 1]], np.float32), n_wanted=9)
    ([5, 7], {5: [6]})
    """
    # Not the product of all with all: BLAS spreads that over every core, see `engine.index.exact`.
    free = np.ones(len(rows), bool)
    kept: list[int] = []
    behind: dict[int, list[int]] = {}
    for place in range(len(rows)):
        if not free[place]:
            continue
        if len(kept) == n_wanted:
            break
        kept.append(rows[place])
        alike = np.vecdot(embeddings, embeddings[place]) >= NEAR_IDENTICAL
        alike[place] = True
        same = np.flatnonzero(alike & free).tolist()
        free[same] = False
        if len(same) > 1:
            behind[rows[place]] = [rows[other] for other in same if other != place]
    return kept, behind


def maximal_marginal_relevance(
    rows: Sequence[int],
    nearness: NDArray[np.float32],
    embeddings: NDArray[np.float32],
    *,
    diversity: float,
    n_wanted: int,
    before: NDArray[np.float32] | None = None,
) -> list[int]:
    """Choose rows that are near to the query and unlike those chosen before.

    Each step takes the row with the largest ``(1 − diversity) · nearness − diversity ·
    (similarity to the most similar chosen row)``.

    Parameters
    ----------
    rows, nearness, embeddings
        Candidates in order, how near each is, and their unit rows.
    diversity
        0 leaves the order alone, 1 looks at nothing but diversity.
    before
        Unit rows of what was chosen already, and is not to come again either.

    References
    ----------
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998.

    Examples
    --------
    >>> rows = np.array([[1, 0], [1, 0.01], [0.6, 0.8]], np.float32)
    >>> maximal_marginal_relevance(
    ...     [0, 1, 2], np.array([1, 0.99, 0.6]), rows, diversity=0.5, n_wanted=2)
    [0, 2]
    """
    chosen: list[int] = []
    closest = np.zeros(len(rows), np.float32)
    if before is not None and len(before) and len(rows):
        closest = np.maximum(closest, np.vecdot(embeddings[:, None], before).max(axis=1))
    left = np.ones(len(rows), bool)
    while len(chosen) < min(n_wanted, len(rows)):
        worth = (1 - diversity) * nearness - diversity * closest
        place = int(np.argmax(np.where(left, worth, -np.inf)))
        chosen.append(place)
        left[place] = False
        closest = np.maximum(closest, np.vecdot(embeddings, embeddings[place]))
    return [rows[place] for place in chosen]
