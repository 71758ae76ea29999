"""A build tunes its index to queries of its own: photos, and a few words of captions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto
from engine.index import PhotoIndex
from engine.storage import build_collection, update_collection
from engine.storage.sample_queries import photo_queries, text_queries
from engine.text import Tokenizer
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder


class Reader:
    """Embeds a text as its number of letters, so that it can be told which it was."""

    n_dims = 1

    def __init__(self, *known: str) -> None:
        self.tokenizer = Tokenizer([(word, 9) for word in known], n_tokens=8)
        self.read: list[str] = []

    def embed_texts(self, texts):
        self.read = list(texts)
        return np.array([[len(text)] for text in texts], np.float32)


@pytest.fixture
def catalogue(tmp_path):
    captions = [("A red dress with long sleeves",), (), ("Of nothing known",), ("hats",)]
    with Catalogue.create(tmp_path / "c.sqlite", root="photos") as made:
        made.add(
            NewPhoto(str(n), f"{n}.jpg", said, {}, (), 1, 1, 1, 1, "00")
            for n, said in enumerate(captions)
        )
        made.retire([3])
        yield made


def test_texts_are_a_few_words_of_captions_that_the_model_knows(catalogue):
    reader = Reader("red", "dress", "long", "sleeve")
    assert len(text_queries(catalogue, reader, 9)) == 1
    assert reader.read == ["red dress sleeves"]  # the first, second and last of four


def test_without_known_captions_texts_are_words_of_the_model(catalogue):
    reader = Reader("boot", "coat")
    assert len(text_queries(catalogue, reader, 9)) == 2
    assert sorted(reader.read) == ["boot", "coat"]


def test_a_model_without_words_is_asked_none(catalogue):
    wordless = SimpleNamespace(tokenizer=None, n_dims=3)
    assert text_queries(catalogue, wordless, 9).shape == (0, 3)


def test_photos_are_an_even_sample_of_the_live_ones(catalogue):
    embeddings = np.arange(4, dtype=np.float32)[:, None]
    assert photo_queries(catalogue, embeddings, 2).ravel().tolist() == [0, 2]
    assert photo_queries(catalogue, embeddings, 9).ravel().tolist() == [0, 1, 2]


def test_a_build_tunes_its_graph_and_so_does_an_update_that_moves_a_tenth_of_it(
    tmp_path, monkeypatch
):
    """Of 20 photos one more is less than a tenth, and three more are more."""
    asked: list[list[int]] = []
    build, tune = PhotoIndex.build, PhotoIndex.tune
    monkeypatch.setattr(PhotoIndex, "build", lambda rows, **how: build(rows, exact_below=1, **how))
    monkeypatch.setattr(
        PhotoIndex,
        "tune",
        lambda index, *kinds: (asked.append([len(kind) for kind in kinds]), tune(index, *kinds)),
    )
    photos = draw_folder(tmp_path / "photos", 20)
    build_collection(photos, model=ColourEncoder(), out=tmp_path / "shelf")
    draw(photos / "new.jpg", 99)
    update_collection(tmp_path / "shelf", model=ColourEncoder())
    assert asked == [[20, 0]]
    for number in range(3):
        draw(photos / f"newer-{number}.jpg", 100 + number)
    update_collection(tmp_path / "shelf", model=ColourEncoder())
    assert asked == [[20, 0], [24, 0]]
