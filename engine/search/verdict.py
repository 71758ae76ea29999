"""The verdict on an answer: is there one, how strong is each match, and where do answers end.

A fixed threshold cannot tell: the right one differs from query to query, and between queries by
words and by photo. So likelihoods are fitted to each collection (`engine.search.calibrating`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.relevance import Background, natural_gap
from engine.search.answer import Answer

if TYPE_CHECKING:
    from engine.search.calibrating import Calibrations
    from engine.search.engine import Filters, SearchEngine

# The line is looked for among so many photos; an answer with more has no need of one.
N_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is worth.

    Parameters
    ----------
    likelihood
        That the collection has what was asked for, 0 to 1.
    n_answers
        Matches before the natural gap, counted from rank 1; at most 300.
    strengths
        For each match of the answer: the share of the collection it is stronger than.
    likelihoods
        For each match: that it is what was asked for.
    is_calibrated
        Whether this collection had labels to fit the likelihoods to.
    """

    likelihood: float
    n_answers: int
    strengths: tuple[float, ...]
    likelihoods: tuple[float, ...]
    is_calibrated: bool

    @property
    def has_answer(self) -> bool:
        """Whether anything found is likely to be what was asked for."""
        return self.likelihood >= 0.5


def judge(
    engine: SearchEngine,
    answer: Answer,
    calibrations: Calibrations,
    filters: Filters | None = None,
) -> Verdict:
    """Weigh an answer.

    Parameters
    ----------
    engine
        That gave it.
    answer
        Of any page.
    calibrations
        Of this collection.
    filters
        Those the answer was asked with.
    """
    is_named = any(match.is_named for match in answer.matches)
    if answer.row is None or not answer.matches:
        said = 1.0 if answer.matches else 0.0
        all_same = tuple(said for _ in answer.matches)
        return Verdict(said, len(answer.matches), all_same, all_same, calibrations.is_fitted)
    allowed = engine.collection.catalogue.rows_where(filters) if filters else None
    near = engine.collection.index.nearest(answer.row, N_LOOKED_AT, allowed=allowed).similarities
    shown = any(not chip.term.text and not chip.steers for chip in answer.chips)
    of_match = calibrations.of_photo_match if shown else calibrations.of_text_match
    likely = of_match.likelihood(match_evidence(engine.background, answer.row, near))
    similarities = np.array([match.similarity for match in answer.matches], np.float32)
    mine = of_match.likelihood(match_evidence(engine.background, answer.row, similarities))
    if shown:
        evidence = [float(near[:1].mean())]
        likelihood = float(calibrations.of_photo_answer.likelihood(evidence))
    else:
        said = calibrations.text_evidence([t.text for t in answer.terms if t.weight > 0])
        likelihood = float(calibrations.of_text_answer.likelihood([float(near[:9].mean()), *said]))
    if is_named:
        likelihood = 1.0
    return Verdict(
        likelihood=likelihood,
        n_answers=natural_gap(near, np.minimum.accumulate(likely)) if likelihood >= 0.5 else 0,
        strengths=tuple(
            engine.background.share_below(answer.row, float(each)) for each in similarities
        ),
        likelihoods=tuple(
            1.0 if match.is_named else float(each)
            for match, each in zip(answer.matches, mine, strict=True)
        ),
        is_calibrated=calibrations.is_fitted,
    )


def match_evidence(
    background: Background, row: NDArray[np.float32], similarities: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return what speaks for single matches, (n, 2): similarity, and spreads above the usual."""
    level, spread = background.level(row), background.spread(row)
    return np.column_stack([similarities, (similarities - level) / spread]).astype(np.float64)
