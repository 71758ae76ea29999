"""The home page: a question, a look at the collection, ways on."""

from __future__ import annotations

from engine.access import set_visit
from engine.storage import rename_collection
from pages.shared import frame
from tests.pages.reading import cards, elements, errors, texts


def walls(page):
    """Return the photos of every wall of the page, by what the wall is called."""
    return {wall["labels"]["gallery"]: wall["cards"] for wall in elements(page, "gallery")}


def test_home_says_what_kindred_is_and_shows_the_collection(open_page):
    page = open_page()
    assert not errors(page)
    said = texts(page)
    assert "Find the photo you have in mind" in said
    assert "Coloured squares" in said
    assert "20 photos" in said
    assert len(walls(page)["A look at the collection"]) == 20


def test_home_has_four_doors(open_page):
    (doors,) = elements(open_page(), "ways")
    assert [door["href"].split("?")[0] for door in doors] == [
        "text_search",
        "image_search",
        "explorer",
        "collections",
    ]


def test_a_photo_is_shown_in_another_colour_which_can_be_changed(open_page):
    """A square's like in blue is a blue one, or one that leans to blue as violet does."""
    page = open_page()
    (red,) = [cards for label, cards in walls(page).items() if label == "This photo, but red"]
    assert red[0]["caption"].startswith("A red square")
    page.button_group(key="but").set_value("blue").run()
    assert not errors(page)
    (blue,) = [cards for label, cards in walls(page).items() if label == "This photo, but blue"]
    assert "A blue square 0" in {card["caption"] for card in blue}
    assert blue[0]["id"] != red[0]["id"]
    (way,) = [way for links in elements(page, "examples") for way in links if "but" in way["words"]]
    assert way["href"].startswith("image_search?collection=squares&q=photo+%2B+blue&like=")


def test_ones_own_photos_come_before_the_demo(open_page):
    page = open_page(collection="")
    assert page.selectbox(key="collection").value == "squares"
    assert page.selectbox(key="collection").options[-1] != "Coloured squares"
    assert "Coloured squares" in texts(page)


def test_every_example_and_every_photo_is_a_link(open_page):
    page = open_page()
    examples = elements(page, "examples")[0]
    assert examples[0]["words"].endswith(" square")
    assert all(each["href"].startswith("text_search?collection=squares&q=") for each in examples)
    photos = [card for wall in walls(page).values() for card in wall]
    assert all(card["href"].startswith("image_search?") for card in photos)


def test_a_question_leads_to_its_answer(open_page):
    page = open_page()
    page.text_input[0].input("blue")
    page.button[0].click().run()
    assert page.query_params == {"collection": "squares", "q": "blue"}
    assert cards(page)[0]["caption"] == "A blue square 0"


def test_an_empty_question_leads_nowhere(open_page):
    page = open_page()
    page.text_input[0].input("   ")
    page.button[0].click().run()
    assert "Find the photo you have in mind" in texts(page)


def test_another_collection_can_be_chosen_and_keeps_only_the_words(open_page):
    page = open_page("text_search", q="red", filter="colour=Blue", photo="")
    page.selectbox(key="collection").set_value("squares").run()
    assert page.query_params["collection"] == "squares"


def test_without_any_collection_the_page_says_how_to_make_one(open_page, monkeypatch):
    monkeypatch.setattr(frame, "collections", dict)
    page = open_page(collection="")
    (box,) = errors(page)
    assert "Collections" in box


def test_a_change_of_the_collection_is_noticed_at_the_next_look(open_page, shelf):
    page = open_page()
    set_visit(None)  # it is renamed in a shell
    rename_collection(shelf, "Bright squares")
    page.run()
    assert "Bright squares" in texts(page)
