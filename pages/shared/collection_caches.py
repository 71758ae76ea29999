"""What is learned from a collection once and kept: caches, like those of `resources`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from engine.explanation import WordBook
from engine.search import (
    Calibrations,
    Filters,
    RecallPoint,
    SearchEngine,
    SearchResult,
    Verdict,
    judge,
    measure_recall,
    suggestions,
)
from engine.storage import Collection, Inventory, estimate_seconds, take_inventory
from engine.text import singular, words
from pages.shared.examples import examples_from
from pages.shared.resources import encoder_of, spread

MAX_TITLES_READ = 5000
N_SHOWN, N_EXAMPLES = 400, 6


def judged(engine: SearchEngine, answer: SearchResult, filters: Filters) -> Verdict:
    """Weigh an answer; what similarities mean in a collection is learned when first asked."""
    return judge(engine, answer, _calibrations(engine.collection.fingerprint, engine), filters)


@st.cache_resource(show_spinner="Learning what similarities mean here…", max_entries=16)
def _calibrations(fingerprint: str, _engine: SearchEngine) -> Calibrations:
    return _engine.calibrations


@st.cache_resource(show_spinner="Reading the model's words…", max_entries=8)
def _word_book(fingerprint: str, _engine: SearchEngine) -> WordBook:
    return WordBook(_engine)


def word_book_of(engine: SearchEngine) -> WordBook:
    """Return the model's words, set against the collection."""
    return _word_book(engine.collection.fingerprint, engine)


def words_near(engine: SearchEngine, answer: SearchResult) -> list[list[str]]:
    """Return the nearest words of every match."""
    rows = [match.photo.row for match in answer.matches]
    embeddings = np.asarray(engine.collection.embeddings[rows], np.float32)
    return [[word for word, _ in near] for near in word_book_of(engine).nearest_of(embeddings)]


@st.cache_resource(show_spinner="Looking through the folder…", max_entries=8, ttl=600)
def look_through(root: Path, captions: str, model: Path) -> tuple[Inventory, float]:
    """Return what a folder holds, and about how many seconds a model needs for its photos."""
    inventory = take_inventory(root, captions or None)
    return inventory, estimate_seconds(inventory, encoder_of(model))


def n_unread_files(collection: Collection) -> int:
    """Return how many files of a collection's folder could not be read as photos."""
    return _n_unread_files(collection.fingerprint, collection)


@st.cache_data(show_spinner=False, max_entries=64)
def _n_unread_files(fingerprint: str, _collection: Collection) -> int:
    return sum(not each.is_line for each in _collection.catalogue.skipped())


@st.cache_data(show_spinner="Measuring the index…", max_entries=16)
def _recall(fingerprint: str, _engine: SearchEngine) -> list[RecallPoint]:
    return measure_recall(_engine)


def measured_recall(engine: SearchEngine) -> list[RecallPoint]:
    """Return what the index finds at each setting, measured once per collection."""
    return _recall(engine.collection.fingerprint, engine)


@st.cache_data(show_spinner=False, max_entries=16)
def _suggestions(fingerprint: str, _engine: SearchEngine) -> list[str]:
    return suggestions(_engine.collection_values, _engine.collection.catalogue)


def suggestions_of(engine: SearchEngine) -> list[str]:
    """Return phrases that the collection really contains, the commonest first."""
    return _suggestions(engine.collection.fingerprint, engine)


def examples_of(engine: SearchEngine) -> list[str]:
    """Return queries that this collection answers."""
    return _examples(engine.collection.fingerprint, engine)


@st.cache_data(show_spinner=False, max_entries=16)
def _examples(fingerprint: str, _engine: SearchEngine) -> list[str]:
    tokenizer = _engine.encoder.tokenizer
    if tokenizer is None:
        return []
    facets = _engine.facets()
    named = {
        singular(word) for values in facets.values() for value, _ in values for word in words(value)
    }

    def strength(query: str) -> float:
        """Words that sort the photos make the best examples; words nobody knows make none."""
        if tokenizer.unknown(query):
            return -1.0
        matches = _engine.search(query, k=3, mode="dense").matches
        says_what_is_sorted = all(singular(word) in named for word in words(query))
        return says_what_is_sorted + sum(max(m.similarity, 0.0) for m in matches) / 3

    read = spread(_engine.collection, MAX_TITLES_READ)
    titles = [photo.captions[0] for photo in read if photo.captions]
    return examples_from(titles, strength) or _shown(_engine)


def _shown(engine: SearchEngine) -> list[str]:
    """Return words for what photos without captions show, each with an answer here."""
    rows = [photo.row for photo in spread(engine.collection, N_SHOWN)]
    photos = np.asarray(engine.collection.embeddings[rows], np.float32)
    chosen: list[str] = []
    for word in engine.vocabulary.shown(photos)[: 4 * N_EXAMPLES]:
        answer = engine.search(word, k=3)
        if judge(engine, answer, _calibrations(engine.collection.fingerprint, engine)).has_answer:
            chosen.append(word)
        if len(chosen) == N_EXAMPLES:
            break
    return chosen
