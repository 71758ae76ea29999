"""Near-duplicates and maximal marginal relevance, by hand in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from engine.search.diversity import NEAR_IDENTICAL, deduplicate, maximal_marginal_relevance


def at(*cosines: float) -> np.ndarray:
    """Unit rows by their similarity to (1, 0), all on one side of it."""
    x = np.array(cosines)
    return np.column_stack([x, np.sqrt(1 - x**2)]).astype(np.float32)


def test_the_first_of_near_identical_photos_stands_for_the_others():
    """0.996 is as near to 1 as a near-duplicate must be, 0.994 is not; nor is 0.994 to 0.996: their
    angles are 5.13 and 6.28 degrees, but those are 1.15 apart, so those two are near-identical."""
    assert NEAR_IDENTICAL == 0.995
    rows = at(1, 0.996, 0.994)
    assert deduplicate([7, 8, 9], rows, n_wanted=9) == ([7, 9], {7: [8]})
    assert deduplicate([9, 8, 7], rows[::-1], n_wanted=9) == ([9, 7], {9: [8]})


def test_near_duplicates_are_found_beyond_the_photos_that_are_wanted():
    assert deduplicate([5, 6, 7], at(1, 0, 1), n_wanted=1) == ([5], {5: [7]})
    assert deduplicate([5, 6, 7], at(1, 0, 1), n_wanted=2) == ([5, 6], {5: [7]})


def test_no_photo_is_lost():
    """Kept and behind: each once."""
    rows = at(*np.random.default_rng(1).uniform(0.9, 1, 40))
    kept, behind = deduplicate(list(range(40)), rows, n_wanted=40)
    assert sorted([*kept, *(row for twins in behind.values() for row in twins)]) == list(range(40))


NEAR = np.array([1, 0.9, 0.2])


@pytest.mark.parametrize(
    ("diversity", "expected"),
    [
        (0.0, [0, 1, 2]),  # the order alone
        (0.5, [0, 2, 1]),  # after 0: ½ · 0.9 − ½ · 0.8 = 0.05 of 1, and ½ · 0.2 − 0 = 0.1 of 2
        (0.4, [0, 1, 2]),  # after 0: 0.54 − 0.32 = 0.22 of 1, and 0.12 of 2
        (1.0, [0, 2, 1]),  # all are as unlike what is not there; then 0.8 against 0
    ],
)
def test_each_step_weighs_nearness_against_the_most_similar_chosen_photo(
    diversity: float, expected: list[int]
):
    """Photos at 0, 36.9 and 90 degrees: similarities to the first are 0.8 and 0."""
    found = maximal_marginal_relevance(
        [0, 1, 2], NEAR, at(1, 0.8, 0), diversity=diversity, n_wanted=3
    )
    assert found == expected


def test_what_was_chosen_before_is_not_to_come_again_either():
    """Beside (0, 1) at first: 0.5 of the first, 0.45 − 0.3 of the second, 0.1 − 0.5 of the third;
    then 0.45 − ½ · 0.8 = 0.05 of the second, which is as like the first as 0.8."""
    found = maximal_marginal_relevance(
        [0, 1, 2], NEAR, at(1, 0.8, 0), diversity=0.5, n_wanted=2, before=at(0)
    )
    assert found == [0, 1]
