"""The verdict on an answer: is there one, how strong is each match, and where do answers end.

A fixed threshold cannot tell: the right one differs from query to query, and between queries by
words and by photo. So likelihoods are fitted to each collection, see
`engine.search.verdict_calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.relevance import natural_gap
from engine.search.calibrations import Calibrations
from engine.search.context import SearchContext
from engine.search.evidence import Naming, match_evidence
from engine.search.result import QueryPart, SearchResult
from engine.search.retriever import Allowed, Filters, Restriction
from engine.search.subject import Subject, subject_of
from engine.search.vocabulary import BestWords
from engine.text import other_number, words
from engine.text.stopwords import is_telling

# The line is looked for among so many photos; an answer with more has no need of one.
N_LOOKED_AT = 300
# Of the nearest photos, so many are read for the words that they name.
_N_NAMING = 8
# A photo so near to one of the collection may be a copy of it.
_COPY = 0.97
# Where words are asked against each other, how many spreads a word is worth that training showed e
# times as often: it is in more folders, and its place is better known.
_PER_LOG_COUNT = 1 / 6


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
    unknown
        Words that the model does not know and no photo names, where one of them is the thing asked
        for: then the model is at a loss, whatever the collection has.
    """

    likelihood: float
    n_answers: int
    strengths: tuple[float, ...]
    likelihoods: tuple[float, ...]
    is_calibrated: bool
    unknown: tuple[str, ...] = ()

    @property
    def has_answer(self) -> bool:
        """Whether anything found is likely to be what was asked for."""
        return self.likelihood >= 0.5 and not self.unknown


def judge(
    context: SearchContext,
    answer: SearchResult,
    calibrations: Calibrations,
    filters: Filters | None = None,
) -> Verdict:
    """Weigh an answer.

    Parameters
    ----------
    context
        That gave it.
    answer
        Of any page.
    calibrations
        Of this collection.
    filters
        Those the answer was asked with.
    """
    photos = [match.photo for match in answer.matches]
    rows = np.array([photo.row for photo in photos], np.int64)
    namings = [Naming(context, subject) for subject in _subjects(context, answer)]
    names_all = np.array([match.is_named for match in answer.matches], bool)
    if namings:
        names_all |= np.logical_and.reduce([each.answers(each.of(photos)) for each in namings])
    unknown = () if names_all.any() else tuple(w for n in namings for w in n.unknown_things())
    if answer.query_embedding is None or not answer.matches:
        said = tuple(names_all.astype(float).tolist())
        return Verdict(max(said, default=0.0), len(said), said, said, True, unknown)
    retriever = context.retriever
    allowed = retriever.allowed(Restriction(filters or {}))
    near = retriever.nearest(answer.query_embedding, N_LOOKED_AT, allowed)
    evidence = []
    if namings:
        others = set(near.rows[:_N_NAMING].tolist()).difference(rows.tolist())
        looked_at = [*photos, *retriever.photos(sorted(others))]
        evidence = [
            _evidence(context, answer, each, looked_at, allowed, calibrations) for each in namings
        ]
    if any(match.is_named for match in answer.matches):
        likelihood = 1.0
    elif evidence:
        odds = calibrations.of_text_answer.likelihood(evidence)
        likelihood = min(
            # What names no thing, as "something for winter", cannot be told to be missing.
            float(each) if naming.subject.head or naming.unknown_things() else max(float(each), 0.5)
            for each, naming in zip(odds, namings, strict=True)
        )
    else:
        likelihood = _likelihood_of_photo(context, answer, calibrations)
    found = _likely(context, answer, calibrations, np.concatenate([near.rows, rows]))
    likely, mine = found[: len(near.rows)], found[len(near.rows) :]
    if calibrations.best_words and likelihood >= 0.5:
        unknown = ()  # a seldom word that stands out as one that is there does is known
    # No match is likelier to be what was asked for than that there is any.
    most = likelihood if likelihood < 0.5 else 1.0
    mine = np.minimum(mine, 0.0 if unknown else most)
    mine = np.where(names_all, 1.0, mine)
    similarities = np.array([match.similarity for match in answer.matches], np.float32)
    n_answers = natural_gap(near.similarities, np.minimum.accumulate(likely))
    return Verdict(
        likelihood=likelihood,
        n_answers=n_answers if likelihood >= 0.5 and not unknown else 0,
        strengths=tuple(
            context.background.shares_below(answer.query_embedding, similarities).tolist()
        ),
        likelihoods=tuple(mine.tolist()),
        is_calibrated=calibrations.is_fitted,
        unknown=unknown,
    )


def _subjects(context: SearchContext, answer: SearchResult) -> list[Subject]:
    """Return what each wanted text is about, slips put right where the collection has none."""
    texts = [term.text for term in answer.terms if term.text and term.weight > 0]
    slips = {each.word: each.read_as for each in answer.readings if each.is_misread}

    def read(word: str) -> str:
        if context.collection_values.is_said(word):
            return word
        other = other_number(word)
        return slips.get(
            word, other if other and context.collection_values.is_said(other) else word
        )

    return [subject_of(" ".join(map(read, words(text)))) for text in texts]


def _evidence(
    context: SearchContext,
    answer: SearchResult,
    naming: Naming,
    photos: Sequence[Photo],
    allowed: Allowed,
    calibrations: Calibrations,
) -> tuple[float, ...]:
    """Return what speaks for a subject having an answer, as a calibration takes it."""
    best, subject = calibrations.best_words, naming.subject
    row = _embedded(context, answer, subject, is_filler_borne=best is not None)
    nearest = context.retriever.nearest(row, calibrations.n_nearest, allowed)
    if best is None:
        nearness = float(nearest.similarities.mean())
    else:
        vocabulary, things = context.vocabulary, [subject.head] if subject.head else subject.words
        margins = _margins(context, best, row, nearest.rows, nearest.similarities)
        nearness = float(margins.mean()) + _PER_LOG_COUNT * vocabulary.log_count(things)
    return naming.evidence(naming.of(photos), nearness).figures()


def _margins(
    context: SearchContext,
    best: BestWords,
    row: NDArray[np.float32],
    rows: NDArray[np.int64],
    similarities: NDArray[np.float32],
) -> NDArray[np.float64]:
    """Return how far a text fits photos above their best words, be these kept for them or not."""
    if rows.max(initial=-1) >= len(best.places):  # most photos that lie elsewhere are in no sample
        best = BestWords.of(best.words.astype(np.float32), context.retriever.embeddings(rows))
        rows = np.arange(len(rows))
    return best.margins(row, rows, similarities)


def _embedded(
    context: SearchContext, answer: SearchResult, subject: Subject, *, is_filler_borne: bool
) -> NDArray[np.float32]:
    """Return a subject's row: that of the query where it says the same, so that none is made."""
    for part in answer.query_parts:
        said = words(part.term.text)
        told = list(filter(is_telling, said)) if is_filler_borne else said
        if part.term.text and tuple(told) == subject.words:
            return part.embedding
    return context.embedded(subject.text)


def _wanted(answer: SearchResult) -> tuple[list[QueryPart], list[QueryPart]]:
    """Return the words and the photos that matches should be like."""
    wanted = [part for part in answer.query_parts if part.term.weight > 0 and not part.steers]
    return [c for c in wanted if c.term.text], [c for c in wanted if not c.term.text]


def _likelihood_of_photo(
    context: SearchContext, answer: SearchResult, calibrations: Calibrations
) -> float:
    """Return how likely the collection has what a photo shows; beside others it is a direction."""
    # By a value that the model tells, such as the kind: nearness would deny another camera's photo
    # of a thing, and take a shoe for a boot. Without such values the nearest photo decides.
    _, photos = _wanted(answer)
    if len(photos) != 1 or len(photos[0].term.ids) > 1:
        return 1.0
    best = max(match.similarity for match in answer.matches)
    if calibrations.shown_value is None or best >= _COPY:
        return float(calibrations.of_photo_answer.likelihood([best]))
    return calibrations.shown_value.likelihood(photos[0].embedding)


def _likely(
    context: SearchContext,
    answer: SearchResult,
    calibrations: Calibrations,
    rows: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return how likely each row is what was asked for: every word has to hold for it."""
    texts, photos = _wanted(answer)
    curve = calibrations.of_text_match if texts else calibrations.of_photo_match
    parts = [part.embedding for part in texts or photos]
    looked_for = parts or ([answer.query_embedding] if answer.query_embedding is not None else [])
    best = calibrations.best_words if texts else None
    embeddings = context.retriever.embeddings(rows)
    found = []
    for row in looked_for:
        similarities = np.vecdot(embeddings, row)
        evidence = (
            match_evidence(context.background, row, similarities)
            if best is None
            else _margins(context, best, row, rows, similarities)[:, None]
        )
        found.append(curve.likelihood(evidence))
    return np.minimum.reduce(found)
