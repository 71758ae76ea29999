"""Terms: the parts that a query is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_TERMS = 32
MAX_CHARACTERS = 4000
# A link holds at most so many ids of one group; the mean of these is near the mean of thousands.
MAX_IDS = 32


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a photo, in shares of its upright width and height.

    Parameters
    ----------
    left, top
        Of the nearer corner, from 0.
    width, height
        Above 0; together with the corner at most 1.
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        ends = (self.left + self.width, self.top + self.height)
        if not (
            min(self.left, self.top) >= 0
            and min(self.width, self.height) > 0
            and max(ends) <= 1 + 1e-6
        ):
            raise ValueError(f"a region lies within its photo, from 0 to 1, not {self}")

    def __str__(self) -> str:
        sides = (self.left, self.top, self.width, self.height)
        return ",".join(f"{side:.3f}".rstrip("0").rstrip(".") for side in sides)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: a text or photos, with its weight.

    Parameters
    ----------
    weight
        Negative means unlike; never zero.
    text
        The words, or "" when the term is a photo.
    photo
        Number of the attached photo from 1, or 0.
    ids
        Ids of photos of the collection; several are one term, their mean.
    region
        The part of the photo that counts; None is all of it.
    """

    weight: float
    text: str = ""
    photo: int = 0
    ids: tuple[str, ...] = ()
    region: Region | None = None


def group(ids: Sequence[str], weight: float = 1.0) -> Term:
    """Return photos of a collection as one term, at most `MAX_IDS` evenly chosen ones of them.

    Examples
    --------
    >>> len(group([str(number) for number in range(500)]).ids)
    32
    """
    step = max(len(ids) / MAX_IDS, 1.0)
    chosen = [ids[int(place * step)] for place in range(min(len(ids), MAX_IDS))]
    return Term(weight, ids=tuple(chosen))
