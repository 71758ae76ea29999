"""The points chosen on a map, remembered so that every map of the same photos can show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from engine.maps import DrawnMap
from engine.maps.told import Told
from pages.parts.map_parts import Body

STATE = "map choice"


@dataclass(frozen=True, slots=True)
class Choice:
    """Photos and captions that were chosen.

    Parameters
    ----------
    serial
        Another one for every choice.
    photo_ids, captions
        Of each chosen point: its photo, and which caption of it; −1 for the photo itself.
    """

    serial: str
    photo_ids: Sequence[str]
    captions: Sequence[int]

    @property
    def distinct(self) -> list[str]:
        """Each photo once."""
        return list(dict.fromkeys(self.photo_ids))


NOTHING = Choice("", (), ())


def read_choice(slug: str) -> Choice:
    """Return what was chosen last in this collection."""
    kept = st.session_state.get(STATE, {})
    if kept.get("collection") != slug:
        return NOTHING
    return Choice(kept["serial"], kept["photo_ids"], kept["captions"])


def remember(chosen: Mapping[str, Any] | None, drawn: DrawnMap, told: Told, slug: str) -> bool:
    """Keep what was chosen on a map; tell whether it is news."""
    if chosen is None or chosen.get("map") != drawn.record.key:
        return False
    points = [int(point) for point in chosen["points"] if 0 <= int(point) < len(drawn.rows)]
    places = told.places(drawn.rows[points]).tolist()
    kept = [(place, point) for place, point in zip(places, points, strict=True) if place >= 0]
    st.session_state[STATE] = {
        "collection": slug,
        "serial": str(chosen["serial"]),
        "photo_ids": [told.photos[place].photo_id for place, _ in kept],
        "captions": [int(drawn.captions[point]) for _, point in kept],
    }
    return True


def forget() -> None:
    """Choose nothing; every map on the page notices by the empty serial."""
    st.session_state.pop(STATE, None)


def points_on(choice: Choice, drawn: DrawnMap, told: Told) -> Body:
    """Return a choice as the points of a map, for the map's element."""
    wanted = set(zip(choice.photo_ids, choice.captions, strict=True))
    if not wanted:
        return {"serial": "", "points": []}
    where = told.places(drawn.rows)
    found = []
    for point in np.flatnonzero(np.isin(where, places_of(choice, told))).tolist():
        key = (told.photos[where[point]].photo_id, int(drawn.captions[point]))
        if key in wanted or _stands_for(key, wanted, drawn):
            found.append(point)
    return {"serial": choice.serial, "points": found}


def _stands_for(key: tuple[str, int], wanted: set[tuple[str, int]], drawn: DrawnMap) -> bool:
    """On a map of one side, a chosen photo stands for its captions, and they for it."""
    photo_id, caption = key
    if drawn.record.settings.what == "photos":
        return True
    return drawn.record.settings.what == "captions" and (photo_id, -1) in wanted and caption >= 0


def places_of(choice: Choice, told: Told) -> list[int]:
    """Return where the chosen photos stand among the collection's."""
    return sorted(told.place_of[each] for each in choice.distinct if each in told.place_of)
