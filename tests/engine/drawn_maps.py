"""The map of a collection as it is now: a page shows an older one as well."""

from __future__ import annotations

from engine.maps import MapSettings, map_key
from engine.maps.map_files import DrawnMap
from engine.maps.map_folder import open_map
from engine.storage import Collection


def find_map(collection: Collection, settings: MapSettings) -> DrawnMap | None:
    return open_map(collection, map_key(collection, settings))
