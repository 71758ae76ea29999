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
from engine.search.answer import Answer, Chip

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
    catalogue, index = engine.collection.catalogue, engine.collection.index
    allowed = catalogue.rows_where(filters) if filters else None
    near = index.nearest(answer.row, N_LOOKED_AT, allowed=allowed)
    likelihood = 1.0 if is_named else _likelihood(engine, answer, calibrations, allowed)
    likely = _likely(engine, answer, calibrations, near.rows)
    rows = np.array([match.photo.row for match in answer.matches])
    mine = _likely(engine, answer, calibrations, rows)
    similarities = np.array([match.similarity for match in answer.matches], np.float32)
    n_answers = natural_gap(near.similarities, np.minimum.accumulate(likely))
    return Verdict(
        likelihood=likelihood,
        n_answers=n_answers if likelihood >= 0.5 else 0,
        strengths=tuple(engine.background.shares_below(answer.row, similarities).tolist()),
        likelihoods=tuple(
            1.0 if match.is_named else float(each)
            for match, each in zip(answer.matches, mine, strict=True)
        ),
        is_calibrated=calibrations.is_fitted,
    )


def _wanted(answer: Answer) -> tuple[list[Chip], list[Chip]]:
    """Return the words and the photos that matches should be like."""
    wanted = [chip for chip in answer.chips if chip.term.weight > 0 and not chip.steers]
    return [c for c in wanted if c.term.text], [c for c in wanted if not c.term.text]


def _likelihood(
    engine: SearchEngine,
    answer: Answer,
    calibrations: Calibrations,
    allowed: NDArray[np.int64] | None,
) -> float:
    """Return how likely the collection has what was asked for: the least of what each word says.

    Beside words a photo is only a direction; alone it is asked whether anything is like it.
    """
    texts, photos = _wanted(answer)
    index = engine.collection.index
    if texts:
        evidence = [
            [
                float(index.nearest(chip.row, 9, allowed=allowed).similarities.mean()),
                *calibrations.text_evidence([chip.term.text]),
            ]
            for chip in texts
        ]
        return float(calibrations.of_text_answer.likelihood(evidence).min())
    if len(photos) != 1 or len(photos[0].term.ids) > 1 or answer.row is None:
        return 1.0
    best = max(match.similarity for match in answer.matches)
    return float(calibrations.of_photo_answer.likelihood([best]))


def _likely(
    engine: SearchEngine, answer: Answer, calibrations: Calibrations, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how likely each row is what was asked for: every word has to hold for it."""
    texts, photos = _wanted(answer)
    curve = calibrations.of_text_match if texts else calibrations.of_photo_match
    embeddings = np.asarray(engine.collection.embeddings[rows], np.float32)
    chips = [chip.row for chip in texts or photos]
    looked_for = chips or ([answer.row] if answer.row is not None else [])
    found = [
        curve.likelihood(match_evidence(engine.background, row, embeddings @ row))
        for row in looked_for
    ]
    return np.minimum.reduce(found)


def match_evidence(
    background: Background, row: NDArray[np.float32], similarities: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return what speaks for single matches, (n, 2): similarity, and spreads above the usual."""
    level, spread = background.level(row), background.spread(row)
    return np.column_stack([similarities, (similarities - level) / spread]).astype(np.float64)
