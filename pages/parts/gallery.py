"""Photos as a gallery: one element in the page, in any theme and at any width.

The component gets data, never markup: its JavaScript sets captions and names as text.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from engine.catalogue import Photo
from engine.search import Match, SearchEngine
from pages.parts.view import Parameters, View

HERE = Path(__file__).parent
TEXT_SEARCH = "pages/text_search.py"
IMAGE_SEARCH = "pages/image_search.py"

_component = st.components.v2.component(
    "kindred_gallery",
    css=(HERE / "gallery.css").read_text(encoding="utf-8"),
    js=(HERE / "gallery.js").read_text(encoding="utf-8"),
)


def draw_matches(engine: SearchEngine, matches: Sequence[Match], *, here: View, slug: str) -> None:
    """Draw the matches of an answer; a photo opens its details, "more like this" a new search."""
    cards = [
        _card(engine, match.photo, slug)
        | {
            "href": link_to(here.changed(photo=match.photo.photo_id), slug),
            "rank": match.rank,
            "similarity": round(match.similarity, 4),
            "featured": match.rank == 1,
        }
        for match in matches
    ]
    chosen = _draw(cards, "answer", "Photos found, the nearest first", key="matches")
    if chosen.more:
        more_like(chosen.more, slug)
    if chosen.opened:
        go(here.changed(photo=chosen.opened), slug)


def draw_photos(
    engine: SearchEngine, photos: Sequence[Photo], *, slug: str, layout: str, label: str, key: str
) -> str | None:
    """Draw photos without a question, as a ``mosaic`` or a ``strip``; return the id just chosen."""
    cards = [_card(engine, photo, slug) for photo in photos]
    return _draw(cards, layout, label, key=key).opened


def more_like(photo_id: str, slug: str) -> None:
    """Leave for an image search that starts from a photo of the collection."""
    st.switch_page(IMAGE_SEARCH, query_params=address(View(like={photo_id: 1.0}), slug))


def go(view: View, slug: str) -> None:
    """Show another view of this page."""
    st.query_params.from_dict(address(view, slug))
    st.rerun()


def address(view: View, slug: str) -> Parameters:
    """Return the parameters of a link to `view` of a collection."""
    return {"collection": slug, **view.parameters()}


def link_to(view: View, slug: str, page: str = "") -> str:
    """Return a link, relative to the app, that opens `view` anywhere."""
    return f"{page}?{urlencode(address(view, slug), doseq=True)}"


def _draw(cards: list[dict[str, Any]], layout: str, label: str, *, key: str) -> Any:
    labels = {
        "gallery": label,
        "open": "Show details" if layout == "answer" else "Find photos like this",
        "more": "More like this",
        "similarity": "similarity",
    }
    data = {"cards": cards, "layout": layout, "labels": labels}
    return _component(key=key, data=data, on_opened_change=_hear, on_more_change=_hear)


def _hear() -> None:
    """Trigger values are read where the gallery is drawn; Streamlit only needs to know of them."""


def _card(engine: SearchEngine, photo: Photo, slug: str) -> dict[str, Any]:
    caption = photo.captions[0] if photo.captions else Path(photo.path).stem
    more = link_to(View(like={photo.photo_id: 1.0}), slug, "image_search")
    return {
        "id": photo.photo_id,
        "image": _data_url(engine.collection.thumbnail(photo.row)),
        "width": photo.width,
        "height": photo.height,
        "alt": caption,
        "caption": caption,
        "href": more,
        "more_href": more,
    }


def _data_url(jpeg: bytes | None) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""
