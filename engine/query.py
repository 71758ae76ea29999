"""The query language: words and photos with signs and weights.

``dress - floral`` is like a dress and unlike floral; ``2*boots + photo`` leans on the words twice
as much as on the attached photo. A sign stands alone between spaces or leads a word; a hyphen
inside a word is part of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import QueryError

MAX_TERMS = 32
MAX_CHARACTERS = 2000

_SIGN = re.compile(r"(\+|(?:^|(?<=\s))[-−–])\s*")
_WEIGHT = re.compile(r"^(\d+(?:\.\d*)?|\.\d+)\s*\*\s*(?=\S)")
_PHOTO = re.compile(r"photo\s*(\d*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: a text, or the number of an attached photo, and its weight.

    Parameters
    ----------
    weight
        Negative means unlike; never zero.
    text
        The words, or "" when the term is a photo.
    photo
        Number of the attached photo from 1, or 0 when the term is a text.
    """

    weight: float
    text: str = ""
    photo: int = 0


def parse_query(query: str, n_photos: int = 0) -> tuple[Term, ...]:
    """Read a query as terms with signs and weights.

    Parameters
    ----------
    query
        What a person typed. May be empty when photos are attached.
    n_photos
        Number of attached photos. With one or more, the words ``photo``, ``photo2`` … name them;
        a photo that no word names counts once, with weight 1.

    Returns
    -------
    tuple of Term
        At least one term.

    Raises
    ------
    QueryError
        The query is empty, too long, names a photo that is not attached, or has a zero weight.

    Examples
    --------
    >>> parse_query("t-shirt - floral")
    (Term(weight=1.0, text='t-shirt', photo=0), Term(weight=-1.0, text='floral', photo=0))
    >>> parse_query("2*boots + photo", n_photos=1)
    (Term(weight=2.0, text='boots', photo=0), Term(weight=1.0, text='', photo=1))
    """
    if len(query) > MAX_CHARACTERS:
        raise QueryError(
            "the query is too long",
            value=f"{len(query)} characters",
            remedy=f"Use at most {MAX_CHARACTERS}",
        )
    terms = [_term(sign, body, n_photos) for sign, body in _signed_parts(query)]
    named = {term.photo for term in terms}
    terms += [Term(1.0, photo=p) for p in range(1, n_photos + 1) if p not in named]
    if not terms:
        raise QueryError("the query is empty", remedy="Type some words or attach a photo")
    if len(terms) > MAX_TERMS:
        raise QueryError(
            "the query has too many parts", value=len(terms), remedy=f"Use at most {MAX_TERMS}"
        )
    return tuple(terms)


def _signed_parts(query: str) -> list[tuple[float, str]]:
    """Cut a query at its signs; what stands before the first sign is positive."""
    first, *rest = _SIGN.split(query.strip())
    parts = [(1.0, first)] if first.strip() else []
    for sign, body in zip(rest[::2], rest[1::2], strict=True):
        if not body.strip():
            raise QueryError(
                "a sign has nothing after it",
                value=sign,
                remedy="Put words after it, as in 'dress - floral'",
            )
        parts.append((1.0 if sign == "+" else -1.0, body))
    return [(sign, body.strip()) for sign, body in parts]


def _term(sign: float, body: str, n_photos: int) -> Term:
    weight = 1.0
    if match := _WEIGHT.match(body):
        weight, body = float(match[1]), body[match.end() :]
    if not 0 < weight < math.inf:
        raise QueryError(
            "a weight must be above zero", value=f"{weight:g}", remedy="Leave the part out instead"
        )
    if n_photos and (match := _PHOTO.fullmatch(body)):
        photo = int(match[1] or 1)
        if not 1 <= photo <= n_photos:
            raise QueryError(
                "the query names a photo that is not attached",
                value=body,
                remedy=f"Attached: {n_photos}, counted from 1",
            )
        return Term(sign * weight, photo=photo)
    return Term(sign * weight, body)


def format_query(terms: Sequence[Term]) -> str:
    """Write terms the way a person would type them; `parse_query` reads them back.

    Examples
    --------
    >>> format_query([Term(2.0, "boots"), Term(-1.0, photo=2)])
    '2*boots - photo2'
    """
    parts = []
    for i, term in enumerate(terms):
        body = term.text or (f"photo{term.photo}" if term.photo > 1 else "photo")
        size = abs(term.weight)
        weighted = body if size == 1 else f"{size:g}*{body}"
        sign = "- " if term.weight < 0 else ("+ " if i else "")
        parts.append(sign + weighted)
    return " ".join(parts)
