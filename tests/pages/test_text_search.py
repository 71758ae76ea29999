"""The page of text search, state by state."""

from __future__ import annotations

import logging
import re

import pytest

from engine.search import SearchEngine
from pages.shared.navigation import MENU
from pages.shared.phrases import WORD_JOINER
from tests.pages.reading import blocks, cards, elements, errors, links, texts
from tests.pages.squares import STRANGE_CAPTION


def names(found):
    return [card["caption"] for card in found]


def test_before_a_question_there_are_examples_a_hint_and_photos_to_look_at(open_page):
    page = open_page("text_search")
    assert not errors(page)
    (examples,) = elements(page, "examples")
    assert [each["href"] for each in examples]
    assert all(each["href"].startswith("text_search?collection=squares&q=") for each in examples)
    assert "square - yellow" in texts(page)  # said with words of this collection
    assert "dress" not in texts(page)
    assert len(cards(page)) == 20
    assert all("similarity" not in card for card in cards(page))


def test_words_bring_nine_photos_the_nearest_first(open_page):
    """Shade s of red is (½, x, x) with x = 30s/255 − ½, so its cosine with "red" is
    (¼ − x) / (√¾ · √(¼ + 2x²)): 1, 0.991, 0.952 and 0.847 for s = 0 … 3."""
    page = open_page("text_search", q="red")
    assert not errors(page)
    found = cards(page)
    assert [card["rank"] for card in found] == list(range(1, 10))
    assert names(found)[:4] == [f"A red square {shade}" for shade in range(4)]
    assert [card["similarity"] for card in found[:4]] == pytest.approx(
        [1, 0.9915, 0.9515, 0.8466], abs=1e-4
    )
    assert all(card["image"].startswith("data:image/") and card["alt"] for card in found)


def test_the_toolbar_says_how_many_of_how_many_and_how_fast(open_page):
    page = open_page("text_search", q="red")
    labels = [block.label for block in blocks(page, "popover")]
    assert any(re.fullmatch(r"9 of 20 photos, [\d.]+ ms", label) for label in labels)
    said = texts(page)
    assert "encode" in said
    assert "Exact: every photo was compared." in said


def test_the_link_chooses_how_many_and_which_page(open_page):
    page = open_page("text_search", q="red", k="3", page="2")
    assert [card["rank"] for card in cards(page)] == [4, 5, 6]
    assert page.selectbox(key="per_page").value == 3


def test_a_new_number_of_photos_goes_into_the_link_and_back_to_the_first_page(open_page):
    page = open_page("text_search", q="red", page="2")
    page.selectbox(key="per_page").select(12).run()
    assert page.query_params == {"collection": "squares", "q": "red", "k": "12"}
    assert len(cards(page)) == 12


def test_turning_the_page_goes_into_the_link(open_page):
    page = open_page("text_search", q="red")
    page.get("pagination")[0].set_value(3).run()
    assert page.query_params["page"] == "3"
    assert [card["rank"] for card in cards(page)] == [19, 20]


def test_typed_words_become_the_link(open_page):
    page = open_page("text_search")
    page.text_input(key="words").input("  blue ").run()
    assert page.query_params["q"] == "blue"
    assert names(cards(page))[0] == "A blue square 0"


def test_a_minus_leaves_out(open_page):
    """red − violet = (½−½, −½+½, −½−½) = (0, 0, −1): what has the least blue, so no violet."""
    page = open_page("text_search", q="red - violet", k="12")
    assert not any("violet" in name or "blue" in name for name in names(cards(page)))


def test_facets_count_and_filter(open_page):
    page = open_page("text_search", q="red", filter=["colour=Blue", "colour=Green"])
    assert {name.split()[1] for name in names(cards(page))} == {"blue", "green"}
    colour = page.button_group(key="facet colour")
    assert sorted(colour.value) == ["Blue", "Green"]
    assert "9 of" not in texts(page)
    assert len(cards(page)) == 8


def test_a_filter_in_use_narrows_the_other_counts_but_not_its_own(open_page):
    """Blue leaves 4 of 20, all glossy; another colour would still bring its 4."""
    page = open_page("text_search", q="red", filter="colour=Blue")
    colours = page.button_group(key="facet colour").options
    assert colours[0] == "Blue :gray[4]"
    assert sorted(colours[1:]) == [f"{c} :gray[4]" for c in ("Green", "Red", "Violet", "Yellow")]
    assert page.button_group(key="facet finish").options == ["Glossy :gray[4]"]


def test_a_chosen_facet_goes_into_the_link(open_page):
    page = open_page("text_search", q="red", page="2")
    page.button_group(key="facet colour").set_value(["Blue"]).run()
    assert page.query_params["filter"] == "colour=Blue"
    assert "page" not in page.query_params
    assert len(cards(page)) == 4


def test_filters_that_no_photo_passes_offer_to_be_cleared(open_page):
    """Only red squares are matt."""
    page = open_page("text_search", q="red", filter=["colour=Blue", "finish=Matt"])
    assert not errors(page)
    assert "No photo passes all these filters" in texts(page)
    page.button[-1].click().run()
    assert "filter" not in page.query_params
    assert len(cards(page)) == 9


def test_a_page_beyond_the_last_leads_back(open_page):
    page = open_page("text_search", q="red", page="7")
    assert "There are no photos on this page" in texts(page)
    page.button[-1].click().run()
    assert cards(page)[0]["rank"] == 1


def test_a_filter_that_does_not_exist_is_one_box(open_page):
    (box,) = errors(open_page("text_search", q="red", filter="colour=Beige"))
    assert "Beige" in box


def test_an_unknown_word_is_named_and_the_rest_is_answered(open_page):
    page = open_page("text_search", q="red xylophone")
    assert not page.warning
    labels = [block.label for block in blocks(page, "popover")]
    assert any("1 word is new to this model" in label for label in labels)
    assert "**xylophone** was never seen in training" in texts(page)
    assert len(cards(page)) == 9


def test_a_query_without_a_known_word_is_one_box_with_words_to_try(open_page):
    page = open_page("text_search", q="rad")
    (box,) = errors(page)
    assert "rad" in box
    assert "red" in box
    assert not elements(page, "gallery")


@pytest.mark.parametrize("query", ["red -", "0*red", "x" * 5000, "3*red - 4*red"])
def test_a_query_that_makes_no_sense_is_one_box(open_page, query):
    assert len(errors(open_page("text_search", q=query))) == 1


def test_a_photo_in_the_link_opens_its_details_with_its_caption_as_it_was_written(
    open_page, photo_id
):
    page = open_page("text_search", q="violet", photo=photo_id("violet-3.png"))
    assert not errors(page)
    (dialog,) = blocks(page, "dialog")
    title = r"\*violet\* square \< 1 \[3\]\(https\:|//example\.org\)"
    assert dialog.title == title.replace("|", WORD_JOINER)
    assert "Violet" in texts(page)
    (link,) = [each for each in links(page) if each["label"] == "More like this"]
    assert f"like={photo_id('violet-3.png')}" in link["href"]


def test_the_gallery_gets_captions_as_data(open_page):
    page = open_page("text_search", q="violet")
    assert STRANGE_CAPTION in names(cards(page))


def test_a_collection_that_does_not_exist_is_one_box(open_page):
    (box,) = errors(open_page("text_search", collection="../../etc", q="red"))
    assert "No such collection" in box


def test_what_nobody_expected_is_one_sentence_and_a_log_entry(open_page, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(SearchEngine, "search", fail)
    with caplog.at_level(logging.ERROR):
        (box,) = errors(open_page("text_search", q="red"))
    assert "Something went wrong" in box
    assert "secret" not in box
    assert "secret detail" in caplog.text


def test_the_menu_keeps_the_collection(open_page):
    page = open_page("text_search")
    menu = links(page)[: len(MENU)]
    assert [link["label"] for link in menu] == [label for label, _ in MENU.values()]
    assert {link["href"].partition("?")[2] for link in menu} == {"collection=squares"}
    assert [link["label"] for link in menu if link["current"]] == ["Search by words"]
