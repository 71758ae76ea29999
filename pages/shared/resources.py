"""Every cache of the app, keyed by what it holds, so that a rebuilt collection is noticed.

What is cached is shared by all visitors and read-only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from threadpoolctl import threadpool_limits

from engine.catalogue import Photo
from engine.config import DEMO_COLLECTION
from engine.encoders import Encoder, load_encoder, read_manifest
from engine.errors import CollectionError
from engine.hub import ModelOnShelf, SideBySide, models_here
from engine.runs import HeldOut, Moment
from engine.search import SearchEngine
from engine.storage import Collection, CollectionSummary, Manifest, list_collections
from engine.words import WordVectors
from pages.shared.cache import counted
from pages.shared.elements import data_url

DEMO = "demo"


def collections() -> dict[str, CollectionSummary]:
    """Return every collection by its slug, one's own before the demo; read anew each time."""
    found = sorted(list_collections(), key=lambda summary: summary.folder == DEMO_COLLECTION)
    return {_slug(summary.folder): summary for summary in found}


def _slug(folder: Path) -> str:
    return DEMO if folder == DEMO_COLLECTION else folder.name


def engine_of(folder: Path) -> SearchEngine:
    """Return the search engine over a collection; collections of one model share it."""
    collection = collection_of(folder)
    model = collection.manifest.model
    encoder = _encoder(str(collection.model_folder), model.fingerprint)
    return _engine(collection.fingerprint, str(collection.folder), collection, encoder)


@counted("engine", show_spinner=False, max_entries=16)
def _engine(
    fingerprint: str, folder: str, _collection: Collection, _encoder: Encoder
) -> SearchEngine:
    # Products of a query are small: over several threads they wait for one another, on a busy
    # machine thirty times as long as one takes.
    threadpool_limits(1, user_api="blas")
    return SearchEngine(_collection, _encoder)


def collection_of(folder: Path) -> Collection:
    """Return a collection, opened once and anew after every change of it.

    Raises
    ------
    CollectionError
        Where it is damaged too, as soon as that is known.
    """
    collection = _collection(str(folder))
    collection.raise_if_damaged()
    return collection


def _still_stands(collection: Collection) -> bool:
    """Tell whether what was opened is what the folder holds now."""
    try:
        collection.raise_if_damaged()
        return Manifest.load(collection.folder).fingerprint == collection.fingerprint
    except CollectionError:
        return False


@counted("collection", show_spinner=False, max_entries=16, validate=_still_stands)
def _collection(folder: str) -> Collection:
    return Collection.open(Path(folder))


@counted("model", show_spinner="Waking the model…", max_entries=4)
def _encoder(folder: str, fingerprint: str) -> Encoder:
    return load_encoder(Path(folder))


@st.cache_resource(show_spinner="Opening the words…", max_entries=1)
def word_vectors() -> WordVectors:
    """Return the word vectors that come with Kindred."""
    return WordVectors.open()


def is_of_another_model(collection: Collection) -> bool:
    """Tell whether the model in the collection's model folder is no longer the one that made it."""
    try:
        folder = collection.model_folder
    except CollectionError:
        return True
    written = (folder / "manifest.json").stat().st_mtime_ns
    return _fingerprint(str(folder), written) != collection.manifest.model.fingerprint


@st.cache_data(show_spinner=False, max_entries=16)
def _fingerprint(folder: str, written: int) -> str:
    return read_manifest(Path(folder)).fingerprint


def encoder_of(model: Path) -> Encoder:
    """Return the model in a folder, loaded once and anew when it is another one."""
    return _encoder(str(model), read_manifest(model).fingerprint)


def models() -> list[ModelOnShelf]:
    """Return the models of this computer; read anew each time."""
    return models_here()


def side_by_side_of(collection: Collection, folders: Sequence[Path]) -> SideBySide:
    """Return a collection's photos as some models see them, looked at once."""
    prints = tuple(read_manifest(folder).fingerprint for folder in folders)
    return _side_by_side(collection.fingerprint, prints, collection, list(folders))


@st.cache_resource(show_spinner="Both models look at the photos…", max_entries=4)
def _side_by_side(
    fingerprint: str, prints: tuple[str, ...], _collection: Collection, _folders: list[Path]
) -> SideBySide:
    return SideBySide(_collection, [encoder_of(folder) for folder in _folders])


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def moment_of(run: str, epoch: int, written: int) -> Moment:
    """Return how a run's watched pairs stood after an epoch."""
    return HeldOut(Path(run)).moment(epoch)


@st.cache_data(show_spinner=False, max_entries=2000)
def picture_of(run: str, place: int) -> str:
    """Return a held-out photo of a run as part of the page."""
    return data_url(HeldOut(Path(run)).picture(place))


def spread(collection: Collection, n_photos: int, *, turn: int = 0) -> list[Photo]:
    """Return photos from all over a collection; another `turn` shows others."""
    rows = collection.catalogue.live_rows()
    stride = max(len(rows) // n_photos, 1)
    return collection.catalogue.photos(rows[turn % stride :: stride][:n_photos])
