"""Every cache of the app, keyed by what it holds, so that a rebuilt collection is noticed.

What is cached is shared by all visitors and read-only.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from engine.catalogue import Photo
from engine.config import DEMO_COLLECTION
from engine.search import SearchEngine
from engine.storage import Collection, CollectionSummary, list_collections
from pages.parts.examples import examples_from

MAX_TITLES_READ = 5000
DEMO = "demo"


def collections() -> dict[str, CollectionSummary]:
    """Return every collection by its slug, the demo first; read anew each time."""
    return {_slug(summary.folder): summary for summary in list_collections()}


def _slug(folder: Path) -> str:
    return DEMO if folder == DEMO_COLLECTION else folder.name


def engine_of(folder: Path) -> SearchEngine:
    """Return the search engine over a collection, opened once for each state of its folder."""
    return _engine(str(folder), _state_of(folder))


def _state_of(folder: Path) -> tuple[int, int]:
    """A manifest is written beside and renamed, so a new build is a new file."""
    try:
        written = (folder / "manifest.json").stat()
    except FileNotFoundError:
        return 0, 0
    return written.st_mtime_ns, written.st_ino


def collection_of(folder: Path) -> Collection:
    """Return a collection without its model, opened once for each state of its folder."""
    return _collection(str(folder), _state_of(folder))


@st.cache_resource(show_spinner=False, max_entries=4)
def _collection(folder: str, state: tuple[int, int]) -> Collection:
    return Collection.open(Path(folder))


@st.cache_resource(show_spinner="Opening the collection…", max_entries=4)
def _engine(folder: str, state: tuple[int, int]) -> SearchEngine:
    return SearchEngine.open(Path(folder))


def examples_of(engine: SearchEngine) -> list[str]:
    """Return queries that this collection answers."""
    return _examples(engine.collection.fingerprint, engine)


@st.cache_data(show_spinner=False, max_entries=16)
def _examples(fingerprint: str, _engine: SearchEngine) -> list[str]:
    if _engine.encoder.tokenizer is None:
        return []
    titles = [photo.captions[0] for photo in spread(_engine, MAX_TITLES_READ) if photo.captions]
    return examples_from(titles, lambda query: _strength(_engine, query))


def _strength(engine: SearchEngine, query: str) -> float:
    """Return how near the first photos of an answer are; words nobody knows are no example."""
    tokenizer = engine.encoder.tokenizer
    if tokenizer is None or tokenizer.unknown(query):
        return -1.0
    matches = engine.search(query, k=3).matches
    return sum(match.similarity for match in matches) / max(len(matches), 1)


def spread(engine: SearchEngine, n_photos: int, *, turn: int = 0) -> list[Photo]:
    """Return photos from all over a collection; another `turn` shows others."""
    rows = engine.collection.catalogue.live_rows()
    stride = max(len(rows) // n_photos, 1)
    return engine.collection.catalogue.photos(rows[turn % stride :: stride][:n_photos])
