"""Lexical search: BM25 by hand, its shortcuts against scoring everything, and what words tell."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Catalogue, NewPhoto, bm25, full_text
from engine.search.collection_values import CollectionValues
from engine.search.lexical import PostingScorer, _together
from engine.text import asked_stems, stems
from tests.engine.full_text import best

WORDS = "red blue green dress coat scarf wool silk summer winter long short".split()  # noqa: SIM905


def new_photo(name: str, *captions: str, **attributes: str) -> NewPhoto:
    return NewPhoto(name, f"{name}.jpg", captions, attributes, (), 1, 1, 1, 1, "00")


@pytest.fixture
def catalogue(tmp_path: Path):
    with Catalogue.create(tmp_path / "c.sqlite", root="photos") as made:
        yield made


def drawn_captions(n: int, seed: int = 0) -> list[str]:
    """Captions of two to seven words, some far commoner than others."""
    luck = np.random.default_rng(seed)
    shares = 1 / np.arange(1, len(WORDS) + 1)
    shares /= shares.sum()
    lengths = luck.integers(2, 8, n)
    return [" ".join(luck.choice(WORDS, size=length, p=shares)) for length in lengths]


def scored_one_by_one(captions: list[str], query: str) -> dict[int, float]:
    """BM25 as it is written down, of every document that has a word of the query."""
    documents = [Counter(stems(caption)) for caption in captions]
    usual = sum(each.total() for each in documents) / len(documents)
    scores: dict[int, float] = {}
    for stem in asked_stems(query):
        n = sum(stem in each for each in documents)
        idf = max(math.log((len(documents) - n + 0.5) / (n + 0.5)), 1e-6)
        for row, each in enumerate(documents):
            if each[stem]:
                norm = 1.2 * (0.25 + 0.75 * each.total() / usual)
                scores[row] = scores.get(row, 0) + idf * 2.2 * each[stem] / (each[stem] + norm)
    return scores


def test_bm25_of_one_word_is_that_of_the_formula(catalogue: Catalogue):
    """Of four documents one says "boots", twice, in three words; the four have 3 + 1 + 1 + 1 = 6
    words, 1.5 on average. idf = ln(3.5 / 1.5) = 0.84730, the norm 1.2 (0.25 + 0.75 · 2) = 2.1, and
    the score 0.84730 · 2.2 · 2 / (2 + 2.1) = 0.90930."""
    texts = [("boots", "old boot"), ("coat",), ("hat",), ("bag",)]
    catalogue.add(new_photo(str(i), *said) for i, said in enumerate(texts))
    assert best(catalogue, "boots", 9) == {0: pytest.approx(0.90930, abs=1e-5)}


@pytest.mark.parametrize("hopeful", [20, 2_000])
@pytest.mark.parametrize("many", [30, 20_000])
@pytest.mark.parametrize("query", ["wool", "red dress", "short winter coat", "long silk red scarf"])
def test_the_best_are_those_of_scoring_every_document(
    catalogue: Catalogue, monkeypatch, many: int, hopeful: int, query: str
):
    """Once the rarer words have `many` documents, those alone are scored: the best of them; and
    only where there are more than `hopeful` some need not be."""
    monkeypatch.setattr(bm25, "_MANY", many)
    monkeypatch.setattr(bm25, "_HOPEFUL", hopeful)
    monkeypatch.setattr(full_text, "CHUNK_ROWS", 256)
    captions = drawn_captions(900)
    catalogue.add(new_photo(str(i), caption) for i, caption in enumerate(captions))
    having = {
        word: {row for row, caption in enumerate(captions) if word in caption.split()}
        for word in query.split()
    }
    finding: set[int] = set()
    n_before = 0
    for rows in sorted(having.values(), key=len):
        finding |= rows if n_before < many else set()
        n_before += len(rows)
    truth = scored_one_by_one(captions, query)
    expected = sorted((truth[row] for row in finding), reverse=True)[:12]
    found = best(catalogue, query, 12)
    assert list(found.values()) == pytest.approx(expected)
    assert found == pytest.approx({row: truth[row] for row in found})
    every = set.intersection(*having.values())
    assert set(catalogue.rows_saying(query).tolist()) == every
    assert set(best(catalogue, query, 900, every_word=True)) == every
    expected = sorted((truth[row] for row in every), reverse=True)[:5]
    found = best(catalogue, query, 5, every_word=True)
    assert list(found.values()) == pytest.approx(expected)


def test_captions_that_change_and_photos_that_leave_change_what_is_found(catalogue: Catalogue):
    """After any changes the index is the one that the captions make anew."""
    captions = dict(enumerate(drawn_captions(60)))
    catalogue.add(new_photo(str(row), caption) for row, caption in captions.items())
    for row in range(0, 60, 7):
        captions[row] = "winter boots"
        catalogue.replace(row, new_photo(str(row), captions[row]))
    catalogue.retire(range(0, 60, 5))
    left = {row: caption for row, caption in captions.items() if row % 5}
    with Catalogue.create(catalogue.path.with_name("new.sqlite"), root="photos") as anew:
        anew.add(new_photo(str(row), caption) for row, caption in left.items())
        for query in ("boots", "red dress", "winter"):
            found = best(catalogue, query, 99)
            again = best(anew, query, 99)
            assert found == pytest.approx({list(left)[row]: again[row] for row in again})


@pytest.mark.parametrize(("said", "asked"), [("t-shirt", "tshirts"), ("V-neck", "vneck")])
def test_spellings_of_one_word_find_the_same(catalogue: Catalogue, said: str, asked: str):
    catalogue.add([new_photo("a", f"a {said}"), new_photo("b", "a coat")])
    assert list(best(catalogue, asked, 9)) == [0]
    assert list(best(catalogue, said, 9)) == [0]


def test_a_phrase_is_found_where_its_words_stand_together(catalogue: Catalogue):
    texts = ["red silk scarf", "scarf of silk, red", "silk scarves in red"]
    catalogue.add(new_photo(str(i), text) for i, text in enumerate(texts))
    assert catalogue.rows_saying("silk scarf").tolist() == [0, 1, 2]
    assert catalogue.rows_saying("silk scarf", together=True).tolist() == [0, 2]


def log_odds(
    catalogue: Catalogue,
    collection_values: CollectionValues,
    text: str,
    *,
    is_condition: bool = False,
) -> dict[str, np.ndarray]:
    with PostingScorer.over(
        catalogue, collection_values, text, k=99, is_condition=is_condition
    ) as scorer:
        return scorer.log_odds(catalogue.live_rows())


@pytest.fixture
def shelf(catalogue: Catalogue) -> tuple[Catalogue, CollectionValues]:
    """Six squares, two of them of size S."""
    colours = ["red", "magenta", "green", "cyan", "blue", "black"]
    catalogue.add(
        new_photo(colour, f"a {colour} square", size="S" if colour in ("red", "green") else "L")
        for colour in colours
    )
    return catalogue, CollectionValues(catalogue, None)


def test_a_value_tells_by_how_few_have_it_and_only_of_what_may_match(shelf):
    """Two of six have size S: log(1 + 6/2) each. The captions do not say S."""
    told = log_odds(*shelf, "S")
    assert told["tags"].tolist() == pytest.approx([math.log(4), 0, math.log(4), 0, 0, 0])
    assert not told["captions"].any()
    with PostingScorer.over(*shelf, "S", k=9, allowed=np.arange(6) > 0) as scorer:
        assert scorer.candidates.tolist() == [2]


def test_a_caption_that_leaves_a_word_out_counts_a_quarter(shelf):
    """Only one caption says "red square"; of the others the BM25 of "square" counts a quarter."""
    bm25 = best(shelf[0], "red square", 6)
    told = log_odds(*shelf, "red square")["captions"]
    assert told[0] == pytest.approx(bm25[0])
    assert told[4] == pytest.approx(bm25[4] / 4)


def test_what_captions_and_values_both_say_counts_once_and_a_half():
    """3 and 1: together 3.5, in shares of 3 to 1; what one says alone is kept."""
    told = _together(np.array([3.0, 0]), np.array([1.0, 2]), again=0.5)
    assert told["captions"].tolist() == [2.625, 0]
    assert told["tags"].tolist() == [0.875, 2]


def test_beside_a_photo_all_who_say_the_words_say_the_same(shelf):
    """The condition is worth 8, whoever meets it."""
    assert log_odds(*shelf, "red square", is_condition=True)["captions"].tolist() == [8, *[0] * 5]
    told = log_odds(*shelf, "S", is_condition=True)
    assert told["tags"].tolist() == [8, 0, 8, 0, 0, 0]


def test_of_very_many_photos_with_a_value_those_with_all_values_are_candidates(shelf):
    """The first three of 40 red ones are enough where only the worth of one value is asked; of
    two values those come first that have both."""
    catalogue, _ = shelf
    catalogue.add(
        new_photo(f"n{i}", colour="red", kind="hat" if i > 36 else "coat") for i in range(40)
    )
    collection_values = CollectionValues(catalogue, None)
    with PostingScorer.over(catalogue, collection_values, "hat coat red hat", k=3) as scorer:
        assert {6 + 37, 6 + 38, 6 + 39} <= set(scorer.candidates.tolist())
