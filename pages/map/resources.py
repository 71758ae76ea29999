"""The caches of the explorer, keyed by what they hold; shared by all visitors and read-only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import streamlit as st

from engine.errors import MapError
from engine.maps import (
    RECORD,
    DrawnMap,
    LandingGround,
    MapSettings,
    PhotoTable,
    Sheets,
    find_older,
    list_maps,
    map_folder,
    map_key,
)
from engine.search import SearchEngine
from engine.storage import Collection
from pages.map.parts import column_body, lasting_parts, named


def table_of(collection: Collection) -> PhotoTable:
    """Return the photos of a collection as columns, each read once."""
    return _table(collection.fingerprint, collection)


@st.cache_resource(show_spinner=False, max_entries=4)
def _table(fingerprint: str, _collection: Collection) -> PhotoTable:
    return PhotoTable(_collection)


def map_of(collection: Collection, settings: MapSettings) -> DrawnMap | None:
    """Return the kept map of a collection as it is now; None until it has been made."""
    key = _map_key(collection.fingerprint, json.dumps(settings.essence()), collection)
    return map_named(collection, key)


@st.cache_data(show_spinner=False, max_entries=64)
def _map_key(fingerprint: str, essence: str, _collection: Collection) -> str:
    return map_key(_collection, MapSettings.from_json(json.loads(essence)))


def older_map_of(engine: SearchEngine, settings: MapSettings) -> DrawnMap | None:
    """Return the map of these settings and of earlier photos, with the new ones placed on it."""
    essence = json.dumps(settings.essence())
    kept = tuple(record.key for record in list_maps(engine.collection))
    return _older(engine.collection.fingerprint, essence, kept, engine)


@st.cache_resource(show_spinner="Placing new photos on the map…", max_entries=4)
def _older(
    fingerprint: str, essence: str, kept: tuple[str, ...], _engine: SearchEngine
) -> DrawnMap | None:
    settings = MapSettings.from_json(json.loads(essence))
    return find_older(_engine.collection, _engine.encoder, settings)


def map_named(collection: Collection, key: str) -> DrawnMap | None:
    """Return a kept map by its name."""
    folder = map_folder(collection, key)
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
    bodies = _parts(*about, drawn, table_of(collection))
    return {kind: (named(None, *about, kind), body) for kind, body in bodies.items()}


@st.cache_resource(show_spinner=False, max_entries=6)
def _parts(
    fingerprint: str, key: str, made: str, _drawn: DrawnMap, _table: PhotoTable
) -> dict[str, Any]:
    return lasting_parts(_drawn, _table)


def column_of(collection: Collection, drawn: DrawnMap, key: str) -> tuple[str, Any]:
    """Return name and body of an attribute of a map's points."""
    about = (collection.fingerprint, drawn.record.key, drawn.record.made, key)
    return named(None, *about), _column(*about, drawn, table_of(collection))


@st.cache_resource(show_spinner=False, max_entries=64)
def _column(
    fingerprint: str, map_key: str, made: str, key: str, _drawn: DrawnMap, _table: PhotoTable
) -> Any:
    return column_body(_drawn, _table, key)


def sheets_of(collection: Collection) -> Sheets:
    """Return the sheets of small pictures of a collection."""
    return _sheets(collection.fingerprint, collection)


@st.cache_resource(show_spinner=False, max_entries=8)
def _sheets(fingerprint: str, _collection: Collection) -> Sheets:
    return Sheets(_collection)
