"""The workbench on the page: chips, remarks, verdicts, thumbs and receipts."""

from __future__ import annotations

import doctest
import importlib
import json
import shlex

import pytest

from engine import shell
from engine.evaluation.judgements import read_judgements
from engine.query import Term
from engine.search import MODE, PARAMETERS, SearchEngine
from engine.storage import Collection
from pages.search.chips import edited
from pages.search.query_terms import terms_of
from pages.shared.view import View
from tests.pages.reading import cards, elements, errors, texts
from tests.pages.test_parts import Address

ALL = View(
    query="red - 2*violet",
    k=5,
    offset=5,
    filters={"finish": ("Glossy",)},
    mode="dense",
    liked=("a",),
    disliked=("b",),
    deduplicate=False,
    diversity=0.3,
    ef=40,
    exact=True,
)


def test_a_view_with_everything_reads_back_from_its_link():
    assert View.read(Address(ALL.parameters())) == ALL
    odd = {"mode": "magic", "diversity": "7", "ef": "-3", "deduplicate": "?"}
    assert View.read(Address(odd)) == View()


def test_thumbs_belong_to_their_question_and_outlive_a_filter():
    assert ALL.changed(query="blue").liked == ()
    assert ALL.changed(filters={}).liked == ("a",)


def test_a_chip_that_changes_rewrites_the_query():
    terms = [Term(1.0, "red"), Term(-1.0, "violet")]
    assert edited(terms, {"place": 1, "weight": 2}) == [Term(1.0, "red"), Term(2.0, "violet")]
    assert edited(terms, {"place": 0, "weight": 0}) == [Term(-1.0, "violet")]
    assert edited(terms, {"place": 0, "weight": 99}) == [Term(4.0, "red"), terms[1]]
    assert edited(terms, {"place": 2, "weight": 0}) is None


def test_plain_words_become_chips_and_parts_add_up_on_every_card(open_page):
    page = open_page("text_search", q="red without violet")
    assert not errors(page)
    (chips,) = elements(page, "chips")
    assert [(chip["label"], chip["weight"]) for chip in chips["chips"]] == [
        ("red", 1.0),
        ("violet", -1.0),
    ]
    for card in cards(page):
        parts = [part["value"] for part in card["parts"]]
        assert len(parts) == 2
        assert sum(parts) == pytest.approx(card["similarity"], abs=2e-4)
        assert card["links"][0]["label"] == "More like this"
    assert "left out, whose captions or tags name" in texts(page)


def test_a_misspelt_word_is_read_told_and_can_be_swapped(open_page):
    page = open_page("text_search", q="vilet")
    assert "violet" in cards(page)[0]["caption"]
    assert "**vilet** read as **violet**, seen 2 times in training" in texts(page)
    assert not page.warning


def test_the_link_the_page_and_the_shell_line_give_the_same_ids_in_the_same_order(
    open_page, shelf, capsys
):
    link = {"q": "red - 0.5*blue", "k": "6", "page": "2", "fold": "0", "filter": "finish=Glossy"}
    page = open_page("text_search", **link)
    view = View.read(Address(link))
    line = view.request(terms_of(SearchEngine.open(shelf), view)).shell_line(str(shelf))
    assert shell.main([*shlex.split(line)[3:], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    ids = [match["id"] for match in told["matches"]]
    assert ids == [card["id"] for card in cards(page)]
    assert len(ids) == 6


def test_a_thumb_moves_the_answer_and_is_part_of_the_link(open_page, photo_id):
    page = open_page("text_search", q="red", up=photo_id("blue-0.png"), k="20")
    card = next(card for card in cards(page) if card["id"] == photo_id("blue-0.png"))
    assert card["vote"] == 1
    (chips,) = elements(page, "chips")
    assert chips["chips"][-1]["label"] == "1 thumb up"


def test_the_options_are_the_fields_of_a_request_in_its_own_words(open_page):
    page = open_page("text_search", q="red")
    (mode,) = page.segmented_control
    assert (mode.label, mode.options) == (MODE.label, ["Both", "Meaning", "Words"])
    assert mode.value == "hybrid"
    assert mode.help == MODE.sentence()
    page = mode.set_value("lexical").run()
    for name in ("deduplicate", "only_matching"):
        parameter = PARAMETERS[name]
        switch = page.toggle(key=name)
        assert (switch.label, switch.help) == (parameter.label, parameter.sentence())
        page = switch.set_value(not switch.value).run()
    page = page.slider(key="diversity").set_value(0.5).run()
    assert not errors(page)
    told = {"mode": "lexical", "deduplicate": "0", "only_matching": "1", "diversity": "0.5"}
    assert {name: page.query_params[name] for name in told} == told


def test_words_that_no_photo_carries_together_are_told_and_let_go_of(open_page):
    page = open_page("text_search", q="red blue", only_matching="1")
    assert "No photo carries all these words" in texts(page)
    (button,) = [each for each in page.button if each.label == "Search all photos"]
    page = button.click().run()
    assert cards(page)
    assert "only_matching" not in page.query_params


def test_the_photo_sheet_tells_why(open_page, photo_id):
    """The hand-made model has no feature map: that is told, the rest is shown."""
    page = open_page("text_search", q="red + 2*blue", photo=photo_id("red-1.png"))
    assert not errors(page)
    assert "**Similarity" in texts(page)
    assert "cannot tell where" in texts(page)


def test_judgements_are_kept_by_question_the_last_word_counts(shelf):
    from engine.evaluation.judgements import Judgement, judgements_file, keep_judgement

    for thumb in (1, -1):
        keep_judgement(shelf, Judgement("red", "7", thumb))
    keep_judgement(shelf, Judgement("red", "8", 1))
    keep_judgement(shelf, Judgement("blue", "8", 1))
    keep_judgement(shelf, Judgement("blue", "8", 0))
    with judgements_file(shelf).open("a") as file:
        file.write("half a li")
    assert read_judgements(shelf) == {"red": {"7": -1, "8": 1}}
    with Collection.open(shelf) as collection:
        assert read_judgements(collection.folder) == {"red": {"7": -1, "8": 1}}


@pytest.mark.parametrize("name", ["search.chips", "search.remarks"])
def test_the_examples_in_docstrings_are_true(name):
    flags = doctest.ELLIPSIS
    outcome = doctest.testmod(importlib.import_module(f"pages.{name}"), optionflags=flags)
    assert outcome.attempted > 0
    assert outcome.failed == 0
