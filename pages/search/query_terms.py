"""Asking: the query of a view becomes the terms that the engine is asked."""

from __future__ import annotations

from dataclasses import replace

from engine.query import Term
from engine.search import SearchEngine
from pages.shared.view import View


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
