"""Evidence becomes a likelihood, and how far such likelihoods can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
