"""Presets of keras_hub as models, over a stand-in that has the same doors.

The library itself brings a second TensorFlow and is no requirement. The stand-in's CLIP is made of
Keras layers with weights one can work out: a photo is its mean colour, a text the mean of its
words' numbers.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from engine.encoders import load_encoder
from engine.errors import ModelError
from engine.hub import get_model, models_here, remove_model
from engine.search import SearchEngine, SearchRequest
from engine.storage import build_collection
from engine.training import DataSource, TrainingSettings, train
from engine.training.settings import is_published
from tests.pages.squares import draw_squares

SIZE_PX, N_TOKENS = 16, 4
WORDS = {"red": (1.0, -1.0, -1.0), "green": (-1.0, 1.0, -1.0), "blue": (-1.0, -1.0, 1.0)}


class Part:
    """What a preset's parts have in common: they are saved into a folder and read from it."""

    presets = {"clip_tiny": {}, "clip_gone": {}}  # noqa: RUF012 - as keras_hub's are

    @classmethod
    def from_preset(cls, preset: str):
        if preset == "clip_gone":
            raise ValueError("Could not reach kaggle.com\nand much more")
        if preset not in cls.presets:
            json.loads((Path(preset) / "config.json").read_text())
        return cls()

    def save_to_preset(self, folder: str) -> None:
        told = {"class_name": "CLIPBackbone", "module": "keras_hub.src.models.clip"}
        (Path(folder) / "config.json").write_text(json.dumps(told))
        (Path(folder) / "assets").mkdir(exist_ok=True)
        (Path(folder) / "assets" / f"{type(self).__name__}.txt").write_text("weights")


class CLIPBackbone(Part):
    def __init__(self) -> None:
        import keras

        self._pool = keras.layers.GlobalAveragePooling2D()
        self._words = keras.layers.Embedding(len(WORDS) + 1, 3)
        self._words.build((None, N_TOKENS))
        self._words.set_weights([np.array([(0.0, 0.0, 0.0), *WORDS.values()], np.float32)])

    def get_vision_embeddings(self, images):
        return self._pool(images)

    def get_text_embeddings(self, ids):
        import keras

        return keras.ops.sum(self._words(ids), axis=1)


class CLIPPreprocessor(Part):
    sequence_length = N_TOKENS

    def __init__(self) -> None:
        def scaled(pixels: np.ndarray) -> np.ndarray:
            return pixels.astype(np.float32) / 127.5 - 1

        self.image_converter = _Converter(scaled)

    def __call__(self, given: dict) -> dict:
        known = list(WORDS)
        ids = np.zeros((len(given["prompts"]), N_TOKENS), np.int32)
        for row, text in zip(ids, given["prompts"], strict=True):
            found = [1 + known.index(word) for word in text.split() if word in known]
            row[: len(found)] = found[:N_TOKENS]
        return {"token_ids": ids, "images": self.image_converter(given["images"])}


class _Converter:
    image_size = (SIZE_PX, SIZE_PX)
    interpolation = "bicubic"
    crop_to_aspect_ratio, pad_to_aspect_ratio = True, False
    scale, offset = [1 / 127.5] * 3, [-1.0] * 3

    def __init__(self, scaled) -> None:
        self._scaled = scaled

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        return self._scaled(pixels)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, and keras_hub as if it were installed."""
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    nothing = SimpleNamespace(presets={})
    hub = ModuleType("keras_hub")
    hub.models = SimpleNamespace(
        CLIPBackbone=CLIPBackbone,
        CLIPPreprocessor=CLIPPreprocessor,
        SigLIPBackbone=nothing,
        SigLIPPreprocessor=nothing,
    )
    monkeypatch.setitem(sys.modules, "keras_hub", hub)
    return tmp_path / "home"


def test_a_preset_is_got_by_name_and_gives_unit_rows(home: Path):
    """Red pixels are (1, -1, -1) after scaling, and so is the word: all of length one by √3."""
    folder = get_model("keras:clip_tiny")
    assert folder == home / "models" / "clip_tiny"
    encoder = load_encoder(folder)
    assert (encoder.n_dims, encoder.runtime, encoder.preprocessing.size_px) == (3, "keras", 16)
    assert (encoder.preprocessing.resize_mode, encoder.preprocessing.interpolation) == (
        "crop",
        "bicubic",
    )
    red = np.full((1, SIZE_PX, SIZE_PX, 3), (255, 0, 0), np.uint8)
    expected = np.array([1, -1, -1]) / np.sqrt(3)
    assert np.allclose(encoder.embed_photos(red)[0], expected, atol=1e-6)
    assert np.allclose(encoder.embed_texts(["a red dog"])[0], expected, atol=1e-6)
    assert np.allclose(encoder.embed_texts(["red green"] * 40), [(0, 0, -1)], atol=1e-6)
    assert encoder.embed_photos(np.repeat(red, 40, axis=0)).shape == (40, 3)
    assert encoder.embed_photos(red[:0]).shape == (0, 3)
    assert encoder.tokenizer.encode(["blue red"]).tolist() == [[3, 1, 0, 0]]
    assert encoder.tokenizer.unknown("Schadenfreude") == []
    heat, rest = encoder.feature_places(red[0]).heat(expected.astype(np.float32))
    assert heat.shape == (7, 7)
    assert heat.sum() + rest == pytest.approx(1, abs=1e-5)
    assert np.allclose(encoder.mean_colour, 0.5)


def test_a_preset_indexes_answers_and_carries_a_head(home: Path, tmp_path: Path):
    model = get_model("keras:clip_tiny", name="clip")
    photos = draw_squares(tmp_path / "photos")
    build_collection(photos, model=model, out=tmp_path / "shelf")
    engine = SearchEngine.open(tmp_path / "shelf")
    answer = engine.search(SearchRequest("green", k=4, mode="dense"))
    assert all("green" in match.photo.path for match in answer.matches)
    engine.collection.close()
    assert is_published("clip")
    settings = TrainingSettings(
        name="head", backbone="clip", epochs=1, batch_size=8, n_dims=6, validation_share=0.3
    )
    report = train([DataSource(photos)], settings, tmp_path / "run")
    head = load_encoder(report.model)
    pixels = np.zeros((2, SIZE_PX, SIZE_PX, 3), np.uint8)
    assert head.embed_photos(pixels).shape == (2, 6)
    assert head.runtime == "keras"


def test_it_is_listed_and_removed_without_the_library(home: Path, monkeypatch: pytest.MonkeyPatch):
    folder = get_model("keras:clip_tiny")
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    assert [each.name for each in models_here() if each.origin == "published"] == ["clip_tiny"]
    encoder = load_encoder(folder)
    with pytest.raises(ModelError, match="keras_hub is not installed") as caught:
        encoder.embed_texts(["red"])
    assert "requirements-keras-hub.txt" in caught.value.remedy
    remove_model("clip_tiny")
    assert not folder.exists()


def test_without_the_library_one_sentence_says_what_to_install(home: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(ModelError, match="keras_hub is not installed") as caught:
        get_model("keras:clip_vit_base_patch32")
    root = Path(__file__).resolve().parents[2]
    assert (root / caught.value.remedy.split()[-1].strip("'")).is_file()
    assert not list((home / "models").glob("clip*"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clip_gone", "Could not reach kaggle.com"),
        ("zebra", "no such preset"),
        ("../../etc", "cannot be a model's name"),
    ],
)
def test_a_preset_that_cannot_be_had_leaves_nothing_behind(home: Path, name: str, said: str):
    with pytest.raises(ModelError, match=said) as caught:
        get_model(f"keras:{name}")
    assert "\n" not in str(caught.value)
    assert not [path for path in (home / "models").glob("*") if path.suffix != ".lock"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"class_name": "Lambda"}', "of a kind that is not known"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
    ],
)
def test_only_known_classes_are_built_of_a_preset(home: Path, content: str, said: str):
    """Nothing that a configuration names beyond them is made, whatever it is called."""
    folder = get_model("keras:clip_tiny")
    (folder / "preset" / "config.json").write_text(content)
    written = folder / "preset" / "config.json"
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["sizes"]["preset/config.json"] = written.stat().st_size
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=said):
        load_encoder(folder).embed_texts(["red"])


def test_nothing_imports_the_library_before_it_is_asked_for():
    code = "import sys, engine, engine.hub, engine.encoders.keras_preset as k; k.KerasPresetEncoder"
    code += "; assert not {'keras_hub', 'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
