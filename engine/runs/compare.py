"""Runs side by side: which settings differ, and who is better by more than luck.

All runs are measured over the same photos, those that every one of them held out, and asked with
every caption of them. Where a run held out no others, its figures are those of its best epoch.
Photos are drawn again and again with replacement, the same ones for every run, so that a
difference between two runs is judged photo by photo.

References
----------
Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13 (percentile intervals).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import TrainingError
from engine.evaluation.metrics import partner_ranks
from engine.runs.heldout import HeldOut
from engine.training.record import RUN, read_plan

N_DRAWS = 1000
KS = (1, 5, 10)
_INTERVAL = (2.5, 97.5)
_FEWEST = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure, and between which values nineteen of twenty draws of the photos put it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One run in a comparison.

    Attributes
    ----------
    run
        Its folder.
    recall_at
        Text → photo, by k.
    median_rank
        Of a caption's own photo.
    ahead
        How much its recall_at_10 is ahead of the first run's; an interval without 0 is a
        difference that luck does not explain.
    """

    run: Path
    recall_at: dict[int, Interval]
    median_rank: float
    ahead: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs over one pool of photos that all of them held out, asked with all captions of these."""

    pool: int
    n_captions: int
    rows: list[Row]


def settings_that_differ(runs: Sequence[Path]) -> dict[str, list[object]]:
    """Return the settings that are not the same in all runs, each with every run's value."""
    plans = [read_plan(run / RUN) for run in runs]
    told = [
        {**plan.settings.to_json(), "photos": ", ".join(str(d.photos) for d in plan.data)}
        for plan in plans
    ]
    names = dict.fromkeys(name for each in told for name in each if name != "name")
    values = {name: [each.get(name) for each in told] for name in names}
    return {name: each for name, each in values.items() if any(v != each[0] for v in each)}


def compare_runs(runs: Sequence[Path], *, seed: int = 0) -> Comparison:
    """Measure runs over the photos that all of them held out.

    Parameters
    ----------
    runs
        Folders of runs, the one to compare with first.
    seed
        Of the draws.

    Raises
    ------
    TrainingError
        A run has no epoch yet, or they share too few held-out photos.
    """
    shared = _shared(runs)
    if len(shared) < _FEWEST:
        raise TrainingError(
            "these runs held out different photos",
            value=f"{len(shared)} in common",
            remedy="Compare runs on the same photos with the same seed and validation share",
        )
    asked = [_ranks(run, shared) for run in runs]
    draws = np.random.default_rng(seed).integers(len(shared), size=(N_DRAWS, len(shared)))
    first = _hits(*asked[0], 10, len(shared))
    rows = [
        Row(
            run,
            {k: interval(_hits(owners, ranks, k, len(shared)), draws) for k in KS},
            float(np.median(ranks)),
            interval(_hits(owners, ranks, 10, len(shared)) - first, draws),
        )
        for run, (owners, ranks) in zip(runs, asked, strict=True)
    ]
    return Comparison(len(shared), len(asked[0][0]), rows)


def _hits(
    owners: NDArray[np.int64], ranks: NDArray[np.float64], k: int, n_photos: int
) -> NDArray[np.float64]:
    """Return each photo's part of the recall, so that their mean is that over all captions."""
    hits = np.bincount(owners, ranks <= k, minlength=n_photos)
    return hits * n_photos / len(owners)


def interval(values: NDArray[np.float64], draws: NDArray[np.int64]) -> Interval:
    """Return the mean of some values with its interval over draws of them.

    Examples
    --------
    >>> interval(np.ones(4), np.zeros((3, 4), int))
    Interval(value=1.0, low=1.0, high=1.0)
    """
    means = values[draws].mean(axis=1)
    low, high = np.percentile(means, _INTERVAL)
    return Interval(float(values.mean()), float(low), float(high))


def _shared(runs: Sequence[Path]) -> list[str]:
    """Return the hashes of the photos that every run held out, in one order."""
    sets = [set(_held_out(run).content["hashes"]) for run in runs]
    return sorted(set.intersection(*sets))


def _ranks(run: Path, shared: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return for each caption which of the shared photos is its own, and that photo's rank."""
    held_out = _held_out(run)
    kept = held_out.best()
    if kept is None:
        raise TrainingError("the run has no epoch yet", value=run.name, remedy="Wait for its first")
    number = {content_hash: place for place, content_hash in enumerate(shared)}
    photos = np.array([number.get(each, -1) for each in held_out.content["hashes"]])
    texts = np.repeat(photos, [len(each) for each in held_out.content["captions"]])
    if len(texts) != len(kept["texts"]):  # an older run kept the first caption of each photo
        texts = photos
    if photos.min() >= 0:  # it held out these photos alone, so their ranks are those it measured
        return texts, kept["ranks"].astype(np.float64)
    is_shared, is_asked = photos >= 0, texts >= 0
    candidates = kept["photos"][is_shared].astype(np.float32)
    queries = kept["texts"][is_asked].astype(np.float32)
    owners = texts[is_asked]
    return owners, partner_ranks(queries, candidates, owners, photos[is_shared])


def _held_out(run: Path) -> HeldOut:
    found = HeldOut(run)
    if not found.is_there:
        raise TrainingError("the run has no epoch yet", value=run.name, remedy="Wait for its first")
    return found
