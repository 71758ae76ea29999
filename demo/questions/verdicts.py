"""Verdicts: is "no good answer" said where it is true, and only there? Of sentences and uploads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.questions.sentences import has_answer, read_sentences
from engine.errors import CollectionError, QueryError
from engine.search import SearchEngine


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, whether the collection truly has an answer, and what the verdict said."""

    part: str
    asked: str
    is_there: bool
    said_there: bool


@dataclass(frozen=True, slots=True)
class VerdictTrial:
    """Every question with its truth and its verdict.

    Parameters
    ----------
    pool
        Photos of the collection.
    judged
        All questions. Parts are ``"a"``, ``"b"`` (halves of the sentences) and ``"uploads"``.
    """

    pool: int
    judged: list[Judged]

    def right(self, part: str, *, is_there: bool) -> tuple[int, int]:
        """Return how many questions of a part were judged right, of how many."""
        asked = [each for each in self.judged if (each.part, each.is_there) == (part, is_there)]
        return sum(each.said_there == each.is_there for each in asked), len(asked)


def try_verdicts(
    engine: SearchEngine, *, there: Sequence[Path] = (), elsewhere: Sequence[Path] = ()
) -> VerdictTrial:
    """Ask sentences about drawn products, and photos of things the collection has or has not.

    Parameters
    ----------
    engine
        Over a collection of drawn products, whose attributes are the truth.
    there, elsewhere
        Photos from outside: of kinds that the collection has, and of others.

    Raises
    ------
    CollectionError
        The photos have no attribute ``kind``.
    """
    photos = [photo.attributes for photo in engine.collection.catalogue.all_photos()]
    if not any("kind" in attributes for attributes in photos):
        raise CollectionError(
            "the sentences are about drawn products",
            value=engine.collection.name,
            remedy="Draw some with 'python -m engine demo' and index them",
        )
    judged = [
        Judged(each.half, each.text, has_answer(each, photos), _said_there(engine, each.text))
        for each in read_sentences()
    ]
    judged += [
        Judged("uploads", path.name, is_there, _said_there(engine, "", path))
        for is_there, paths in ((True, there), (False, elsewhere))
        for path in paths
    ]
    return VerdictTrial(len(photos), judged)


def _said_there(engine: SearchEngine, text: str, *images: Path) -> bool:
    """Ask as the app does; a query of which no word is known has no answer."""
    try:
        answer = engine.search(text, images=images)
    except QueryError:
        return False
    return engine.judge(answer).has_answer
