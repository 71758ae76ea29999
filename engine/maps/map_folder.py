"""Where the maps of a collection are kept, and how they are found again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from engine import config
from engine.durable import PARTIAL
from engine.errors import MapError
from engine.maps.map_files import RECORD, DrawnMap, MapRecord, Preview
from engine.maps.map_settings import MapSettings
from engine.maps.points import fingerprint
from engine.storage import MAPS, Collection

PREVIEW = ".preview.npz"


def maps_folder(collection: Collection) -> Path:
    """Return where the maps of a collection are kept: beside its builds.

    Those of a collection that may not be written, or that comes with Kindred, are kept in the
    home instead.
    """
    folder = collection.folder
    if os.access(folder, os.W_OK) and folder != config.DEMO_COLLECTION:
        return folder / MAPS
    place = hashlib.blake2b(str(folder).encode(), digest_size=4).hexdigest()
    return config.home() / MAPS / f"{folder.name}-{place}"


def map_key(collection: Collection, settings: MapSettings) -> str:
    """Return the name of a map: another one when its rows or its settings are others.

    Examples
    --------
    >>> from engine.config import DEMO_COLLECTION
    >>> with Collection.open(DEMO_COLLECTION) as demo:
    ...     len(map_key(demo, MapSettings())), len(map_key(demo, MapSettings(seed=1)))
    (16, 16)
    """
    return key_of(fingerprint(collection, settings), settings)


def key_of(material: str, settings: MapSettings) -> str:
    """Return a map's name from the fingerprint of its rows and its settings."""
    told = json.dumps([material, settings.essence()], sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def map_folder(collection: Collection, key: str) -> Path:
    """Return the folder of a map by its name: one made here, else one that came along."""
    places = _places(collection)
    return next((place for place in places if (place / key / RECORD).is_file()), places[0]) / key


def open_map(collection: Collection, key: str) -> DrawnMap | None:
    """Open a map by its name; None where it is not there, or damaged."""
    try:
        return DrawnMap.open(map_folder(collection, key))
    except MapError:
        return None


def list_maps(collection: Collection) -> list[MapRecord]:
    """Return the records of all maps of a collection, the newest first."""
    found: dict[str, MapRecord] = {}
    for place in _places(collection):
        for file in place.glob(f"*/{RECORD}"):
            try:
                found.setdefault(file.parent.name, MapRecord.read(file.parent))
            except MapError:
                continue
    return sorted(found.values(), key=lambda record: (record.made, record.key), reverse=True)


def _places(collection: Collection) -> list[Path]:
    """Where maps are kept, and where a collection that may not be written brings its own."""
    return list(dict.fromkeys([maps_folder(collection), collection.folder / MAPS]))


def read_preview(collection: Collection, settings: MapSettings) -> Preview | None:
    """Return how far a map is that is being made; None where none is."""
    return Preview.read(preview_file(maps_folder(collection), map_key(collection, settings)))


def preview_file(kept: Path, key: str) -> Path:
    """Return where a map shows how it settles."""
    return kept / f"{key}{PREVIEW}"


def sweep(kept: Path, finished: MapRecord) -> None:
    """Remove halves, previews, and the maps that `finished` takes the place of.

    Only for whoever holds the lock of the folder.
    """
    for path in kept.iterdir():
        if path.name.endswith((PARTIAL, PREVIEW)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for file in list(kept.glob(f"*/{RECORD}")):
        if file.parent.name != finished.key and _takes_place(file.parent, finished):
            shutil.rmtree(file.parent, ignore_errors=True)


def _takes_place(folder: Path, finished: MapRecord) -> bool:
    try:
        record = MapRecord.read(folder)
    except MapError:
        return True
    return record.settings.essence() == finished.settings.essence()
