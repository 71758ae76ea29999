"""Losses that pull a photo and its text together, in `keras.ops` alone.

Both take unit rows: row i of the photos belongs to row i of the texts. Pairs of one *group* (the same
photo bytes or the same caption) are never negatives of one another: told apart, they would teach
the model that a caption does not fit its own photo.
"""

from __future__ import annotations

from typing import Any

from keras import ops

# A similarity this low has no weight in a softmax and no part in a triplet.
_NEVER = -1e9


def contrastive(photos: Any, texts: Any, groups: Any, log_scale: Any) -> Any:
    r"""Symmetric in-batch contrastive loss.

    Every other row of the batch is a negative, in both directions:

    .. math::
        L = -\frac{1}{2n} \sum_i \log \frac{e^{s x_i \cdot y_i}}{\sum_j e^{s x_i \cdot y_j}}
            + \log \frac{e^{s x_i \cdot y_i}}{\sum_j e^{s x_j \cdot y_i}}

    Parameters
    ----------
    photos, texts
        Unit rows, shape (n, n_dims).
    groups
        Integers, shape (n,); rows of equal groups are no negatives of each other.
    log_scale
        Scalar, the logarithm of the inverse temperature; usually learned.

    Returns
    -------
    tensor
        The mean loss, a scalar; log n when nothing is learned.

    References
    ----------
    Radford et al., "Learning transferable visual models from natural language supervision",
    ICML 2021, section 2.3.

    Examples
    --------
    >>> import numpy as np
    >>> same = np.ones((4, 1), "float32")
    >>> print(f"{float(contrastive(same, same, np.arange(4), 0.0)):.4f}")  # log 4
    1.3863
    """
    logits = ops.exp(log_scale) * ops.matmul(photos, ops.transpose(texts))
    logits = ops.where(_others_of_group(groups), _NEVER, logits)
    hit = ops.diagonal(logits)
    return ops.mean(ops.logsumexp(logits, axis=1) + ops.logsumexp(logits, axis=0) - 2 * hit) / 2


def triplet_margin(photos: Any, texts: Any, groups: Any, margin: float = 0.4) -> Any:
    r"""Triplet margin loss with one random text of the batch as the negative.

    .. math:: L = \max(d(a, p) - d(a, n) + \alpha,\ 0), \qquad d(x, y) = \lVert x - y \rVert_2

    The negative of row i is the text of row i + 1 (the last row's is the first), which is random
    because batches are shuffled; a triplet whose negative is of the anchor's group costs nothing.

    Parameters
    ----------
    photos, texts, groups
        As in `contrastive`.
    margin
        α, in units of Euclidean distance between unit rows (0 to 2).

    Returns
    -------
    tensor
        The mean loss over the batch, a scalar in [0, 2 + margin].

    References
    ----------
    Schroff, Kalenichenko, Philbin, "FaceNet: a unified embedding for face recognition and
    clustering", CVPR 2015, equation 2, with distances instead of their squares.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.eye(2, dtype="float32")
    >>> float(triplet_margin(rows, rows, np.arange(2)))  # max(0 - √2 + 0.4, 0)
    0.0
    >>> print(f"{float(triplet_margin(rows, rows[::-1], np.arange(2))):.4f}")  # √2 - 0 + 0.4
    1.8142
    """
    negatives = ops.roll(texts, -1, axis=0)
    usable = ops.not_equal(groups, ops.roll(groups, -1, axis=0))
    cost = ops.relu(_distance(photos, texts) - _distance(photos, negatives) + margin)
    return ops.mean(ops.where(usable, cost, 0.0))


def _others_of_group(groups: Any) -> Any:
    """Mask, shape (n, n): pairs of one group, a row with itself left out."""
    same = ops.equal(ops.expand_dims(groups, 0), ops.expand_dims(groups, 1))
    itself = ops.cast(ops.eye(ops.shape(groups)[0]), "bool")
    return ops.logical_and(same, ops.logical_not(itself))


def _distance(x: Any, y: Any) -> Any:
    # The root of zero has no gradient: a floor far below any distance that matters gives it one.
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x - y), axis=1), 1e-12))
