"""What became of what lies in a collection's folder: files skipped, tables of captions read."""

from __future__ import annotations

import streamlit as st

from engine.catalogue import TableReport
from engine.storage import Collection
from pages.shared.collection_caches import n_unread_files
from pages.shared.download import skipped_as_csv
from pages.shared.elements import quiet_button
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import count, plain


def draw_skipped(slug: str, collection: Collection) -> None:
    """Draw a button that opens the list, where there is any; lines of tables are told elsewhere."""
    n_files = n_unread_files(collection)
    label = f"{count(n_files, 'file')} skipped"
    if n_files and quiet_button(label, slug, ":material/report:", kind="skipped"):
        _show_skipped(collection)


@st.dialog("Skipped files", width="large", icon=":material/report:")
def _show_skipped(collection: Collection) -> None:
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


def draw_tables(slug: str, collection: Collection) -> None:
    """Draw a button that opens the account of the tables, where any was found."""
    tables = collection.catalogue.tables()
    if not tables:
        return
    n_left_out = sum(table.n_left_out for table in tables)
    label = count(len(tables), "table") + (f", {n_left_out:,} left out" if n_left_out else "")
    is_doubtful = n_left_out or all(table.reason for table in tables)
    icon = ":material/warning:" if is_doubtful else ":material/table:"
    if quiet_button(label, slug, icon, kind="tables"):
        _show_tables(collection.name, tables)


@st.dialog("Tables of captions", width="large", icon=":material/table:")
def _show_tables(name: str, tables: list[TableReport]) -> None:
    st.caption(f"What was found beside the photos of {plain(name)}, and how it was read.")
    for table in tables:
        with st.container(border=True, gap="small"):
            _draw_table(table)


def _draw_table(table: TableReport) -> None:
    st.markdown(f"**{plain(table.path)}**")
    if table.reason:
        st.markdown(f"Not used: {plain(table.reason)}")
        return
    read = f"{count(table.n_lines, table.unit)} read, about {count(table.n_photos, 'photo')}"
    st.markdown(" · ".join([read, *map(plain, table.remarks)]))
    columns = [
        {"Read as": meaning.capitalize(), "Columns": ", ".join(names)}
        for meaning, names in table.columns.items()
    ]
    left_out = [{"Left out": n, "Reason": why} for why, n in table.left_out.items()]
    for rows in (columns, left_out):
        if rows:
            st.dataframe(rows, hide_index=True, width="stretch")
