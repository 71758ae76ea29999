"""Retrievers: the narrow gap for candidates, and the keyword filter on four photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto
from engine.config import DEMO_COLLECTION
from engine.encoders import load_encoder
from engine.query import Term
from engine.search import SearchEngine
from engine.search.retriever import Allowed, KeywordFilter, LocalRetriever, Restriction
from engine.storage import Collection


def new_photo(name: str, caption: str, colour: str, *tags: str) -> NewPhoto:
    return NewPhoto(name, f"{name}.jpg", (caption,), {"colour": colour}, tags, 1, 1, 1, 1, "00")


@pytest.fixture
def catalogue(tmp_path: Path):
    with Catalogue.create(tmp_path / "c.sqlite", root="photos") as made:
        made.add(
            [
                new_photo("a", "a shirt in navy", "navy blue", "summer"),
                new_photo("b", "a blue-green scarf", "red"),
                new_photo("c", "two scarves", "navy blue"),
                new_photo("d", "a navy scarf", "red", "summer"),
            ]
        )
        yield made


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("navy", [0, 2]),  # as a value; then captions are not asked, and row 3 is none of them
        ("summer", [0, 3]),  # as a tag
        ("scarf", [1, 2, 3]),  # as a caption's word, in either number
        ("blues scarf", [2]),  # all words
        ("no_report", [0, 1, 2, 3]),  # nobody's word does not narrow
        ("", [0, 1, 2, 3]),
    ],
)
def test_photos_carry_words_as_tags_within_values_or_else_in_captions(
    catalogue: Catalogue, text: str, rows: list[int]
):
    narrowed = KeywordFilter(catalogue).narrowed(text, np.ones(4, bool))
    assert np.flatnonzero(narrowed).tolist() == rows


def test_what_was_not_allowed_stays_out(catalogue: Catalogue):
    allowed = np.array([False, True, True, True])
    narrowed = KeywordFilter(catalogue).narrowed("navy", allowed)
    assert np.flatnonzero(narrowed).tolist() == [2]
    assert allowed.tolist() == [False, True, True, True]


def test_values_are_read_once_however_many_queries_come(catalogue: Catalogue, monkeypatch):
    read: list[int] = []
    facets = Catalogue.facets
    monkeypatch.setattr(
        Catalogue, "facets", lambda *given, **named: read.append(1) or facets(*given, **named)
    )
    keyword_filter = KeywordFilter(catalogue)
    for text in ("navy", "summer", "scarf"):
        keyword_filter.narrowed(text, np.ones(4, bool))
    assert read == [1]


class Narrow:
    """The demo's own retriever through a narrow gap: what it allows is a token, and no array or
    list that it gives is as long as the collection."""

    def __init__(self, retriever: LocalRetriever, n_photos: int) -> None:
        self._retriever = retriever
        self._n_photos = n_photos
        self._allowed: dict[object, Allowed] = {}
        self.n_given = 0

    def allowed(self, restriction: Restriction) -> Allowed:
        found, token = self._retriever.allowed(restriction), object()
        self._allowed[token] = found
        return replace(found, condition=token)

    def __getattr__(self, name: str) -> object:
        method = getattr(self._retriever, name)

        def asked(*given: object, **named: object) -> object:
            given = tuple(
                self._allowed[each.condition] if isinstance(each, Allowed) else each
                for each in given
            )
            answer = method(*given, **named)
            for part in (answer, getattr(answer, "rows", ())):
                if hasattr(part, "__len__"):
                    assert len(part) < self._n_photos, name
                    self.n_given = max(self.n_given, len(part))
            return answer

        return asked


@pytest.mark.parametrize(
    "asked",
    [
        {"request": "red striped shirt", "k": 9},
        {"request": "red striped shirt - cotton", "k": 9},
        {"request": "shirt", "k": 9, "filters": {"colour": ["red"]}, "deduplicate": True},
        {"request": "shirt", "k": 9, "only_matching": True, "diversity": 0.5},
        {"request": "umbrella", "k": 9, "mode": "dense"},
        {"request": "umbrella", "k": 9, "mode": "lexical"},
        {"request": None, "k": 9},  # a photo and a word
    ],
)
def test_whatever_ranks_sees_only_candidates_and_takes_any_retriever(asked: dict):
    """The same answers through the gap, and at least the nine photos went through it."""
    with Collection.open(DEMO_COLLECTION) as demo:
        if asked["request"] is None:
            first = next(iter(demo.catalogue.all_photos())).photo_id
            asked = asked | {"request": [Term(weight=1, ids=(first,)), Term(weight=1, text="red")]}
        encoder = load_encoder(demo.model_folder)
        plain, narrow = SearchEngine(demo, encoder), SearchEngine(demo, encoder)
        gap = Narrow(LocalRetriever(demo, narrow.collection_values), demo.n_photos)
        narrow.retriever = gap
        expected, found = plain.search(**asked), narrow.search(**asked)
    assert [match.photo for match in found.matches] == [match.photo for match in expected.matches]
    assert (found.n_searched, found.n_excluded) == (expected.n_searched, expected.n_excluded)
    assert gap.n_given >= 9
