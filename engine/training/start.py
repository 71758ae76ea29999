"""Going on from another model: its towers to begin with, and a little of it kept at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
from numpy.typing import NDArray

from engine.encoders import read_manifest
from engine.encoders.joint import JointEncoder
from engine.encoders.model_folder import read_report
from engine.errors import TrainingError
from engine.text import Tokenizer
from engine.training.settings import TrainingSettings
from engine.training.trainer import JointTrainer

_WORDS = "words/embeddings"


class Start:
    """The model a run goes on from.

    Its vocabulary may be another one: words both know keep their vectors, and the others begin
    as they are. Its photos may have had another size; everything else must have the run's shape.

    Parameters
    ----------
    encoder
        The model, in Keras.
    report
        How it was made.
    """

    def __init__(self, encoder: JointEncoder, report: dict[str, Any]) -> None:
        self.name = encoder.name
        self.report = report
        self._words = _words_of(encoder.tokenizer)
        self._weights = [weight.numpy() for weight in _weights(encoder)]

    @classmethod
    def read(cls, settings: TrainingSettings) -> Start | None:
        """Load the model that the settings name; None where they name none."""
        if settings.start is None:
            return None
        folder = Path(settings.start)
        return cls(JointEncoder.load(folder, read_manifest(folder)), read_report(folder))

    def give(self, trainer: JointTrainer, tokenizer: Tokenizer) -> None:
        """Set the towers of a built trainer to the model's.

        Raises
        ------
        TrainingError
            They have another shape.
        """
        self._blend(trainer, _words_of(tokenizer), 1.0)

    def draw_back(self, encoder: JointEncoder, share: float) -> None:
        """Move trained towers `share` of the way back to where they began.

        References
        ----------
        Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022: weights between a
        model and its fine-tuned self generalise better than either.
        """
        self._blend(encoder, _words_of(encoder.tokenizer), share)

    def _blend(self, towers: Any, words: list[str], share: float) -> None:
        weights = list(_weights(towers))
        begun = [
            self._by_word(own, weight.numpy(), words) if weight.path == _WORDS else own
            for weight, own in zip(weights, self._weights, strict=False)
        ]
        if [own.shape for own in begun] != [tuple(weight.shape) for weight in weights]:
            raise TrainingError(
                "the model to start from has another shape than the run",
                value=self.name,
                remedy="Give the run its backbone, widths and '--n-dims'",
            )
        for weight, own in zip(weights, begun, strict=True):
            weight.assign(weight.numpy() * (1 - share) + own * share)

    def _by_word(self, own: NDArray[Any], now: NDArray[Any], words: list[str]) -> NDArray[Any]:
        """Return the run's word vectors, those the model knows replaced by its own."""
        known = {word: i for i, word in enumerate(self._words, start=1)}
        rows = now.copy()
        rows[0] = own[0]
        for i, word in enumerate(words, start=1):
            if word in known:
                rows[i] = own[known[word]]
        return rows


def _words_of(tokenizer: Tokenizer | None) -> list[str]:
    """Return a vocabulary in the order of its ids; a model without words has none."""
    return tokenizer.words if tokenizer else []


def _weights(towers: Any) -> Iterator[keras.Variable]:
    """Yield every weight of both towers, normalisation statistics included."""
    yield from towers.photo_tower.weights
    yield from towers.text_tower.weights
