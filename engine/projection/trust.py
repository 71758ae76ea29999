"""How far a map may be believed: what it kept of the true neighbourhoods."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.projection.neighbours import blocks

K = 10
N_ASKED = 2_000


def kept_neighbours(
    points: NDArray[np.float32], true: NDArray[np.int32], k: int = K
) -> NDArray[np.float32]:
    """Return the share of each point's k true neighbours that are among its k nearest on the map.

    Parameters
    ----------
    points
        (n, 2).
    true
        (n, at least k): the nearest rows in the full space, the nearest first.
    k
        Lowered where there are fewer.

    Returns
    -------
    shares
        float32 (n,), 0 to 1; ones where there is nobody to lose.

    Examples
    --------
    >>> line = np.array([[0, 0], [1, 0], [5, 0], [6, 0]], "float32")
    >>> kept_neighbours(line, np.array([[1], [2], [3], [2]], "int32"), k=1).tolist()
    [1.0, 0.0, 1.0, 1.0]
    """
    k = min(k, true.shape[1], len(points) - 1)
    if k < 1:
        return np.ones(len(points), np.float32)
    drawn = nearest_on_map(points, k)
    kept = (true[:, :k, None] == drawn[:, None, :]).any(axis=2)
    return np.asarray(kept.mean(axis=1), np.float32)


def kept_of_placed(
    points: NDArray[np.float32], placed: NDArray[np.float32], nearest: NDArray[np.int32], k: int = K
) -> NDArray[np.float32]:
    """Return the same share for points that were placed on a finished map.

    Parameters
    ----------
    points
        (n, 2), of the map.
    placed
        (m, 2), put there later.
    nearest
        (m, at least k): the points truly nearest to each, the nearest first.
    k
        Lowered where there are fewer.
    """
    from sklearn.neighbors import KDTree

    k = min(k, nearest.shape[1], len(points))
    drawn = KDTree(points).query(placed, k, return_distance=False)
    kept = (nearest[:, :k, None] == drawn[:, None, :]).any(axis=2)
    return np.asarray(kept.mean(axis=1), np.float32)


def nearest_on_map(points: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the k nearest other points of each point, (n, k)."""
    from sklearn.neighbors import KDTree

    found = KDTree(points).query(points, k + 1, return_distance=False)
    own = np.arange(len(points))[:, None]
    # Points at one place may come before the point itself, or instead of it.
    order = np.argsort(found == own, axis=1, kind="stable")
    return np.asarray(np.take_along_axis(found, order, axis=1)[:, :k], np.int64)


def trustworthiness(
    embeddings: NDArray[np.float32], points: NDArray[np.float32], k: int = K, *, seed: int = 0
) -> float:
    """Tell how few of the neighbours on the map are strangers in the full space.

    ``T = 1 − 2 / (n k (2n − 3k − 1)) Σᵢ Σ_j max(0, r(i, j) − k)``, where j runs over the k nearest
    of point i on the map and r is j's rank by nearness in the full space. The outer sum is taken
    over 2,000 points drawn by `seed` where there are more.

    Parameters
    ----------
    embeddings
        (n, n_dims), unit rows.
    points
        (n, 2).
    k
        Below n / 2; lowered where there are fewer.

    Returns
    -------
    float
        0 to 1; 1 where no neighbour is a stranger, nan for fewer than four points.

    References
    ----------
    Venna & Kaski 2001, "Neighborhood preservation in nonlinear projection methods".
    """
    n = len(points)
    k = min(k, (n - 1) // 2)
    if n < 4:
        return float("nan")
    asked = np.arange(n)
    if n > N_ASKED:
        asked = np.sort(np.random.default_rng(seed).choice(n, N_ASKED, replace=False))
    drawn = nearest_on_map(points, k)[asked]
    excess = sum(_excess(embeddings, asked[part], drawn[part], k) for part in blocks(len(asked), n))
    return float(1.0 - 2.0 * excess / (len(asked) * k * (2 * n - 3 * k - 1)))


def _excess(
    embeddings: NDArray[np.float32], asked: NDArray[np.int64], drawn: NDArray[np.int64], k: int
) -> float:
    similarities = embeddings[asked] @ embeddings.T
    similarities[np.arange(len(asked)), asked] = np.inf
    at = np.take_along_axis(similarities, drawn, axis=1)
    ranks = np.stack([(similarities > at[:, [j]]).sum(axis=1) for j in range(k)], axis=1)
    return float(np.maximum(ranks - k, 0).sum())
