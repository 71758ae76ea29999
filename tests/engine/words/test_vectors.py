"""Word vectors: sums of words, neighbours, what is unknown, and what nobody is told."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError, QueryError
from engine.words import WordVectors, save_words
from engine.words.screen import SCREEN, digest

WORDS = ["cat", "sofa", "dog", "boots", "accessory"]
ROWS = np.array([[1, 0, 0], [0, 1, 0], [0.8, 0.6, 0], [0, 0, 2], [0, -1, 1]], np.float32)


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> WordVectors:
    folder = tmp_path_factory.mktemp("words") / "five"
    save_words(folder, "five", WORDS, ROWS, dtype="float32")
    return WordVectors(folder)


def test_a_sum_is_the_unit_vector_between_its_words(five: WordVectors):
    """(1,0,0) + (0,1,0) has length √2, so each part becomes 1/√2."""
    half = 1 / math.sqrt(2)
    assert np.allclose(five.vector("cat + sofa"), [half, half, 0])
    assert np.allclose(five.vector("cat - sofa"), [half, -half, 0])
    assert np.allclose(five.vector("2*cat + sofa"), np.array([2, 1, 0]) / math.sqrt(5))


def test_words_side_by_side_are_averaged_before_parts_are_added(five: WordVectors):
    """((1,0,0) + (0,1,0))/2 + (0,0,1) = (½, ½, 1), of length √1.5."""
    assert np.allclose(five.vector("cat sofa + boots"), np.array([0.5, 0.5, 1]) / math.sqrt(1.5))


def test_neighbours_come_with_cosine_and_distance(five: WordVectors):
    """cos(cat, dog) = 0.8, and √(2 − 2·0.8) = √0.4."""
    first, second, *_ = five.nearest("cat", k=4)
    assert (first.rank, first.word) == (1, "dog")
    assert first.similarity == pytest.approx(0.8)
    assert first.distance == pytest.approx(math.sqrt(0.4))
    assert second.similarity == pytest.approx(0.0)


def test_the_words_of_the_query_are_no_answers_but_a_vectors_own_word_is(five: WordVectors):
    assert "cat" not in [n.word for n in five.nearest("cat + sofa", k=5)]
    assert five.nearest(np.array([7, 0, 0], np.float32), k=1)[0].word == "cat"


def test_a_word_is_found_in_either_number_and_any_case(five: WordVectors):
    assert "tail" not in five
    assert five.understand("dog's").known == ("dog",)
    for word in ("Cats", "boot", "ACCESSORIES"):
        assert word in five


def test_unknown_words_are_reported_and_a_strict_vector_refuses_them(five: WordVectors):
    understood = five.understand("cat on the sofaa")
    assert understood.known == ("cat",)
    assert understood.unknown == ("on", "the", "sofaa")
    with pytest.raises(QueryError, match=r"5 words known: sofaa\. Did you mean sofa\."):
        five.vector("cat + sofaa")
    with pytest.raises(QueryError, match="known: qwzx"):
        five.nearest("qwzx")


def test_words_that_cancel_out_are_refused(five: WordVectors):
    with pytest.raises(QueryError, match="cancel out"):
        five.understand("cat - cat")


def test_many_texts_at_once_keep_a_zero_row_for_what_has_no_known_word(five: WordVectors):
    rows, unknown = five.vectors(["cats", "", "sofa sofas blob"])
    assert np.allclose(rows, [[1, 0, 0], [0, 0, 0], [0, 1, 0]])
    assert unknown == [(), (), ("blob",)]


def test_smoothing_lets_frequent_words_count_less(five: WordVectors):
    """Row 0 is likelier than row 1 by Zipf, so "cat sofa" leans towards the sofa."""
    ((cat, sofa, _),), _ = five.vectors(["cat sofa"], smoothing=1e-3)
    assert sofa > 1.5 * cat > 0


def test_answers_may_be_kept_to_some_words(five: WordVectors):
    found = five.nearest("cat", k=9, among=["boots", "sofas", "unheard"])
    assert {n.word for n in found} == {"boots", "sofa"}


@pytest.mark.parametrize("vector", [[1, 2], [0, 0, 0], [math.nan, 0, 0], [math.inf, 0, 0]])
def test_a_vector_of_another_width_or_without_direction_is_a_mistake(five: WordVectors, vector):
    with pytest.raises(ValueError, match="finite and not zero"):
        five.nearest(np.array(vector, np.float32))


def test_what_would_insult_is_no_answer(five: WordVectors, tmp_path: Path, monkeypatch):
    screen = tmp_path / "screened.txt"
    screen.write_text(f"# comment\n{digest('Dogs')}\n")
    monkeypatch.setattr("engine.words.screen.SCREEN", screen)
    from engine.words import screen as room

    room._digests.cache_clear()
    try:
        assert "dog" not in [n.word for n in five.nearest("cat", k=5)]
        assert five.vector("dog") is not None
    finally:
        room._digests.cache_clear()
    assert len(SCREEN.read_text().split()) > 100


def test_a_set_that_has_lost_a_file_is_told_in_words(tmp_path: Path):
    save_words(tmp_path / "set", "set", WORDS, ROWS)
    (tmp_path / "set" / "words.txt").write_bytes(b"cat\n")
    with pytest.raises(ModelError, match="cannot be read"):
        WordVectors.open(tmp_path / "set")
    with pytest.raises(ModelError, match="exists already"):
        save_words(tmp_path / "set", "set", WORDS, ROWS)


def test_the_bundled_set_knows_what_a_person_would_say():
    vectors = WordVectors.open()
    for word, expected in {
        "shirt": {"tshirt", "sweater", "sweatshirt", "hoodie"},
        "red": {"yellow", "blue", "orange", "pink"},
        "running": {"runs", "trotting", "sprints"},
    }.items():
        assert len(expected & {n.word for n in vectors.nearest(word, k=10)}) >= 2, word
    n_bytes = sum(path.stat().st_size for path in vectors.folder.iterdir())
    assert n_bytes < 4 * 2**20
