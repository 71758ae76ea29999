"""Absent: what a collection does not have is answered by saying so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import QueryError
from engine.relevance import Reliability, reliability
from engine.search import SearchEngine
from engine.search.calibrations import Calibrations
from engine.search.verdict import judge
from engine.search.verdict_calibration import CalibrationFit, Phrase

_N_EACH = 50


@dataclass(frozen=True, slots=True)
class AbsentTrial:
    """How often the verdict "there is an answer" or "there is none" was right.

    Parameters
    ----------
    pool
        Photos of the collection.
    n_present, n_absent
        Phrases that name what the collection has, and what it has not.
    right_present, right_absent
        Share judged right, each asked as a person would.
    left_out
        Share judged right when all photos that a phrase is true of were taken out of the
        collection, the hardest kind of absence: only likenesses are left.
    reliability
        Of the stated likelihoods, over all phrases.
    wrong
        Phrases judged wrongly.
    """

    pool: int
    n_present: int
    n_absent: int
    right_present: float
    right_absent: float
    left_out: float
    reliability: Reliability
    wrong: list[str]


def try_absent(engine: SearchEngine, *, seed: int = 0) -> AbsentTrial:
    """Ask phrases that the fit of the likelihoods has not seen.

    The likelihoods are fitted to one half of the phrases, and these are of the other.

    Raises
    ------
    ValueError
        The collection offers no phrases whose truth is known.
    """
    fit = CalibrationFit(engine, part=0)
    fitted = fit.calibrations
    draw = np.random.default_rng(seed)
    phrases = fit.phrases(1)
    present = _some([p for p in phrases if p.kind in ("value", "pair")], draw)
    absent = _some([p for p in phrases if p.kind in ("unsaid", "everyday")], draw)
    left_out = [p for p in phrases if p.kind == "left out"]
    if not present or not absent:
        raise ValueError("the collection offers no phrases whose truth is known")
    likely = {p.text: _likelihood(engine, fitted, p.text) for p in [*present, *absent]}
    evidence = [fit.evidence(phrase).figures() for phrase in left_out]
    strict = fitted.of_text_answer.likelihood(evidence).tolist() if left_out else []
    wrong = [p.text for p in [*present, *absent] if (likely[p.text] >= 0.5) != p.is_present]
    stated = [*likely.values(), *strict]
    truth = [p.is_present for p in [*present, *absent]] + [False] * len(strict)
    return AbsentTrial(
        pool=engine.collection.n_photos,
        n_present=len(present),
        n_absent=len(absent),
        right_present=_share([likely[p.text] >= 0.5 for p in present]),
        right_absent=_share([likely[p.text] < 0.5 for p in absent]),
        left_out=_share([each < 0.5 for each in strict]),
        reliability=reliability(stated, truth),
        wrong=wrong,
    )


def _some(phrases: list[Phrase], draw: np.random.Generator) -> list[Phrase]:
    different = list({phrase.text: phrase for phrase in phrases}.values())
    return [different[place] for place in draw.permutation(len(different))[:_N_EACH]]


def _likelihood(engine: SearchEngine, fitted: Calibrations, text: str) -> float:
    """Ask as a person would; a query that cannot be answered has no answer."""
    try:
        answer = engine.search(text)
    except QueryError:
        return 0.0
    return judge(engine, answer, fitted).likelihood


def _share(right: list[bool]) -> float:
    return float(np.mean(right)) if right else float("nan")
