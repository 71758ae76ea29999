"""The caches of the explorer, keyed by what they hold; shared by all visitors and read-only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import MapError
from engine.maps import DrawnMap, MapSettings, map_key
from engine.maps.drawn import RECORD
from engine.maps.folder import maps_folder
from engine.maps.landing import LandingGround
from engine.maps.sheets import Sheets
from engine.maps.told import Told
from engine.search import SearchEngine
from engine.storage import Collection
from pages.parts.map_parts import lasting_parts, named


def told_of(collection: Collection) -> Told:
    """Return what a collection says of its photos, read once."""
    return _told(collection.fingerprint, collection)


@st.cache_resource(show_spinner="Reading the catalogue…", max_entries=4)
def _told(fingerprint: str, _collection: Collection) -> Told:
    return Told.read(_collection)


def map_of(collection: Collection, settings: MapSettings) -> DrawnMap | None:
    """Return the kept map of a collection as it is now; None until it has been made."""
    key = _map_key(collection.fingerprint, json.dumps(settings.essence()), collection)
    return map_named(collection, key)


@st.cache_data(show_spinner=False, max_entries=64)
def _map_key(fingerprint: str, essence: str, _collection: Collection) -> str:
    return map_key(_collection, MapSettings.from_json(json.loads(essence)))


def map_named(collection: Collection, key: str) -> DrawnMap | None:
    """Return a kept map by its name."""
    folder = maps_folder(collection) / key
    try:
        written = (folder / RECORD).stat().st_mtime_ns
        return _drawn(str(folder), written)
    except (OSError, MapError):
        return None


@st.cache_resource(show_spinner=False, max_entries=8)
def _drawn(folder: str, written: int) -> DrawnMap:
    return DrawnMap.open(Path(folder))


def ground_of(engine: SearchEngine, drawn: DrawnMap) -> LandingGround:
    """Return the rows behind a map, ready to place queries on it."""
    return _ground(engine.collection.fingerprint, drawn.record.key, engine, drawn)


@st.cache_resource(show_spinner="Reading the map's rows…", max_entries=3)
def _ground(fingerprint: str, key: str, _engine: SearchEngine, _drawn: DrawnMap) -> LandingGround:
    return LandingGround(_engine.collection, _engine.encoder, _drawn)


def parts_of(collection: Collection, drawn: DrawnMap) -> dict[str, tuple[str, Any]]:
    """Return name and body of what the page's element gets of a map, by kind."""
    about = (collection.fingerprint, drawn.record.key, drawn.record.made)
    bodies = _parts(*about, drawn, told_of(collection))
    return {kind: (named(None, *about, kind), body) for kind, body in bodies.items()}


@st.cache_resource(show_spinner=False, max_entries=6)
def _parts(fingerprint: str, key: str, made: str, _drawn: DrawnMap, _told: Told) -> dict[str, Any]:
    return lasting_parts(_drawn, _told)


def sheets_of(collection: Collection) -> Sheets:
    """Return the sheets of small pictures of a collection."""
    return _sheets(collection.fingerprint, collection)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sheets(fingerprint: str, _collection: Collection) -> Sheets:
    return Sheets(_collection)
