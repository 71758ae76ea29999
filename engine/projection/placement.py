"""New rows on a finished map, which itself does not move."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.projection.neighbours import Metric, blocks, to_distances
from engine.projection.projector import Points, descent, perplexity_for
from engine.selection import largest_of_rows

# A new row has no neighbours to make room for it; openTSNE's documentation advises a perplexity
# well below the map's, and small steps.
_PERPLEXITY = 5.0
_STEPS = 50
_LEARNING_RATE = 0.1


class Placer:
    """Places rows on a t-SNE map, beside those they are nearest to.

    Safe from any number of threads.

    Parameters
    ----------
    embeddings
        (n, n_dims), unit rows of the map.
    points
        (n, 2), where they are; the middle of their extent at the origin.
    metric
        The map's own.
    """

    def __init__(
        self, embeddings: NDArray[np.float32], points: Points, *, metric: Metric = "cosine"
    ) -> None:
        if len(embeddings) != len(points):
            raise ValueError(f"{len(embeddings)} rows do not fit {len(points)} points")
        self._embeddings = embeddings
        self._points = points
        self._metric = metric
        self._map = _standing(points)
        self._lock = threading.Lock()

    def place(
        self, queries: NDArray[np.float32], *, left_out: NDArray[np.int64] | None = None
    ) -> tuple[Points, NDArray[np.int32]]:
        """Find where new rows belong.

        Parameters
        ----------
        queries
            (m, n_dims), unit rows.
        left_out
            (m,): a row of the map that each query must not be drawn to, for measuring how well
            a known point is placed again.

        Returns
        -------
        points
            (m, 2).
        nearest
            (m, 15 at most): the rows each was placed by, the nearest first.
        """
        from openTSNE.affinity import joint_probabilities_nn
        from openTSNE.tsne import PartialTSNEEmbedding

        k = min(int(3 * _PERPLEXITY), len(self._points) - (left_out is not None))
        rows, similarities = self._nearest(queries, k, left_out)
        weights = joint_probabilities_nn(
            rows,
            to_distances(similarities, self._metric),
            [perplexity_for(k + 1, _PERPLEXITY)],
            symmetrize=False,
            normalization="point-wise",
            n_reference_samples=len(self._points),
        )
        start = np.median(self._points[rows], axis=1)
        with self._lock:  # the map's grid is made when it is first needed
            placed = PartialTSNEEmbedding(
                start,
                self._map,
                weights,
                **{**descent(len(start), 1), "negative_gradient_method": "fft"},
            ).optimize(_STEPS, learning_rate=_LEARNING_RATE, momentum=0.8, max_grad_norm=0.25)
        return np.asarray(placed, np.float32), rows

    def _nearest(
        self, queries: NDArray[np.float32], k: int, left_out: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        rows = np.empty((len(queries), k), np.int32)
        similarities = np.empty((len(queries), k), np.float32)
        for part in blocks(len(queries), len(self._points)):
            block = queries[part] @ self._embeddings.T
            if left_out is not None:
                block[np.arange(len(block)), left_out[part]] = -np.inf
            rows[part], similarities[part] = largest_of_rows(block, k)
        return rows, similarities


def _standing(points: Points) -> Any:
    """Return a finished map as openTSNE knows one; its own affinities are needed no more."""
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Affinities
    from scipy.sparse import csr_matrix

    affinities = Affinities()
    affinities.P = csr_matrix((len(points), len(points)))
    return TSNEEmbedding(points, affinities, **descent(len(points), 1))
