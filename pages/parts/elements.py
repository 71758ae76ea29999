"""Small elements that Streamlit lacks: paste and drop anywhere, and a way to the filters."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_paste = st.components.v2.component(
    "kindred_paste", js=(HERE / "paste.js").read_text(encoding="utf-8")
)
_door = st.components.v2.component(
    "kindred_door",
    html='<button type="button"></button>',
    css=(HERE / "door.css").read_text(encoding="utf-8"),
    js=(HERE / "door.js").read_text(encoding="utf-8"),
)


def catch_pasted_photos() -> None:
    """Send photos pasted or dropped anywhere on the page to its file uploader."""
    _paste(key="paste")


def draw_door_to_filters(n_filters: int) -> None:
    """Draw, on narrow screens alone, the button that opens the sidebar with the filters."""
    label = f"Filters · {n_filters}" if n_filters else "Filters"
    _door(key="door", data={"label": label}, width="content")
