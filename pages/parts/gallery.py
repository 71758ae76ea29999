"""Photos as a gallery: one element in the page, in any theme and at any width.

The component gets data, never markup: its JavaScript sets captions and names as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.catalogue import Photo
from engine.search import Match
from engine.storage import Collection
from pages.parts.elements import data_url, element
from pages.parts.links import IMAGE_SEARCH, go, link_to
from pages.parts.view import View

_gallery = element("gallery", css="gallery.css", js="gallery.js")


def draw_matches(
    collection: Collection, matches: Sequence[Match], *, here: View, slug: str
) -> None:
    """Draw the matches of an answer; a photo opens its details, "more like this" a new search."""
    cards = [
        _card(collection, match.photo, slug)
        | {
            "href": link_to(here.changed(photo=match.photo.photo_id), slug),
            "rank": match.rank,
            "similarity": round(match.similarity, 4),
            "featured": match.rank == 1,
            "facts": " · ".join(match.photo.attributes.values()),
        }
        for match in matches
    ]
    opened = _draw(cards, "answer", "Photos found, the nearest first", key="matches").opened
    if opened:
        go(here.changed(photo=opened), slug)


def draw_photos(
    collection: Collection, photos: Sequence[Photo], *, slug: str, layout: str, label: str
) -> None:
    """Draw photos without a question, each a link to its like.

    The layout is a ``mosaic`` of four rows, a ``strip`` of six rows, or one ``row``.
    """
    cards = [_card(collection, photo, slug) for photo in photos]
    _draw(cards, layout, label, key=f"{layout} {slug}")


def _draw(cards: list[dict[str, Any]], layout: str, label: str, *, key: str) -> Any:
    labels = {
        "gallery": label,
        "open": "Show details" if layout == "answer" else "Find photos like this",
        "more": "More like this",
        "similarity": "similarity",
    }
    data = {"cards": cards, "layout": layout, "labels": labels}
    return _gallery(key=key, data=data, on_opened_change=_hear)


def _hear() -> None:
    """The chosen photo is read where the gallery is drawn; Streamlit only has to know of it."""


def _card(collection: Collection, photo: Photo, slug: str) -> dict[str, Any]:
    caption = photo.captions[0] if photo.captions else Path(photo.path).stem
    more = link_to(View(like={photo.photo_id: 1.0}), slug, IMAGE_SEARCH)
    return {
        "id": photo.photo_id,
        "image": data_url(collection.thumbnail(photo.row)),
        "width": photo.width,
        "height": photo.height,
        "alt": caption,
        "caption": caption,
        "href": more,
        "more_href": more,
    }
