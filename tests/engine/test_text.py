"""Words, vocabulary and what becomes of a word that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.text import Tokenizer, normalise, singular, words


def test_a_hyphen_joins_only_after_a_single_letter():
    """*t-shirt* is one word of seven letters; *long-sleeve* is two words."""
    assert words("T-Shirt long-sleeve") == ["tshirt", "long", "sleeve"]


def test_possessives_and_accents_leave_no_trace():
    assert normalise("Women’s CAFÉ men's") == "women cafe men"


def test_text_in_other_scripts_is_kept_as_words():
    assert words("красное платье 赤い") == ["красное", "платье", "赤い"]


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("shirts", "shirt"),
        ("dresses", "dress"),
        ("watches", "watch"),
        ("boxes", "box"),
        ("accessories", "accessory"),
        ("shoes", "shoe"),
    ],
)
def test_a_plural_and_its_singular_are_one_entry(plural: str, one: str):
    assert singular(plural) == singular(one) == one


@pytest.mark.parametrize("word", ["dress", "bus", "this", "gas"])
def test_a_word_that_only_looks_like_a_plural_stays(word: str):
    assert singular(word) == word


def test_ids_go_from_the_most_frequent_word_down_and_ties_to_the_alphabet():
    """red 3, blue 2, dress 2, shoe 1 → ids 1, 2, 3; shoe falls to min_count 2."""
    tokenizer = Tokenizer.fit(["red red dress", "red blue dresses", "blue shoe"], n_tokens=3)
    assert tokenizer.encode(["red", "blue", "dress", "shoe"])[:, 0].tolist() == [1, 2, 3, 0]
    assert tokenizer.n_ids == 4


def test_a_long_text_is_cut_and_a_short_one_padded_on_the_right():
    tokenizer = Tokenizer([("a", 9), ("b", 8)], n_tokens=3)
    assert tokenizer.encode(["b", "a b a b a"]).tolist() == [[2, 0, 0], [1, 2, 1]]


def test_unknown_words_leave_no_gap_and_are_named_once_in_order():
    tokenizer = Tokenizer([("red", 9), ("dress", 8)], n_tokens=4)
    assert tokenizer.encode(["zig red zag dress zig"]).tolist() == [[1, 2, 0, 0]]
    assert tokenizer.unknown("zig red zag dress zig") == ["zig", "zag"]


def test_a_misspelt_word_is_answered_with_its_neighbours():
    tokenizer = Tokenizer([("sneaker", 5), ("purple", 4), ("shirt", 3)], n_tokens=4)
    assert tokenizer.suggest("sneekers") == ["sneaker"]
    assert tokenizer.suggest("xylophone") == []


def test_of_two_equally_near_words_the_more_usual_is_meant():
    """*Sirt* lacks one letter of either: an h, or a k."""
    tokenizer = Tokenizer([("shirt", 900), ("skirt", 300), ("short", 100)], n_tokens=4)
    assert tokenizer.suggest("sirt") == ["shirt", "skirt"]


def test_a_loaded_vocabulary_encodes_as_the_saved_one(tmp_path: Path):
    tokenizer = Tokenizer.fit(["a red dress", "red shoes"], min_count=1, n_tokens=5)
    tokenizer.save(tmp_path / "vocabulary.json")
    again = Tokenizer.load(tmp_path / "vocabulary.json")
    texts = ["Red Shoe", "dresses", "what"]
    assert again.encode(texts).tolist() == tokenizer.encode(texts).tolist()
    assert again.count("dresses") == 1


@pytest.mark.parametrize("content", ["", "[]", '{"version": 1}', '{"version": 99, "words": []}'])
def test_a_vocabulary_that_cannot_be_read_is_the_worlds_fault(tmp_path: Path, content: str):
    (tmp_path / "vocabulary.json").write_text(content)
    with pytest.raises(ModelError, match="vocabulary"):
        Tokenizer.load(tmp_path / "vocabulary.json")
