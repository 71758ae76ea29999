"""The query language, read and written."""

from __future__ import annotations

import pytest

from engine.errors import QueryError
from engine.query import Term, format_query, parse_query


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("red dress", [Term(1, "red dress")]),
        ("dress - floral", [Term(1, "dress"), Term(-1, "floral")]),
        ("dress -floral", [Term(1, "dress"), Term(-1, "floral")]),
        ("-floral + dress", [Term(-1, "floral"), Term(1, "dress")]),
        ("cat+sofa", [Term(1, "cat"), Term(1, "sofa")]),
        ("2*boots - 0.5 * leather", [Term(2, "boots"), Term(-0.5, "leather")]),
        ("dress – floral", [Term(1, "dress"), Term(-1, "floral")]),
    ],
)
def test_signs_and_weights_are_read(query: str, terms: list[Term]):
    assert parse_query(query) == tuple(terms)


@pytest.mark.parametrize("query", ["t-shirt", "v-neck long-sleeve top", "wash-and-wear"])
def test_a_hyphen_inside_a_word_is_not_a_minus(query: str):
    assert parse_query(query) == (Term(1, query),)


def test_the_word_photo_is_a_word_until_one_is_attached():
    assert parse_query("photo") == (Term(1, "photo"),)
    assert parse_query("photo", n_photos=1) == (Term(1, photo=1),)


def test_what_is_attached_and_not_named_counts_once():
    assert parse_query("red - photo2", n_photos=2) == (
        Term(1, "red"),
        Term(-1, photo=2),
        Term(1, photo=1),
    )


@pytest.mark.parametrize(
    ("query", "n_photos", "what"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("dress -", 0, "nothing after"),
        ("dress - - red", 0, "nothing after"),
        ("0*dress", 0, "above zero"),
        ("photo3", 2, "not attached"),
        ("photo0", 2, "not attached"),
        ("a" * 3000, 0, "too long"),
        (" + ".join("abcdefghijklmnopqrstuvwxyz0123456789"), 0, "too many"),
    ],
)
def test_a_query_that_means_nothing_says_what_is_wrong(query: str, n_photos: int, what: str):
    with pytest.raises(QueryError, match=what):
        parse_query(query, n_photos)


@pytest.mark.parametrize(
    "query", ["red dress", "dress - floral", "- floral + dress", "2*boots + photo - 0.5*photo2"]
)
def test_a_written_query_reads_back_as_the_same_terms(query: str):
    terms = parse_query(query, n_photos=2)
    assert parse_query(format_query(terms), n_photos=2) == terms
