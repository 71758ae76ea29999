"""The query language, read and written."""

from __future__ import annotations

import pytest

from engine.errors import QueryError
from engine.query import Term, format_query, group, parse_query


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
        ("a" * 5000, 0, "too long"),
        ("photo@0.5,0.5,0.8,0.2", 1, "within its photo"),
        (f"[{','.join('abcdefgh' * 5)}]", 0, "too many photos"),
        (" + ".join("abcdefghijklmnopqrstuvwxyz0123456789"), 0, "too many"),
    ],
)
def test_a_query_that_means_nothing_says_what_is_wrong(query: str, n_photos: int, what: str):
    with pytest.raises(QueryError, match=what):
        parse_query(query, n_photos)


@pytest.mark.parametrize(
    "query",
    [
        "red dress",
        "dress - floral",
        "- floral + dress",
        "2*boots + photo - 0.5*photo2",
        "red + [4711] - 2*[a%2Bb,c%5D,7]",
        "photo@0.1,0.25,0.5,0.5 + [7]@0,0,1,0.333 - photo2",
        '"no stripes - at all" - dots',
        '"[7]" + "2*3"',
    ],
)
def test_a_written_query_reads_back_as_the_same_terms(query: str):
    terms = parse_query(query, n_photos=2)
    assert parse_query(format_query(terms), n_photos=2) == terms


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        ("shoes without laces", "shoes - laces"),
        ("dress, not floral", "dress - floral"),
        ("shirt with no stripes or dots but with a collar", "shirt a collar - stripes - dots"),
        ("2*bag without any zip in red + leather", "2*bag red - zip + leather"),
        ("without a belt", "- belt"),
        ("Chanel No 5", "Chanel No 5"),
        ("knot and nothing", "knot and nothing"),
        ('"not your daughters jeans"', '"not your daughters jeans"'),
        ("dress other than red", "dress - red"),
        ("a scarf, anything but red", "a scarf - red"),
        ("shoes in any colour but red", "shoes - red"),
        ("non-red dress", "dress - red"),
        ("dress, neither red nor blue", "dress - red - blue"),
        ("dress minus red", "dress - red"),
        ("dress don't show red", "dress - red"),
        ("shoes that are not red", "shoes - red"),
        ('"not red" dress', '"not red dress"'),
        ("C++ book", "C++ book"),
        ("A+ Student", "A+ Student"),
        ("shorts, not too expensive", "shorts, not too expensive"),
        ("nothing but red", "nothing but red"),
    ],
)
def test_plain_language_that_takes_away_becomes_a_visible_minus(query: str, typed: str):
    assert format_query(parse_query(query)) == typed


def test_a_group_too_large_for_a_link_is_thinned_evenly():
    """1,000 ids, 32 places: every 31.25th."""
    assert group([str(n) for n in range(1000)]).ids[:3] == ("0", "31", "62")


NAMES = {"Umberly Trousers - Regular Fit", "No Boundaries", "Salt -", "Up To No Good Tee"}


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("Umberly Trousers - Regular Fit", [Term(1, "Umberly Trousers - Regular Fit")]),
        ("Up To No Good Tee", [Term(1, "Up To No Good Tee")]),
        ("Salt -", [Term(1, "Salt -")]),
        ("No Boundaries tee - red", [Term(1, "No Boundaries tee"), Term(-1, "red")]),
        ("tee with no sleeves", [Term(1, "tee"), Term(-1, "sleeves")]),
    ],
)
def test_what_the_collection_calls_a_photo_is_words_signs_and_all(query: str, terms: list[Term]):
    read = parse_query(query, is_name=NAMES.__contains__)
    assert read == tuple(terms)
    assert parse_query(format_query(read), is_name=NAMES.__contains__) == read
