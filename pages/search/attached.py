"""The photos a search starts from: brought along (private) or already in the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from engine.errors import PhotoError
from engine.images import encode_png
from engine.query import Term
from engine.search import SearchEngine
from pages.search.photo_input import Brought
from pages.search.query_terms import terms_of
from pages.search.regions import Attached, draw_square
from pages.shared.frame import tell
from pages.shared.limits import spend
from pages.shared.links import show
from pages.shared.phrases import plain
from pages.shared.view import View

WEIGHTS = {
    2.0: "counts twice",
    1.0: "like this",
    0.5: "counts half",
    -0.5: "a little unlike",
    -1.0: "unlike this",
}

_SEEN = {
    "pad": "whole",
    "squash": "squeezed into a square",
    "crop": "only the middle",
}


def understand(engine: SearchEngine, brought: Sequence[Brought], here: View) -> list[Attached]:
    """Read every photo as the model will see it; one that cannot be read is told and left out."""
    attached = []
    for file in brought:
        weight = st.session_state.get(f"weight {file.key}", 1.0)
        try:
            spend("pixels", 0)  # how many they are is known once they are read
            seen = engine.read(file.data)
            spend("pixels", seen.width * seen.height)
        except PhotoError as error:
            tell(PhotoError(error.what, value=file.name, remedy=error.remedy))
        else:
            square, sides = encode_png(seen.pixels), (seen.width, seen.height)
            attached.append(Attached(file.key, file.name, file.data, square, weight, *sides))
    for photo_id, weight in _inside(engine, here, len(attached)).items():
        photo = engine.collection.catalogue.photo(photo_id)
        name = photo.captions[0] if photo.captions else photo.path
        thumbnail = engine.collection.thumbnail(photo.row)
        square = encode_png(engine.read(thumbnail).pixels) if thumbnail else b""
        sides = (photo.width, photo.height)
        attached.append(Attached(photo_id, name, b"", square, weight, *sides))
    return attached


def _inside(engine: SearchEngine, here: View, n_uploads: int) -> dict[str, float]:
    """Return the photos of the collection that the query starts from, and their weights."""
    if not (here.query or here.like or n_uploads):
        return {}
    named = [term for term in terms_of(engine, here, n_uploads) if len(term.ids) == 1]
    return dict(here.like) | {term.ids[0]: term.weight for term in named}


def draw_attached(
    engine: SearchEngine, attached: Sequence[Attached], here: View, slug: str
) -> None:
    """Draw each photo as understood, with how much it counts once something stands beside it."""
    several = len(attached) > 1 or bool(here.query)
    wanted = engine.encoder.preprocessing
    if attached:
        side = wanted.size_px
        how = _SEEN[wanted.resize_mode]
        st.caption(f"As the model sees it: upright, {how}, {side} × {side} pixels.")
        st.caption("Drag over a part of a photo to search with that part alone.")
    for number, photo in enumerate(attached, start=1):
        with st.container(horizontal=True, gap="small", key=f"attached {photo.key}"):
            if photo.understood:
                draw_square(photo, number, terms_of(engine, here, _n_uploads(attached)), here, slug)
            with st.container(gap="xsmall", width=148):
                word = "photo" if number == 1 else f"photo{number}"  # its name in a query
                st.caption(f"`{word}` {plain(photo.name)}" if several else plain(photo.name))
                if several and (photo.data or photo.key in here.like):
                    _draw_weight(photo, here, slug)
                if photo.key in here.like:
                    _draw_leave_out(photo, here, slug)


def _draw_weight(photo: Attached, here: View, slug: str) -> None:
    state = f"weight {photo.key}"
    st.session_state[state] = photo.weight

    def weigh() -> None:
        if not photo.data:  # the weight of an upload stays in this session, with the upload
            like = {**here.like, photo.key: st.session_state[state]}
            show(here.changed(like=like), slug)

    st.selectbox(
        "How much it counts",
        sorted({*WEIGHTS, photo.weight}, reverse=True),
        key=state,
        format_func=lambda weight: WEIGHTS.get(weight, f"counts {weight:g}"),
        label_visibility="collapsed",
        on_change=weigh,
    )


def _draw_leave_out(photo: Attached, here: View, slug: str) -> None:
    others = {key: weight for key, weight in here.like.items() if key != photo.key}
    st.button(
        "Leave out",
        key=f"leave {photo.key}",
        type="tertiary",
        icon=":material/close:",
        on_click=show,
        args=(here.changed(like=others), slug),
    )


def _n_uploads(attached: Sequence[Attached]) -> int:
    return sum(bool(photo.data) for photo in attached)


def terms_with(engine: SearchEngine, here: View, attached: Sequence[Attached]) -> tuple[Term, ...]:
    """Read the query, and let every upload count as much as was chosen for it."""
    terms = terms_of(engine, here, _n_uploads(attached))
    return tuple(
        replace(term, weight=term.weight * attached[term.photo - 1].weight) if term.photo else term
        for term in terms
    )
