"""Verdicts where no photo has a caption: only the model's own scale can tell."""

from __future__ import annotations

import numpy as np

from engine.relevance import Background
from engine.search.verdict_calibration import EVERYDAY, CalibrationFit
from engine.text import Tokenizer, words


class _Encoder:
    """Puts every text on an axis of its own, so that similarities are what photos are given."""

    def __init__(self) -> None:
        counts = [(word, 100) for text in EVERYDAY for word in words(text)]
        self.tokenizer = Tokenizer(list(dict(counts).items()), n_tokens=8)

    def embed_texts(self, texts: list[str]) -> np.ndarray:
        return np.eye(len(EVERYDAY), dtype=np.float32)[[EVERYDAY.index(each) for each in texts]]


class _Vocabulary:
    can_contrast = True

    def best_words(self, photos: np.ndarray) -> None:
        """Nothing is asked of them here."""


class _AttributeSimilarity:
    attributes = ()


class _CollectionValues:
    values = ()
    says_anything = False

    def is_said(self, word: str) -> bool:
        return False


class _Catalogue:
    def __init__(self, n: int) -> None:
        self._n = n

    def live_rows(self) -> np.ndarray:
        return np.arange(self._n)

    def rows_where(self, filters: dict[str, list[str]]) -> np.ndarray:
        """Each of two values belongs to every second photo."""
        return np.arange("nikon" in filters.get("camera", []), self._n, 2)

    def photos(self, rows: np.ndarray) -> list:
        return []


class _Collection:
    def __init__(self, embeddings: np.ndarray) -> None:
        self.embeddings, self.catalogue = embeddings, _Catalogue(len(embeddings))


class Engine:
    def __init__(self, embeddings: np.ndarray) -> None:
        self.collection, self.encoder, self.collection_values = (
            _Collection(embeddings),
            _Encoder(),
            _CollectionValues(),
        )
        self.vocabulary, self.attribute_similarity = _Vocabulary(), _AttributeSimilarity()
        self.background = Background(embeddings, np.arange(len(embeddings)))


def test_without_values_a_photo_as_near_as_photos_are_here_has_an_answer() -> None:
    """Each of forty photos has a neighbour at 0.4; what comes no nearer than 0 has none."""
    draw = np.random.default_rng(0)
    pairs = np.repeat(np.eye(20, len(EVERYDAY), dtype=np.float32), 2, axis=0) * 0.4**0.5
    own = np.eye(40, len(EVERYDAY), 20, dtype=np.float32) * 0.6**0.5
    calibrations = CalibrationFit(Engine(draw.permutation(pairs + own))).calibrations  # type: ignore[arg-type]
    assert calibrations.of_photo_answer.likelihood([0.41]) > 0.5
    assert calibrations.of_photo_answer.likelihood([0.0]) < 0.1
