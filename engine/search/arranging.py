"""Arranging: near-identical photos fold behind the first of them, and answers can vary more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Rows at least so similar are one picture to the eye: the same product cut or compressed anew.
NEAR_IDENTICAL = 0.995


def fold(
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
        Kept rows to stop after; what is folded behind them is looked for among all rows.

    Returns
    -------
    kept, behind
        Kept rows in order, and for each the rows folded behind it, if any.

    Examples
    --------
    >>> fold([5, 6, 7], np.array([[1, 0], [1, 0], [0, 1]], np.float32), n_wanted=9)
    ([5, 7], {5: [6]})
    """
    alike = embeddings @ embeddings.T >= NEAR_IDENTICAL
    free = np.ones(len(rows), bool)
    kept: list[int] = []
    behind: dict[int, list[int]] = {}
    for place in range(len(rows)):
        if not free[place]:
            continue
        if len(kept) == n_wanted:
            break
        kept.append(rows[place])
        same = np.flatnonzero(alike[place] & free).tolist()
        free[same] = False
        if len(same) > 1:
            behind[rows[place]] = [rows[other] for other in same if other != place]
    return kept, behind


def vary(
    rows: Sequence[int],
    nearness: NDArray[np.float32],
    embeddings: NDArray[np.float32],
    *,
    variety: float,
    n_wanted: int,
    before: NDArray[np.float32] | None = None,
) -> list[int]:
    """Choose rows that are near to the query and unlike those chosen before.

    Each step takes the row with the largest ``(1 − variety) · nearness − variety · (similarity to
    the most similar chosen row)``.

    Parameters
    ----------
    rows, nearness, embeddings
        Candidates in order, how near each is, and their unit rows.
    variety
        0 leaves the order alone, 1 looks at nothing but variety.
    before
        Unit rows of what was chosen already, and is not to come again either.

    References
    ----------
    Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998.

    Examples
    --------
    >>> rows = np.array([[1, 0], [1, 0.01], [0.6, 0.8]], np.float32)
    >>> vary([0, 1, 2], np.array([1, 0.99, 0.6]), rows, variety=0.5, n_wanted=2)
    [0, 2]
    """
    chosen: list[int] = []
    closest = np.zeros(len(rows), np.float32)
    if before is not None and len(before) and len(rows):
        closest = np.maximum(closest, (embeddings @ before.T).max(axis=1))
    left = np.ones(len(rows), bool)
    while len(chosen) < min(n_wanted, len(rows)):
        worth = (1 - variety) * nearness - variety * closest
        place = int(np.argmax(np.where(left, worth, -np.inf)))
        chosen.append(place)
        left[place] = False
        closest = np.maximum(closest, embeddings @ embeddings[place])
    return [rows[place] for place in chosen]
