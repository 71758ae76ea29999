"""Files of a collection's folder that could not be read as photos, with reasons."""

from __future__ import annotations

import streamlit as st

from engine.storage import Collection
from pages.shared.collection_caches import n_unread_files
from pages.shared.download import skipped_as_csv
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import count


def draw_skipped(slug: str, collection: Collection) -> None:
    """Draw a button that opens the list, where there is any; lines of tables are told elsewhere."""
    n_files = n_unread_files(collection)
    label = f"{count(n_files, 'file')} skipped"
    if n_files and st.button(
        label, key=f"skipped {slug}", type="tertiary", icon=":material/report:"
    ):
        _show(collection)


@st.dialog("Skipped files", width="large", icon=":material/report:")
def _show(collection: Collection) -> None:
    with ErrorBoundary():
        skipped = [each for each in collection.catalogue.skipped() if not each.is_line]
        st.caption("These files could not be read as photos, so they are not in the collection.")
        rows = [{"File": each.path, "Reason": each.reason} for each in skipped]
        st.dataframe(rows, hide_index=True, width="stretch", height="auto")
        st.download_button(
            "Download as CSV",
            skipped_as_csv(skipped),
            "skipped.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
