"""Files that were dropped to become a collection: kept once, until it is decided what they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.config import home
from engine.storage import discard_uploads, receive_uploads
from pages.collection.inventory import Brought
from pages.shared.phrases import plain

BROUGHT, LEFT_OUT, TAKEN_IN = "brought", "left out", "taken in"
MOST_TOLD = 5


def take_in(files: Sequence[UploadedFile]) -> None:
    """Keep what was dropped, each set of files once; what was dropped before goes.

    Raises
    ------
    CollectionError
        The files are too large as a whole, or none of them can be used.
    """
    ids = tuple(file.file_id for file in files)
    if ids == st.session_state.get(TAKEN_IN, ()):
        return
    discard()
    st.session_state[TAKEN_IN] = ids
    if not files:
        return
    folder, report = receive_uploads([(file.name, file.getvalue()) for file in files], home())
    st.session_state[LEFT_OUT] = [(each.path, each.reason) for each in report.skipped]
    st.session_state[BROUGHT] = Brought(str(folder), Path(files[0].name).stem, is_upload=True)


def discard() -> None:
    """Remove what was brought before and is not wanted any more."""
    before = st.session_state.pop(BROUGHT, None)
    st.session_state[LEFT_OUT] = []
    st.session_state[TAKEN_IN] = ()
    if before is not None and before.is_upload:
        discard_uploads(Path(before.root))


def draw_left_out() -> None:
    """Say which of the files that were dropped are refused, and why."""
    files = st.session_state.get(LEFT_OUT, [])
    if files:
        lines = [f"- {plain(name)}: {plain(reason)}" for name, reason in files[:MOST_TOLD]]
        more = len(files) - len(lines)
        lines += [f"- and {more:,} more"] if more else []
        told = "\n".join(["Left out of what you dropped:", "", *lines])
        st.warning(told, icon=":material/report:")
