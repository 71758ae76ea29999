"""The recipes: faithful presets, trained on a few drawn photos, saved and loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from engine import shell
from engine.durable import append_line, read_lines
from engine.encoders import ModelSettings, load_encoder
from engine.encoders.autoencoder import LATENT, Lift, decoder
from engine.encoders.joint import JointEncoder
from engine.encoders.towers import photo_tower, text_tower
from engine.errors import TrainingError
from engine.runs import read_run
from engine.text import Tokenizer
from engine.training import record, resume
from engine.training.heads import mean_loss, word_table
from engine.training.recipes import settings_of
from engine.words import WordVectors

TEXTS = Tokenizer.fit(["red dress", "blue shirt"], min_count=1)
SMALL = ModelSettings(size_px=32, n_dims=8, widths=(8, 8), text_width=6, n_ids=TEXTS.n_ids)


def test_each_recipe_is_what_its_description_says():
    triplet = settings_of("triplet")
    assert (triplet.backbone, triplet.pooling, triplet.text_kind) == ("ResNet50", "max", "gru")
    assert (triplet.loss, triplet.margin, triplet.negatives) == ("triplet", 0.4, "random")
    devise = settings_of("devise")
    assert (devise.backbone, devise.feature_layer, devise.hidden) == ("VGG16", "fc2", (2000,))
    drawing = settings_of("autoencoder")
    assert (drawing.size_px, drawing.n_dims - 1, drawing.widths) == (256, 16, (32, 64, 64))
    matching = settings_of("matching")
    assert (matching.backbone, matching.n_dims, matching.loss) == ("ResNet50", 128, "hinge")
    assert (matching.margin, len(matching.hidden), len(matching.text_hidden)) == (0.3, 1, 1)
    assert settings_of("vgg16-fc1").feature_layer == "fc1"
    assert settings_of("contrastive").loss == "contrastive"


def test_what_a_person_says_counts_more_and_another_backbone_brings_its_own_size():
    assert settings_of("triplet", {"margin": 0.2}).margin == 0.2
    bundled = settings_of("devise", {"backbone": "bundled"})
    assert (bundled.weights, bundled.feature_layer, bundled.hidden) == (None, "", (2000,))
    assert settings_of("matching", {"backbone": "MobileNetV2"}).size_px == 224


@pytest.mark.parametrize(
    "shape",
    [
        replace(SMALL, text_kind="gru"),
        replace(SMALL, text_kind="vectors", n_dims=6, hidden=(20,), standardises=True),
        replace(SMALL, text_kind="none", projects=False),
    ],
    ids=["gru", "vectors", "none"],
)
def test_a_tower_of_each_kind_is_saved_and_answers_alike_when_loaded(
    shape: ModelSettings, tmp_path: Path
):
    tokenizer = TEXTS if shape.has_text else None
    made = JointEncoder("small", shape, tokenizer)
    made.save(tmp_path / "model")
    loaded = load_encoder(tmp_path / "model")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    assert loaded.runtime == "onnx"
    assert loaded.embed_photos(pixels) == pytest.approx(made.embed_photos(pixels), abs=2e-3)
    if tokenizer:
        texts = ["red dress", "blue", ""]
        assert loaded.embed_texts(texts) == pytest.approx(made.embed_texts(texts), abs=2e-3)


@pytest.mark.parametrize("kind", ["gru", "bigru"])
def test_what_stands_after_a_text_does_not_change_it(kind: str):
    """Padding is no word: the same words in a longer row give the same embedding."""
    keras.utils.set_random_seed(0)
    short = text_tower(replace(SMALL, text_kind=kind, n_tokens=3))
    long = text_tower(replace(SMALL, text_kind=kind, n_tokens=9))
    long.set_weights(short.get_weights())
    tokens = np.array([[1, 2, 0]], np.int32)
    padded = np.pad(tokens, [(0, 0), (0, 6)])
    assert np.asarray(long(padded)) == pytest.approx(np.asarray(short(tokens)), abs=1e-6)


def test_a_text_of_word_vectors_is_their_mean_brought_to_length_one():
    """(1, 0) and (0, 1) average to (½, ½), of length one (0.7071, 0.7071)."""
    tower = text_tower(replace(SMALL, text_kind="vectors", text_width=2, n_dims=2, n_ids=3))
    tower.get_layer("words").set_weights([np.array([[0, 0], [1, 0], [0, 1]], np.float32)])
    tokens = np.zeros((1, SMALL.n_tokens), np.int32)
    tokens[0, :2] = 1, 2
    assert np.asarray(tower(tokens))[0] == pytest.approx([0.7071, 0.7071], abs=1e-4)


def test_a_vocabulary_of_vectors_knows_a_word_in_either_number():
    vectors = WordVectors.open()
    tokenizer, table = word_table(vectors)
    assert len(table) == tokenizer.n_ids
    ids = tokenizer.encode(["shirt", "shirts"])[:, 0]
    assert ids[0] == ids[1] > 0
    assert table[ids[0]] == pytest.approx(vectors.vector("shirt"), abs=1e-5)


def test_lifted_rows_rank_as_euclidean_distances_do():
    """Angles stand for distances: the orders agree, and the nearest is one of the three nearest."""
    rng = np.random.default_rng(0)
    latent = rng.normal(5, 3, (60, 16)).astype(np.float32)
    lift = Lift()
    lift.build(latent.shape)
    lift.settle(latent)
    rows = np.array(lift(latent))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    distances = np.linalg.norm(latent - latent[0], axis=1)[1:]
    similarities = (rows @ rows[0])[1:]
    order, lifted_order = np.argsort(distances), np.argsort(-similarities)
    assert np.corrcoef(np.argsort(order), np.argsort(lifted_order))[0, 1] > 0.95
    assert lifted_order[0] in order[:3]


def test_an_autoencoder_has_its_latent_layer_by_name_and_gives_back_the_size():
    shape = replace(
        SMALL, backbone="autoencoder", widths=(4, 4), strides=(2, 2), n_dims=17, projects=False
    )
    assert photo_tower(shape).get_layer(LATENT).output.shape == (None, 16)
    assert decoder(shape).output.shape == (None, 32, 32, 3)


@pytest.fixture(scope="module")
def trained(drawn: Path, made_once: Callable[..., Path]) -> Path:
    """A devise run on the bundled tower's features, by the shell."""

    def make(out: Path) -> None:
        words = ["--recipe", "devise", "--backbone", "bundled", "--epochs", "6", "--label", "kind"]
        assert shell.main(["train", str(drawn), "--out", str(out), *words, "--json"]) == 0

    return made_once("devise", make)


def test_the_report_names_the_backbone_and_the_vectors(trained: Path):
    report = json.loads((trained / "model" / "report.json").read_text())
    assert "bundled tower" in report["backbone"]
    assert "Kindred words" in report["vectors"]
    assert report["final"]["text_to_image"]["pool"] == report["data"]["held_out"]


def test_a_recipe_trained_in_one_go_tells_of_every_epoch_while_it_works(trained: Path):
    """Six epochs were asked for: six lines, in order, each measured on the same held-out pool."""
    lines = read_lines(trained / record.METRICS)
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4, 5, 6]
    report = json.loads((trained / "model" / "report.json").read_text())
    assert {line["text_to_image"]["pool"] for line in lines} == {report["data"]["held_out"]}
    assert lines[-1]["text_to_image"] == report["final"]["text_to_image"]
    assert lines[-1]["loss"] < lines[0]["loss"]
    best = read_run(trained).best
    assert best is not None and best in lines


def test_the_loss_of_an_epoch_is_the_mean_over_its_batches():
    """Batches that cost 1, 2 and 6 cost 3 on average."""

    class Trainer:
        def train_on_batch(self, batch: dict) -> float:
            return batch["cost"]

    assert mean_loss(Trainer(), [{"cost": 1.0}, {"cost": 2.0}, {"cost": 6.0}]) == 3.0


def test_a_finished_recipe_is_left_alone_and_its_folder_is_not_overwritten(
    trained: Path, drawn: Path
):
    written = (trained / "model" / "manifest.json").stat().st_mtime_ns
    resume(trained)
    assert (trained / "model" / "manifest.json").stat().st_mtime_ns == written
    arguments = ["--recipe", "devise", "--backbone", "bundled"]
    assert shell.main(["train", str(drawn), "--out", str(trained), *arguments]) == 1


def test_a_short_run_that_is_asked_to_stop_stops_and_can_begin_anew(trained: Path, tmp_path: Path):
    (tmp_path / "run.json").write_bytes((trained / "run.json").read_bytes())
    (tmp_path / "STOP").touch()
    append_line(tmp_path / record.METRICS, {"epoch": 1, "loss": 9.0})
    assert resume(tmp_path).state == "stopped"
    assert read_lines(tmp_path / record.METRICS) == []  # curves begin anew with the run
    assert not (tmp_path / "STOP").exists() and not (tmp_path / "model").exists()


@pytest.fixture(scope="module")
def shelf(trained: Path, drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of the drawn photos, embedded by the devise model."""
    out = tmp_path_factory.mktemp("shelves") / "devise"
    model = str(trained / "model")
    assert shell.main(["index", str(drawn), "--model", model, "--out", str(out)]) == 0
    return out


def first_id(shelf: Path) -> str:
    from engine.storage import Collection

    with Collection.open(shelf) as collection:
        return next(iter(collection.catalogue.all_photos())).photo_id


def test_photos_are_tagged_with_the_words_of_their_kind(shelf: Path, capsys):
    """Drawn products have a dozen kinds; luck would find a kind's word among ten of 3,800 in less
    than one photo of a hundred."""
    assert shell.main(["tags", str(shelf), "--measure", "kind", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["share"] > 0.5
    assert shell.main(["tags", str(shelf), first_id(shelf), "--json"]) == 0
    tags = json.loads(capsys.readouterr().out)["tags"]
    assert len(tags) == 10
    assert tags[0]["similarity"] >= tags[-1]["similarity"]


def test_similar_photos_are_found_by_embedding_by_features_and_about_a_word(shelf: Path, capsys):
    photo = first_id(shelf)
    for extra in ([], ["--features"], ["--about", "red", "--strength", "1"]):
        assert shell.main(["similar", str(shelf), photo, "-k", "3", *extra, "--json"]) == 0
        matches = json.loads(capsys.readouterr().out)["matches"]
        assert len(matches) == 3
        assert photo not in [match["id"] for match in matches]


def test_strength_zero_changes_nothing(shelf: Path, capsys):
    photo, answers = first_id(shelf), []
    for extra in ([], ["--about", "red", "--strength", "0"]):
        assert shell.main(["similar", str(shelf), photo, *extra, "--json"]) == 0
        answers.append([m["id"] for m in json.loads(capsys.readouterr().out)["matches"]])
    assert answers[0] == answers[1]


def test_narrowing_leaves_only_photos_that_carry_the_words(shelf: Path, capsys):
    assert shell.main(["search", str(shelf), "red boots", "--narrow", "-k", "5", "--json"]) == 0
    matches = json.loads(capsys.readouterr().out)["matches"]
    assert matches
    for match in matches:
        said = " ".join([match["caption"], *match["attributes"].values()]).lower()
        assert "red" in said and "boot" in said


def test_an_impossible_stride_is_refused(drawn: Path, tmp_path: Path):
    from engine.training import DataSource, train

    settings = settings_of("autoencoder", {"size_px": 36, "epochs": 1, "batch_size": 2})
    with pytest.raises(TrainingError, match="strides"):
        train([DataSource(drawn)], settings, tmp_path / "run")
