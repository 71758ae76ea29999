"""How good answers are: recall, ranks and precision, computed exactly and never flatteringly.

A rank counts every candidate that is strictly nearer than the true partner and half of those
exactly as near, so a model that gives everything the same row scores at chance and not at the top.
Byte-identical photos are one candidate: finding any of them is finding the partner.

Several captions of one photo are pooled as the literature on image-text retrieval does [1]_: every
caption asks for its photo among all photos; a photo asks among all captions of all photos, and has
found its partner where any caption of its own is.

References
----------
.. [1] M. Hodosh, P. Young, J. Hockenmaier, "Framing image description as a ranking task", JAIR 47,
   2013; A. Karpathy, L. Fei-Fei, "Deep visual-semantic alignments", CVPR 2015.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.selection import top_k

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Figures of one direction of retrieval.

    Parameters
    ----------
    pool
        Number of different candidates each query chose from: photos, or captions.
    n_queries
        Number of queries asked.
    recall_at_1, recall_at_5, recall_at_10
        Share of queries whose partner is among the first k, 0 to 1.
    median_rank, mean_rank
        Of the partner, from 1.
    """

    pool: int
    n_queries: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    median_rank: float
    mean_rank: float

    def to_json(self) -> dict[str, float]:
        """Return the figures as plain values."""
        return asdict(self)


def partner_ranks(
    queries: NDArray[np.float32],
    candidates: NDArray[np.float32],
    query_groups: NDArray[np.int64],
    candidate_groups: NDArray[np.int64],
    *,
    fold_groups: bool = True,
) -> NDArray[np.float64]:
    """Rank of each query's nearest partner among the candidates.

    Parameters
    ----------
    queries, candidates
        Unit rows, shapes (n_queries, n_dims) and (n_candidates, n_dims).
    query_groups, candidate_groups
        Which group each belongs to; partners share a group. Every query's group must have a
        candidate.
    fold_groups
        Count the candidates of one group as one, as copies of one photo are. Otherwise each
        candidate of another group counts, as captions do.

    Returns
    -------
    ndarray
        Shape (n_queries,), from 1; halves come from ties.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0.9, 0.1], [0.8, 0.6], [0, 1]], "float32")
    >>> partner_ranks(rows[:1], rows, np.array([1]), np.array([0, 0, 1, 2])).tolist()
    [2.0]
    >>> partner_ranks(
    ...     rows[:1], rows, np.array([1]), np.array([0, 0, 1, 2]), fold_groups=False
    ... ).tolist()
    [3.0]
    """
    groups, member = np.unique(candidate_groups, return_inverse=True)
    own = np.searchsorted(groups, query_groups)
    if len(queries) and (own.max() >= len(groups) or np.any(groups[own] != query_groups)):
        raise ValueError("every query needs a candidate of its own group")
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(len(groups)))
    ranks = np.empty(len(queries))
    for part in _chunks(len(queries)):
        similarities = queries[part] @ candidates[order].T
        best = np.maximum.reduceat(similarities, starts, axis=1)
        true = np.take_along_axis(best, own[part, None], axis=1)
        rivals = best if fold_groups else similarities
        is_own = (np.arange(len(groups)) if fold_groups else member[order]) == own[part, None]
        # A similarity that differs in its last bits only is a tie: a matrix product is no more
        # exact.
        nearer = ((rivals > true + 1e-6) & ~is_own).sum(axis=1)
        as_near = ((np.abs(rivals - true) <= 1e-6) & ~is_own).sum(axis=1)
        ranks[part] = 1 + nearer + as_near / 2
    return ranks


def retrieval(ranks: NDArray[np.float64], pool: int) -> Retrieval:
    """Summarise partner ranks.

    Examples
    --------
    >>> retrieval(np.array([1.0, 3.0, 12.0, 2.0]), pool=100).recall_at_5
    0.75
    """
    if not len(ranks):
        raise ValueError("no ranks to summarise")
    return Retrieval(
        pool=pool,
        n_queries=len(ranks),
        recall_at_1=float((ranks <= 1).mean()),
        recall_at_5=float((ranks <= 5).mean()),
        recall_at_10=float((ranks <= 10).mean()),
        median_rank=float(np.median(ranks)),
        mean_rank=float(ranks.mean()),
    )


def both_directions(
    photos: NDArray[np.float32],
    texts: NDArray[np.float32],
    photo_groups: NDArray[np.int64],
    text_groups: NDArray[np.int64],
) -> dict[str, Retrieval]:
    """Measure text → image and image → text, each over one pool.

    Parameters
    ----------
    photos, texts
        Unit rows; there may be several texts of one photo, and photos without a text, which are
        candidates and ask nothing.
    photo_groups, text_groups
        Group of each row: photos that are byte-identical share one with all their texts.

    Returns
    -------
    dict
        ``text_to_image``: every text asks, the pool counts groups of photos, so copies count once.
        ``image_to_text``: every group with a text asks, the pool counts texts.
    """
    _, first = np.unique(photo_groups, return_index=True)
    asking = first[np.isin(photo_groups[first], text_groups)]
    to_photos = partner_ranks(texts, photos, text_groups, photo_groups)
    to_texts = partner_ranks(
        photos[asking], texts, photo_groups[asking], text_groups, fold_groups=False
    )
    return {
        "text_to_image": retrieval(to_photos, len(first)),
        "image_to_text": retrieval(to_texts, len(texts)),
    }


def precision_at_k(
    embeddings: NDArray[np.float32], labels: Sequence[str], groups: NDArray[np.int64], k: int = 9
) -> tuple[float, int]:
    """Share of each photo's k nearest others that carry its label, averaged over labelled photos.

    Parameters
    ----------
    embeddings
        Rows, shape (n, n_dims); their products tell how near they are.
    labels
        Label of each row; "" where it has none: such rows neither ask nor are neighbours.
    groups
        Rows of the query's own group (itself, and byte-identical copies) are left out.
    k
        Neighbours looked at.

    Returns
    -------
    precision : float
        0 to 1; nan when fewer than two rows are labelled.
    pool : int
        Number of labelled rows.

    Examples
    --------
    >>> rows = np.array([[1, 0], [1, 0], [0, 1]], "float32")
    >>> precision_at_k(rows, ["shoe", "shoe", "shirt"], np.arange(3), k=1)
    (0.6666666666666666, 3)
    """
    codes = _coded(labels)
    rows = np.flatnonzero(codes >= 0)
    if len(rows) < 2:
        return float("nan"), len(rows)
    embeddings, codes, groups = embeddings[rows], codes[rows], groups[rows]
    hits = []
    for part in _chunks(len(rows)):
        similarities = embeddings[part] @ embeddings.T
        similarities[groups[part, None] == groups[None, :]] = -np.inf
        near = top_k(similarities, k)
        usable = np.take_along_axis(similarities, near, axis=1) > -np.inf
        same = (codes[near] == codes[part, None]) & usable
        hits.append(same.sum(axis=1) / np.maximum(usable.sum(axis=1), 1))
    return float(np.concatenate(hits).mean()), len(rows)


def entropy(counts: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the entropy of values seen so many times each, in nats.

    Examples
    --------
    >>> print(f"{entropy([5, 5]):.4f}")  # log 2
    0.6931
    """
    shares = np.array(counts, np.float64) / sum(counts)
    return float(-(shares * np.log(shares)).sum())


def _coded(labels: Sequence[str]) -> NDArray[np.int64]:
    """Number the labels; an empty one becomes -1."""
    number = {label: i for i, label in enumerate(sorted(set(labels) - {""}))}
    return np.array([number.get(label, -1) for label in labels], np.int64)


def _chunks(n: int) -> Iterator[slice]:
    """Cut n queries so that a block of similarities stays small."""
    return (slice(start, start + _CHUNK) for start in range(0, n, _CHUNK))
