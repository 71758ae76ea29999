"""Starting a comparison: which photos, and how many of them."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.errors import CollectionError
from engine.jobs import start_job
from pages.shared.frame import ErrorBoundary, Page
from pages.shared.resources import collection_of

SAMPLES = (300, 600, 1500, 3000)


def draw_form(page: Page) -> None:
    """Draw what a comparison needs to know; it then runs in the background."""
    with st.form("compare"):
        st.subheader("Compare on your photos", anchor=False)
        left, right = st.columns(2, gap="medium")
        folder = left.text_input("Folder of photos on this computer", value=_folder_of(page))
        captions = right.text_input(
            "Table of captions, if it lies elsewhere",
            help="csv, tsv or jsonl; without one, a table in the folder is found by itself",
        )
        sample = st.select_slider(
            "Photos to learn from and to measure with",
            SAMPLES,
            value=1500,
            format_func=lambda number: f"{number:,}",
        )
        asked = st.form_submit_button("Compare", type="primary", icon=":material/balance:")
    if asked:
        with ErrorBoundary():
            _start(folder.strip(), captions.strip(), sample)
            st.rerun()


def _folder_of(page: Page) -> str:
    """Return where the photos of the chosen collection lie, as a first suggestion."""
    if page.summary is None:
        return ""
    root = collection_of(page.summary.folder).root
    return str(root) if root.is_dir() else ""


def _start(folder: str, captions: str, sample: int) -> None:
    photos = Path(folder).expanduser().absolute()
    if not folder or not photos.is_dir():
        raise CollectionError("there is no such folder", value=photos, remedy="Check the path")
    table = [f"--captions={Path(captions).expanduser().absolute()}"] if captions else []
    arguments = [str(photos), *table, f"--sample={sample}", "--json"]
    title = f"Compare recipes on {photos.name}"
    start_job("compare", arguments, title=title, lane="long")
