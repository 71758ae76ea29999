"""The page of words: near words that lead on, photos beside them, and what nobody knows."""

from __future__ import annotations

from tests.pages.reading import cards, elements, errors, texts


def test_before_a_word_there_are_examples(open_page):
    app = open_page("words")
    assert not errors(app)
    (examples,) = elements(app, "examples")
    assert [each["words"] for each in examples][:2] == ["shirt", "red"]
    assert examples[0]["href"] == "words?collection=squares&q=shirt"
    assert "words, learned from what captions say" in texts(app)


def test_near_words_lead_on_and_photos_stand_beside_them(open_page):
    app = open_page("words", q="red")
    assert not errors(app)
    (drawn,) = elements(app, "near_words")
    words = [row["word"] for row in drawn["rows"]]
    assert "blue" in words
    assert "red" not in words
    row = drawn["rows"][0]
    assert 0 < row["similarity"] <= 1
    assert row["href"].endswith(f"q={row['word']}")
    assert row["more"].endswith(f"q=red+%2B+{row['word']}")
    assert cards(app)


def test_unknown_words_are_told_and_the_rest_is_answered(open_page):
    app = open_page("words", q="red + qwzx")
    assert any("qwzx" in box.value for box in app.warning)
    assert elements(app, "near_words")


def test_without_a_known_word_there_are_ways_on(open_page):
    app = open_page("words", q="shrit")
    (told,) = errors(app)
    assert "shrit" in told
    (ways,) = elements(app, "examples")
    assert "shirt" in [each["words"] for each in ways]
    assert not elements(app, "near_words")
