"""What became of a collection's tables of captions: lines read, lines left out, columns."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.catalogue import TableReport
from engine.storage import Collection
from pages.shared.phrases import count, plain


def draw_tables(slug: str, collection: Collection) -> None:
    """Draw a button that opens the account of the tables, where any was found."""
    tables = collection.catalogue.tables()
    if not tables:
        return
    n_left_out = sum(table.n_left_out for table in tables)
    label = count(len(tables), "table") + (f", {n_left_out:,} left out" if n_left_out else "")
    icon = ":material/warning:" if n_left_out or _are_unused(tables) else ":material/table:"
    if st.button(label, key=f"tables {slug}", type="tertiary", icon=icon):
        _show(collection.name, tables)


def _are_unused(tables: list[TableReport]) -> bool:
    return all(table.reason for table in tables)


@st.dialog("Tables of captions", width="large", icon=":material/table:")
def _show(name: str, tables: list[TableReport]) -> None:
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
    columns: list[dict[str, Any]] = [
        {"Read as": meaning.capitalize(), "Columns": ", ".join(names)}
        for meaning, names in table.columns.items()
    ]
    if columns:
        st.dataframe(columns, hide_index=True, width="stretch")
    if table.left_out:
        rows = [{"Left out": n, "Reason": why} for why, n in table.left_out.items()]
        st.dataframe(rows, hide_index=True, width="stretch")
