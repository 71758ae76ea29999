"""Reading: which words of a query are slips of the finger for others."""

from __future__ import annotations

import pytest

from engine.search.known_words import read_words
from engine.text import Tokenizer

COUNTS = [
    ("with", 9000),
    ("dress", 900),
    ("watch", 800),
    ("navy", 700),
    ("teal", 600),
    ("belt", 500),
]
TOKENIZER = Tokenizer([*COUNTS, ("drsp", 30), ("gown", 30)], n_tokens=8)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("teol", "teal"),  # a wrong letter, for a common word
        ("wath", "watch"),  # never a word that only holds a phrase together
        ("blt", "belt"),  # three letters without a vowel are no word
        ("drses", "dress"),  # the last s is a letter, not an ending
        ("goan", "goan"),  # a wrong letter, for a seldom word
        ("bet", "bet"),  # a word of its own, for all we know
        ("chair", "chair"),
        ("nv1", "nv1"),
    ],
)
def test_slips_in_short_words_are_believed_for_common_words_alone(typed: str, read: str):
    assert read_words(TOKENIZER, typed)[0] == read


@pytest.mark.parametrize(
    "typed", ["something", "would", "under 50 dollars", "looking", "very nice"]
)
def test_filler_and_praise_are_never_worth_a_remark(typed: str):
    assert read_words(TOKENIZER, typed) == (typed, [])


@pytest.mark.parametrize(
    ("word", "near"), [("thing", "thong"), ("warm", "war"), ("chair", "chain")]
)
def test_no_swap_is_offered_for_a_word_of_its_own(word: str, near: str):
    tokenizer = Tokenizer([*COUNTS, (near, 900)], n_tokens=8)
    _, readings = read_words(tokenizer, word)
    assert all(not reading.swaps for reading in readings)


def test_a_foreign_word_is_named_and_its_neighbours_are_not_corrected():
    tokenizer = Tokenizer([*COUNTS, ("rose", 900), ("klein", 900)], n_tokens=8)
    as_read, readings = read_words(tokenizer, "rotes Kleid")
    assert as_read == "rotes Kleid"
    assert [(each.word, each.language, each.is_unknown) for each in readings] == [
        ("rotes", "German", True),
        ("kleid", "German", True),
    ]
