"""Small elements that Streamlit lacks: links as examples, pasted photos, a door to the filters."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.links import TEXT_SEARCH, link_to
from pages.shared.view import View

PAGES = Path(__file__).resolve().parent.parent
_GONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" '
    'fill="#EAE3D6"/><text x="48" y="52" font-size="11" text-anchor="middle" fill="#4A4238" '
    'font-family="sans-serif">Photo gone</text></svg>'
)
PHOTO_GONE = f"data:image/svg+xml;base64,{b64encode(_GONE.encode()).decode()}"


def element(
    name: str, *, js: str, css: str = "", html: str = "", is_isolated: bool = True
) -> Callable[..., Any]:
    """Make an element of the page from files in `pages`; every script may use `elements.js`.

    Several scripts, separated by spaces, become one; the last has the element's function. The
    style of an element that is not isolated is that of the whole page.
    """
    return st.components.v2.component(
        f"kindred_{name}",
        html=html or None,
        css=_read(css) if css else None,
        js="\n".join(map(_read, ["shared/elements.js", *js.split()])),
        isolate_styles=is_isolated,
    )


def _read(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


_paste = element("paste", js="shared/paste.js")
_door = element(
    "door",
    js="shared/door.js",
    css="shared/door.css",
    html='<button type="button">Filters</button>',
)
_contrast = element("contrast", css="shared/contrast.css", js="map/order.js", is_isolated=False)
_order = element("map_order", css="map/order.css", js="map/order.js", is_isolated=False)
_suggest = element("suggest", js="shared/suggest.js")
_examples = element(
    "examples",
    js="shared/examples.js",
    css="shared/examples.css",
    html='<nav aria-label="Examples"></nav>',
)


def data_url(picture: bytes | None, kind: str = "jpeg") -> str:
    """Return a picture as part of the page; "" where there is none.

    Streamlit's own addresses of pictures end with the run that drew them: a browser that asks
    a moment later gets nothing, and does not ask again.
    """
    return f"data:image/{kind};base64,{b64encode(picture).decode()}" if picture else ""


def quiet_button(
    label: str, of: str, icon: str, told: str | None = None, *, kind: str = ""
) -> bool:
    """Draw a button without a frame, of one thing among others; `kind` names it for its label."""
    key = f"{kind or label} {of}"
    return st.button(label, key=key, type="tertiary", icon=icon, help=told)


def place_controls() -> None:
    """Put the map above its controls where the screen is narrow; elsewhere nothing changes."""
    _order(key="map order")


def keep_contrast() -> None:
    """Let what Streamlit draws selected be read in the dark too."""
    _contrast(key="contrast")


def draw_examples(examples: Sequence[str], slug: str, page: str = TEXT_SEARCH) -> None:
    """Draw queries as links to their answers on a page."""
    views = [(words, View(query=words)) for words in examples]
    linked = [{"words": words, "href": link_to(view, slug, page)} for words, view in views]
    draw_links(linked, key="examples")


def draw_links(linked: Sequence[dict[str, str]], *, key: str) -> None:
    """Draw words as links: each has its ``words`` and its ``href``."""
    _examples(key=key, data=list(linked))


def draw_suggestions(phrases: Sequence[str], label: str) -> None:
    """Offer phrases to whoever types into the box with a label."""
    _suggest(key="suggest", data={"phrases": list(phrases), "label": label})


def catch_pasted_photos() -> None:
    """Send photos pasted or dropped anywhere on the page to its file uploader."""
    _paste(key="paste")


def draw_door_to_filters(n_filters: int) -> None:
    """Draw, on narrow screens alone, the button that opens the sidebar with the filters."""
    label = f"Filters · {n_filters}" if n_filters else "Filters"
    _door(key="door", data={"label": label}, width="content")
