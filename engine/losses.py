"""Losses that pull a photo and its text together, in `keras.ops` alone.

Both take unit rows: row i of the photos belongs to row i of the texts. Pairs that are the *same*
(equal photo bytes or equal captions) are never negatives of one another: told apart, they would
teach the model that a caption does not fit its own photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

# A logit this low has no weight in a softmax.
_NEVER = -1e9
# Farther than any two unit rows are apart.
_FAR = 4.0


def contrastive(photos: Any, texts: Any, same: Any, log_scale: Any) -> Any:
    r"""Symmetric in-batch contrastive loss.

    Every other row of the batch is a negative, in both directions:

    .. math::
        L = -\frac{1}{2n} \sum_i \log \frac{e^{s x_i \cdot y_i}}{\sum_j e^{s x_i \cdot y_j}}
            + \log \frac{e^{s x_i \cdot y_i}}{\sum_j e^{s x_j \cdot y_i}}

    Parameters
    ----------
    photos, texts
        Unit rows, shape (n, n_dims).
    same
        Booleans, shape (n, n): whether photo i is no negative of text j, nor the other way round.
        The diagonal does not matter.
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
    >>> rows = np.ones((4, 1), "float32")
    >>> print(f"{float(contrastive(rows, rows, np.eye(4, dtype=bool), 0.0)):.4f}")  # log 4
    1.3863
    """
    logits = ops.exp(log_scale) * ops.matmul(photos, ops.transpose(texts))
    logits = ops.where(_others(same), _NEVER, logits)
    hit = ops.diagonal(logits)
    return ops.mean(ops.logsumexp(logits, axis=1) + ops.logsumexp(logits, axis=0) - 2 * hit) / 2


def attribute_values(
    photos: Any, values: Any, codes: Any, spans: Sequence[tuple[int, int]], scale: float = 16.0
) -> Any:
    r"""Cross-entropy of each photo's attribute values among all values of the same attribute.

    The classes are texts: a photo is drawn to the text *red* and away from the texts of other
    colours, so that labels teach both towers and words of unlike shops come to mean the same.

    .. math:: L = -\frac{1}{m} \sum_{i, k} \log
              \frac{e^{s x_i \cdot v_{c(i, k)}}}{\sum_{v \in V_k} e^{s x_i \cdot v}}

    over the m known values c(i, k) of attribute k for photo i.

    Parameters
    ----------
    photos
        Unit rows, shape (n, n_dims).
    values
        Unit rows of the values' texts, shape (n_values, n_dims), attribute by attribute.
    codes
        Integers, shape (n, n_keys): the place of a photo's value within its attribute; -1 for
        unknown, which costs nothing.
    spans
        First and past-the-last row of `values` of each attribute.
    scale
        s, the inverse temperature.

    Returns
    -------
    tensor
        The mean over all known values, a scalar; 0 when none is known.

    References
    ----------
    Zhai, Wu, "Classification is a strong baseline for deep metric learning", BMVC 2019: classes as
    unit rows of the same space. Here the rows come from the text tower.

    Examples
    --------
    >>> import numpy as np
    >>> row = np.ones((2, 1), "float32")
    >>> codes = np.array([[0], [-1]])
    >>> print(f"{float(attribute_values(row, row, codes, [(0, 2)])):.4f}")  # log 2
    0.6931
    """
    cost, n_known = 0.0, 0.0
    for column, (start, stop) in enumerate(spans):
        code = codes[:, column]
        known = ops.cast(code >= 0, "float32")
        logits = scale * ops.matmul(photos, ops.transpose(values[start:stop]))
        hit = ops.take_along_axis(logits, ops.maximum(code, 0)[:, None], axis=1)[:, 0]
        cost = cost + ops.sum(known * (ops.logsumexp(logits, axis=1) - hit))
        n_known = n_known + ops.sum(known)
    return cost / ops.maximum(n_known, 1.0)


def triplet_margin(
    photos: Any, texts: Any, same: Any, margin: float = 0.4, negatives: str = "random"
) -> Any:
    r"""Triplet margin loss with one other text of the batch as each photo's negative.

    .. math:: L = \max(d(a, p) - d(a, n) + \alpha,\ 0), \qquad d(x, y) = \lVert x - y \rVert_2

    Photos are the anchors. A negative that is the same as its anchor's pair costs nothing.

    Parameters
    ----------
    photos, texts, same
        As in `contrastive`.
    margin
        α, in units of Euclidean distance between unit rows (0 to 2).
    negatives
        ``"random"``: the text of row i + 1 (the last row's is the first), random because batches
        are shuffled. ``"semi-hard"``: the nearest of those farther than the positive, or the
        farthest where none is. ``"hardest"``: the nearest of all.

    Returns
    -------
    tensor
        The mean loss over the batch, a scalar in [0, 2 + margin].

    References
    ----------
    Schroff, Kalenichenko, Philbin, "FaceNet: a unified embedding for face recognition and
    clustering", CVPR 2015, equation 2, with distances instead of their squares, and equation 4 for
    the semi-hard negatives. Faghri et al., "VSE++: improving visual-semantic embeddings with hard
    negatives", BMVC 2018, equation 6, for the hardest.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.eye(2, dtype="float32")
    >>> float(triplet_margin(rows, rows, np.eye(2, dtype=bool)))  # max(0 - √2 + 0.4, 0)
    0.0
    >>> swapped = triplet_margin(rows, rows[::-1], np.eye(2, dtype=bool))  # √2 - 0 + 0.4
    >>> print(f"{float(swapped):.4f}")
    1.8142
    """
    if negatives == "random":
        apart = _distance(photos, ops.roll(texts, -1, axis=0))
        usable = ops.logical_not(ops.diagonal(ops.roll(same, -1, axis=1)))
    else:
        apart, usable = _mined(photos, texts, same, is_semi_hard=negatives == "semi-hard")
    cost = ops.relu(_distance(photos, texts) - apart + margin)
    return ops.mean(ops.where(usable, cost, 0.0))


def hinge(photos: Any, texts: Any, same: Any, margin: float = 0.3) -> Any:
    r"""Hinge loss of right matches against wrong ones, by cosine similarity.

    .. math:: L = \max(0,\ m - y + \hat y)

    with y the similarity of a right match and ŷ that of a wrong one, averaged over all wrong
    matches of the batch: every photo with every text that is not said of it. Both the photo's own
    text and the text's own photo have to be nearer.

    Parameters
    ----------
    photos, texts, same
        As in `contrastive`; ``same[i, j]`` means that text j is true of photo i.
    margin
        m, in cosine similarity (0 to 2).

    Returns
    -------
    tensor
        The mean loss, a scalar in [0, 2 + margin]; 0 where the batch has no wrong match.

    References
    ----------
    Frome et al., "DeViSE: a deep visual-semantic embedding model", NIPS 2013, equation 1 (there
    with m = 0.1 and the sum over wrong labels).

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.ones((2, 1), "float32")  # right and wrong alike: the margin is all there is
    >>> print(f"{float(hinge(rows, rows, np.eye(2, dtype=bool))):.2f}")
    0.30
    """
    similarities = ops.matmul(photos, ops.transpose(texts))
    right = ops.diagonal(similarities)
    wrong = ops.cast(ops.logical_not(ops.logical_or(same, _itself(same))), similarities.dtype)
    cost = ops.relu(margin - right[:, None] + similarities)
    cost += ops.relu(margin - right[None, :] + similarities)
    return ops.sum(cost * wrong) / ops.maximum(2 * ops.sum(wrong), 1)


def cosine(photos: Any, texts: Any) -> Any:
    r"""How far each photo's row points from its text's: the mean of :math:`1 - x_i \cdot y_i`.

    Returns
    -------
    tensor
        A scalar in [0, 2].

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.eye(2, dtype="float32")
    >>> float(cosine(rows, rows)), float(cosine(rows, rows[::-1])), float(cosine(rows, -rows))
    (0.0, 1.0, 2.0)
    """
    return 1 - ops.mean(ops.sum(ops.multiply(photos, texts), axis=1))


def _mined(photos: Any, texts: Any, same: Any, *, is_semi_hard: bool) -> tuple[Any, Any]:
    """Return each photo's distance to its negative, and whether it has one."""
    products = ops.matmul(photos, ops.transpose(texts))
    distances = ops.sqrt(ops.maximum(2 - 2 * products, 1e-12))
    usable = ops.logical_not(ops.logical_or(same, _itself(same)))
    nearest = ops.min(ops.where(usable, distances, _FAR), axis=1)
    if is_semi_hard:
        beyond = ops.logical_and(usable, distances > ops.diagonal(distances)[:, None])
        farther = ops.min(ops.where(beyond, distances, _FAR), axis=1)
        farthest = ops.max(ops.where(usable, distances, 0.0), axis=1)
        nearest = ops.where(ops.any(beyond, axis=1), farther, farthest)
    return nearest, ops.any(usable, axis=1)


def _others(same: Any) -> Any:
    """Mask, shape (n, n): the pairs that are the same, a pair with itself left out."""
    return ops.logical_and(same, ops.logical_not(_itself(same)))


def _itself(same: Any) -> Any:
    return ops.cast(ops.eye(ops.shape(same)[0]), "bool")


def _distance(x: Any, y: Any) -> Any:
    # The root of zero has no gradient: a floor far below any distance that matters gives it one.
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x - y), axis=1), 1e-12))
