"""Asking: a view becomes the request that the engine answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.query import Term, format_query
from engine.search import Request, SearchEngine
from pages.parts.view import View


def terms_of(engine: SearchEngine, here: View, n_uploads: int = 0) -> tuple[Term, ...]:
    """Read the query of a view, with the photos of the collection that it starts from as terms.

    Raises
    ------
    QueryError
        The query cannot be read.
    """
    inside = list(here.like)
    terms = []
    for term in engine.parse(here.query, n_uploads + len(inside)):
        if term.photo > n_uploads:
            photo_id = inside[term.photo - n_uploads - 1]
            weight = term.weight * here.like[photo_id]
            term = replace(term, weight=weight, photo=0, ids=(photo_id,))
        terms.append(term)
    return tuple(terms)


def request_of(here: View, terms: Sequence[Term]) -> Request:
    """Return what the engine is asked: these terms, and everything else that a view holds."""
    return Request(
        query=format_query(terms),
        filters=dict(here.filters),
        k=here.k,
        offset=here.offset,
        exact=here.exact,
        ef=here.ef or None,
        mode=here.mode,
        liked=here.up,
        disliked=here.down,
        folded=here.folded,
        variety=here.variety,
    )
