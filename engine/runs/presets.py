"""Three ways to begin: how much time one gives, and what to expect for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from engine.runs.launch import FEW, suited
from engine.training.settings import TrainingSettings

PresetName = Literal["quick", "good", "best"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings for somebody who does not want to know them.

    Attributes
    ----------
    label
        What it is called.
    promise
        What to expect of it, in one sentence.
    settings
        From the number of photos with captions.
    """

    label: str
    promise: str
    settings: Callable[[int], TrainingSettings]


def _quick(n_photos: int) -> TrainingSettings:
    return replace(suited(min(n_photos, FEW)), size_px=48, epochs=4, patience=0)


def _good(n_photos: int) -> TrainingSettings:
    return suited(n_photos)


def _best(n_photos: int) -> TrainingSettings:
    """As the first stages of the bundled model, with as many passes as few photos need."""
    return replace(
        suited(n_photos),
        size_px=96,
        n_dims=128,
        batch_size=min(128, max(8, n_photos // 10)),
        learning_rate=1e-3,
        epochs=40 if n_photos <= FEW else 24,
        patience=8,
        augment=0.35,
        attribute_weight=1.0,
        word_dropout=0.08,
    )


PRESETS: dict[PresetName, Preset] = {
    "quick": Preset(
        "Quick look",
        "Shows whether your captions can teach a model at all: main kinds and colours.",
        _quick,
    ),
    "good": Preset(
        "Good",
        "Finds kinds, colours and what captions often say; a first model to search with.",
        _good,
    ),
    "best": Preset(
        "Best",
        "Sees larger photos, many more times, and learns attribute values too: small details, "
        "short queries.",
        _best,
    ),
}
