"""The keyword filter on four photos: tags, words within values, and captions in their place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto
from engine.search.keyword_filter import KeywordFilter


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
