"""The verdict on six squares of pure colours, with likelihoods that are worked out by hand."""

from __future__ import annotations

import csv
import io
import math

import pytest
from PIL import Image

from engine.relevance import Calibration
from engine.search import SearchEngine
from engine.search.calibrations import Calibrations
from engine.search.verdict import Verdict, judge
from engine.storage import Collection, build_collection
from tests.engine.test_search import COLOURS, PrimaryColours, png

# Log odds of a photo: 4 s − 3, where the nearest is similar by s. Of a text: −1, 3 more where the
# photo that names most of it names its thing, 8 less times the share of its words that this one
# lacks and others say. Of each match: 1.
CALIBRATIONS = Calibrations(
    of_text_answer=Calibration((0.0, 3.0, -8.0, 0.0, 0.0), -1.0),
    of_text_match=Calibration((0.0, 0.0), 1.0),
    of_photo_answer=Calibration((4.0,), -3.0),
    of_photo_match=Calibration((0.0, 0.0), 1.0),
    is_fitted=True,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    folder = tmp_path_factory.mktemp("verdict")
    with (folder / "table.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "image", "caption"])
        for number, colour in enumerate(COLOURS):
            (folder / f"{colour}.png").write_bytes(png(colour))
            table.writerow([number, f"{colour}.png", f"a {colour} square"])
    out = tmp_path_factory.mktemp("collection") / "colours"
    build_collection(folder, model=PrimaryColours(), out=out)
    return SearchEngine(Collection.open(out), PrimaryColours())


def verdict(engine: SearchEngine, query: str = "", **fields: object) -> Verdict:
    return judge(engine, engine.search(query, **fields), CALIBRATIONS)


def likelihood(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def test_a_photo_is_held_to_the_similarity_of_the_nearest(engine: SearchEngine):
    """Red is there: 4 · 1 − 3 = 1. Orange, (2, 1, 0) / √5, is nearest to yellow, (1, 1, 0) / √2:
    by 3 / √10 = 0.949."""
    assert verdict(engine, images=[png("red")]).likelihood == pytest.approx(likelihood(1), abs=1e-3)
    out = io.BytesIO()
    Image.new("RGB", (16, 16), (254, 127, 0)).save(out, "PNG")
    found = verdict(engine, images=[out.getvalue()])
    assert found.likelihood == pytest.approx(likelihood(4 * 3 / math.sqrt(10) - 3), abs=1e-2)
    assert found.has_answer


def test_a_text_is_held_to_what_photos_name_of_it(engine: SearchEngine):
    """A photo names "blue": 3 − 1 = 2. Of "red blue" the blue one lacks a half, which the red one
    says: 3 − 4 − 1 = −2; then there is no answer, and no match is likelier than that."""
    there, missing = verdict(engine, "blue"), verdict(engine, "red blue")
    assert there.likelihood == pytest.approx(likelihood(2))
    assert there.has_answer
    assert missing.likelihood == pytest.approx(likelihood(-2))
    assert (missing.has_answer, missing.n_answers) == (False, 0)
    assert max(missing.likelihoods) == pytest.approx(likelihood(-2))


def test_a_photo_that_is_named_is_an_answer_whatever_else_speaks(engine: SearchEngine):
    """Its whole caption is typed: certain; the others are as likely as their curve has it."""
    found = verdict(engine, "a blue square")
    assert found.likelihood == 1
    assert found.likelihoods[0] == 1
    assert found.likelihoods[-1] == pytest.approx(likelihood(1))


def test_a_match_is_as_strong_as_the_share_of_photos_that_are_less_near(engine: SearchEngine):
    """To red: itself 1, magenta and yellow 1/√2, the other three 0: five of six are less near than
    red, three than each of the two, none than the rest."""
    found = verdict(engine, "red", k=6, mode="dense")
    assert found.strengths == pytest.approx((5 / 6, 3 / 6, 3 / 6, 0, 0, 0))
