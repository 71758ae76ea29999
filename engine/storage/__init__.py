"""Collections on disk: made, kept in step with their photos, opened, listed, removed.

    collection.py   Collection: one opened for reading
    build.py        build_collection, update_collection: the work, from files to a manifest
    survey.py       which files are as they were, by size and time, then by content
    embedding.py    files to embeddings: decoding, the model and the journal side by side
    journal.py      what an unfinished build has learned so far
    matching.py     which photo had which row and id before
    writing.py      one build's folder, written
    manifest.py     the manifest, and checking a build against it
    thumbnails.py   small pictures in one file
    shelf.py        the collections of a home: list, rename, remove
    uploads.py      uploaded files and zips, made harmless

A collection is a folder: ``manifest.json`` and the build it names, which no one ever changes.
Whoever changes the collection writes another build beside it and replaces the manifest.

Not inside: asking a collection (`engine.search`), running a build in the background
(`engine.jobs`).
"""

from engine.catalogue import Skipped
from engine.progress import Progress
from engine.storage.build import BuildReport, build_collection, update_collection
from engine.storage.collection import Collection
from engine.storage.manifest import Manifest

__all__ = [
    "BuildReport",
    "Collection",
    "Manifest",
    "Progress",
    "Skipped",
    "build_collection",
    "update_collection",
]
