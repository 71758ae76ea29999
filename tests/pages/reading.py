"""What a test reads from a drawn page."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def elements(app: AppTest, name: str) -> list[Any]:
    """Return the data of every element of Kindred's own of that name, as its script gets it."""
    found = [each.proto for each in app.get("bidi_component")]
    return [json.loads(p.json) for p in found if p.component_name == f"kindred_{name}"]


def cards(app: AppTest) -> list[dict[str, Any]]:
    """Return the cards of the page's gallery."""
    (gallery,) = elements(app, "gallery")
    return gallery["cards"]


def links(app: AppTest) -> list[dict[str, Any]]:
    """Return the page's links to pages, the menu's first."""
    return [link for drawn in elements(app, "navigation") for link in drawn["links"]]


def texts(app: AppTest) -> str:
    """Return everything the page says in its own words, one element to a line."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.text)
    return "\n".join(element.value for kind in kinds for element in kind)


def errors(app: AppTest) -> list[str]:
    """Return the boxes that say what went wrong; no page may show an exception."""
    assert not app.exception
    return [box.value for box in app.error]


def blocks(app: AppTest, kind: str) -> list[Any]:
    """Return what the page says of its containers of a kind, such as ``popover``."""
    return [getattr(block.proto, kind) for block in app.get(kind)]
