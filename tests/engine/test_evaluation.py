"""Figures that cannot flatter."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluation.metrics import both_directions, partner_ranks, precision_at_k, retrieval


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


def angles(*degrees: float) -> np.ndarray:
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_several_captions_are_pooled_as_the_literature_does():
    """Nearness is nearness of angles. Photos A at 0°, B at 50°, C at 90°; captions of A at 20°,
    30° and 60°, of B at 10° and 52°, of C at 45°.

    text → photo among three photos: 20° is nearest to A (1). 30° is 20° from B and 30° from A (2).
    60° is 10° from B, 30° from C, 60° from A (3). 10° is 10° from A, 40° from B (2). 52° is nearest
    to B (1). 45° is 5° from B and 45° from A and from C: one nearer, one as near (2.5).
    So R@1 = 2/6, R@5 = 1, median of 1 1 2 2 2.5 3 = 2, mean 11.5/6.

    photo → text among six captions: A's own best is 20°, before it only B's 10°, so rank 2. B's
    own best is 52° at 2°: rank 1. C's only one is 45° away; 52° at 38° and 60° at 30° are nearer:
    rank 3.
    """
    photos, texts = angles(0, 50, 90), angles(20, 30, 60, 10, 52, 45)
    figures = both_directions(photos, texts, np.arange(3), np.array([0, 0, 0, 1, 1, 2]))
    found = figures["text_to_image"]
    assert (found.pool, found.n_queries) == (3, 6)
    assert (found.recall_at_1, found.recall_at_5) == (pytest.approx(2 / 6), 1)
    assert (found.median_rank, found.mean_rank) == (2, pytest.approx(11.5 / 6))
    found = figures["image_to_text"]
    assert (found.pool, found.n_queries) == (6, 3)
    assert (found.recall_at_1, found.median_rank, found.mean_rank) == (pytest.approx(1 / 3), 2, 2)


def test_every_caption_of_another_photo_is_a_candidate_of_its_own():
    """Photo A at 0° has its caption at 30°; B's five captions lie at 2°, 4° … 10°: rank 6 of 6.
    B at 90° is 80° from its own at 10°, and A's caption is nearer: rank 2. Folded by photo, as
    copies of photos are, it would flatter: A has rank 2 of 2."""
    photos, texts = angles(0, 90), angles(30, 2, 4, 6, 8, 10)
    groups = np.array([0, 1, 1, 1, 1, 1])
    assert both_directions(photos, texts, np.arange(2), groups)["image_to_text"].mean_rank == 4
    asked = (photos[:1], texts, np.array([0]), groups)
    assert partner_ranks(*asked, fold_groups=False).tolist() == [6]
    assert partner_ranks(*asked).tolist() == [2]


def test_a_photo_without_a_caption_is_a_candidate_and_asks_nothing():
    """The caption at 10° of the photo at 30° finds the bare photo at 5° first: rank 2 of 2."""
    figures = both_directions(angles(30, 5), angles(10), np.arange(2), np.array([0]))
    assert (figures["text_to_image"].pool, figures["text_to_image"].mean_rank) == (2, 2)
    assert figures["image_to_text"].n_queries == 1


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
