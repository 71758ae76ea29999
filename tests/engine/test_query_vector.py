"""The query vector: parts and their coefficients, by hand, over two axes of unequal spread."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from engine.errors import QueryError
from engine.query import Term
from engine.relevance import Background
from engine.search.query_vector import compose, parts_of
from engine.search.result import QueryPart

# Mean 0; variances 2 · 0.36 / 4 = 0.18 and 2 · 0.04 / 4 = 0.02: similarities to the first axis are
# spread three times as far as those to the second.
BACKGROUND = Background(
    np.array([[0.6, 0], [-0.6, 0], [0, 0.2], [0, -0.2]], np.float32), np.arange(4)
)
FIRST, SECOND = np.eye(2, dtype=np.float32)


def said(embedding: np.ndarray, weight: float = 1, text: str = "words") -> QueryPart:
    return QueryPart(Term(weight=weight, text=text), np.asarray(embedding, np.float32), 0.0)


def shown(embedding: np.ndarray, weight: float = 1) -> QueryPart:
    return QueryPart(Term(weight=weight, photo=1), np.asarray(embedding, np.float32), 0.0)


def coefficients(*parts: QueryPart) -> list[float]:
    composed, row = compose(parts, BACKGROUND, None)
    assert float(np.linalg.norm(row)) == pytest.approx(1, abs=1e-6)
    return [part.coefficient for part in composed]


@pytest.mark.parametrize(("weight", "expected"), [(1, 1), (5, 1), (-2, -1)])
def test_one_part_alone_is_its_own_row_whatever_its_weight(weight: float, expected: float):
    assert coefficients(said(FIRST, weight)) == [expected]


def test_each_of_several_is_divided_by_the_spread_of_similarities_to_it():
    """1 : 3, over √(1 + 9)."""
    assert coefficients(said(FIRST), said(SECOND)) == pytest.approx(
        [1 / math.sqrt(10), 3 / math.sqrt(10)], rel=1e-5
    )


def test_a_minus_counts_three_quarters():
    """1 : −¾ · 3 = −2.25, over √(1 + 5.0625)."""
    assert coefficients(said(FIRST), said(SECOND, -1)) == pytest.approx(
        [1 / math.sqrt(6.0625), -2.25 / math.sqrt(6.0625)], rel=1e-5
    )


def test_words_beside_a_photo_count_a_quarter_more():
    """1 : 1.25 · 3 = 3.75, over √(1 + 14.0625); another photo beside it counts as it is."""
    length = math.sqrt(15.0625)
    assert coefficients(shown(FIRST), said(SECOND)) == pytest.approx(
        [1 / length, 3.75 / length], rel=1e-5
    )
    assert coefficients(shown(FIRST), shown(SECOND))[1] == pytest.approx(3 / math.sqrt(10))


def test_parts_that_cancel_are_refused_with_the_query():
    """1 − ¾ · 4/3 = 0."""
    with pytest.raises(QueryError, match="cancel each other"):
        compose([said(FIRST), said(FIRST, -4 / 3)], BACKGROUND, None)


def test_what_each_part_gives_adds_up_to_the_similarity():
    parts, row = compose([said(FIRST), said(SECOND)], BACKGROUND, None)
    photos = np.array([[0.6, 0.8], [1, 0]], np.float32)
    given = parts_of(parts, photos)
    assert given.sum(axis=1) == pytest.approx(photos @ row, abs=1e-6)
    assert given[1].tolist() == pytest.approx([1 / math.sqrt(10), 0], abs=1e-6)


def test_a_photo_leaves_to_the_words_what_they_name():
    """Colours differ along the second axis, so of (0.6, 0.8) 0.8 goes. What is left, (0.6, 0), is
    divided by its spread of 0.6 √0.18, the words by √0.02: 1 : 3.75 along the axes."""
    colours = SimpleNamespace(
        mentions=lambda text: [["red"]] if text == "red" else [],
        chief=lambda place: SimpleNamespace(attribute="colour"),
        family=lambda name: SECOND[None],
    )
    photo, red = shown([0.6, 0.8]), said(SECOND, text="red")
    parts, row = compose([photo, red], BACKGROUND, colours)  # type: ignore[arg-type]
    assert parts[0].embedding.tolist() == pytest.approx([0.6, 0], abs=1e-6)
    assert (parts[0].set_aside, parts[1].set_aside) == ("colour", "")
    assert row.tolist() == pytest.approx([1 / math.sqrt(15.0625), 3.75 / math.sqrt(15.0625)])
