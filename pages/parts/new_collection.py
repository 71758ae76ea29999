"""Making a collection: from a folder on this computer, from uploaded files, or from a zip."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from engine.config import home
from engine.encoders import bundled_models
from engine.errors import CollectionError
from engine.jobs import start_job
from engine.storage import UploadReport, collections_folder, extract_upload_zip, save_uploads
from pages.parts.frame import Told
from pages.parts.resources import DEMO
from pages.parts.wording import MODELS, count, plain

SOURCES = {
    "Folder": ":material/folder_open:",
    "Files": ":material/upload_file:",
    "Zip": ":material/folder_zip:",
}
TABLES = "csv, tsv or jsonl; without one, a table in the folder is found by itself"
MAX_FILE_MB = 64
MAX_ZIP_MB = 512
MAX_NAME_CHARACTERS = 80
MOST_TOLD = 5


def draw_new_collection() -> None:
    """Draw the three ways to make a collection; each starts a job and returns at once."""
    with st.container(border=True, key="new collection"):
        st.subheader("Make a collection", anchor=False)
        source = st.segmented_control(
            "Photos from",
            list(SOURCES),
            default="Folder",
            required=True,
            format_func=lambda name: f"{SOURCES[name]} {name}",
            key="photos from",
            label_visibility="collapsed",
            width="stretch",
        )
        with st.form(_fresh("make"), border=False):
            brought = {"Folder": _ask_folder, "Files": _ask_files, "Zip": _ask_zip}[source]()
            name = st.text_input(
                "Name", max_chars=MAX_NAME_CHARACTERS, placeholder="What people will call it"
            )
            told = "What looks at the photos. It can be changed later."
            models = ["", *bundled_models()]
            model = st.selectbox("Model", models, format_func=MODELS.__getitem__, help=told)
            asked = st.form_submit_button("Make the collection", type="primary")
        if asked:
            st.session_state["left out"] = []
            with Told():
                _make(source, brought, name.strip(), [f"--model={model}"] if model else [])
                st.session_state["collections made"] = _n_made() + 1
                st.rerun()
        _draw_left_out(st.session_state.get("left out", []))


def _draw_left_out(files: Sequence[tuple[str, str]]) -> None:
    """Say which files of the last upload were refused before indexing, and why."""
    if files:
        lines = [f"- {plain(name)}: {plain(reason)}" for name, reason in files[:MOST_TOLD]]
        more = len(files) - len(lines)
        lines += [f"- and {count(more, 'file')} more"] if more else []
        told = "\n".join(["Left out of the upload:", "", *lines])
        st.warning(told, icon=":material/report:")


def _fresh(key: str) -> str:
    """Return another key after each collection made, so that what was given for it leaves."""
    return f"{key} {_n_made()}" if _n_made() else key


def _n_made() -> int:
    return int(st.session_state.get("collections made", 0))


def _ask_folder() -> Sequence[str]:
    folder = st.text_input("Folder of photos on this computer", placeholder="/path/to/photos")
    captions = st.text_input("Table of captions, if there is one", help=TABLES)
    return folder.strip(), captions.strip()


def _ask_files() -> Sequence[UploadedFile]:
    st.caption("Photos, and a table of captions if there is one.")
    return st.file_uploader(
        "Photos",
        accept_multiple_files=True,
        max_upload_size=MAX_FILE_MB,
        key=_fresh("new files"),
        label_visibility="collapsed",
    )


def _ask_zip() -> Sequence[UploadedFile]:
    st.caption("A zip of photos, with a table of captions if there is one.")
    key = _fresh("new zip")
    file = st.file_uploader(
        "Zip", type="zip", max_upload_size=MAX_ZIP_MB, key=key, label_visibility="collapsed"
    )
    return [file] if file else []


def _make(source: str, brought: Sequence, name: str, more: list[str]) -> None:
    if not brought or not brought[0]:
        raise CollectionError("no photos were given", remedy="Name a folder, or choose files")
    if source == "Folder":
        _index_folder(brought[0], brought[1], name, more)
        return
    name = name or Path(brought[0].name).stem
    if source == "Zip":
        _index_upload(name, extract_upload_zip, brought[0].getvalue(), more)
    else:
        files = [(file.name, file.getvalue()) for file in brought]
        _index_upload(name, save_uploads, files, more)


def _index_folder(folder: str, captions: str, name: str, more: list[str]) -> None:
    """Index photos where they lie."""
    photos = Path(folder).expanduser().absolute()
    if not photos.is_dir():
        raise CollectionError("there is no such folder", value=photos, remedy="Check the path")
    name = name or photos.name
    table = [f"--captions={Path(captions).expanduser().absolute()}"] if captions else []
    _start(photos, free_folder(name), name, [*table, *more])


def _index_upload(
    name: str, keep: Callable[..., UploadReport], content: object, more: list[str]
) -> None:
    """Keep an upload inside its collection's own folder, and index it there."""
    out = free_folder(name)
    report = keep(content, out / "photos")
    st.session_state["left out"] = [(each.path, each.reason) for each in report.skipped]
    _start(out / "photos", out, name, more)


def _start(photos: Path, out: Path, name: str, more: list[str]) -> None:
    arguments = [str(photos), *more, f"--out={out}", f"--name={name}", "--json"]
    start_job("index", arguments, title=f"Make {name}")


def free_folder(name: str) -> Path:
    """Make a folder that was not there yet; a person's name is never a path."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "collection"
    shelf = collections_folder(home())
    shelf.mkdir(parents=True, exist_ok=True)
    taken = {path.name for path in shelf.iterdir()} | {DEMO}
    numbers = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    folder = shelf / next(free for free in (slug, *numbers) if free not in taken)
    folder.mkdir()
    return folder
