"""Adding one's own photos: they are dropped or their folder is chosen, then looked at and made."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.access import Role, may, require_folder
from engine.errors import CollectionError
from engine.jobs import start_job
from engine.maps import MapSettings
from engine.storage import adopt_uploads, new_folder
from pages.collection.dropped_files import (
    BROUGHT,
    discard,
    draw_archive,
    draw_left_out,
    part_archives,
    take_in,
)
from pages.collection.folder_chooser import can_browse, choose_folder
from pages.collection.inventory import Brought, Decision, draw_inventory
from pages.shared.collection_caches import look_through
from pages.shared.elements import catch_pasted_photos
from pages.shared.frame import ErrorBoundary
from pages.shared.limits import spend
from pages.shared.resources import collections

FORMATS = (
    "Drop photos, folders or a zip anywhere on this page: JPEG, PNG, HEIC, AVIF, WebP, GIF, TIFF "
    "and more, and a table of captions (CSV, TSV or JSONL) if there is one; or a collection that "
    "was exported."
)
MAX_MB = 500  # Streamlit writes it beside the box, and more than that as 1 GB
MADE, TURN = "made", "new photos turn"


def draw_new_collection() -> None:
    """Draw the ways to bring photos, and a card of what was found in those that were brought."""
    with st.container(border=True, key="new collection"):
        st.subheader("Add your photos", anchor=False)
        catch_pasted_photos()
        files = st.file_uploader(
            "Photos or a zip",
            accept_multiple_files=True,
            max_upload_size=MAX_MB,
            key=f"new photos {st.session_state.get(TURN, 0)}",
            label_visibility="collapsed",
        )
        st.caption(FORMATS)
        archives, photos = part_archives(files)
        for archive in archives:
            with ErrorBoundary():
                if draw_archive(archive):
                    if not photos:
                        _forget()
                    st.rerun()
        with ErrorBoundary():
            take_in(photos)
            _ask_for_folder()
        draw_left_out()
        brought = st.session_state.get(BROUGHT)
        if brought is not None:
            with ErrorBoundary():
                _carry_out(brought, draw_inventory(brought))


def _ask_for_folder() -> None:
    """Let the owner choose a folder by browsing; from elsewhere, let it be named."""
    if not may(Role.OWNER):
        return
    if can_browse():
        if st.button("Choose a folder…", icon=":material/folder_open:", width="stretch"):
            choose_folder()
        chosen = st.session_state.pop("chosen folder", "")
    else:
        chosen = st.text_input("Or a folder of the computer Kindred runs on", key="named folder")
    folder = Path(chosen.strip()).expanduser().absolute()
    before = st.session_state.get(BROUGHT)
    if not chosen.strip() or (before is not None and before.root == str(folder)):
        return
    require_folder(folder)
    if not folder.is_dir():
        raise CollectionError("there is no such folder", value=folder, remedy="Check the path")
    _forget()
    look_through.clear()  # its files may have changed since it was last looked at
    st.session_state[BROUGHT] = Brought(str(folder), folder.name)


def _forget() -> None:
    """Empty the form: what it held was made into a collection, or is not wanted."""
    discard()
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1


def _carry_out(brought: Brought, decision: Decision | None) -> None:
    if decision is None:
        return
    if decision.is_wanted:
        _make(brought, decision)
    st.session_state.pop("named folder", None)
    _forget()
    st.rerun()


def _make(brought: Brought, decision: Decision) -> None:
    """Index the photos in the background, then draw their map."""
    spend("jobs")
    out, root, table = new_folder(decision.name), Path(brought.root), decision.captions
    photos = root
    if brought.is_upload:  # they move into the collection's own folder, and go with it
        photos = out / "photos"
        adopt_uploads(root, photos)
        table = photos / table.relative_to(root) if table else None
    captions = [f"--captions={table}"] if table else []
    model = [f"--model={decision.model}"] if decision.model else []
    given = [*captions, *model, f"--out={out}", f"--name={decision.name}", "--json"]
    arguments = [str(photos), *given]
    start_job("index", arguments, title=f"Make {decision.name}", on=out)
    title = f"Map of {decision.name}: {MapSettings().told()}"
    start_job("map", [str(out), "--json"], title=title, on=out)
    st.session_state[MADE] = out.name


def choose_what_was_made() -> None:
    """Let the address name the collection just made, once it can be searched."""
    made = st.session_state.get(MADE)
    summary = collections().get(made) if made else None
    if made and summary is not None and summary.health == "ready":
        del st.session_state[MADE]
        st.query_params["collection"] = made
