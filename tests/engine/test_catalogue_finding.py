"""Finding photos: filters, the inverted index, full text, and counts."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto, facets, postings
from engine.errors import CatalogueError
from tests.engine.full_text import best


def new_photo(
    number: int,
    captions: Sequence[str] = (),
    attributes: dict[str, str] | None = None,
    tags: Sequence[str] = (),
) -> NewPhoto:
    name = str(number)
    return NewPhoto(
        name, f"{name}.jpg", tuple(captions), attributes or {}, tuple(tags), 1, 1, 1, 1, "00"
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.create(tmp_path / "catalogue.sqlite", root="photos") as made:
        yield made


@pytest.fixture
def shop(catalogue: Catalogue) -> Catalogue:
    """Six garments: men's black, black and blue, women's red and black, one of no gender."""
    rows = [
        ("Men", "Black"),
        ("Men", "black"),
        ("Men", "Blue"),
        ("Women", "Red"),
        ("Women", "Black"),
    ]
    attributes = [{"Gender": gender, "colour": colour} for gender, colour in rows]
    catalogue.add(
        new_photo(i, attributes=a) for i, a in enumerate([*attributes, {"colour": "Red"}])
    )
    return catalogue


# Filters ----------------------------------------------------------------------------------------


def test_keys_are_joined_by_and_one_keys_values_by_or(shop: Catalogue):
    """Blue or black: rows 0 1 2 4; of these men's: 0 1 2."""
    filters = {"Gender": ["Men"], "colour": ["Blue", "Black"]}
    assert shop.rows_where(filters).tolist() == [0, 1, 2]
    assert shop.rows_where(filters).dtype == np.int64


def test_case_width_and_spaces_make_no_difference(shop: Catalogue):
    assert shop.rows_where({"GENDER": [" men "], "Ｃolour": ["BLACK"]}).tolist() == [0, 1]


def test_values_that_never_meet_give_no_rows(shop: Catalogue):
    assert shop.rows_where({"Gender": ["Women"], "colour": ["Blue"]}).tolist() == []


def test_no_filter_and_a_key_without_values_ask_nothing(shop: Catalogue):
    assert shop.rows_where({}).tolist() == [0, 1, 2, 3, 4, 5]
    assert shop.rows_where({"colour": [], "no such key": []}).tolist() == [0, 1, 2, 3, 4, 5]


def test_an_unknown_key_names_those_that_exist(shop: Catalogue):
    with pytest.raises(CatalogueError, match=r"size\. Choose one of: Gender, colour\."):
        shop.rows_where({"size": ["M"]})
    with pytest.raises(CatalogueError, match="the photos have no tags"):
        shop.rows_where({"tag": ["party"]})


def test_an_unknown_value_names_those_near_it_or_those_that_exist(shop: Catalogue):
    with pytest.raises(CatalogueError, match=r"'colour': blak\. Near it are: Black"):
        shop.rows_where({"colour": ["blak"]})
    with pytest.raises(CatalogueError, match="There are: Black, Red, Blue"):
        shop.rows_where({"colour": ["violet!"]})


def test_half_a_character_is_no_valid_text(shop: Catalogue):
    for ask in (lambda: shop.rows_where({"colour": ["\ud800"]}), lambda: shop.photo("\ud800")):
        with pytest.raises(CatalogueError, match="no valid text"):
            ask()


def test_one_text_in_place_of_several_values_is_the_programmers_mistake(shop: Catalogue):
    with pytest.raises(ValueError, match="must be a sequence"):
        shop.rows_where({"colour": "Black"})


NAMES = [
    "",
    " ",
    "a'b",
    'a"b',
    "a;DROP TABLE photo;--",
    "%",
    "_",
    "?",
    "$.x",
    "tag2",
    "row",
    "日本",
    "a\nb",
]


@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_may_be_called_anything_and_hold_anything(catalogue: Catalogue, name: str):
    catalogue.add([new_photo(i, attributes={name: NAMES[i % 3] + "x"}) for i in range(6)])
    assert catalogue.attribute_keys() == [name]
    assert catalogue.rows_where({name: [NAMES[1] + "x"]}).tolist() == [0, 1, 3, 4]
    assert catalogue.facets() == {name: [("x", 4), ("a'bx", 2)]}


def test_keys_that_differ_only_in_case_are_asked_together(catalogue: Catalogue):
    catalogue.add([new_photo(0, attributes={"Size": "M"}), new_photo(1, attributes={"size": "m"})])
    assert catalogue.rows_where({"SIZE": ["M"]}).tolist() == [0, 1]


# Tags and the inverted index --------------------------------------------------------------------


def test_a_tag_leads_to_its_rows(catalogue: Catalogue):
    catalogue.add(
        [
            new_photo(0, tags=["Dog", "park"]),
            new_photo(1, tags=["cat"]),
            new_photo(2, tags=["dog", "DOG"]),
        ]
    )
    assert catalogue.rows_where({"tag": ["dog"]}).tolist() == [0, 2]
    assert catalogue.rows_where({"tag": ["cat", "park"]}).tolist() == [0, 1]
    assert catalogue.photo("2").tags == ("dog", "DOG")


def test_an_attribute_called_tag_is_one_more_tag(catalogue: Catalogue):
    catalogue.add([new_photo(0, attributes={"Tag": "dog"}), new_photo(1, tags=["dog"])])
    assert catalogue.rows_where({"tag": ["dog"]}).tolist() == [0, 1]


def test_the_inverted_index_agrees_with_a_plain_loop(catalogue: Catalogue):
    """Random adding, retiring and replacing, against dictionaries."""
    luck = random.Random(7)
    said: dict[int, dict[str, str]] = {}

    def some(number: int) -> NewPhoto:
        return new_photo(number, attributes={"a": luck.choice("xyz"), "b": luck.choice("pq")})

    for step in range(60):
        if step % 3 == 0 or not said:
            added = [some(100 * step + i) for i in range(luck.randrange(1, 6))]
            said |= {
                row: dict(p.attributes) for row, p in zip(catalogue.add(added), added, strict=True)
            }
        elif step % 3 == 1:
            changed = {
                row: some(100 * step + row) for row in luck.sample(sorted(said), 2 % len(said))
            }
            catalogue.replace_all(changed)
            said |= {row: dict(photo.attributes) for row, photo in changed.items()}
        else:
            gone = luck.sample(sorted(said), 1)
            catalogue.retire(gone)
            said = {row: attributes for row, attributes in said.items() if row not in gone}
        for key, value in (("a", "x"), ("b", "q")):
            expected = [row for row in sorted(said) if said[row][key] == value]
            if expected:
                assert catalogue.rows_where({key: [value]}).tolist() == expected
        counts = Counter(attributes["a"] for attributes in said.values())
        assert dict(catalogue.facets().get("a", ())) in (counts, {})
    assert catalogue.n_rows > 60


def test_chunks_of_offsets_become_one_set_of_rows():
    """Offset 1 of chunk 0 and offset 0 of chunk 1 are rows 1 and 65,536."""
    connection = sqlite3.connect(":memory:")
    postings.create(connection)
    connection.execute("INSERT INTO posting VALUES (7, 0, X'0100'), (7, 1, X'0000')")
    postings.pack(connection)
    assert postings.rows_of(connection, [7], 65_537).numbers().tolist() == [1, 65_536]
    with pytest.raises(CatalogueError, match="inverted index is damaged"):
        postings.rows_of(connection, [7], 65_536)


@pytest.mark.parametrize("chunk, offsets", [(0, b"1"), (-1, b"12"), (2**40, b"12"), (0, "text")])
def test_chunks_that_no_catalogue_has_are_not_migrated(chunk: int, offsets: bytes | str):
    connection = sqlite3.connect(":memory:")
    postings.create(connection)
    connection.execute("INSERT INTO posting VALUES (7, ?, ?)", (chunk, offsets))
    with pytest.raises(CatalogueError, match="inverted index is damaged"):
        postings.pack(connection)


@pytest.mark.parametrize(
    "damage",
    ["substr(rows, 1, length(rows) - 1)", "X''", "X'00'", "'text'", "zeroblob(99)", "hex(rows)"],
)
def test_a_damaged_set_of_rows_is_told_in_words(shop: Catalogue, damage: str):
    connection = sqlite3.connect(shop.path)
    connection.execute(f"UPDATE posting SET rows = {damage}")
    connection.commit()
    connection.close()
    for ask in (lambda: shop.rows_where({"colour": ["Red"]}), lambda: shop.column("colour")):
        with pytest.raises(CatalogueError, match="inverted index is damaged"):
            ask()
    with pytest.raises(CatalogueError, match="inverted index is damaged"):
        shop.retire([0])


# Facets -----------------------------------------------------------------------------------------


def test_counts_go_by_falling_number_under_the_commonest_spelling(shop: Catalogue):
    """Black three times, once as 'black'; Red twice, Blue once."""
    assert shop.facets() == {
        "Gender": [("Men", 3), ("Women", 2)],
        "colour": [("Black", 3), ("Red", 2), ("Blue", 1)],
    }
    assert shop.facets(limit=1) == {"Gender": [("Men", 3)], "colour": [("Black", 3)]}


@pytest.mark.parametrize("few", [0, 300], ids=["from the inverted index", "photo by photo"])
def test_counts_among_some_rows(shop: Catalogue, monkeypatch, few: int):
    """Rows 1, 2, 5: men's black (here spelt 'black'), men's blue, and red of no gender."""
    monkeypatch.setattr(facets, "_FEW_ROWS", few)
    assert shop.facets(np.array([1, 2, 5])) == {
        "Gender": [("Men", 2)],
        "colour": [("black", 1), ("Blue", 1), ("Red", 1)],
    }
    assert shop.facets(np.array([5])) == {"colour": [("Red", 1)]}
    assert shop.facets(np.array([], np.int64)) == {}


def test_counts_over_all_rows_are_the_counts_over_everything(shop: Catalogue):
    assert shop.facets(shop.live_rows()) == shop.facets()


@pytest.mark.parametrize("few", [0, 300])
def test_retired_rows_are_not_counted_even_when_asked_for(shop: Catalogue, monkeypatch, few: int):
    monkeypatch.setattr(facets, "_FEW_ROWS", few)
    shop.retire([1, 3])
    assert shop.facets(np.arange(6))["colour"] == [("Black", 2), ("Blue", 1), ("Red", 1)]


def test_an_attribute_that_names_or_measures_photos_is_no_facet(catalogue: Catalogue):
    """120 photos: ids all different, 60 prices twice each, one maker, a colour, a rare sale."""
    catalogue.add(
        new_photo(
            i,
            attributes={
                "sku": f"S{i}",
                "price": f"${i // 2}.99",
                "maker": "Acme",
                "colour": "red" if i % 2 else "blue",
            }
            | ({"sale": "yes"} if i < 10 else {}),
        )
        for i in range(120)
    )
    assert list(catalogue.facets()) == ["colour", "sale"]
    assert catalogue.attribute_keys() == ["sku", "price", "maker", "colour", "sale"]
    assert catalogue.rows_where({"price": ["$3.99"], "sku": ["s7"]}).tolist() == [7]


@pytest.mark.parametrize("n_tagged", [1, 3])
def test_a_tag_is_a_filter_whether_one_photo_has_it_or_all(catalogue: Catalogue, n_tagged: int):
    catalogue.add(new_photo(i, tags=["trip"] if i < n_tagged else ()) for i in range(3))
    assert catalogue.facets() == {"tag": [("trip", n_tagged)]}


def test_a_few_values_are_a_facet_as_soon_as_two_photos_share_one(catalogue: Catalogue):
    """13 photos in 12 folders are few values; 14 in 13 are many and hardly shared."""
    catalogue.add(new_photo(i, attributes={"folder": f"f{max(i, 1)}"}) for i in range(13))
    assert catalogue.facets(limit=1) == {"folder": [("f1", 2)]}
    catalogue.add([new_photo(13, attributes={"folder": "f13"})])
    assert catalogue.facets() == {}


def test_tags_are_counted_last(catalogue: Catalogue):
    catalogue.add(
        [
            new_photo(0, tags=["dog", "park"]),
            new_photo(1, tags=["dog"], attributes={"place": "Rome"}),
            new_photo(2, tags=["park", "Dog"], attributes={"place": "Rome"}),
        ]
    )
    assert list(catalogue.facets().items()) == [
        ("place", [("Rome", 2)]),
        ("tag", [("dog", 3), ("park", 2)]),
    ]


def test_an_empty_catalogue_answers_with_nothing(catalogue: Catalogue):
    assert catalogue.facets() == catalogue.facets(np.array([], np.int64)) == {}
    assert catalogue.live_rows().tolist() == catalogue.rows_where({}).tolist() == []
    assert [*catalogue.captions(), *best(catalogue, "dog", 9)] == []


@pytest.mark.parametrize("rows", [[6], [-1], [0, 99]])
def test_rows_that_were_never_given_cannot_be_counted(shop: Catalogue, rows: list[int]):
    with pytest.raises(ValueError, match=r"\[0, 6\)"):
        shop.facets(np.array(rows))
    with pytest.raises(ValueError, match="limit"):
        shop.facets(limit=0)


# Full text --------------------------------------------------------------------------------------


@pytest.fixture
def captioned(catalogue: Catalogue) -> Catalogue:
    texts = [
        ["A brown dog runs", "A dog on the beach"],
        ["Two dogs and a naïve café"],
        ["A cat sleeps on a sofa"],
        [],
    ]
    catalogue.add(new_photo(i, captions) for i, captions in enumerate(texts))
    return catalogue


def test_more_and_rarer_words_come_first(captioned: Catalogue):
    found = best(captioned, "a cat on the sofa or beach", 9)
    assert list(found) == [2, 0]
    assert found[2] > found[0] > 0


def test_words_match_by_stem_and_without_accents(captioned: Catalogue):
    assert set(best(captioned, "DOG running", 9)) == {0, 1}
    for text in ("cafe", "CAFÉ", "naive", "nai\u0308ve"):
        assert list(best(captioned, text, 9)) == [1]


def test_k_bounds_the_answer(captioned: Catalogue):
    assert len(best(captioned, "dog cat", 2)) == 2
    assert best(captioned, "dog", 0) == {}


SIGNS = [
    "",
    "   ",
    '"',
    '""',
    "'",
    "(",
    ")",
    "*",
    "^",
    "-",
    "+",
    "\0",
    "_",
    "%_?",
    "\ud800",
    "💃🏽",
]
COMMANDS = {
    "AND": {1},
    "OR NOT": set(),
    "NEAR(": set(),
    "text:": set(),
    "{dog sofa}:cat": {0, 1, 2},
    "dog NEAR/2 cat": {0, 1, 2},
    '"dog': {0, 1},
    "^dog*": {0, 1},
    "-dog": {0, 1},
    "dog\0cat": {0, 1, 2},
    "dog'; DROP TABLE photo; --": {0, 1},
    "dog " * 10_000: {0, 1},
    " ".join(f"word{i}" for i in range(5_000)): set(),
}


@pytest.mark.parametrize(("text", "rows"), [*((sign, set()) for sign in SIGNS), *COMMANDS.items()])
def test_no_text_is_an_error_or_a_command(captioned: Catalogue, text: str, rows: set[int]):
    """Only words count: dogs are in rows 0 and 1, cat and sofa in row 2, 'and' in row 1."""
    assert set(best(captioned, text, 9)) == rows
    assert captioned.n_photos == 4
