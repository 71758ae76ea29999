"""The small pictures of a map: how they lie on sheets, and those sheets as they are asked for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

import streamlit as st

from engine.storage import Collection
from pages.map.element import send
from pages.map.parts import Body
from pages.map.resources import sheets_of

MOST_AT_ONCE = 8


def sheets_body(collection: Collection) -> Body:
    """Return how the photos of a collection lie on its sheets."""
    sheets = sheets_of(collection)
    return {
        "id": _name(collection),
        "n_cells": sheets.n_cells,
        "n_across": sheets.n_across,
        "cell": sheets.cell_px,
        "n_sheets": len(sheets),
    }


def send_sheets(collection: Collection, wanted: Sequence[int], key: str) -> None:
    """Bring sheets to the map of that name."""
    sheets = sheets_of(collection)
    known = [int(number) for number in wanted if 0 <= int(number) < len(sheets)]
    with st.container(gap=None, key=f"sheets of {key}"):
        for number in known[:MOST_AT_ONCE]:
            picture = b64encode(sheets.sheet(number)).decode()
            send(f"{key} sheet {number}", {f"{_name(collection)}/{number}": picture})


def _name(collection: Collection) -> str:
    return f"sheets-{collection.fingerprint}"
