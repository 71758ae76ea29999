"""Groups of rows that lie together in the full space, not on the map that may mislead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_ROWS = 12
MAX_CLUSTERS = 24


def cluster_rows(embeddings: NDArray[np.float32], *, seed: int = 0) -> NDArray[np.int16]:
    """Sort rows into groups by k-means, the largest group first.

    Parameters
    ----------
    embeddings
        (n, n_dims), unit rows.
    seed
        The same seed finds the same groups.

    Returns
    -------
    groups
        int16 (n,), from 0; one group where rows are too few or all alike. The number of groups is
        ``√(n / 8)``, 3 to 24.
    """
    from sklearn.cluster import MiniBatchKMeans

    n_distinct = len(np.unique(embeddings.round(4), axis=0)) if len(embeddings) < 2000 else 2000
    if min(len(embeddings), n_distinct) < MIN_ROWS:
        return np.zeros(len(embeddings), np.int16)
    n_groups = int(np.clip(np.sqrt(len(embeddings) / 8), 3, MAX_CLUSTERS))
    fitted = MiniBatchKMeans(n_groups, random_state=seed, n_init=3, batch_size=2048)
    found = fitted.fit_predict(embeddings)
    sizes = np.bincount(found, minlength=n_groups)
    place = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
    return place[found].astype(np.int16)
