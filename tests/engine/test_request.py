"""A request is one value: Python, a link, a shell line and a receipt say it alike."""

from __future__ import annotations

import json
import shlex
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import pytest

from engine.errors import QueryError
from engine.query import Term
from engine.receipts import read_receipt
from engine.search import PARAMETERS, SearchRequest, read_link, read_settings
from engine.shell import search_command
from pages.shared.view import View
from tests.pages.test_parts import Address

# Every field with values that are not its default, awkward ones among them.
VALUES: list[tuple[str, Any]] = [
    ("query", "2*boots - red + [a%20b,7]"),
    ("query", '"not a minus" - it\'s "so"'),
    ("query", "- red"),
    ("images", (Path("photos/a b.jpg"), Path("/tmp/-x.png"))),
    ("inside", ("4711", "a b", "ä/ö.jpg")),
    ("filters", {"colour": ("Red", "a=b & c"), "tag": ("shoe",)}),
    ("k", 1),
    ("k", 10_000),
    ("offset", 27),
    ("mode", "dense"),
    ("mode", "lexical"),
    ("liked", ("a", "b")),
    ("disliked", ("c#d?&=", "7")),
    ("deduplicate", True),
    ("diversity", 0.3),
    ("diversity", 1 / 3),
    ("only_matching", True),
    ("exact", True),
    ("ef", 40),
]
ALL = SearchRequest(**{name: value for name, value in VALUES if name != "images"})


def asked(*arguments: str) -> SearchRequest:
    """Read arguments as `search` reads them."""
    options = search_command.COMMAND.make_context("search", ["demo", *arguments]).params
    del options["collection"]
    return search_command.request_of(**options)


def test_every_field_is_described_and_tried_here():
    names = [each.name for each in fields(SearchRequest)]
    assert names == list(PARAMETERS) == list(dict.fromkeys(name for name, _ in VALUES))
    for name, parameter in PARAMETERS.items():
        assert f"\n{name}\n    {parameter.sentence()}" in (SearchRequest.__doc__ or "")


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_field_reads_back_from_a_shell_line(name: str, value: Any):
    request = replace(SearchRequest("red"), **{name: value})
    words = shlex.split(request.shell_line("a collection"))
    assert words[:5] == ["python", "-m", "engine", "search", "a collection"]
    assert asked(*words[5:]) == request


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_field_reads_back_from_a_link_unless_it_is_private(name: str, value: Any):
    request = SearchRequest(**{name: value})
    read = SearchRequest(**read_link(Address(request.parameters()).get_all))
    assert read == (SearchRequest() if name == "images" else request)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_field_reads_back_from_a_receipt(name: str, value: Any):
    """What is attached is not in it: whoever asks again must have the files."""
    request = replace(SearchRequest("red"), **{name: value})
    kept = json.loads(json.dumps({"query": request.query, "settings": request.settings()}))
    assert read_receipt(kept) == replace(request, images=())
    assert kept["settings"]["mode"] == request.mode, "whatever the default will be"


def test_all_fields_together_read_back_from_everywhere():
    assert asked(*ALL.arguments()) == ALL
    assert SearchRequest(**read_link(Address(ALL.parameters()).get_all)) == ALL
    assert read_settings(str(ALL.query), ALL.settings()) == ALL


def test_terms_are_a_query_too_and_are_written_as_one_types_them():
    request = SearchRequest([Term(1.0, "red"), Term(-2.0, "blue")])
    assert request.query == (Term(1.0, "red"), Term(-2.0, "blue"))
    assert request.arguments() == ["red - 2*blue"]
    assert request.parameters() == {"q": "red - 2*blue"}


def test_a_photo_given_as_bytes_stands_in_the_line_by_its_name_in_the_query():
    request = SearchRequest("photo2 - photo", images=[b"one", b"two"])
    assert request.arguments() == ["photo2 - photo", "--image", "photo", "--image", "photo2"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"k": 0}, "k must be a whole number of at least 1, not 0"),
        ({"k": 2.5}, "k must be a whole number of at least 1, not 2.5"),
        ({"k": True}, "k must be a whole number of at least 1, not True"),
        ({"offset": -1}, "offset must be a whole number of at least 0, not -1"),
        ({"mode": "all"}, "mode must be dense, lexical or hybrid, not 'all'"),
        ({"diversity": 0.95}, "diversity must be a number from 0 to 0.9, not 0.95"),
        ({"diversity": float("nan")}, "diversity must be a number from 0 to 0.9, not nan"),
        ({"liked": "red"}, "liked must be a list of ids of photos, not 'red'"),
        ({"inside": [7]}, r"inside must be a list of ids of photos, not \[7\]"),
        ({"images": "a.jpg"}, "images must be a list of photos, each a path or bytes, not 'a.jpg'"),
        ({"images": Path("a")}, "images must be a list of photos, each a path or bytes, not"),
        ({"filters": {"colour": "red"}}, "filters must be .* a dict of lists, not {'colour': 'r"),
        ({"filters": ["colour"]}, "filters must be KEY=VALUE, in Python a dict of lists, not"),
        ({"deduplicate": 1}, "deduplicate must be True or False, in a link 1 or 0, not 1"),
        ({"exact": None}, "exact must be True or False"),
        ({"ef": 0}, "ef must be a whole number of at least 1, not 0"),
        ({"query": 7}, "query must be text or terms of a query, not 7"),
        ({"query": ["red"]}, r"query must be text or terms of a query, not \['red'\]"),
    ],
)
def test_a_value_that_a_field_may_not_have_is_refused_in_one_sentence(wrong, sentence: str):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        SearchRequest(**wrong)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mode", "magic"], "must be dense, lexical or hybrid, not 'magic'"),
        (["-k", "many"], "must be a whole number of at least 1, not 'many'"),
        (["-k", "9" * 5000], "must be a whole number of at least 1"),
        (["--diversity", "1"], "must be a number from 0 to 0.9, not '1'"),
        (["--filter", "colour"], "must be KEY=VALUE"),
        (["--ef", "0"], "must be a whole number of at least 1, not '0'"),
    ],
)
def test_the_shell_refuses_it_in_the_same_words(arguments: list[str], sentence: str):
    with pytest.raises(click.BadParameter, match=sentence):
        asked("red", *arguments)


def test_a_link_passes_over_what_makes_no_sense():
    odd = {"k": "many", "ef": "0", "mode": "magic", "diversity": "nan", "exact": "?", "filter": "x"}
    assert read_link(Address(odd).get_all) == {}


@pytest.mark.parametrize(
    ("name", "mode"), [("meaning", "dense"), ("text", "lexical"), ("all", "hybrid")]
)
def test_what_earlier_versions_wrote_means_the_same(name: str, mode: str):
    """They said by, up, down, fold, variety and narrow; a page folded unless told otherwise."""
    link = {"q": "red", "by": name, "up": ["a", "b"], "down": "c", "fold": "0", "variety": "0.3"}
    thumbs = {"liked": ("a", "b"), "disliked": ("c",)}
    view = View("red", mode=mode, **thumbs, deduplicate=False, diversity=0.3)
    assert View.read(Address(link)) == view
    assert not {"by", "up", "down", "fold", "variety"} & view.parameters().keys()
    words = ["red", "--by", name, "--liked", "a", "--fold", "--variety", "0.3", "--narrow"]
    request = SearchRequest("red", mode=mode, deduplicate=True, diversity=0.3, only_matching=True)
    assert asked(*words) == replace(request, liked=("a",))
    settings = {"by": name, "folded": True, "variety": 0.3, "narrow": True}
    assert read_settings("red", settings) == request


def test_hybrid_is_the_default_of_python_links_and_the_shell():
    """A receipt without a mode is from before, when the model alone was the default."""
    assert SearchRequest("red").mode == View().mode == asked("red").mode == "hybrid"
    assert read_settings("red", {"k": 4}) == SearchRequest("red", k=4, mode="dense")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(pair for pair in VALUES if pair[0] not in ("images", "inside", "offset", "k")),
        ("k", 24),
        ("offset", 27),
        ("deduplicate", False),
        ("like", {"a": 1.0, "b": -0.5}),
        ("photo", "a b"),
    ],
)
def test_a_page_reads_back_from_its_link(name: str, value: Any):
    """Diversity in tenths: a third is 0.3 there."""
    view = View(**{name: round(value, 1) if name == "diversity" else value})
    assert View.read(Address(View(**{name: value}).parameters())) == view


def test_a_view_asks_what_it_holds():
    view = View("red", k=5, like={"a": 1.0}, photo="b", liked=("c",)).changed(page=3)
    terms = [Term(1.0, "red"), Term(1.0, ids=("a",))]
    request = SearchRequest(terms, k=5, offset=10, liked=("c",), deduplicate=True)
    assert view.request(terms) == request, "another page is the same question"
    assert view.request(terms, [b"png"]) == replace(request, images=(b"png",))


@pytest.mark.parametrize(
    ("receipt", "sentence"),
    [
        ({}, "this is no receipt of a search"),
        ({"query": "red", "settings": {"size": 4}}, "setting that no search has: size"),
        ({"query": "red", "settings": {"k": "nine"}}, "k must be a whole number"),
        ({"query": "red", "settings": {"mode": None}}, "cannot be asked again"),
    ],
)
def test_a_receipt_that_is_none_is_the_worlds_fault(receipt: dict, sentence: str):
    with pytest.raises(QueryError, match=sentence):
        read_receipt(receipt)


def test_the_shell_asks_what_a_downloaded_answer_asked(tmp_path: Path):
    file = tmp_path / "kindred.json"
    receipt = {"query": ALL.query, "settings": ALL.settings()}
    file.write_text(json.dumps({"matches": [], "receipt": receipt}))
    assert asked("--receipt", str(file)) == ALL
    images = (Path("a.jpg"),)
    assert asked("--receipt", str(file), "--image", "a.jpg") == replace(ALL, images=images)
    with pytest.raises(click.UsageError, match="not both"):
        asked("red", "--receipt", str(file))
    file.write_text("rank,similarity")
    with pytest.raises(QueryError, match=r"no JSON: .*kindred\.json"):
        asked("--receipt", str(file))
    with pytest.raises(QueryError, match="cannot be read"):
        asked("--receipt", str(tmp_path / "nowhere.json"))


def test_nothing_to_ask_is_wrong_usage():
    with pytest.raises(click.UsageError, match="give a QUERY"):
        asked("-k", "3")
