"""The page of image search, state by state."""

from __future__ import annotations

import pytest

from engine.search import upload
from tests.pages.reading import cards, elements, errors, texts
from tests.pages.squares import heic, square

RED = ("red.png", square("red", 0), "image/png")
BLUE = ("blue.png", square("blue", 0), "image/png")
FALSE = ("holiday.jpg", b"<html>not a photo</html>", "image/jpeg")


def names(page):
    return [card["caption"] for card in cards(page)]


def test_before_a_photo_there_are_ways_to_bring_one_and_samples_that_are_links(open_page):
    page = open_page("image_search")
    assert not errors(page)
    assert page.file_uploader(key="uploads").value == []
    found = cards(page)
    assert len(found) == 20
    assert all(c["href"].startswith("image_search?collection=squares&like=") for c in found)


def test_other_samples_can_be_shown(open_page):
    page = open_page("image_search")
    before = cards(page)
    (button,) = [each for each in page.button if each.label == "Show others"]
    button.click().run()
    assert sorted(c["id"] for c in cards(page)) == sorted(c["id"] for c in before)


def test_a_photo_of_the_collection_finds_its_like_but_not_itself(open_page, photo_id):
    page = open_page("image_search", like=photo_id("red-0.png"))
    assert not errors(page)
    assert names(page)[:3] == [f"A red square {shade}" for shade in (1, 2, 3)]
    assert len(elements(page, "region")) == 1
    assert "As the model sees it: upright, whole, 32 × 32 pixels." in texts(page)


def test_an_uploaded_photo_finds_its_like_and_stays_out_of_the_link(open_page):
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([RED]).run()
    assert not errors(page)
    assert names(page)[0] == "A red square 0"
    assert cards(page)[0]["similarity"] == pytest.approx(1, abs=1e-3)
    assert page.query_params == {"collection": "squares"}
    assert len(elements(page, "region")) == 1


def test_an_upload_is_decoded_once_for_all_that_is_clicked_after_it(open_page, monkeypatch):
    decoded = []
    read = upload.read_photo
    monkeypatch.setattr(upload, "read_photo", lambda *a: decoded.append(a) or read(*a))
    brand_new = ("new.png", square("red", 7), "image/png")
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([brand_new]).run()
    page.selectbox(key="per_page").select(24).run()
    page.text_input(key="words").input("photo + blue").run()
    assert not errors(page)
    assert len(decoded) == 1


def test_a_heic_photo_can_be_dropped_whatever_type_the_browser_gives_it(open_page):
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([("IMG_1.HEIC", heic("red"), "")]).run()
    assert not errors(page)
    assert names(page)[0].startswith("A red square")


def test_several_photos_add_up(open_page):
    """red + blue points at violet, red and blue, each divided by its spread, and at no green."""
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([RED, BLUE]).run()
    assert not errors(page)
    assert len(elements(page, "region")) == 2
    assert {name.split()[1] for name in names(page)[:3]} <= {"violet", "red", "blue"}
    assert all(card["similarity"] > 0.5 for card in cards(page)[:3])
    assert r"`photo2` blue\.png" in texts(page)


def test_a_photo_can_count_against(open_page):
    """red − ½ blue = (¾, −¼, −¾) / 2: red and yellow lean to it, green and violet hardly."""
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([RED, BLUE]).run()
    weights = [box for box in page.selectbox if box.key.startswith("weight")]
    weights[1].select(-1.0).run()
    assert not errors(page)
    assert {name.split()[1] for name in names(page)[:4]} <= {"red", "yellow"}


def test_words_refine_and_go_into_the_link(open_page, photo_id):
    """The photo leaves its colour to the words, and they say blue."""
    page = open_page("image_search", like=photo_id("red-0.png"))
    page.text_input(key="words").input("photo - red + blue").run()
    assert page.query_params["q"] == "photo - red + blue"
    assert names(page)[0].startswith("A blue square")


def test_weights_in_the_link_reproduce_the_view(open_page, photo_id):
    like = [photo_id("red-0.png"), photo_id("yellow-0.png")]
    page = open_page("image_search", like=like, weight=["-3", "1"])
    assert not errors(page)
    assert [box.value for box in page.selectbox if box.key.startswith("weight")] == [-3.0, 1.0]
    assert names(page)[0].split()[1] == "green"


def test_a_photo_of_the_collection_can_be_left_out_again(open_page, photo_id):
    page = open_page("image_search", like=[photo_id("red-0.png"), photo_id("blue-0.png")])
    page.button(key=f"leave {photo_id('blue-0.png')}").click().run()
    assert page.query_params["like"] == photo_id("red-0.png")


def test_a_file_that_is_no_photo_is_named_and_the_others_are_searched(open_page):
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([FALSE, RED]).run()
    (box,) = errors(page)
    assert r"holiday\.jpg" in box
    assert names(page)[0] == "A red square 0"


def test_a_file_that_is_no_photo_alone_leaves_the_samples(open_page):
    page = open_page("image_search")
    page.file_uploader(key="uploads").set_value([FALSE]).run()
    assert len(errors(page)) == 1
    assert len(cards(page)) == 20


def test_a_photo_that_is_not_in_the_collection_is_one_box(open_page):
    assert len(errors(open_page("image_search", like="nobody"))) == 1


def test_filters_and_pages_work_here_too(open_page, photo_id):
    page = open_page(
        "image_search", like=photo_id("red-0.png"), filter="colour=Green", k="3", page="2"
    )
    assert [card["rank"] for card in cards(page)] == [4]
