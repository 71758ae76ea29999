"""The photos a search starts from: brought along (private) or already in the collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from engine.errors import PhotoError
from engine.images import encode_png
from engine.query import Term, parse_query
from engine.search import SearchEngine
from pages.parts.bring import Brought
from pages.parts.elements import data_url
from pages.parts.frame import tell
from pages.parts.links import show
from pages.parts.view import View
from pages.parts.wording import plain

WEIGHTS = {
    2.0: "counts twice",
    1.0: "like this",
    0.5: "counts half",
    -0.5: "a little unlike",
    -1.0: "unlike this",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """One photo to start from, as the model sees it, and how much it counts.

    Parameters
    ----------
    key
        Names it among the attached photos: the upload's own id, or the photo's id.
    name
        The file's name, or the photo's caption.
    data
        The bytes of an upload; empty for a photo of the collection.
    understood
        PNG bytes of the square the model is given; empty where the picture has gone.
    weight
        Negative means unlike.
    """

    key: str
    name: str
    data: bytes
    understood: bytes
    weight: float = 1.0


def understand(engine: SearchEngine, brought: Sequence[Brought], here: View) -> list[Attached]:
    """Read every photo as the model will see it; one that cannot be read is told and left out."""
    attached = []
    for file in brought:
        weight = st.session_state.get(f"weight {file.key}", 1.0)
        try:
            square = _square(engine, file.data)
        except PhotoError as error:
            tell(PhotoError(error.what, value=file.name, remedy=error.remedy))
        else:
            attached.append(Attached(file.key, file.name, file.data, square, weight))
    for photo_id, weight in here.like.items():
        photo = engine.collection.catalogue.photo(photo_id)
        name = photo.captions[0] if photo.captions else photo.path
        thumbnail = engine.collection.thumbnail(photo.row)
        square = _square(engine, thumbnail) if thumbnail else b""
        attached.append(Attached(photo_id, name, b"", square, weight))
    return attached


def _square(engine: SearchEngine, data: bytes) -> bytes:
    return encode_png(engine.read(data).pixels)


def draw_attached(attached: Sequence[Attached], here: View, slug: str, size_px: int) -> None:
    """Draw each photo as understood, with how much it counts once something stands beside it."""
    several = len(attached) > 1 or bool(here.query)
    if attached:
        st.caption(f"As the model sees it: upright, whole, {size_px} × {size_px} pixels.")
    for number, photo in enumerate(attached, start=1):
        with st.container(horizontal=True, gap="small", key=f"attached {photo.key}"):
            if photo.understood:
                st.image(data_url(photo.understood, "png"), width=132)
            with st.container(gap="xsmall", width=148):
                word = "photo" if number == 1 else f"photo{number}"  # its name in a query
                st.caption(f"`{word}` {plain(photo.name)}" if several else plain(photo.name))
                if several:
                    _draw_weight(photo, here, slug)
                if not photo.data:
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


def terms_of(words: str, attached: Sequence[Attached]) -> tuple[Term, ...]:
    """Read the words, and let every photo count as much as was chosen for it."""
    terms = parse_query(words, len(attached))
    return tuple(
        replace(term, weight=term.weight * attached[term.photo - 1].weight) if term.photo else term
        for term in terms
    )
