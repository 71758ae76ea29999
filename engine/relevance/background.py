"""The background: how similar the photos of a collection are to any row, on the whole.

A similarity of 0.5 may be the best photo of one query and an average one of another, and photos
lie nearer to photos than to words. Against the background both are told apart.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from engine.selection import even_sample

_SAMPLE = 4_000
_LEAST_SPREAD = 1e-4


class Background:
    """Mean, covariance and a sample of a collection's rows.

    Similarity is linear, so the mean and the spread of all photos' similarities to a row need no
    photo: they are ``row · mean`` and ``√(row · covariance · row)``.

    Parameters
    ----------
    embeddings
        (n, n_dims) unit rows, at least one.
    rows
        The live ones; beyond 4,000 an even sample of them is used.

    Examples
    --------
    >>> background = Background(np.eye(2, dtype=np.float32), np.arange(2))
    >>> row = np.array([1, 0], np.float32)
    >>> background.level(row), background.spread(row)
    (0.5, 0.5)
    >>> background.shares_below(row, np.array([0.5], np.float32)).tolist()
    [0.5]
    """

    def __init__(self, embeddings: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
        self.sample = np.ascontiguousarray(embeddings[even_sample(rows, _SAMPLE)], np.float32)
        self.mean = self.sample.mean(axis=0)
        centred = self.sample - self.mean
        self._covariance = centred.T @ centred / np.float32(max(len(centred), 1))

    def level(self, row: NDArray[np.float32]) -> float:
        """Return the mean similarity of all photos to a row."""
        return float(row @ self.mean)

    def spread(self, row: NDArray[np.float32]) -> float:
        """Return the standard deviation of all photos' similarities to a row, above 0."""
        # Dot by dot, since BLAS spreads even so small a product over threads that wait.
        variance = float(row @ np.vecdot(self._covariance, row))
        return max(math.sqrt(max(variance, 0.0)), _LEAST_SPREAD)

    def shares_below(
        self, row: NDArray[np.float32], similarities: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return, for each similarity to a row, the share of the photos that are less similar."""
        usual = np.sort(np.vecdot(self.sample, row))  # on one core, see `engine.index.exact`
        return np.searchsorted(usual, similarities - np.float32(1e-6)) / len(usual)
