"""The points chosen on a map, remembered so that every map of the same photos can show them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from engine.maps import DrawnMap, PhotoTable
from engine.storage import Collection
from pages.map.parts import Body

STATE = "map choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """Photos and captions that were chosen.

    Parameters
    ----------
    serial
        Another one for every choice.
    rows, captions
        Of each chosen point: its photo's row in the page's collection, and which caption of it;
        −1 for the photo itself.
    """

    serial: str
    rows: Sequence[int]
    captions: Sequence[int]

    def places(self, table: PhotoTable) -> NDArray[np.int64]:
        """Return where the chosen photos stand in a table, each once."""
        places = table.places(np.unique(np.array(self.rows, np.int64)))
        return places[places >= 0]


def read_choice(slug: str, collection: Collection) -> Choice:
    """Return what was chosen last in this collection."""
    kept = st.session_state.get(STATE, {})
    if kept.get("collection") != slug or kept["model"] != collection.manifest.model.fingerprint:
        return Choice("", (), ())
    return Choice(kept["serial"], kept["rows"], kept["captions"])


def remember(
    chosen: Mapping[str, Any] | None,
    drawn: DrawnMap,
    collection: Collection,
    slug: str,
    base: Collection,
) -> bool:
    """Keep what was chosen on a map, in the rows of the page's collection; tell whether it is news.

    `collection` is the map's own, `base` the page's.
    """
    if chosen is None or chosen.get("map") != drawn.record.key:
        return False
    points = np.array(chosen["points"], np.int64)
    points = points[(points >= 0) & (points < len(drawn.rows))]
    rows, captions = drawn.rows[points].tolist(), drawn.captions[points].tolist()
    if collection is not base:
        rows, captions = _moved(rows, captions, collection, base)
    _keep(slug, base, str(chosen["serial"]), rows, captions)
    return True


def choose_photos(photo_ids: Iterable[str], slug: str, collection: Collection) -> None:
    """Choose photos by their ids, as a saved view does."""
    rows = sorted(collection.catalogue.rows_of(photo_ids).values())
    _keep(slug, collection, _new_serial(), rows, [-1] * len(rows))


def forget() -> None:
    """Choose nothing; every map on the page notices by the new serial."""
    if STATE in st.session_state:
        nothing: Body = {"serial": _new_serial(), "rows": [], "captions": []}
        st.session_state[STATE] = {**st.session_state[STATE], **nothing}


def points_on(choice: Choice, drawn: DrawnMap, collection: Collection, base: Collection) -> Body:
    """Return a choice as the points of a map, for the map's element.

    On a map of one side, a chosen photo stands for its captions, and they for it.
    """
    rows, captions = choice.rows, choice.captions
    if collection is not base:
        rows, captions = _moved(rows, captions, base, collection)
    wanted, numbers = np.array(rows, np.int64), np.array(captions, np.int64)
    found = np.isin(_keys(drawn.rows, drawn.captions), _keys(wanted, numbers))
    if drawn.record.settings.what == "photos":
        found |= np.isin(drawn.rows, wanted)
    if drawn.record.settings.what == "captions":
        found |= np.isin(drawn.rows, wanted[numbers < 0])
    return {"serial": choice.serial, "points": np.flatnonzero(found).tolist()}


def _keep(
    slug: str, collection: Collection, serial: str, rows: list[int], captions: list[int]
) -> None:
    st.session_state[STATE] = {
        "collection": slug,
        "model": collection.manifest.model.fingerprint,
        "serial": serial,
        "rows": rows,
        "captions": captions,
    }


def _new_serial() -> str:
    return f"page {time.time_ns()}"


def _keys(rows: NDArray[np.integer], captions: NDArray[np.integer]) -> NDArray[np.int64]:
    return rows.astype(np.int64) * 2**17 + captions


def _moved(
    rows: Sequence[int], captions: Sequence[int], from_: Collection, to: Collection
) -> tuple[list[int], list[int]]:
    """Return the same photos' rows in another collection; ids say which are the same."""
    ids = from_.catalogue.ids_of(list(dict.fromkeys(rows)))
    there = to.catalogue.rows_of(ids.values())
    pairs = [
        (there[ids[row]], n) for row, n in zip(rows, captions, strict=True) if ids.get(row) in there
    ]
    return [row for row, _ in pairs], [n for _, n in pairs]
