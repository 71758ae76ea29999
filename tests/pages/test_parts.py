"""What pages share and can be tried without a page."""

from __future__ import annotations

import ast
import csv
import doctest
import importlib
import io
import json
import tomllib

import pytest

from engine.catalogue import Photo, Skipped
from engine.config import PROJECT
from engine.search import Match, SearchRequest, SearchResult
from pages.shared.download import as_csv, as_json, skipped_as_csv
from pages.shared.examples import examples_from
from pages.shared.view import View


class Address(dict):
    """Parameters as a link holds them."""

    def get_all(self, key):
        value = self.get(key, [])
        return value if isinstance(value, list) else [value]


def test_every_picture_says_what_it_shows_to_those_who_do_not_see_it():
    for path in (PROJECT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "image":
                assert "alt" in [each.arg for each in node.keywords], f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(query="dress - floral", k=60, offset=120),
        View(like={"a": 1.0, "b": -0.5}, photo="b"),
        View(filters={"colour": ("Red", "a=b & c"), "tag": ("shoe",)}),
    ],
)
def test_a_view_reads_back_from_the_link_it_wrote(view):
    assert View.read(Address(view.parameters())) == view


def test_the_default_view_leaves_the_link_empty():
    assert View().parameters() == {}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"k": "1"}, View(k=3)),
        ({"k": "9999"}, View(k=60)),
        ({"k": "-3"}, View()),
        ({"k": "٣"}, View(k=3)),
        ({"page": "0"}, View()),
        ({"page": "1" * 30}, View()),
        ({"like": "a", "weight": "nan"}, View(like={"a": 1.0})),
        ({"like": "a", "weight": "1e9"}, View(like={"a": 1.0})),
        ({"like": ["a", "b"], "weight": "-1"}, View(like={"a": -1.0, "b": 1.0})),
        ({"filter": ["no sign", "=x", "k=v", "k=v"]}, View(filters={"k": ("v",)})),
    ],
)
def test_nonsense_in_a_link_falls_back(parameters, expected):
    assert View.read(Address(parameters)) == expected


def test_a_new_question_starts_at_the_first_page_and_another_page_keeps_the_question():
    view = View(query="red", k=5, offset=15, photo="x")
    assert view.changed(query="blue") == View(query="blue", k=5)
    assert view.changed(page=5) == View(query="red", k=5, offset=20)
    assert view.changed(photo="y") == View(query="red", k=5, offset=15, photo="y")


def answer(*captions, **attributes):
    photos = [
        Photo(row, f"id{row}", f"{row}.jpg", (caption,), attributes, (), 1, 1, 1, 1, "0")
        for row, caption in enumerate(captions)
    ]
    matches = [Match(rank, 0.5, photo) for rank, photo in enumerate(photos, start=1)]
    return SearchResult(SearchRequest("red"), "red", (), matches, 2, {"total": 0.1}, [], True)


def test_a_table_has_one_row_per_match_and_a_column_per_attribute():
    rows = list(csv.reader(io.StringIO(as_csv(answer("A, b", 'say "c"', colour="Red")))))
    assert rows == [
        ["rank", "similarity", "id", "path", "caption", "colour"],
        ["1", "0.5000", "id0", "0.jpg", "A, b", "Red"],
        ["2", "0.5000", "id1", "1.jpg", 'say "c"', "Red"],
    ]


def test_a_cell_that_a_spreadsheet_would_compute_becomes_text():
    rows = list(csv.reader(io.StringIO(as_csv(answer("=1+1", "@now", price="-4.5", x="-a")))))
    assert [row[4] for row in rows[1:]] == ["'=1+1", "'@now"]
    assert rows[1][5:] == ["-4.5", "'-a"]


def test_the_object_is_the_one_the_shell_prints():
    told = json.loads(as_json(answer("A", colour="Red")))
    assert set(told) >= {"query", "k", "seconds", "matches"}
    assert set(told["matches"][0]) >= {
        "rank",
        "id",
        "path",
        "caption",
        "similarity",
        "attributes",
    }


def test_skipped_files_become_a_table():
    assert skipped_as_csv([Skipped("a.jpg", "too short")]) == "path,reason\r\na.jpg,too short\r\n"


def test_examples_are_the_commonest_last_pairs_each_thing_once():
    """All are equally strong: black shoes 3, white shoes 2 (the same thing), red dress 1."""
    captions = ["Black shoes"] * 3 + ["Nike White Shoes"] * 2 + ["A red dress", "on the grass"]
    expected = ["black shoes", "red dress", "shoes - black"]
    assert examples_from(captions, lambda _: 1.0, 3) == expected


def test_an_example_that_is_answered_badly_gives_way_to_a_better_one():
    captions = ["will like"] * 9 + ["Red dress", "Blue jeans"]
    strength = {"will like": 0.1, "red dress": 0.5, "blue jeans": 0.4}
    expected = ["red dress", "blue jeans", "dress - red"]
    assert examples_from(captions, strength.__getitem__, 3) == expected


def test_an_example_below_zero_is_not_shown():
    assert examples_from(["Odd words"], lambda _: -1.0) == []


def test_without_captions_there_are_no_examples():
    assert examples_from([], len) == []


def test_every_page_script_is_thin():
    pages = [p for p in (PROJECT / "pages").glob("*.py") if p.name != "__init__.py"] + [
        PROJECT / "app.py"
    ]
    assert {p.name for p in pages} >= {"text_search.py", "image_search.py", "collections.py"}
    assert all(len(p.read_text().splitlines()) <= 60 for p in pages)


@pytest.mark.parametrize(
    "name",
    [
        "shared.examples",
        "shared.jobs",
        "shared.links",
        "search.query_box",
        "shared.view",
        "shared.phrases",
    ],
)
def test_the_examples_in_docstrings_are_true(name):
    outcome = doctest.testmod(importlib.import_module(f"pages.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_app_is_local_silent_and_shows_no_traceback():
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["server"]["address"] == "localhost"
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["client"]["showSidebarNavigation"] is False
    assert settings["theme"].keys() >= {"light", "dark"}
    assert "http" not in (PROJECT / ".streamlit" / "config.toml").read_text("utf-8")
