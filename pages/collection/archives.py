"""Exported collections that were dropped: looked at, and taken in when that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.collection_archive import import_collection, told_by
from engine.search import prepare
from pages.shared.limits import spend
from pages.shared.phrases import count, plain

TAKEN_IN = "archives taken in"


def part_archives(
    files: Sequence[UploadedFile],
) -> tuple[list[UploadedFile], list[UploadedFile]]:
    """Part what was dropped: exported collections that were not taken in yet, and all else."""
    archives = [file for file in files if file.name.endswith(".zip") and told_by(file)]
    done = st.session_state.get(TAKEN_IN, [])
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
        st.session_state[TAKEN_IN] = [*st.session_state.get(TAKEN_IN, []), file.file_id]
        return True
