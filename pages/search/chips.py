"""The query as a row of chips: what it is made of, each with its sign and weight.

A chip that changes rewrites what is typed, so that chips, algebra and link are one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.query import Term, format_body, format_query
from engine.search import SearchEngine, SearchResult
from pages.shared.elements import data_url, element
from pages.shared.links import go
from pages.shared.phrases import attribute, count
from pages.shared.view import View

MAX_WEIGHT = 4.0
LABELS = {
    "chips": "The query, chip by chip",
    "more": "More",
    "less": "Less",
    "unlike": "Turn into a minus",
    "like": "Turn into a plus",
    "remove": "Remove",
}

_chips = element("chips", js="search/chips.js", css="search/chips.css")


def draw_chips(
    engine: SearchEngine, answer: SearchResult, here: View, slug: str, uploads: Sequence[bytes] = ()
) -> None:
    """Draw the chips of an answer; one that is changed makes a new query."""
    used = {id(chip.term): chip for chip in answer.query_parts}
    chips = []
    for term in answer.terms:
        chip = used.get(id(term))
        note = "" if chip else "not understood, left out"
        if chip and chip.set_aside:
            note = f"without its own {attribute(chip.set_aside).lower()}"
        chips.append(_chip_of(engine, term, uploads) | {"note": note})
    thumbs = [{"kind": "thumbs", **_thumbs(here, slug)}] if here.liked or here.disliked else []
    edit = _chips(
        key="chips", data={"chips": chips + thumbs, "labels": LABELS}, on_edit_change=_hear
    ).edit
    if edit:
        _rewrite(answer.terms, edit, here, slug)


def _hear() -> None:
    """The change is read where the chips are drawn; Streamlit only has to know of it."""


def _chip_of(engine: SearchEngine, term: Term, uploads: Sequence[bytes]) -> dict[str, Any]:
    """Return what the script needs of one chip."""
    kind = "words" if term.text else ("group" if len(term.ids) > 1 else "photo")
    label = term.text or (count(len(term.ids), "photo") if kind == "group" else "photo")
    if term.photo:
        label = format_body(replace(term, region=None))
    return {
        "kind": kind,
        "label": f"part of {label}" if term.region else label,
        "weight": term.weight,
        "image": _picture(engine, term, uploads),
    }


def _picture(engine: SearchEngine, term: Term, uploads: Sequence[bytes]) -> str:
    if term.ids:
        row = engine.collection.catalogue.photo(term.ids[0]).row
        return data_url(engine.collection.thumbnail(row))
    if term.photo and term.photo <= len(uploads):
        return data_url(uploads[term.photo - 1], "png")
    return ""


def _thumbs(here: View, slug: str) -> dict[str, Any]:
    told = [count(len(here.liked), "thumb") + " up"] if here.liked else []
    told += [count(len(here.disliked), "thumb") + " down"] if here.disliked else []
    return {"label": ", ".join(told), "weight": 1.0, "image": "", "note": "moves the answer"}


def _rewrite(terms: Sequence[Term], edit: dict[str, Any], here: View, slug: str) -> None:
    """Write the query that an edited chip makes; its photos move into the query itself."""
    changed = edited(terms, edit)
    if changed is None:
        go(here.changed(liked=(), disliked=(), page=1), slug)
    elif any(term.text or term.ids or term.photo for term in changed):
        go(
            here.changed(
                query=format_query(changed), like={}, liked=here.liked, disliked=here.disliked
            ),
            slug,
        )
    else:
        go(here.changed(query="", like={}), slug)


def edited(terms: Sequence[Term], edit: dict[str, Any]) -> list[Term] | None:
    """Return the terms after a chip's edit, or None when it was the chip of the thumbs.

    Examples
    --------
    >>> edited([Term(1.0, "boots"), Term(-1.0, "laces")], {"place": 1, "weight": -2})
    [Term(weight=1.0, text='boots', ...), Term(weight=-2.0, text='laces', ...)]
    >>> edited([Term(1.0, "boots")], {"place": 0, "weight": 0})
    []
    """
    place, weight = int(edit["place"]), float(edit["weight"])
    if place >= len(terms):
        return None
    weight = max(-MAX_WEIGHT, min(MAX_WEIGHT, weight))
    mine = [replace(terms[place], weight=weight)] if weight else []
    return [*terms[:place], *mine, *terms[place + 1 :]]
