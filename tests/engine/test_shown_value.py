"""Whether a photo from outside shows a kind of thing that a collection has.

The collection is that of `test_attribute_similarity`: eighteen photos of three tints, each of which
is an axis of the space, without captions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.search.context import SearchContext
from engine.search.shown_value import ShownValue, shown_value
from tests.engine.test_attribute_similarity import made
from tests.engine.test_search import PrimaryColours


def _likelihood(log_odds: float) -> float:
    return 1 / (1 + float(np.exp(-log_odds)))


def test_a_photo_shows_a_value_if_it_comes_nearer_than_other_things(tmp_path: Path):
    """Photo n has cosines (255 - n, 51) / √((255 - n)² + 51²) with its tint and with the next one:
    0.9793 and 0.2026 in the middle of the eighteen. Its tint is 0.9793 - (0.9793 + 0.2026) / 3
    above the usual one, and 0.9793 by name: 1.5646 together. With its tint left out, the next one
    is 0.2026 - 0.2026 / 2 above, and 0.2026 by name: 0.3039.

    So odds are even at 0.3039 + 0.45 · 1.2607 = 0.8712, where 0.3342 and -0.9426 to two tints come
    to. Pure red comes to 1 - 1 / 3 + 1, log odds of 8 · (1.3628 / 1.2607 - 0.45) = 5.048; what is
    as far from red as can be to 0 + 1 / 3 + 0, that is 8 · (0.0294 / 1.2607 - 0.45) = -3.413.
    """
    (tmp_path / "tints").mkdir()
    with made(tmp_path / "tints") as collection:
        shown = shown_value(SearchContext(collection, PrimaryColours()))
    assert shown is not None
    assert shown.usual.tolist() == pytest.approx([0.3039, 1.5646], abs=1e-2)
    red, even = np.eye(3, dtype=np.float32)[0], np.array([0.3342, -0.9426, 0], np.float32)
    assert shown.likelihood(red) == pytest.approx(_likelihood(5.048), abs=1e-2)
    assert shown.likelihood(even) == pytest.approx(0.5, abs=3e-2)
    assert shown.likelihood(-red) == pytest.approx(_likelihood(-3.413), abs=1e-2)


def test_what_captions_call_a_value_counts_as_much_as_its_own_name():
    """A photo of *sports shoes* is as far from *sneaker* as from *boot*: 0 above the usual value.
    By name it comes to 1, log odds of 8 · (1 - 0.45) = 4.4; without the name to 0, -3.6."""
    sneaker, boot, sports_shoes = np.eye(3, dtype=np.float32)
    values, usual = np.stack([sneaker, boot]), np.array([0, 1], np.float32)
    named = ShownValue(values, np.eye(3, dtype=np.float32), np.array([0, 1, 0]), usual)
    bare = ShownValue(values, values, np.array([0, 1]), usual)
    assert named.likelihood(sports_shoes) == pytest.approx(_likelihood(4.4))
    assert bare.likelihood(sports_shoes) == pytest.approx(_likelihood(-3.6))


def test_without_an_attribute_that_is_told_no_photo_shows_a_value(tmp_path: Path):
    class Mute(PrimaryColours):
        tokenizer = None

    (tmp_path / "tints").mkdir()
    with made(tmp_path / "tints") as collection:
        assert shown_value(SearchContext(collection, Mute())) is None
