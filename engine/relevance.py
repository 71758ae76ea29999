"""What a similarity means: set against the whole collection, as a likelihood, and where to stop.

Not inside: what counts as evidence (`engine.search.verdict`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


_STEPS = 50
_BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve over some figures of evidence.

    Parameters
    ----------
    weights
        One per figure.
    offset
        Log odds where all figures are zero.
    """

    weights: tuple[float, ...]
    offset: float

    def likelihood(self, evidence: ArrayLike) -> NDArray[np.float64]:
        """Return likelihoods, 0 to 1, of evidence (…, n_figures).

        Examples
        --------
        >>> float(Calibration((2.0,), -1.0).likelihood([0.5]))
        0.5
        """
        odds = np.asarray(evidence, np.float64) @ np.array(self.weights) + self.offset
        return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))


def fit(evidence: ArrayLike, truth: ArrayLike, *, strictness: float = 1.0) -> Calibration:
    """Fit a logistic curve by Newton's method, with both truths weighing the same.

    Parameters
    ----------
    evidence
        (n, n_figures).
    truth
        (n,) of 0 and 1, each at least once.
    strictness
        Ridge penalty on the weights of standardised figures: little evidence stays modest.

    Raises
    ------
    ValueError
        When only one truth occurs.
    """
    figures, target = np.asarray(evidence, np.float64), np.asarray(truth, np.float64)
    if not 0 < target.mean() < 1:
        raise ValueError("a calibration needs examples of both truths")
    centre, scale = figures.mean(axis=0), np.maximum(figures.std(axis=0), 1e-9)
    design = np.column_stack([(figures - centre) / scale, np.ones(len(figures))])
    share = np.where(target > 0, 0.5 / target.mean(), 0.5 / (1 - target.mean()))
    penalty = np.diag([strictness] * figures.shape[1] + [1e-6])
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (share * (likely - target)) + penalty @ found
        bend = (design * (share * likely * (1 - likely))[:, None]).T @ design + penalty
        step = np.linalg.solve(bend, slope)
        found -= step
        if np.abs(step).max() < 1e-8:
            break
    weights = found[:-1] / scale
    return Calibration(tuple(weights.tolist()), float(found[-1] - weights @ centre))


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far stated likelihoods can be trusted.

    Parameters
    ----------
    error
        Expected calibration error: the mean distance between what was stated and what came true,
        over ten bins, 0 is perfect (Naeini et al., AAAI 2015).
    bins
        Of each bin in use: mean likelihood stated, share that came true, number of cases.
    """

    error: float
    bins: tuple[tuple[float, float, int], ...]


def reliability(likelihoods: ArrayLike, truth: ArrayLike) -> Reliability:
    """Compare stated likelihoods with what came true.

    Examples
    --------
    >>> reliability([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 0]).error
    0.25
    """
    stated, came = np.asarray(likelihoods, float), np.asarray(truth, float)
    place = np.minimum((stated * _BINS).astype(int), _BINS - 1)
    bins = tuple(
        (float(stated[here].mean()), float(came[here].mean()), int(here.sum()))
        for here in (place == number for number in range(_BINS))
        if here.any()
    )
    error = sum(n * abs(said - true) for said, true, n in bins) / max(len(stated), 1)
    return Reliability(round(error, 12), bins)


# A gap is looked for where the likelihood is neither high nor low; in it, the largest wins.
_SURE, _UNLIKELY = 0.8, 0.3


def natural_gap(similarities: NDArray[np.float32], likelihoods: NDArray[np.float64]) -> int:
    """Return how many of the first matches are answers.

    Matches that are sure are answers, those that are unlikely are none; between the two the
    line is drawn at the largest fall of similarity.

    Parameters
    ----------
    similarities
        (n,), falling.
    likelihoods
        (n,), 0 to 1, falling: of each match being an answer.

    Examples
    --------
    >>> similarity = np.array([0.9, 0.88, 0.6, 0.58], np.float32)
    >>> natural_gap(similarity, np.array([0.9, 0.7, 0.6, 0.2]))
    2
    >>> natural_gap(similarity, np.array([0.2, 0.1, 0.1, 0.1]))
    0
    """
    first = int(np.count_nonzero(likelihoods >= _SURE))
    last = int(np.count_nonzero(likelihoods >= _UNLIKELY))
    if last == 0 or first >= last:
        return max(first, last)
    padded = np.append(similarities, similarities[-1])
    falls = padded[max(first, 1) - 1 : last] - padded[max(first, 1) : last + 1]
    return max(first, 1) + int(np.argmax(falls))
