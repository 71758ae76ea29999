"""What is typed becomes terms, and terms become what would be typed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import quote, unquote

from engine.errors import QueryError
from engine.query.negation import split_negations
from engine.query.term import MAX_CHARACTERS, MAX_IDS, MAX_TERMS, Region, Term

# A plus stands alone, leads a word or joins two; after a lone letter it belongs to it (A+, C++).
_SIGN = re.compile(r"((?:^|(?<=\s)|(?<=[\w\]][\w\]])(?=\+[\w\[.]))\+|(?:^|(?<=\s))[-−–])\s*")
_QUOTED = re.compile(r'"[^"]*"')
_WEIGHT = re.compile(r"^(\d+(?:\.\d*)?|\.\d+)\s*\*\s*(?=\S)")
_NUMBER = r"\d*\.?\d+"
_REGION = rf"(?:@({_NUMBER}),({_NUMBER}),({_NUMBER}),({_NUMBER}))?"
_PHOTO = re.compile(r"photo\s*(\d*)" + _REGION, re.IGNORECASE)
_IDS = re.compile(r"\[([^\[\]\s]+)\]" + _REGION)
# Stands for what is quoted while the words around it are read; nobody can type it.
_HIDDEN = "\ue000"
# Characters of ids that no part of the language uses; all others are written as in an address.
_PLAIN_IN_IDS = "._~/:"
_MAX_REMEMBERED = 1_024


def _nothing_is_a_name(text: str) -> bool:
    return False


def parse_query(
    query: str, n_photos: int = 0, is_name: Callable[[str], bool] = _nothing_is_a_name
) -> tuple[Term, ...]:
    """Read a query as terms with signs and weights.

    Parameters
    ----------
    query
        What a person typed. May be empty when photos are attached.
    n_photos
        Number of attached photos. With one or more, the words ``photo``, ``photo2`` … name them;
        a photo that no word names counts once, with weight 1.
    is_name
        Tells whether a text is a caption, a value or another name in the collection that is asked:
        then its signs and its "no" are words. Asked only of texts that have any.

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
    >>> [(term.weight, term.text) for term in parse_query("t-shirt without floral print")]
    [(1.0, 't-shirt'), (-1.0, 'floral print')]
    >>> [term.photo for term in parse_query("2*boots + photo", n_photos=1)]
    [0, 1]
    >>> parse_query("red + [4711]")[1].ids
    ('4711',)
    """
    if len(query) > MAX_CHARACTERS:
        raise QueryError(
            "the query is too long",
            value=f"{len(query)} characters",
            remedy=f"Use at most {MAX_CHARACTERS}",
        )
    terms = _read(query, n_photos, is_name)
    named = {term.photo for term in terms}
    terms += [Term(1.0, photo=p) for p in range(1, n_photos + 1) if p not in named]
    if not terms:
        raise QueryError("the query is empty", remedy="Type some words or attach a photo")
    if len(terms) > MAX_TERMS:
        raise QueryError(
            "the query has too many parts", value=len(terms), remedy=f"Use at most {MAX_TERMS}"
        )
    return tuple(terms)


def _read(query: str, n_photos: int, is_name: Callable[[str], bool]) -> list[Term]:
    """Read what is typed, as one text where that is a name."""
    name = query.strip()
    whole = [Term(1.0, name)]
    try:
        parts = _signed_parts(query)
        terms = [term for sign, body in parts for term in _terms(sign, body, n_photos, is_name)]
    except QueryError:
        if is_name(name):
            return whole
        raise
    is_plain = terms == whole or not name
    return terms if is_plain or not is_name(name) else whole


def _signed_parts(query: str) -> list[tuple[float, str]]:
    """Cut a query at its signs; what stands before the first sign is positive."""
    first, *rest = _split_at_signs(query.strip())
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


def _split_at_signs(query: str) -> list[str]:
    """Split like `re.split` would, but never inside quotes."""
    quoted = [match.span() for match in _QUOTED.finditer(query)]
    pieces: list[str] = []
    start = 0
    for match in _SIGN.finditer(query):
        if any(left < match.start() < right for left, right in quoted):
            continue
        pieces += [query[start : match.start()], match[1]]
        start = match.end()
    return [*pieces, query[start:]]


def _terms(sign: float, body: str, n_photos: int, is_name: Callable[[str], bool]) -> list[Term]:
    """Read one signed part: a term, and one more for each thing that plain words take away."""
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
        return [Term(sign * weight, photo=photo, region=_region(match.groups()[1:], body))]
    if match := _IDS.fullmatch(body):
        return [_photos_inside(sign * weight, match)]
    return _texts(sign * weight, body, is_name)


def _texts(weight: float, body: str, is_name: Callable[[str], bool]) -> list[Term]:
    """Read words: what is quoted among them is taken as it stands."""
    quoted = [match[0][1:-1].strip() for match in _QUOTED.finditer(body)]
    if not any(quoted):
        quoted, hidden = [], body
    else:
        places = iter(range(len(quoted)))
        hidden = _QUOTED.sub(lambda _: f"{_HIDDEN}{next(places)}{_HIDDEN}", body)

    def shown(phrase: str) -> str:
        return re.sub(f"{_HIDDEN}(\\d+){_HIDDEN}", lambda found: quoted[int(found[1])], phrase)

    wanted, unwanted = split_negations(hidden, is_name) if weight > 0 else (hidden, [])
    kept = [Term(weight, shown(wanted))] if shown(wanted).strip() else []
    return kept + [Term(-1.0, shown(phrase)) for phrase in unwanted]


def _photos_inside(weight: float, match: re.Match[str]) -> Term:
    ids = tuple(unquote(written) for written in match[1].split(",") if written)
    if not 1 <= len(ids) <= MAX_IDS:
        raise QueryError(
            "a group has too many photos", value=len(ids), remedy=f"Use at most {MAX_IDS}"
        )
    return Term(weight, ids=ids, region=_region(match.groups()[1:], match[0]))


def _region(sides: Sequence[str | None], body: str) -> Region | None:
    if sides[0] is None:
        return None
    try:
        return Region(*(float(side or 0) for side in sides))
    except ValueError as error:
        raise QueryError(
            "a region must lie within its photo",
            value=body,
            remedy="Write left, top, width and height as shares, as in photo@0.1,0.2,0.5,0.5",
        ) from error


def format_query(terms: Sequence[Term]) -> str:
    """Write terms the way a person would type them; `parse_query` reads them back.

    Examples
    --------
    >>> format_query([Term(2.0, "boots"), Term(-1.0, photo=2)])
    '2*boots - photo2'
    >>> format_query([Term(1.0, ids=("a b", "7")), Term(1.0, "not a minus")])
    '[a%20b,7] + "not a minus"'
    """
    parts = []
    for i, term in enumerate(terms):
        size = abs(term.weight)
        body = format_body(term)
        weighted = body if size == 1 else f"{size:g}*{body}"
        sign = "- " if term.weight < 0 else ("+ " if i else "")
        parts.append(sign + weighted)
    return " ".join(parts)


def format_body(term: Term) -> str:
    """Write a term without its sign and weight."""
    region = f"@{term.region}" if term.region else ""
    if term.ids:
        return f"[{','.join(quote(each, safe=_PLAIN_IN_IDS) for each in term.ids)}]{region}"
    if not term.text:
        return f"photo{term.photo if term.photo > 1 else ''}{region}"
    return term.text if _reads_back(term.text) else f'"{term.text}"'


@lru_cache(_MAX_REMEMBERED)
def _reads_back(text: str) -> bool:
    """Tell whether a text is read as itself."""
    try:
        return parse_query(text) == (Term(1.0, text),)
    except QueryError:
        return False
