"""Pretrained networks: where their weights come from, and what is said when they do not."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from engine.encoders import applications
from engine.encoders.applications import cut, imagenet_url, open_application
from engine.encoders.model_settings import BACKBONES, PACKAGED
from engine.errors import ModelError
from engine.network import is_reachable


class AskedError(Exception):
    """Stands in for a download, and knows what was asked for."""


def asked(monkeypatch, name: str, **settings) -> str:
    """Return the URL that Keras itself would download."""

    def ask(fname: str, origin: str, **_: object) -> str:
        assert origin.endswith(fname)
        raise AskedError(origin)

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", ask)
    with pytest.raises(AskedError) as caught:
        getattr(keras.applications, name)(weights="imagenet", **settings)
    return str(caught.value)


def test_the_file_named_is_the_one_keras_asks_for(monkeypatch):
    settings = {"input_shape": (96, 96, 3), "alpha": 0.35}
    url = asked(monkeypatch, "MobileNetV2", include_top=False, **settings)
    assert url == imagenet_url("MobileNetV2", size_px=96, alpha=0.35)


def test_offline_it_fails_at_once_and_names_file_folder_and_what_to_use(monkeypatch, tmp_path):
    monkeypatch.setattr(applications, "is_reachable", lambda url: False)
    monkeypatch.setattr(keras.applications, "VGG16", None)  # nothing may even be built
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(ModelError) as caught:
        open_application("VGG16", size_px=224, layer="fc1", weights="imagenet")
    sentence = str(caught.value)
    assert "offline" in sentence
    assert "vgg16_weights_tf_dim_ordering_tf_kernels.h5" in sentence
    assert str(tmp_path / "models") in sentence
    assert "bundled" in sentence
    assert "\n" not in sentence


def test_a_download_that_fails_is_told_the_same_way(monkeypatch, tmp_path):
    monkeypatch.setattr(applications, "is_reachable", lambda url: True)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def fail(**_: object) -> None:
        raise ValueError("Incomplete or corrupted file detected.\nmore")

    monkeypatch.setattr(keras.applications, "MobileNetV2", fail)
    with pytest.raises(ModelError, match=r"cannot be had \(Incomplete or corrupted file detected"):
        open_application("MobileNetV2", size_px=96, alpha=0.35, weights="imagenet")


def small_network(include_top: bool, weights: None, input_shape: tuple) -> keras.Model:
    """A network as `keras.applications` builds them, with a map, and a layer ``fc1`` above it."""
    photos = keras.Input(input_shape)
    maps = keras.layers.Conv2D(2, 3, name="last_map")(photos)
    top = keras.layers.Dense(3, name="fc1")(keras.layers.Flatten()(maps))
    return keras.Model(photos, top if include_top else maps, name="small")


@pytest.mark.parametrize("kind", ["weights.h5", "h5"])
def test_weights_fit_with_or_without_their_top(tmp_path: Path, monkeypatch, kind: str):
    monkeypatch.setattr(keras.applications, "VGG16", small_network)
    whole = small_network(True, None, (8, 8, 3))
    bare = small_network(False, None, (8, 8, 3))
    bare.set_weights(whole.get_weights()[:2])
    files = {True: tmp_path / f"whole.{kind}", False: tmp_path / f"bare.{kind}"}
    if kind == "weights.h5":
        whole.save_weights(files[True])
        bare.save_weights(files[False])
    else:
        whole.save(files[True])
        bare.save(files[False])
    pixels = np.random.default_rng(0).uniform(-1, 1, (1, 8, 8, 3)).astype(np.float32)
    for path in files.values():
        network = open_application("VGG16", size_px=8, weights=str(path))
        assert np.allclose(network(pixels), bare(pixels), atol=1e-5)
    network = open_application("VGG16", size_px=8, layer="fc1", weights=str(files[True]))
    assert np.allclose(network(pixels), whole(pixels), atol=1e-5)
    with pytest.raises(ModelError, match="do not fit VGG16"):
        open_application("VGG16", size_px=8, layer="fc1", weights=str(files[False]))


def test_unknown_networks_layers_and_files_are_told(tmp_path: Path):
    with pytest.raises(ModelError, match="no such backbone: Eye"):
        open_application("Eye", size_px=32)
    with pytest.raises(ModelError, match="no such weights file"):
        open_application("VGG16", size_px=32, weights=str(tmp_path / "none.h5"))
    with pytest.raises(ModelError, match="has no such layer: fc9"):
        cut(small_network(True, None, (8, 8, 3)), "fc9")


def test_every_backbone_of_keras_has_its_preprocessing_and_its_file():
    for name in BACKBONES.keys() - set(PACKAGED):
        module = BACKBONES[name]
        assert hasattr(getattr(keras.applications, module), "preprocess_input")
        assert imagenet_url(name).endswith(".h5")


def test_who_does_not_answer_is_not_reachable():
    assert not is_reachable("http://127.0.0.1:9/", seconds=1.0)
    assert not is_reachable("https://nowhere.invalid/", seconds=1.0)
