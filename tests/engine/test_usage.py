"""Usage: what words stand for in a collection, and what a query's words therefore mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto
from engine.search.collection_values import CollectionValues
from engine.search.lexical import PostingScorer
from tests.engine.full_text import best

# Captions and values of 72 photos: eight of each of nine kinds of scarf and hoodie.
SHELF = [
    ("army green scarf", {"kind": "scarf", "colour": "olive"}),
    ("stole in khaki", {"kind": "scarf", "colour": "olive"}),
    ("green scarf", {"kind": "scarf", "colour": "green"}),
    ("red scarf", {"kind": "scarf", "colour": "red"}),
    ("blue scarf", {"kind": "scarf", "colour": "blue", "second_colour": "red"}),
    ("green hoodie", {"kind": "hoodie", "colour": "green"}),
    ("red sweatshirt with hood", {"kind": "hoodie", "colour": "red"}),
    ("blue hoodie", {"kind": "hoodie", "colour": "blue"}),
    ("mixed hoodie", {"kind": "hoodie"}),
]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "catalogue.sqlite", root="photos") as made:
        made.add(
            NewPhoto(f"{n}-{i}", f"{n}-{i}.jpg", (caption,), values, (), 1, 1, 1, 1, "00")
            for n, (caption, values) in enumerate(SHELF)
            for i in range(8)
        )
        yield made


@pytest.fixture
def collection_values(catalogue: Catalogue) -> CollectionValues:
    return CollectionValues(catalogue, SimpleNamespace(tokenizer=None))  # type: ignore[arg-type]


def meant(collection_values: CollectionValues, text: str) -> list[list[tuple[str, str]]]:
    return [
        [(each.attribute, each.value) for each in place]
        for place in collection_values.mentions(text)
    ]


def test_a_word_stands_for_what_all_photos_that_use_it_are(collection_values: CollectionValues):
    """Eight stoles, all scarves (40 of 72) and olive (16 of 64): by chance once in (72/40)^8 = 110
    and 4^8 = 65,536 times, and only the latter is less than once in a thousand."""
    assert meant(collection_values, "stole") == [[("colour", "olive")]]
    assert meant(collection_values, "hood") == [[("colour", "red")]]


def test_a_word_that_few_use_or_many_differently_stands_for_nothing(
    catalogue: Catalogue, collection_values: CollectionValues
):
    """Mixed hoodies have no colour; and a word of two photos may be chance: 4^2 = 16."""
    catalogue.add(
        NewPhoto(f"x{i}", f"x{i}.jpg", ("snood",), {"colour": "red"}, (), 1, 1, 1, 1, "00")
        for i in range(2)
    )
    assert meant(collection_values, "mixed") == []
    assert meant(collection_values, "snood") == []
    assert meant(collection_values, "nobody says this") == []


def test_neighbours_that_mean_something_else_together_are_read_together(
    collection_values: CollectionValues,
):
    """Green names a colour, but nearly all who say "army green" are olive."""
    assert meant(collection_values, "green scarf") == [[("colour", "green")], [("kind", "scarf")]]
    assert meant(collection_values, "army green hoodie") == [
        [("colour", "olive")],
        [("kind", "hoodie")],
    ]
    assert meant(collection_values, "army hoodie") == [[("colour", "olive")], [("kind", "hoodie")]]
    assert meant(collection_values, "green army") == [[("colour", "green")]], "named counts more"


def test_neighbours_that_mean_something_are_not_taken_for_what_they_usually_describe(
    collection_values: CollectionValues,
):
    """All eight who say "with hood" speak of red hoodies: of hoodies (32 of 72) by chance once in
    (72 / 32)^8 = 657 times, so only of red ones (16 of 64). But next to a colour it is no colour.
    """
    assert meant(collection_values, "with hood") == [[("colour", "red")]]
    assert meant(collection_values, "blue with hood") == [[("colour", "blue")]]
    assert meant(collection_values, "with hood scarf") == [[("colour", "red")], [("kind", "scarf")]]


def test_whole_titles_are_left_to_the_captions(collection_values: CollectionValues):
    """Nine words: only what they name."""
    title = "army green scarf of soft wool for cold days"
    assert meant(collection_values, title) == [[("colour", "green")], [("kind", "scarf")]]


def log_odds(
    catalogue: Catalogue, collection_values: CollectionValues, text: str
) -> dict[str, np.ndarray]:
    """What captions and tags tell of every row."""
    with PostingScorer.over(catalogue, collection_values, text, k=99) as scorer:
        return scorer.log_odds(catalogue.live_rows())


def test_a_caption_is_doubted_where_the_photo_itself_has_another_value(
    catalogue: Catalogue, collection_values: CollectionValues
):
    """Twelve photos say both words, of a red or of a blue scarf. Of 76 photos 68 have a colour,
    less than nine tenths; of 84 it is 76, more: only then is "red" doubted where the colour is
    blue, three quarters of one of two words. All have a kind, and nobody's is doubted."""
    catalogue.add(
        NewPhoto(f"y{i}", f"y{i}.jpg", ("red and blue scarf",), SHELF[4][1], (), 1, 1, 1, 1, "00")
        for i in range(4)
    )
    own, other = catalogue.photo("3-0").row, catalogue.photo("y0").row
    for share in (1.0, 1 - 0.75 / 2):
        bm25 = best(catalogue, "red scarf", 99, every_word=True)
        collection_values = CollectionValues(catalogue, collection_values._encoder)
        n_rows = len(catalogue.live_rows())
        nats = log_odds(catalogue, collection_values, "red scarf")
        told = nats["captions"] + nats["tags"]
        for row, counted, tags in ((own, 1.0, 1.0), (other, share, 0.5)):
            red, scarf = (
                np.log1p(n_rows / n_photos) for n_photos in red_and_scarves(collection_values)
            )
            caption, named = counted * bm25[row], tags * red + scarf
            expected = max(caption, named) + min(caption, named) / 2
            assert told[row] == pytest.approx(expected, rel=1e-5)
        catalogue.add(
            NewPhoto(f"z{share}-{i}", f"z{i}.jpg", ("hoodie",), SHELF[5][1], (), 1, 1, 1, 1, "00")
            for i in range(8)
        )


def red_and_scarves(collection_values: CollectionValues) -> tuple[int, int]:
    """How many photos have red as either colour, and how many are scarves."""
    counts = collection_values.counts
    return counts["colour", "red"] + counts["second_colour", "red"], counts["kind", "scarf"]


def test_a_second_colour_counts_half_of_a_first(
    catalogue: Catalogue, collection_values: CollectionValues
):
    """Red are 16 scarves and hoodies, and 8 blue scarves have it as their second colour: of 72 rows
    24, so ln(1 + 72 / 24) = ln 4, and half of it."""
    nats = log_odds(catalogue, collection_values, "red")
    first, second = catalogue.photo("6-0").row, catalogue.photo("4-0").row
    assert nats["tags"][second] == pytest.approx(np.log(4) / 2)
    both = nats["tags"][first] + nats["captions"][first]
    assert both == pytest.approx(np.log(4) + best(catalogue, "red", 72)[first] / 2)
