"""What was found in the photos somebody brought, before anything is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from engine.access import Role, may, shown
from engine.encoders import bundled_model, bundled_models
from engine.storage import Inventory
from pages.shared.collection_caches import look_through
from pages.shared.phrases import MODELS, count, duration, file_size, plain

MAX_NAME_CHARACTERS = 80
TABLES = "A CSV, TSV or JSONL file of the folder, or one elsewhere by its whole path."


@dataclass(frozen=True, slots=True)
class Brought:
    """Photos somebody brought: their folder, what it was called, and whether it was dropped."""

    root: str
    name: str
    is_upload: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of the photos: made into a collection of this name, or nothing."""

    name: str
    captions: Path | None
    model: str
    is_wanted: bool


def draw_inventory(brought: Brought) -> Decision | None:
    """Draw what was found, and return what was decided; None until something is.

    Raises
    ------
    CatalogueError
        When the folder or its table cannot be read.
    """
    with st.container(border=True, key="inventory", gap="small"):
        st.markdown(f"**{plain(brought.name)}**")
        chosen = st.session_state.get("captions table") or ""
        captions = str(Path(brought.root) / chosen) if chosen else ""
        inventory, seconds = look_through(Path(brought.root), captions, bundled_model())
        for line in what_was_found(inventory, seconds):
            st.markdown(line)
        _ask_for_captions(inventory)
        name = st.text_input(
            "Name",
            brought.name,
            max_chars=MAX_NAME_CHARACTERS,
            key=f"name of {shown(brought.root)}",
        )
        model = st.selectbox(
            "Model",
            ["", *bundled_models()],
            format_func=MODELS.__getitem__,
            key="model of the new collection",
            help="What looks at the photos. It can be changed later.",
        )
        if inventory.undecided:
            st.warning(plain(inventory.undecided), icon=":material/report:")
        is_ready = bool(inventory.photos) and not inventory.undecided
        with st.container(horizontal=True):
            make = st.button("Make the collection", type="primary", disabled=not is_ready)
            cancel = st.button("Cancel", type="tertiary")
        if not make and not cancel:
            return None
        table = Path(captions) if captions else None
        return Decision(name.strip() or brought.name, table, model, is_wanted=make)


def what_was_found(inventory: Inventory, seconds: float) -> list[str]:
    r"""Return what a folder holds and how long it takes to index, a line for each.

    Examples
    --------
    >>> from pathlib import Path
    >>> photos = tuple(f"{number}.jpg" for number in range(312))
    >>> found = Inventory(
    ...     Path("shop"), photos, 4, 2_000_000, 3, ("captions.csv",), ("captions.csv",), 300, 12
    ... )
    >>> print("\n".join(what_was_found(found, 20.0)))
    312 photos in 4 folders, 2.0 MB
    captions\.csv with 300 captions
    12 lines in there are of no photo in here
    3 files that are no photos
    About 20 s on this computer
    """
    photos = count(len(inventory.photos), "photo")
    if not inventory.photos:
        return ["No photos were found here.", *_others(inventory)]
    lines = [f"{photos} in {count(inventory.n_folders, 'folder')}, {file_size(inventory.n_bytes)}"]
    if inventory.used:
        first, *others = inventory.used
        tables = count(len(inventory.used), "table") if others else plain(first)
        lines.append(f"{tables} with {count(inventory.n_captions, 'caption')}")
    if inventory.n_unplaced:
        are = "is of no photo" if inventory.n_unplaced == 1 else "are of no photo"
        lines.append(f"{count(inventory.n_unplaced, 'line')} in there {are} in here")
    if inventory.n_sidecars:
        lines.append(
            f"{count(inventory.n_sidecars, 'file')} beside photos with what was said of them"
        )
    lines += [f"Not used: {plain(each)}" for each in inventory.unused]
    about = duration(seconds, rough=True)
    return [*lines, *_others(inventory), f"About {about} on this computer"]


def _others(inventory: Inventory) -> list[str]:
    are = "is no photo" if inventory.n_others == 1 else "are no photos"
    return [f"{count(inventory.n_others, 'file')} that {are}"] if inventory.n_others else []


def _ask_for_captions(inventory: Inventory) -> None:
    st.selectbox(
        "Captions from",
        inventory.tables,
        index=None,
        key="captions table",
        placeholder="The tables in the folder" if inventory.used else "No table",
        accept_new_options=may(Role.OWNER),
        help=TABLES,
    )
