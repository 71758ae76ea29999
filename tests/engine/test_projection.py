"""Rows to points, and how far the points may be believed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.projection import (
    Placer,
    cluster_rows,
    fit_pca,
    fit_tsne,
    kept_neighbours,
    nearest_neighbours,
    trustworthiness,
)
from engine.projection import neighbours as neighbours_room


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    return np.repeat(np.arange(4), 20)


@pytest.fixture(scope="module")
def rows(groups: np.ndarray) -> np.ndarray:
    """Four groups of twenty rows, far apart."""
    draw = np.random.default_rng(3)
    return unit(draw.normal(size=(4, 16))[groups] + 0.15 * draw.normal(size=(80, 16)))


@pytest.fixture(scope="module")
def points(rows: np.ndarray) -> np.ndarray:
    return fit_tsne(rows, nearest_neighbours(rows, 15), perplexity=5, iterations=250)


def test_the_graph_finds_what_comparing_every_pair_finds(rows, monkeypatch):
    exact = nearest_neighbours(rows, 5)
    monkeypatch.setattr(neighbours_room, "MAX_EXACT", 10)
    graph = nearest_neighbours(rows, 5)
    assert exact.is_exact and not graph.is_exact
    assert (exact.rows == graph.rows).mean() > 0.98
    assert graph.similarities == pytest.approx(exact.similarities, abs=1e-4)


def test_a_map_keeps_groups_together_and_the_same_seed_draws_it_again(rows, groups, points):
    drawn = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(drawn, np.inf)
    assert (groups[drawn.argmin(axis=1)] == groups).all()
    again = fit_tsne(rows, nearest_neighbours(rows, 15), perplexity=5, iterations=250)
    assert np.array_equal(points, again)
    assert points.max(axis=0) == pytest.approx(-points.min(axis=0), rel=1e-4)


def test_rows_that_are_all_alike_still_become_finite_points():
    alike = unit(np.ones((12, 4)))
    for drawn in (
        fit_pca(alike)[0],
        fit_tsne(alike, nearest_neighbours(alike, 11), iterations=60),
    ):
        assert np.isfinite(drawn).all()
    assert cluster_rows(alike).tolist() == [0] * 12


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_pca_draws_any_number_of_rows(n):
    points, axes = fit_pca(unit(np.random.default_rng(0).normal(size=(5, 8)))[:n])
    assert points.shape == (n, 2)
    assert axes.shape == (3, 8)
    assert np.isfinite(points).all()


def test_pca_of_many_rows_is_that_of_a_singular_value_decomposition(rows):
    points, _ = fit_pca(rows)
    left, sizes, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    assert np.abs(points) == pytest.approx(np.abs(left[:, :2] * sizes[:2]), abs=1e-4)


def test_a_known_row_is_placed_again_beside_its_neighbours(rows, groups, points):
    asked = np.arange(0, 80, 7)
    placed, nearest = Placer(rows, points).place(rows[asked], left_out=asked)
    distances = np.linalg.norm(placed[:, None] - points[None], axis=2)
    distances[np.arange(len(asked)), asked] = np.inf
    assert (groups[distances.argmin(axis=1)] == groups[asked]).all()
    assert not (nearest == asked[:, None]).any()


def test_trustworthiness_is_scikit_learns(rows, points):
    from sklearn.manifold import trustworthiness as theirs

    expected = theirs(rows, points, n_neighbors=10, metric="cosine")
    assert trustworthiness(rows, points) == pytest.approx(expected, abs=1e-9)
    shuffled = points[::-1].copy()
    expected = theirs(rows, shuffled, n_neighbors=10, metric="cosine")
    assert trustworthiness(rows, shuffled) == pytest.approx(expected, abs=1e-9)


def test_trust_falls_when_a_map_is_shuffled(rows, points):
    true = nearest_neighbours(rows, 10).rows
    kept = kept_neighbours(points, true)
    shuffled = points[np.random.default_rng(0).permutation(80)]
    assert kept.shape == (80,)
    assert kept.mean() > 0.5
    assert kept_neighbours(shuffled, true).mean() < 0.25


def test_clusters_are_the_groups_and_the_largest_comes_first(rows, groups):
    some = np.r_[np.arange(0, 60), np.arange(60, 66)]
    found = cluster_rows(rows[some])
    sizes = np.bincount(found)
    assert (np.diff(sizes) <= 0).all()
    assert all(len(set(found[groups[some] == group])) == 1 for group in range(3))
