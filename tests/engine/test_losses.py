"""Losses against numbers worked out by hand."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from engine.losses import attribute_values, contrastive, cosine, hinge, triplet_margin

APART = np.eye(2, dtype=bool)


def test_a_model_that_knows_nothing_pays_the_logarithm_of_the_batch():
    """All similarities equal: each softmax is 1/4, so the loss is log 4 whatever the scale."""
    rows = np.ones((4, 1), np.float32)
    loss = contrastive(rows, rows, np.eye(4, dtype=bool), 3.0)
    assert float(loss) == pytest.approx(math.log(4), abs=1e-5)


def test_the_contrastive_loss_of_two_orthogonal_pairs():
    """Logits are the scale s = e on the diagonal and 0 beside it: log(e^s + 1) - s = log(1 + e^-e)
    in both directions."""
    rows = np.eye(2, dtype=np.float32)
    expected = math.log(1 + math.exp(-math.e))
    assert float(contrastive(rows, rows, APART, 1.0)) == pytest.approx(expected, abs=1e-6)


def test_pairs_that_are_the_same_do_not_push_each_other_away():
    """Two pairs, the same: nothing is left to tell apart, the loss is log 1 = 0."""
    rows = np.ones((2, 1), np.float32)
    same = np.ones((2, 2), bool)
    assert float(contrastive(rows, rows, same, 0.0)) == pytest.approx(0, abs=1e-6)


def test_the_triplet_loss_is_distance_minus_distance_plus_margin():
    """Row 0: d(a,p) = 0, d(a,n) = √2 → max(0 - 1.414 + 0.4, 0) = 0. Row 1 has its text opposite:
    d(a,p) = 2, negative (1, 0): √2 → 2 - 1.4142 + 0.4 = 0.9858. Mean 0.4929."""
    photos = np.array([[1, 0], [0, 1]], np.float32)
    texts = np.array([[1, 0], [0, -1]], np.float32)
    expected = (2 - math.sqrt(2) + 0.4) / 2
    assert float(triplet_margin(photos, texts, APART)) == pytest.approx(expected, abs=1e-5)


def test_a_triplet_whose_negative_is_the_same_costs_nothing():
    rows = np.ones((2, 1), np.float32)
    assert float(triplet_margin(rows, rows, np.ones((2, 2), bool))) == 0


def turned(*degrees: float) -> np.ndarray:
    """Unit rows in the plane; two of them that are t apart have distance 2 sin(t / 2)."""
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_semi_hard_negatives_are_the_nearest_beyond_the_positive():
    """Photos at 0°, 180° and 270°; texts at 60°, 40° and 100°. Photo 0: positive at 60° is
    2 sin 30° = 1 away; of the others 40° is nearer, so the negative is 100°, 2 sin 50° = 1.5321:
    max(1 - 1.5321 + 0.4, 0) = 0. Photo 1 (180°): positive 140° away, 1.8794; no other is farther,
    so the farthest counts: 120°, 1.7321: 0.5473. Photo 2 (270°): positive 170° away, 1.9924, again
    the farthest: 60° is 150° away, 1.9319; 40° is 130°: 0.4605. Mean (0 + 0.5473 + 0.4605) / 3."""
    photos, texts = turned(0, 180, 270), turned(60, 40, 100)
    loss = triplet_margin(photos, texts, np.eye(3, dtype=bool), 0.4, "semi-hard")
    assert float(loss) == pytest.approx((0.5473 + 0.4605) / 3, abs=1e-3)


def test_the_hardest_negative_is_the_nearest_of_all():
    """The same: photo 0 has 40°, 2 sin 20° = 0.6840: 1 - 0.6840 + 0.4 = 0.7160. Photo 1 has 100°,
    80° away, 1.2856: 1.8794 - 1.2856 + 0.4 = 0.9938. Photo 2 has 40°, 130° away, 1.8126:
    1.9924 - 1.8126 + 0.4 = 0.5798."""
    photos, texts = turned(0, 180, 270), turned(60, 40, 100)
    loss = triplet_margin(photos, texts, np.eye(3, dtype=bool), 0.4, "hardest")
    assert float(loss) == pytest.approx((0.7160 + 0.9938 + 0.5798) / 3, abs=1e-3)


def test_the_hinge_loss_compares_right_matches_with_wrong_ones():
    """Photos (1, 0), (0, 1); texts (0.8, 0.6), (0, 1): similarities [[0.8, 0], [0.6, 1]]. Wrong
    are 0 (photo 0, text 1) and 0.6 (photo 1, text 0). By photos: max(0, 0.3 - 0.8 + 0) = 0 and
    max(0, 0.3 - 1 + 0.6) = 0. By texts: 0.3 - 1 + 0 → 0 and 0.3 - 0.8 + 0.6 = 0.1. Mean of the
    four: 0.025."""
    photos = np.eye(2, dtype=np.float32)
    texts = np.array([[0.8, 0.6], [0, 1]], np.float32)
    assert float(hinge(photos, texts, APART, 0.3)) == pytest.approx(0.025, abs=1e-6)


def test_a_tag_that_another_photo_carries_too_is_no_wrong_match_for_it():
    """Photo 1 carries text 0 as well: only (photo 0, text 1), similarity 0, is wrong, and both its
    hinges are closed."""
    photos = np.eye(2, dtype=np.float32)
    texts = np.array([[0.8, 0.6], [0, 1]], np.float32)
    carried = np.array([[True, False], [True, True]])
    assert float(hinge(photos, texts, carried, 0.3)) == 0


def test_the_cosine_loss_is_how_far_rows_point_apart():
    """1 - cos 0° = 0 and 1 - cos 60° = 0.5: the mean is 0.25."""
    assert float(cosine(turned(0, 0), turned(0, 60))) == pytest.approx(0.25, abs=1e-6)


def test_gradients_stay_finite_where_a_distance_is_zero():
    """√x has no derivative at 0, and a pair that fits perfectly is at distance 0."""
    tf = pytest.importorskip("tensorflow")
    rows = tf.Variable(np.ones((2, 2), np.float32))
    with tf.GradientTape() as tape:
        loss = triplet_margin(rows, rows, APART)
    gradient = keras.ops.convert_to_numpy(tape.gradient(loss, rows))
    assert np.isfinite(gradient).all()


def test_attribute_values_are_told_from_the_others_of_the_same_attribute_alone():
    """Values: red (1, 0) and blue (0, 1) of colour, shirt (1, 0) and shoe (-1, 0) of kind; s = 2.
    Photo (1, 0) is red, kind unknown: log(e^2 + e^0) - 2 = log(1 + e^-2) = 0.1269.
    Photo (0, 1) is red and a shoe: log(e^0 + e^2) - 0 = 2.1269, and log 2 = 0.6931.
    Mean of the three known values: 0.9823.
    """
    photos = np.eye(2, dtype=np.float32)
    values = np.array([[1, 0], [0, 1], [1, 0], [-1, 0]], np.float32)
    codes = np.array([[0, -1], [0, 1]])
    loss = attribute_values(photos, values, codes, [(0, 2), (2, 4)], scale=2.0)
    expected = (2 * math.log(1 + math.exp(-2)) + 2 + math.log(2)) / 3
    assert float(loss) == pytest.approx(expected, abs=1e-5)
    assert expected == pytest.approx(0.9823, abs=1e-4)


def test_photos_without_a_known_value_cost_nothing():
    rows = np.eye(2, dtype=np.float32)
    nothing = np.full((2, 1), -1)
    assert float(attribute_values(rows, rows, nothing, [(0, 2)])) == 0
