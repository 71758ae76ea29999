"""What came of making or updating a collection: counts, the way in, the model that was chosen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from engine.catalogue import Skipped
from pages.shared.links import TEXT_SEARCH
from pages.shared.navigation import Link, draw_link
from pages.shared.phrases import count, duration, plain
from pages.shared.resources import collections


def draw_result(result: dict[str, Any], key: str) -> None:
    """Draw what a job has come to that made or updated a collection."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(what_was_built(result)))
        _draw_way_in(result, key)
    if result.get("chosen"):
        _draw_choice(result["chosen"])


def _draw_choice(chosen: str) -> None:
    """Say which model was chosen and why, and where that can be changed."""
    said = f"{chosen[:1].upper()}{chosen[1:]}"
    st.caption(f"{plain(said)}. Another one can be chosen on its card below.")


def _draw_way_in(result: dict[str, Any], key: str) -> None:
    """Link to the collection that a job has made, where it still stands."""
    slug = Path(str(result.get("folder", ""))).name
    if slug in collections():
        link = Link("Open it", TEXT_SEARCH, {"collection": slug}, ":material/search:")
        draw_link(link, key=f"open {key}")


def what_was_built(result: dict[str, Any]) -> str:
    """Return a build's counts as one line.

    Examples
    --------
    >>> skipped = [{"path": "a.jpg", "reason": "it is text"}]
    >>> what_was_built({"indexed": 300, "added": 10, "skipped": skipped, "seconds": 2.0})
    '300 photos · 10 added · 1 file skipped · 2 s'
    """
    parts = [count(result.get("indexed", 0), "photo")]
    changes = ("added", "changed", "renamed", "removed")
    parts += [f"{result[key]:,} {key}" for key in changes if result.get(key)]
    n_files = sum(not Skipped(**each).is_line for each in result.get("skipped", ()))
    parts += [f"{count(n_files, 'file')} skipped"] if n_files else []
    for table in result.get("tables", ()):
        n_left_out = sum(table["left_out"].values())
        told = "not used" if table["reason"] else f"{count(table['n_lines'], 'line')} read"
        parts.append(f"{table['path']}: {told}" + (f", {n_left_out:,} left out" * bool(n_left_out)))
    return " · ".join([*parts, duration(result.get("seconds", 0.0))])
