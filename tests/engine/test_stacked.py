"""A head trained on a published model's rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.encoders import load_encoder, model_at
from engine.errors import ModelError
from engine.hub import get_model, remove_model
from engine.training import DataSource, TrainingSettings, train
from tests.pages.squares import draw_squares

PUBLISHED = Path(__file__).parent / "published"


def test_a_head_is_trained_on_a_published_models_rows(tmp_path: Path, monkeypatch):
    """Its model answers through both, and notices when the one below is another."""
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    get_model(str(PUBLISHED / "clip"))
    settings = TrainingSettings(
        name="head", backbone="clip", epochs=2, batch_size=8, n_dims=6, validation_share=0.3
    )
    data = [DataSource(draw_squares(tmp_path / "photos"))]
    report = train(data, settings, tmp_path / "run")
    encoder, base = load_encoder(report.model), load_encoder(model_at("clip"))
    assert encoder.preprocessing == base.preprocessing
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    rows = encoder.embed_photos(pixels)
    assert rows.shape == (3, 6)
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-3
    assert encoder.embed_texts(["a red square"]).shape == (1, 6)
    heat, rest = encoder.feature_places(pixels[0]).heat(rows[0])
    assert heat.sum() + rest == pytest.approx(1, abs=1e-3)
    remove_model("clip")
    get_model(str(PUBLISHED / "xlm-roberta"), name="clip")
    with pytest.raises(ModelError, match="is another one now: clip"):
        load_encoder(report.model)
