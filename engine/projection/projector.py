"""Rows become points: t-SNE keeps neighbourhoods, PCA keeps the widest directions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.projection.neighbours import Metric, Neighbours

Points = NDArray[np.float32]
Watch = Callable[[int, Points], None]

# With fewer rows a perplexity above 1 cannot be had, and PCA shows all there is to see.
MIN_TSNE_ROWS = 8
# Early exaggeration pulls neighbours together before the map spreads (van der Maaten & Hinton
# 2008; 250 steps of factor 12 are what openTSNE and scikit-learn take too).
EXAGGERATION = 12
MAX_EXAGGERATED = 250
# Measured: below 3,000 rows the tree is faster, above it the grid.
_FFT_FROM = 3_000
_STEPS_BETWEEN_LOOKS = 10
_START_SPREAD = 1e-4


def perplexity_for(n_rows: int, wanted: float) -> float:
    """Return the perplexity that n rows allow: each needs three times as many neighbours.

    Examples
    --------
    >>> perplexity_for(1000, 30), perplexity_for(31, 30)
    (30.0, 10.0)
    """
    return float(max(1.0, min(wanted, (n_rows - 1) / 3)))


def n_neighbours_for(n_rows: int, perplexity: float) -> int:
    """Return how many neighbours of each row t-SNE looks at."""
    return min(n_rows - 1, max(int(3 * perplexity_for(n_rows, perplexity)), 10))


def fit_pca(embeddings: NDArray[np.float32]) -> tuple[Points, NDArray[np.float32]]:
    """Draw rows along their two widest directions.

    Parameters
    ----------
    embeddings
        (n, n_dims), float32.

    Returns
    -------
    points
        (n, 2), float32, centred.
    axes
        (3, n_dims): the mean, then the two directions; ``(row − mean) @ directions`` is a point.

    Examples
    --------
    >>> points, axes = fit_pca(np.array([[0, 0], [2, 0], [4, 0]], "float32"))
    >>> np.abs(points).tolist(), axes[0].tolist()
    ([[2.0, 0.0], [0.0, 0.0], [2.0, 0.0]], [2.0, 0.0])
    """
    from sklearn.decomposition import PCA

    n_rows, n_dims = embeddings.shape
    axes = np.zeros((3, n_dims), np.float32)
    if n_rows:
        axes[0] = embeddings.mean(axis=0)
    n_axes = min(2, n_rows - 1, n_dims)
    if n_axes > 0:
        with warnings.catch_warnings():  # rows that are all alike divide nothing by nothing
            warnings.simplefilter("ignore", RuntimeWarning)
            fitted = PCA(n_axes, svd_solver="covariance_eigh").fit(embeddings)
        axes[1 : 1 + n_axes] = fitted.components_
    return ((embeddings - axes[0]) @ axes[1:].T).astype(np.float32), axes


def fit_tsne(
    embeddings: NDArray[np.float32],
    neighbours: Neighbours,
    *,
    perplexity: float = 30.0,
    iterations: int = 600,
    metric: Metric = "cosine",
    seed: int = 0,
    n_threads: int = 1,
    watch: Watch | None = None,
) -> Points:
    """Draw rows so that near ones stay near.

    Parameters
    ----------
    embeddings
        (n, n_dims), float32, unit rows, at least `MIN_TSNE_ROWS`.
    neighbours
        Of the same rows, about three times the perplexity of each.
    perplexity
        Neighbours a row weighs its distances by, at least 1; lowered where rows are few.
    iterations
        Steps in all, at least 1; the first third, 250 at most, are exaggerated.
    metric
        The distance of unit rows.
    seed
        The same seed draws the same map.
    n_threads
        At least 1.
    watch
        Told the step and the points as they are, every ten steps.

    Returns
    -------
    points
        (n, 2), float32, the middle of their extent at the origin.

    References
    ----------
    Linderman et al. 2019, "Fast interpolation-based t-SNE", Nature Methods; Poličar et al. 2024,
    "openTSNE", Journal of Statistical Software.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    if len(embeddings) < MIN_TSNE_ROWS:
        raise ValueError(f"t-SNE needs {MIN_TSNE_ROWS} rows, not {len(embeddings)}")
    affinities = PerplexityBasedNN(
        knn_index=PrecomputedNeighbors(neighbours.rows, neighbours.distances(metric)),
        perplexity=perplexity_for(len(embeddings), perplexity),
        n_jobs=n_threads,
    )
    n_exaggerated = min(MAX_EXAGGERATED, max(iterations // 3, 1))
    fitted = TSNEEmbedding(
        _start(embeddings, seed),
        affinities,
        random_state=seed,
        **descent(len(embeddings), n_threads),
    )
    for n_steps, exaggeration, momentum, before in (
        (n_exaggerated, EXAGGERATION, 0.5, 0),
        (iterations - n_exaggerated, None, 0.8, n_exaggerated),
    ):
        fitted = fitted.optimize(
            n_steps, exaggeration=exaggeration, momentum=momentum, **_watched(watch, before)
        )
    return centred(np.asarray(fitted, np.float32))


def centred(points: Points) -> Points:
    """Move points so that the middle of their extent is the origin."""
    return points - (points.max(axis=0) + points.min(axis=0)) / 2


def descent(n_rows: int, n_threads: int) -> dict[str, Any]:
    """Return openTSNE's settings of a gradient descent; all else are its own defaults."""
    return {
        "dof": 1,
        "negative_gradient_method": "bh" if n_rows < _FFT_FROM else "fft",
        "learning_rate": "auto",
        "momentum": 0.8,
        "theta": 0.5,
        "n_interpolation_points": 3,
        "min_num_intervals": 50,
        "ints_in_interval": 1,
        "max_grad_norm": None,
        "max_step_norm": 5,
        "n_jobs": n_threads,
        "verbose": False,
        "callbacks": None,
        "callbacks_every_iters": _STEPS_BETWEEN_LOOKS,
    }


def _start(embeddings: NDArray[np.float32], seed: int) -> NDArray[np.float64]:
    """Begin from PCA, very small, with a little noise that tells equal rows apart."""
    points = fit_pca(embeddings)[0].astype(np.float64)
    spread = max(float(points[:, 0].std()), 1e-12)
    noise = np.random.default_rng(seed).normal(0.0, 0.01, points.shape)
    return (points / spread + noise) * _START_SPREAD


def _watched(watch: Watch | None, before: int) -> dict[str, Any]:
    if watch is None:
        return {}

    def look(step: int, _error: float, points: NDArray[np.float64]) -> bool:
        watch(before + step, np.asarray(points, np.float32))
        return False

    return {"callbacks": [look]}
