"""Drawn photos, and a small model trained on them, for every test of the engine that needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.drawing import draw_collection
from engine.training import DataSource, TrainingReport, TrainingSettings, resume, train

SMALL = TrainingSettings(
    name="small",
    size_px=32,
    n_dims=32,
    widths=(32, 64),
    epochs=6,
    batch_size=32,
    learning_rate=3e-3,
    validation_share=0.2,
    attributes=("kind", "colour", "pattern"),
    precision="float32",
)


@pytest.fixture(scope="session")
def drawn(made_once: Callable[..., Path]) -> Path:
    """A folder of 480 drawn products with their table."""
    return made_once(
        "drawn",
        lambda folder: draw_collection(480, seed=3, folder=folder, size_px=48, n_workers=2),
    )


@pytest.fixture(scope="session")
def small_run(drawn: Path, made_once: Callable[..., Path]) -> TrainingReport:
    """A finished run over the drawn products."""
    return resume(made_once("small", lambda folder: train([DataSource(drawn)], SMALL, folder)))
