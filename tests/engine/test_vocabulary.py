"""A model's own words: which it knows, and how far above them a text fits a photo."""

from __future__ import annotations

import numpy as np
import pytest

from engine.config import MODELS
from engine.encoders import load_encoder
from engine.search.calibrations import Calibrations
from engine.search.collection_values import Mention
from engine.search.verdict_calibration import CalibrationFit
from engine.search.vocabulary import ModelVocabulary
from engine.text import Tokenizer
from engine.words import WordVectors
from tests.engine.test_uncaptioned import Engine


class Axes:
    """Knows four words, each an axis of its own; any photo is a row of four numbers."""

    name, n_dims = "axes", 4

    def __init__(self) -> None:
        counts = [(word, 500) for word in ("dog", "cat", "boat", "tree")]
        self.tokenizer = Tokenizer(counts, n_tokens=4)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(4, dtype=np.float32)[[self.tokenizer.words.index(text) for text in texts]]


def margin(text: list[float] | np.ndarray, photo: list[float]) -> float:
    """Return the margin of a text above the four words; kept in 16 bits, to a thousandth."""
    photos, row = np.array([photo], np.float32), np.asarray(text, np.float32)
    best = ModelVocabulary(Axes()).best_words(photos)
    return float(best.margins(row, np.array([0]), photos @ row)[0])


def test_a_margin_is_the_lead_over_the_best_three_other_words_in_spreads():
    """The photo (0.8, 0, 0.6, 0) is near to its words by as much. Rivals of *dog* reach 0.6, 0 and
    0, on the mean 0.2; those of *boat* 0.8, 0 and 0; those of *cat* 0.8, 0.6 and 0.

    The four similarities have the mean 0.35 and the variance (0.64 + 0.36) / 4 - 0.35² = 0.1275.
    """
    photo = [0.8, 0, 0.6, 0]
    dog, cat, boat, _ = np.eye(4, dtype=np.float32)
    spread = 0.1275**0.5
    assert margin(dog, photo) == pytest.approx((0.8 - 0.2) / spread, abs=2e-3)
    assert margin(boat, photo) == pytest.approx((0.6 - 0.8 / 3) / spread, abs=2e-3)
    assert margin(cat, photo) == pytest.approx((0 - 1.4 / 3) / spread, abs=2e-3)


def test_a_word_that_may_mean_the_same_is_no_rival():
    """A text at 0.6 to *dog* and 0.8 to *boat* has *cat* and *tree* for rivals, 0.6 and 0."""
    spread = np.std([0.8, 0.6, 0, 0])
    assert margin([0.6, 0, 0.8, 0], [0.8, 0.6, 0, 0]) == pytest.approx(0.18 / spread, abs=2e-3)


def test_a_text_that_may_mean_every_word_is_held_to_the_least_of_them():
    """At 0.5 to all four words, it is 0.7 to the photo, and *cat* and *tree* are 0."""
    spread = 0.1275**0.5
    assert margin([0.5, 0.5, 0.5, 0.5], [0.8, 0, 0.6, 0]) == pytest.approx(0.7 / spread, abs=2e-3)


def test_a_word_counts_by_the_logarithm_of_how_often_training_showed_it():
    """*dog* 500 times and *wolf* never: ln 501, ln 1, and half of it for both."""
    log_count = ModelVocabulary(Axes()).log_count
    assert log_count(["dog"]) == pytest.approx(np.log(501))
    assert log_count(["wolf"]) == 0
    assert log_count(["dog", "wolf"]) == pytest.approx(np.log(501) / 2)


@pytest.mark.parametrize(
    ("model", "known", "unknown"),
    [
        (
            "kindred-fashion",
            "umbrella sneaker leather scarf watch floral camouflage velvet",
            "dog horse car tree house bird giraffe toaster qwrtzxv",
        ),
        (
            "kindred-everyday",
            "dog giraffe toaster owl snow umbrella wolf starfish",
            "qwrtzxv asdfgh fnord perro capybara",
        ),
    ],
)
def test_a_model_knows_what_training_showed_and_used_as_others_do(
    model: str, known: str, unknown: str
):
    """Training showed *dog* to the model of clothes 23 times: as a slogan."""
    vocabulary = ModelVocabulary(load_encoder(MODELS / model))
    assert [word for word in known.split() if not vocabulary.knows(word)] == []
    assert [word for word in unknown.split() if vocabulary.knows(word)] == []


class Speaker:
    """120 words of general English whose rows are those of word vectors, but for one word."""

    name, n_dims = "speaker", 128

    def __init__(self, stray: str) -> None:
        self._vectors = WordVectors.open()
        usual = [w for w in self._vectors.words[:1500] if len(w) > 4 and not w.endswith("s")]
        self.stray = stray
        self.tokenizer = Tokenizer([(w, 50) for w in dict.fromkeys([*usual[-150:], stray])], 4)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        rows, _ = self._vectors.vectors([text if text != self.stray else "red" for text in texts])
        return rows


def test_a_word_used_in_another_company_than_elsewhere_is_not_known():
    vocabulary = ModelVocabulary(Speaker("coffee"))
    assert vocabulary.can_contrast
    assert not vocabulary.knows("coffee")
    assert all(map(vocabulary.knows, vocabulary.words[:20]))


class ManyAxes(Axes):
    """A hundred words, each an axis of its own."""

    n_dims = 100

    def __init__(self) -> None:
        letters = "abcdefghij"
        counts = [(f"w{a}{b}", 500) for a in letters for b in letters]
        self.tokenizer = Tokenizer(counts, n_tokens=4)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        places = [self.tokenizer.words.index(text) for text in texts]
        return np.eye(100, dtype=np.float32)[places]


def test_words_for_what_photos_show_are_those_that_fit_several():
    """Five photos of one word, three of another, and two of words that fit one photo each."""
    photos = np.eye(100, dtype=np.float32)[[7] * 5 + [42] * 3 + [3, 90]]
    assert ModelVocabulary(ManyAxes()).shown(photos) == ["wah", "wec"]
    assert ModelVocabulary(ManyAxes()).shown(photos[:2]) == []
    assert ModelVocabulary(Axes()).shown(photos[:, :4]) == []  # four words are too few to tell


def test_with_more_photos_a_text_has_to_stand_out_more():
    """Ten times as many photos: 0.7 · ln 10 = 1.61 log odds less, 0.67 spreads at 2.4 each."""
    few, many = (_uncaptioned(n).of_text_answer for n in (40, 400))
    assert few.weights == many.weights
    assert few.offset - many.offset == pytest.approx(0.7 * np.log(10))
    level = few.likelihood([0.0, 0, 0, 1, 1])
    assert many.likelihood([0.7 * np.log(10) / 2.4, 0, 0, 1, 1]) == pytest.approx(level)


def _uncaptioned(n: int) -> Calibrations:
    return CalibrationFit(Engine(np.eye(n, 500, dtype=np.float32))).calibrations  # type: ignore[arg-type]


def test_folders_and_cameras_do_not_say_what_is_on_photos():
    """Values that the model cannot tell are nothing to fit likelihoods to."""
    engine = Engine(np.eye(40, 500, dtype=np.float32))
    engine.collection_values.values = [
        Mention("camera", "canon", 20),
        Mention("camera", "nikon", 20),
    ]  # type: ignore[assignment]
    assert not CalibrationFit(engine).calibrations.is_fitted  # type: ignore[arg-type]
