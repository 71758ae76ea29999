"""Precision: how many of the first nine photos are true answers, counted on the true attributes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.questions.question_set import Question, ask_questions, looks_of
from engine.errors import CollectionError, ModelError, QueryError
from engine.search import SearchEngine, read_words

K = 9
WORDINGS = ("plain", "synonyms", "typo")

Group = Callable[[Question], bool]
_GROUPS: Mapping[str, Group] = {
    "all": lambda question: True,
    "seen": lambda question: not question.unseen,
    "unseen": lambda question: question.unseen,
    "two": lambda question: len(question.looks) == 2,
    "three": lambda question: len(question.looks) == 3,
    "nine_true": lambda question: question.n_true >= K,
}


@dataclass(frozen=True, slots=True)
class QuestionPrecision:
    """What became of questions asked about one collection.

    Parameters
    ----------
    pool
        Photos each question chose from.
    questions
        What was asked.
    precision
        Of each question in each wording, float (n_questions, 3) in the order of `WORDINGS`: true
        answers among the first nine, divided by nine or by all true answers if they are fewer.
    hybrid
        The same where captions and tags are asked beside the model, as people ask.
    """

    pool: int
    questions: Sequence[Question]
    precision: NDArray[np.float64]
    hybrid: NDArray[np.float64]

    def figures(self) -> dict[str, dict[str, float]]:
        """Return the mean precision of each wording, over all questions and over parts of them.

        The parts are ``seen`` and ``unseen`` combinations, ``two`` and ``three`` attributes,
        ``nine_true`` for those that nine photos or more truly answer, and ``hybrid`` for all of
        them as people ask; the others ask the model alone. A part without a question is left out.
        """
        parts = {
            name: [step for step, question in enumerate(self.questions) if belongs(question)]
            for name, belongs in _GROUPS.items()
        }
        return {
            wording: {
                name: float(self.precision[steps, column].mean())
                for name, steps in parts.items()
                if steps
            }
            | {"hybrid": float(self.hybrid[:, column].mean())}
            for column, wording in enumerate(WORDINGS)
        }

    def sizes(self) -> dict[str, int]:
        """Return how many questions each part has."""
        return {name: sum(map(belongs, self.questions)) for name, belongs in _GROUPS.items()}


def judge_questions(engine: SearchEngine, n_questions: int, seed: int = 0) -> QuestionPrecision:
    """Ask a collection about its own photos' attributes, and judge the answers exactly.

    Parameters
    ----------
    engine
        Of a collection whose attributes ``kind``, ``colour``, ``pattern`` and ``material`` are the
        truth, with the values of `demo.drawing`; every photo is a candidate. The embeddings
        alone answer, or in hybrid mode the truth itself can be asked for, by its own words.
    n_questions, seed
        See `demo.questions.question_set.ask_questions`.

    Raises
    ------
    CollectionError
        Its photos have no attributes to ask about.
    ModelError
        The model understands no words.
    """
    collection, encoder = engine.collection, engine.encoder
    if encoder.tokenizer is None:
        raise ModelError(
            "the model understands no words",
            value=encoder.name,
            remedy="Take one that was trained with captions",
        )
    photos = list(collection.catalogue.all_photos())
    questions = ask_questions([photo.attributes for photo in photos], n_questions, seed)
    if not questions:
        raise CollectionError(
            "nothing can be asked about these photos",
            value=collection.folder,
            remedy="Draw some with 'python -m engine demo' and index them:"
            " their catalogue has kinds, colours, patterns and materials",
        )
    looks = [looks_of(photo.attributes) for photo in photos]
    embeddings = np.asarray(collection.embeddings[[photo.row for photo in photos]])
    # Asked as a search asks: misspelt words are read as the nearest known ones.
    texts = [
        read_words(encoder.tokenizer, getattr(question, wording))[0]
        for question in questions
        for wording in WORDINGS
    ]
    queries = encoder.embed_texts(texts).reshape(len(questions), len(WORDINGS), -1)
    precision = np.array(
        [
            _precisions(embeddings, asked, _is_true(question, looks))
            for question, asked in zip(questions, queries, strict=True)
        ]
    )
    seen_in = {photo.row: seen for photo, seen in zip(photos, looks, strict=True)}
    hybrid = [
        [_hybrid_precision(engine, getattr(question, w), question, seen_in) for w in WORDINGS]
        for question in questions
    ]
    return QuestionPrecision(len(photos), questions, precision, np.array(hybrid))


def _hybrid_precision(
    engine: SearchEngine, text: str, question: Question, seen_in: Mapping[int, Mapping[str, str]]
) -> float:
    """Return the share of true answers among the first nine that the app would show."""
    try:
        matches = engine.search(text, k=K).matches
    except QueryError:  # none of the words is known: nothing is found
        return 0.0
    true = sum(question.looks.items() <= seen_in[match.photo.row].items() for match in matches)
    return true / min(K, question.n_true)


def _is_true(question: Question, looks: Sequence[Mapping[str, str]]) -> NDArray[np.bool_]:
    """Return which photos truly answer the question."""
    wanted = question.looks.items()
    return np.array([wanted <= seen.items() for seen in looks])


def _precisions(
    embeddings: NDArray[np.float32], queries: NDArray[np.float32], is_true: NDArray[np.bool_]
) -> list[float]:
    """Return each query's share of true answers among its first nine.

    Of two true photos in all one is among the first nine: 1 / 2.

    >>> rows = np.eye(12, dtype=np.float32)
    >>> truth = np.arange(12) >= 10
    >>> query = np.linspace(0, 1, 12, dtype=np.float32)[None] * (np.arange(12) != 11)
    >>> _precisions(rows, query.astype(np.float32), truth)
    [0.5]
    """
    similarities = embeddings @ queries.T
    nearest = np.argsort(-similarities, axis=0, kind="stable")[:K]
    found = is_true[nearest].sum(axis=0)
    return [float(n) / min(K, int(is_true.sum())) for n in found]
