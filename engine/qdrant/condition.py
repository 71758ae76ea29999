"""Which points are meant, in words that each adapter translates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """Points that have any of some texts in a list of their payload.

    Parameters
    ----------
    key
        ``values``, ``words``, ``names`` or ``facets``; see `engine.qdrant.point`.
    any_of
        At least one.
    """

    key: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Points by their numbers."""

    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Points that meet all of `must`, one of `should` if there are any, and none of `must_not`."""

    must: tuple[Clause, ...] = ()
    should: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        """Whether it keeps any point out."""
        return bool(self.must or self.should or self.must_not)


Clause = Match | Numbers | Condition


def both(*conditions: Condition | None) -> Condition:
    """Return the condition that all of some ask; None asks nothing.

    Examples
    --------
    >>> both(None, Condition(must=(Numbers((1,)),))) == Condition(must=(Numbers((1,)),))
    True
    """
    asked = [each for each in conditions if each]
    return asked[0] if len(asked) == 1 else Condition(must=tuple(asked))


def matching(key: str, *texts: str) -> Condition:
    """Return the condition of having any of some texts."""
    return Condition(must=(Match(key, texts),))


def having_words(stems: Sequence[str]) -> Condition:
    """Return the condition of captions that have every one of some stems."""
    return Condition(must=tuple(Match("words", (stem,)) for stem in stems))
