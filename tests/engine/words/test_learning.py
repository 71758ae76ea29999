"""Learned word vectors: words in each other's place are near, and the same texts give the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import CatalogueError, TrainingError
from engine.text import singular
from engine.words import WordVectors, learn_words, save_words
from engine.words.cooccurrence import read_texts

COLOURS, THINGS = ("red", "blue", "green"), ("shirts", "dresses", "boots")
TEXTS = [
    f"A {colour} {thing if n % 2 else singular(thing)} {place}, size 42"
    for n in range(8)
    for colour in COLOURS
    for thing in THINGS
    for place in ("on a shelf", "in the shop", "by the door")
]


def test_words_that_stand_in_each_others_place_are_near(tmp_path: Path):
    learned = learn_words(TEXTS, n_dims=6)
    save_words(tmp_path / "set", "set", learned.words, learned.rows)
    vectors = WordVectors(tmp_path / "set")
    assert {n.word for n in vectors.nearest("red", k=2)} == {"blue", "green"}
    assert {vectors.words[vectors.words.find(t)] for t in THINGS} >= {
        n.word for n in vectors.nearest("shirt", k=2)
    }


def test_the_same_texts_give_the_same_numbers():
    first, second = (learn_words(TEXTS, n_dims=6) for _ in range(2))
    assert first.words == second.words
    assert np.array_equal(first.rows, second.rows)


def test_rare_words_numbers_and_unwanted_words_are_left_out():
    learned = learn_words([*TEXTS, "a rare word"], n_dims=4, without=["Shops", "door"])
    assert not {"rare", "42", "shop", "door"} & set(learned.words)
    assert "shelf" in learned.words


def test_too_few_words_are_refused():
    with pytest.raises(TrainingError, match="too few words"):
        learn_words(["one two", "one two"], n_dims=4, min_count=1)


def test_texts_come_from_tables_and_lines_each_once(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").write_bytes(b"never opened")
    (tmp_path / "photos" / "all.csv").write_text("image,caption\n1.jpg,Red boots\n1.jpg,Boots\n")
    (tmp_path / "lines.txt").write_text("Boots\n\n blue shirt \n")
    texts = list(read_texts([tmp_path / "photos", tmp_path / "lines.txt"]))
    assert texts == ["Red boots", "Boots", "blue shirt"]
    with pytest.raises(CatalogueError, match="cannot be read"):
        list(read_texts([tmp_path / "nowhere.txt"]))
