"""Models on disk: both runtimes agree, damage is noticed, and nothing in a folder is executed."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from engine.encoders import ModelSettings, load_encoder, read_manifest
from engine.encoders.batch_norm import BatchNormalization
from engine.encoders.joint import JointEncoder
from engine.encoders.model_folder import write_manifest
from engine.encoders.towers import feature_tower, photo_tower
from engine.errors import ModelError
from engine.images import Preprocessing
from engine.search import SearchEngine
from engine.storage import build_collection
from engine.training import TrainingReport
from tests.pages.colour_model import write_colour_model

TEXTS = ["a red dress", "blue shoes", "nothing_that_is_known"]


@pytest.fixture
def model(small_run: TrainingReport, tmp_path: Path) -> Path:
    """A copy of a model that a test may spoil."""
    return Path(shutil.copytree(small_run.model, tmp_path / "model"))


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (70, 32, 32, 3), dtype=np.uint8)


def test_the_portable_copy_agrees_with_keras(small_run: TrainingReport, pixels: np.ndarray):
    """Weights in half precision move an entry of a unit row by about a thousandth."""
    keras_encoder = JointEncoder.load(small_run.model, read_manifest(small_run.model))
    portable = load_encoder(small_run.model)
    assert (portable.runtime, keras_encoder.runtime) == ("onnx", "keras")
    assert portable.fingerprint == keras_encoder.fingerprint
    for ours, theirs in (
        (portable.embed_photos(pixels), keras_encoder.embed_photos(pixels)),
        (portable.embed_texts(TEXTS), keras_encoder.embed_texts(TEXTS)),
    ):
        assert np.abs(ours - theirs).max() < 5e-3


def test_a_mirrored_tower_sees_a_photo_and_its_mirror_image_alike(
    small_run: TrainingReport, tmp_path: Path
):
    """Its row is what the mean of both photos' features projects to; without the bias and the
    division by the length that is the mean of both rows. Heat adds up to a similarity, and that of
    the mirror image lies where the mirror image has it. At 96 px there are 3 x 3 places."""
    trained = JointEncoder.load(small_run.model, read_manifest(small_run.model))
    plain, mirrored = (
        JointEncoder(
            "mirrored", replace(trained.settings, size_px=96, mirrored=both), trained.tokenizer
        )
        for both in (False, True)
    )
    for encoder in (plain, mirrored):
        encoder.photo_tower.set_weights(trained.photo_tower.get_weights())
        encoder.text_tower.set_weights(trained.text_tower.get_weights())
    mirrored.save(tmp_path / "mirrored")
    pixels = np.random.default_rng(2).integers(0, 256, (6, 96, 96, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(pixels[:, :, ::-1])
    features = feature_tower(plain.photo_tower)
    mean = (np.asarray(features(pixels)) + np.asarray(features(turned))) / 2
    projection, bias = plain.photo_tower.get_layer("projection").get_weights()
    expected = mean @ projection + bias
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    row = mirrored.embed_texts(TEXTS[:1])[0]
    for encoder in (mirrored, load_encoder(tmp_path / "mirrored")):
        rows = encoder.embed_photos(pixels)
        assert np.abs(rows - expected).max() < 5e-3
        assert np.abs(encoder.embed_photos(turned) - rows).max() < 1e-5
        heat, rest = encoder.feature_places(pixels[0]).heat(row)
        assert np.abs(heat - heat[:, ::-1]).max() > 1e-3, "or the next lines say nothing"
        assert heat.sum() + rest == pytest.approx(float(rows[0] @ row), abs=1e-4)
        of_turned, _ = encoder.feature_places(turned[0]).heat(row)
        assert of_turned[:, ::-1] == pytest.approx(heat, abs=1e-5)


def test_normalising_maps_in_one_step_is_what_keras_does_in_twelve():
    """By hand, for the channel 1, 3 of one photo of two places, with gamma 2 and beta 10: mean 2,
    variance 1, epsilon 0, so 10 − 2 and 10 + 2. From 0 and 1, with momentum 0.9, the averages move
    to 0.9 · 0 + 0.1 · 2 = 0.2 and 0.9 · 1 + 0.1 · 1 = 1.
    """
    layer = BatchNormalization(momentum=0.9, epsilon=0.0)
    layer.build((None, 1, 2, 1))
    layer.gamma.assign([2.0])
    layer.beta.assign([10.0])
    maps = np.array([1, 3], "float32").reshape(1, 1, 2, 1)
    rows = keras.ops.convert_to_numpy(layer(maps, training=True))
    assert rows.ravel() == pytest.approx([8, 12])
    assert layer.moving_mean.numpy() == pytest.approx([0.2])
    assert layer.moving_variance.numpy() == pytest.approx([1.0])


@pytest.mark.parametrize("is_trainable", [True, False])
def test_normalising_learns_as_the_layer_of_keras_does(is_trainable: bool):
    """The same gradient steps from the same weights, whichever layer takes them."""
    rng = np.random.default_rng(1)
    maps, wanted = rng.normal(3, 2, (2, 8, 5, 5, 4)).astype("float32")
    learned = []
    for kind in (keras.layers.BatchNormalization, BatchNormalization):
        model = keras.Sequential([keras.Input((5, 5, 4)), kind(momentum=0.9, epsilon=0.01)])
        model.layers[0].trainable = is_trainable
        model.compile(keras.optimizers.SGD(0.5), "mse")
        for _ in range(3):
            model.train_on_batch(maps, wanted)
        learned.append([model.predict(maps, verbose=0), *model.get_weights()])
    for theirs, ours in zip(*learned, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)


def test_embeddings_are_finite_unit_rows(small_run: TrainingReport, pixels: np.ndarray):
    encoder = load_encoder(small_run.model)
    for rows in (encoder.embed_photos(pixels), encoder.embed_texts(TEXTS)):
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_photo_gets_the_same_row_alone_and_in_a_batch(
    small_run: TrainingReport, pixels: np.ndarray
):
    encoder = load_encoder(small_run.model)
    batch = encoder.embed_photos(pixels)
    assert np.abs(encoder.embed_photos(pixels[66:67]) - batch[66:67]).max() < 1e-5
    assert encoder.embed_photos(pixels[:0]).shape == (0, encoder.n_dims)


def test_a_plural_and_its_singular_get_the_same_row(small_run: TrainingReport):
    encoder = load_encoder(small_run.model)
    one, many = encoder.embed_texts(["red shoe", "Red Shoes"])
    assert (one == many).all()


def test_a_model_without_a_portable_copy_is_answered_by_keras(model: Path):
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["files"] = {k: v for k, v in manifest["files"].items() if not k.endswith(".onnx")}
    (model / "manifest.json").write_text(json.dumps(manifest))
    encoder = load_encoder(model)
    assert encoder.runtime == "keras"
    assert encoder.embed_texts(["red dress"]).shape == (1, encoder.n_dims)


def test_answering_a_query_never_imports_tensorflow(small_run: TrainingReport):
    code = (
        "import sys; from pathlib import Path; from engine.encoders import load_encoder; "
        f"load_encoder(Path({str(small_run.model)!r})).embed_texts(['red dress']); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["photo.onnx", "vocabulary.json", "photo.weights.h5"])
def test_a_damaged_file_is_noticed_and_named(model: Path, name: str):
    content = bytearray((model / name).read_bytes())
    content[len(content) // 2] ^= 255
    (model / name).write_bytes(content)
    with pytest.raises(ModelError, match=name):
        load_encoder(model)


def test_a_missing_file_is_noticed_and_named(model: Path):
    (model / "text.onnx").unlink()
    with pytest.raises(ModelError, match=r"text\.onnx"):
        load_encoder(model)


def test_a_folder_that_is_no_model_says_so(tmp_path: Path):
    with pytest.raises(ModelError, match="no model"):
        load_encoder(tmp_path)


def test_a_model_of_a_newer_version_says_so(model: Path):
    manifest = json.loads((model / "manifest.json").read_text())
    (model / "manifest.json").write_text(json.dumps({**manifest, "version": 99}))
    with pytest.raises(ModelError, match="newer"):
        load_encoder(model)


def test_an_unknown_backbone_names_those_there_are():
    with pytest.raises(ModelError, match="ResNet50"):
        photo_tower(ModelSettings(backbone="Zebra"))


def test_a_backbone_of_keras_applications_embeds_photos_with_weights_from_a_local_file(
    tmp_path: Path,
):
    """The same weights file gives the same feature map; other weights give another."""
    import keras

    shape = ModelSettings(
        backbone="MobileNetV2", backbone_alpha=0.35, size_px=64, n_dims=8, n_ids=10
    )
    source = keras.applications.MobileNetV2(
        input_shape=(64, 64, 3), alpha=0.35, include_top=False, weights=None
    )
    source.save_weights(tmp_path / "mobile.weights.h5")
    tower = photo_tower(shape, weights=str(tmp_path / "mobile.weights.h5"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    expected = source(pixels / 127.5 - 1.0, training=False)
    features = keras.Model(tower.input, tower.get_layer("feature_map").output)
    assert np.abs(features(pixels, training=False) - expected).max() < 1e-4


def test_weights_that_do_not_fit_a_backbone_are_refused(tmp_path: Path):
    (tmp_path / "wrong.weights.h5").write_bytes(b"no weights at all")
    shape = ModelSettings(backbone="MobileNetV2", backbone_alpha=0.35, size_px=64)
    with pytest.raises(ModelError, match="do not fit"):
        photo_tower(shape, weights=str(tmp_path / "wrong.weights.h5"))


def test_weights_that_cannot_be_downloaded_say_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Where there is no network the sentence names the file, its place and the way without it."""
    import keras

    def offline(**_: object) -> None:
        raise OSError("URL fetch failure on https://example.org/resnet50_notop.h5: no network")

    monkeypatch.setattr(keras.applications, "ResNet50", offline)
    monkeypatch.setattr("engine.encoders.applications.is_reachable", lambda url: True)
    monkeypatch.setenv("KERAS_HOME", "/somewhere/keras")
    with pytest.raises(ModelError) as caught:
        photo_tower(ModelSettings(backbone="ResNet50", size_px=64), weights="imagenet")
    for part in (
        "ResNet50",
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "/somewhere/keras/models",
        "--weights",
        "compact",
    ):
        assert part in str(caught.value)
    assert capsys.readouterr().out == ""


def test_how_photos_are_prepared_is_part_of_the_model(tmp_path: Path):
    """Older models say nothing of it and keep their fingerprints: whole photos, white margins."""
    plain = ModelSettings(size_px=32)
    squashed = replace(plain, resize_mode="squash", interpolation="bicubic")
    prints = [write_manifest(tmp_path, "m", each).fingerprint for each in (plain, squashed)]
    assert prints[0] == hashlib.sha256(b"").hexdigest()[:16] != prints[1]
    read = read_manifest(tmp_path)
    assert read.settings.preprocessing == Preprocessing(32, "squash", "bicubic")
    assert read.fingerprint == prints[1]


def test_every_reader_of_photos_reads_them_as_the_model_wants(tmp_path: Path, monkeypatch):
    """A model of mean colours that squashes: no white margin may reach an embedding."""
    folder = write_colour_model(tmp_path / "model", resize_mode="squash")
    wide = tmp_path / "photos" / "wide.png"
    wide.parent.mkdir()
    Image.new("RGB", (64, 16), (255, 0, 0)).save(wide)
    build_collection(wide.parent, model=folder, out=tmp_path / "wide")
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    engine = SearchEngine.open(tmp_path / "wide")
    red = np.array([0.5, -0.5, -0.5]) / np.sqrt(0.75)
    assert engine.collection.embeddings[0] == pytest.approx(red, abs=1e-3)
    for request in ("photo", "photo@0,0,1,1"):
        [chip] = engine.search(request, images=[wide]).query_parts
        assert chip.embedding == pytest.approx(red, abs=1e-3)
    engine.collection.close()
