"""What a collection knows of its photos: files, captions, attributes and tags, in one SQLite file.

`read_source` finds photos and what is said about them in a folder; `Catalogue` keeps them by row
and finds them again by id, tag, attribute and caption. Nothing here opens a photo.
"""

from __future__ import annotations

from engine.catalogue.catalogue import Catalogue
from engine.catalogue.photo import TAG, NewPhoto, Photo, PhotoRecord, Skipped, Source, TableReport
from engine.catalogue.photo_files import FoundFiles, find_files, list_folder, names_elsewhere
from engine.catalogue.sources import read_source, source_of

__all__ = [
    "TAG",
    "Catalogue",
    "FoundFiles",
    "NewPhoto",
    "Photo",
    "PhotoRecord",
    "Skipped",
    "Source",
    "TableReport",
    "find_files",
    "list_folder",
    "names_elsewhere",
    "read_source",
    "source_of",
]
