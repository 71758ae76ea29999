"""The recipes side by side: one comparison over a few drawn photos, made once for all tests."""

from __future__ import annotations

import inspect
import shutil
from functools import partialmethod
from pathlib import Path

import numpy as np
import pytest

from engine.encoders import applications, bundled_models
from engine.encoders.joint import JointEncoder
from engine.encoders.model_settings import LITE
from engine.encoders.portable import load_reconstruction
from engine.encoders.weights_package import WeightsPackage
from engine.errors import ModelError, TrainingError
from engine.evaluation import Comparison, compare
from engine.evaluation.recipe_comparison import list_comparisons
from engine.shell import compare_command
from engine.training import DataSource

RECIPES = ("matching", "autoencoder", "vgg16-fc1")


@pytest.fixture(scope="module")
def compared(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """What the shell kept; its table is checked on the way."""
    out = tmp_path_factory.mktemp("compared") / "all"
    arguments = ["--recipes", ",".join(RECIPES), "--sample", "36", "--epochs", "1"]
    arguments += ["--backbone", "bundled"]
    few = ["--batch-size", "8", "--out", str(out)]
    outcome = compare_command.compare_recipes.main(
        [str(drawn), *arguments, *few], standalone_mode=False
    )
    rows = [*RECIPES, *bundled_models()]
    assert [row["recipe"] for row in outcome.record["recipes"]] == rows
    assert [row[0] for row in outcome.lines[2].rows] == rows
    return Comparison.open(out)


def test_every_recipe_is_measured_on_the_same_photos(compared: Comparison):
    assert [row.recipe for row in compared.rows] == [*RECIPES, *bundled_models()]
    assert not [row.error for row in compared.rows if row.error]
    assert compared.pool == 12
    assert compared.n_trained == 24
    assert all("gender" in row.precision_at_9 for row in compared.rows)


def test_recall_is_measured_where_there_is_a_text_side_and_only_there(compared: Comparison):
    has_text = {row.recipe: row.has_text for row in compared.rows}
    assert not has_text["autoencoder"] and not has_text["vgg16-fc1"]
    assert has_text["matching"] and has_text["kindred-fashion"]
    assert compared.rows[0].text_to_image["pool"] == compared.pool


def test_the_table_names_the_backbone_that_was_used(compared: Comparison):
    told = {row.recipe: row.backbone for row in compared.rows}
    assert "bundled tower" in told["matching"]
    assert "from scratch" in told["autoencoder"]


def test_a_comparison_is_found_again_in_the_home(compared: Comparison, kindred_home: Path):
    assert not list_comparisons()
    shutil.copytree(compared.folder, kindred_home / "comparisons" / "kept")
    (kept,) = list_comparisons()
    assert kept.rows == compared.rows


def test_each_model_loads_and_gives_the_embeddings_that_were_kept(compared: Comparison):
    for recipe in ("matching", "autoencoder"):
        encoder = compared.encoder(recipe)
        kept = np.load(compared.folder / recipe / "embeddings.npy")
        assert kept.shape == (compared.pool, encoder.n_dims)
        assert np.linalg.norm(kept, axis=1) == pytest.approx(1, abs=1e-5)


def test_two_recipes_answer_the_same_question(compared: Comparison):
    for recipe in ("matching", "kindred-fashion"):
        hits = compared.search(recipe, compared.encoder(recipe), "red boot", k=3)
        assert len(hits) == 3
        assert hits[0].similarity >= hits[1].similarity >= hits[2].similarity
    hits = compared.similar("vgg16-fc1", 0, k=3)
    assert len(hits) == 3 and 0 not in [hit.place for hit in hits]


def test_a_model_without_words_says_so(compared: Comparison):
    encoder = compared.encoder("vgg16-fc1")
    assert encoder.tokenizer is None
    with pytest.raises(ModelError, match="understands no words"):
        compared.search("vgg16-fc1", encoder, "red boot")


def test_an_autoencoder_draws_photos_again(compared: Comparison):
    draw = load_reconstruction(compared.model("autoencoder"))
    assert draw is not None
    pixels = np.zeros((2, 48, 48, 3), np.uint8)
    assert draw(pixels).shape == pixels.shape
    assert load_reconstruction(compared.model("matching")) is None


def test_an_unknown_recipe_is_refused_before_anything_is_read(tmp_path: Path):
    with pytest.raises(TrainingError, match="no such recipe"):
        compare([DataSource(tmp_path)], tmp_path / "out", recipes=["magic"])


@pytest.mark.skipif(not WeightsPackage.of(LITE).is_installed, reason="no weights installed")
def test_a_recipe_whose_described_weights_cannot_be_had_stands_on_the_installed_ones(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its model is kept without the portable copy, which takes as long as everything else here and
    which the other recipes have."""
    monkeypatch.setattr(JointEncoder, "save", partialmethod(JointEncoder.save, portable=False))
    monkeypatch.setattr(applications, "is_reachable", lambda url: False)
    monkeypatch.setattr(applications, "imagenet_cache", lambda: tmp_path / "no cache")
    few = {"epochs": 1, "batch_size": 4}
    origin = [DataSource(drawn)]
    made = compare(
        origin, tmp_path / "own", recipes=["matching"], n_photos=12, backbone="own", chosen=few
    )
    row = made.rows[0]
    assert not row.error
    assert row.backbone.startswith(LITE)
    assert row.backbone.endswith("the weights of ResNet50 cannot be had")


def test_all_recipes_stand_on_the_installed_weights_unless_another_network_is_named():
    context = compare_command.compare_recipes.make_context("compare", ["photos"])
    assert context.params["backbone"] == LITE
    assert inspect.signature(compare).parameters["backbone"].default == LITE
