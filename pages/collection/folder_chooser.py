"""Choosing a folder of the computer Kindred runs on, step by step from home."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.access import folders
from engine.catalogue import list_folder
from engine.errors import AccessError, CatalogueError
from pages.shared.elements import element
from pages.shared.frame import tell
from pages.shared.phrases import count

STATE = "browsed folder"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LABELS = {"folders": "Folders in here", "path": "Where this is", "none": "No folders in here"}

_folders = element("folders", js="collection/folders.js", css="collection/folders.css")


def can_browse() -> bool:
    """Tell whether only this computer reaches the app, so that its folders are the visitor's."""
    return st.get_option("server.address") in LOOPBACK


def first_folder() -> Path:
    """Return where browsing begins: the first folder that may be read, home where all may."""
    return next(iter(folders() or ()), Path.home())


@st.dialog("Choose a folder of photos", width="medium", icon=":material/folder_open:")
def choose_folder() -> None:
    """Walk through folders; the one chosen is left in ``st.session_state["chosen folder"]``."""
    here = Path(st.session_state.setdefault(STATE, str(first_folder())))
    st.session_state["typed folder"] = str(here)
    st.text_input("Folder", key="typed folder", on_change=_go_where_typed)
    try:
        names, n_files = list_folder(here)
    except (AccessError, CatalogueError) as error:
        tell(error)
        names, n_files = [], 0
    above = [here, *here.parents][::-1]
    crumbs = [each.name or each.anchor for each in above]
    data = {"crumbs": crumbs, "folders": names, "labels": LABELS}
    opened = _folders(key="folders", data=data, on_opened_change=_hear).opened
    if opened:
        _open(opened, names, above)
    st.caption(f"{count(n_files, 'file')} and {count(len(names), 'folder')} in here")
    if st.button("Use this folder", type="primary", icon=":material/check:"):
        st.session_state["chosen folder"] = str(here)
        st.rerun()


def _hear() -> None:
    """What was opened is read where the folders are drawn; Streamlit only has to know of it."""


def _go_where_typed() -> None:
    st.session_state[STATE] = str(
        Path(st.session_state["typed folder"].strip()).expanduser().absolute()
    )


def _open(opened: dict[str, object], names: list[str], above: list[Path]) -> None:
    """Go up to a folder of the path, or down into one that was listed."""
    crumb, name = opened.get("crumb"), opened.get("folder")
    if isinstance(crumb, int) and 0 <= crumb < len(above):
        st.session_state[STATE] = str(above[crumb])
        st.rerun(scope="fragment")
    if name in names:
        st.session_state[STATE] = str(above[-1] / str(name))
        st.rerun(scope="fragment")
