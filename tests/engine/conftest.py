"""Drawn photos, and a small model trained on them, for every test of the engine that needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo.drawing import draw_collection
from engine.training import DataSource, TrainingReport, TrainingSettings, train

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
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 480 drawn products with their table."""
    folder = tmp_path_factory.mktemp("drawn")
    draw_collection(480, seed=3, folder=folder, size_px=48, n_workers=2)
    return folder


@pytest.fixture(scope="session")
def small_run(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingReport:
    """A finished run over the drawn products."""
    return train([DataSource(drawn)], SMALL, tmp_path_factory.mktemp("runs") / "small")
