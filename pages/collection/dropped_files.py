"""Files that were dropped: photos kept once, until it is decided what they are, and collections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.collection_archive import import_collection, told_by
from engine.config import home
from engine.search import prepare
from engine.storage import discard_uploads, receive_uploads
from pages.collection.inventory import Brought
from pages.shared.limits import spend
from pages.shared.phrases import count, plain

BROUGHT, LEFT_OUT, TAKEN_IN = "brought", "left out", "taken in"
ARCHIVES_IN = "archives taken in"
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


def part_archives(
    files: Sequence[UploadedFile],
) -> tuple[list[UploadedFile], list[UploadedFile]]:
    """Part what was dropped: exported collections that were not taken in yet, and all else."""
    archives = [file for file in files if file.name.endswith(".zip") and told_by(file)]
    done = st.session_state.get(ARCHIVES_IN, [])
    rest = [file for file in files if file not in archives]
    return [file for file in archives if file.file_id not in done], rest


def draw_archive(file: UploadedFile) -> bool:
    """Draw what an exported collection says of itself; return whether it was taken in.

    Raises
    ------
    CollectionError
        It is damaged, or holds what no collection has.
    """
    told = told_by(file)
    if told is None:
        return False
    name, n_photos = told
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(name)}**")
        st.caption(f"An exported collection of {count(n_photos, 'photo')}")
        if not st.button("Import the collection", type="primary", key=f"import {file.file_id}"):
            return False
        spend("jobs")
        with st.spinner("Checking every file…"):
            folder = import_collection(file, name=name)
            prepare(folder)
        st.session_state[ARCHIVES_IN] = [*st.session_state.get(ARCHIVES_IN, []), file.file_id]
        return True
