"""Figures that cannot flatter."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation import both_directions, partner_ranks, precision_at_k, retrieval


def unit(rows: list[list[float]]) -> np.ndarray:
    matrix = np.array(rows, np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def test_a_rank_counts_the_strictly_nearer_candidates():
    """Similarities of the query to 0, 1, 2: 1, 0.8, 0; its partner 1 is second."""
    rows = unit([[1, 0], [0.8, 0.6], [0, 1]])
    assert partner_ranks(rows[:1], rows, np.array([1]), np.arange(3)).tolist() == [2]


def test_a_model_that_says_the_same_of_everything_scores_in_the_middle():
    """100 equal candidates: 99 tie with the partner, so its rank is 1 + 99/2 = 50.5."""
    rows = np.ones((100, 1), np.float32)
    ranks = partner_ranks(rows, rows, np.arange(100), np.arange(100))
    assert set(ranks) == {50.5}
    assert retrieval(ranks, 100).recall_at_10 == 0


def test_random_rows_score_at_chance():
    """Of 500 candidates, ten places hold the partner by luck with probability 0.02."""
    rng = np.random.default_rng(0)
    photos, texts = (unit(rng.normal(size=(500, 16)).tolist()) for _ in range(2))
    figures = both_directions(photos, texts, np.arange(500), np.arange(500))
    assert figures["text_to_image"].recall_at_10 == pytest.approx(0.02, abs=0.02)
    assert figures["image_to_text"].median_rank == pytest.approx(250, abs=40)


def test_copies_of_a_photo_are_one_candidate():
    """Photos 0 and 1 are copies. Text of group 1 is nearest to the copies: they push it down by
    one rank, not two. Folded pool: 2."""
    photos = unit([[1, 0], [1, 0], [0.6, 0.8]])
    texts = unit([[1, 0], [1, 0.1]])
    figures = both_directions(photos, texts, np.array([0, 0, 1]), np.array([0, 1]))
    assert figures["text_to_image"].pool == 2
    assert figures["text_to_image"].mean_rank == 1.5


def test_any_caption_of_a_photo_is_its_partner():
    """The photo's second caption is nearest of all: rank 1, whatever the first does."""
    photos = unit([[1, 0], [0, 1]])
    texts = unit([[0, 1], [1, 0], [0.5, 1]])
    figures = both_directions(photos, texts, np.arange(2), np.array([0, 0, 1]))
    assert figures["image_to_text"].n_queries == 2
    assert partner_ranks(photos[:1], texts, np.array([0]), np.array([0, 0, 1])).tolist() == [1]


def test_a_query_without_a_partner_is_a_mistake():
    rows = unit([[1, 0]])
    with pytest.raises(ValueError, match="own group"):
        partner_ranks(rows, rows, np.array([7]), np.array([0]))


def test_summary_figures_follow_from_the_ranks():
    """Ranks 1, 2, 6, 11: a quarter at 1, half at 5, three quarters at 10; median 4, mean 5."""
    figures = retrieval(np.array([1.0, 2, 6, 11]), pool=20)
    recalls = figures.recall_at_1, figures.recall_at_5, figures.recall_at_10
    assert recalls == (0.25, 0.5, 0.75)
    assert (figures.median_rank, figures.mean_rank) == (4, 5)


def test_precision_looks_at_labelled_others_only():
    """Rows 0 and 1 are shoes, 2 a shirt, 3 unlabelled and the nearest of all. With k=1 each shoe
    finds the other and the shirt finds a shoe: 2/3 over a pool of 3."""
    rows = unit([[1, 0], [0.99, 0.1], [0, 1], [1, 0.01]])
    precision, pool = precision_at_k(rows, ["shoe", "shoe", "shirt", ""], np.arange(4), k=1)
    assert (precision, pool) == (pytest.approx(2 / 3), 3)


def test_precision_leaves_out_byte_identical_copies():
    """Rows 0 and 1 are copies of one shoe: neither may find the other, so both find the shirt."""
    rows = unit([[1, 0], [1, 0], [0, 1]])
    precision, _ = precision_at_k(rows, ["shoe", "shoe", "shirt"], np.array([0, 0, 1]), k=1)
    assert precision == 0
