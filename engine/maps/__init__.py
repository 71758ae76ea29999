"""Maps of a collection: photos, captions or both as points of a plane, kept and found again.

    map_settings.py MapSettings: what is drawn, and how
    points.py      the rows to draw: embeddings of photos and captions, the gap between both
    map_builder.py  make_map: the work, from rows to a kept map
    map_files.py   DrawnMap: one finished map, open for reading
    map_folder.py  where maps are kept: found, listed, swept
    cluster_words.py  the words that tell a group of points from the rest
    outdated_map.py a finished map of photos that have changed since, with the new ones placed on it
    pace.py        how long a map takes on this machine
    photo_table.py the photos behind a map as columns: rows, texts, values
    views.py       views of maps that a person has named
    choice.py      what the photos of a selection have in common, and how to keep them
    sprites.py     many small pictures in one, for zooming in

A map belongs to a collection but lies beside its builds, so an update does not lose it. Its name
is made of everything it depends on: what has not changed is found, what has is made again.

Not inside: the drawing itself (`engine.projection`).
"""

from engine.maps.choice import in_common, most_typical, words_in_common, words_of_the_model
from engine.maps.map_builder import make_map
from engine.maps.map_files import RECORD, DrawnMap, MapRecord, Preview
from engine.maps.map_folder import list_maps, map_folder, map_key, read_preview
from engine.maps.map_settings import (
    MAX_ITERATIONS,
    MAX_PERPLEXITY,
    MIN_ITERATIONS,
    MIN_PERPLEXITY,
    MapSettings,
    Method,
    Metric,
    What,
)
from engine.maps.outdated_map import find_older
from engine.maps.pace import Pace, measure_pace
from engine.maps.photo_table import NONE, PhotoTable
from engine.maps.point_colours import (
    OTHER,
    Colouring,
    by_attribute,
    by_cluster,
    by_likeness,
    by_side,
    by_trust,
    cluster_names,
    values_of,
)
from engine.maps.query_placement import Landing, LandingGround
from engine.maps.sprites import Sheets
from engine.maps.views import MAX_NAME_CHARACTERS, SavedView, list_views, remove_view, save_view

__all__ = [
    "MAX_ITERATIONS",
    "MAX_NAME_CHARACTERS",
    "MAX_PERPLEXITY",
    "MIN_ITERATIONS",
    "MIN_PERPLEXITY",
    "NONE",
    "OTHER",
    "RECORD",
    "Colouring",
    "DrawnMap",
    "Landing",
    "LandingGround",
    "MapRecord",
    "MapSettings",
    "Method",
    "Metric",
    "Pace",
    "PhotoTable",
    "Preview",
    "SavedView",
    "Sheets",
    "What",
    "by_attribute",
    "by_cluster",
    "by_likeness",
    "by_side",
    "by_trust",
    "cluster_names",
    "find_older",
    "in_common",
    "list_maps",
    "list_views",
    "make_map",
    "map_folder",
    "map_key",
    "measure_pace",
    "most_typical",
    "read_preview",
    "remove_view",
    "save_view",
    "values_of",
    "words_in_common",
    "words_of_the_model",
]
