"""Which of the bundled models suits a folder of photos, and what a collection makes of that."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.drawing import draw_collection
from engine import config
from engine.encoders import (
    BUNDLED_MODELS,
    EVERYDAY,
    FASHION,
    bundled_model,
    bundled_models,
    model_at,
)
from engine.encoders.suitability import PRODUCTS, Suitability, look_at, products_among
from engine.errors import ModelError
from engine.shell import index_command
from engine.storage import Collection, build_collection, change_model, previous_version, roll_back

both_there = pytest.mark.skipif(
    bundled_models() != BUNDLED_MODELS, reason="one of the bundled models is missing"
)


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn products on plain ground, as shops show them."""
    folder = tmp_path_factory.mktemp("products") / "photos"
    draw_collection(24, seed=5, folder=folder, size_px=96)
    return folder


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures full to the edges: sky over grass and a path, each with its own grain."""
    folder = tmp_path_factory.mktemp("scenes")
    rng = np.random.default_rng(1)
    for number in range(12):
        grain = rng.normal(0, 18, (96, 128, 3)) + rng.normal(0, 12, (12, 16, 3)).repeat(
            8, 0
        ).repeat(8, 1)
        ground = np.empty((96, 128, 3))
        ground[:45], ground[45:] = (120, 165, 215), (70, 125, 50)
        ground[45:, 30 + 3 * number : 60 + 3 * number] = (150, 130, 100)
        pixels = np.clip(ground + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.jpg")
    return folder


@both_there
def test_products_and_scenes_get_the_model_that_suits_them(products: Path, scenes: Path):
    assert look_at(sorted(products.rglob("*.jpg"))).model == FASHION
    assert look_at(sorted(scenes.glob("*.jpg"))).model == EVERYDAY


def test_the_majority_decides_and_says_so():
    assert Suitability(64, 33).model == FASHION
    assert Suitability(64, 32).model == Suitability(0, 0).model == EVERYDAY
    assert str(Suitability(50, 1)).startswith(
        "these look like everyday photos (49 of 50 looked at)"
    )


@both_there
def test_at_most_64_photos_from_all_over_are_looked_at_and_unreadable_ones_left_out(
    scenes: Path, tmp_path: Path
):
    """Of 200 files in order every third or so is opened; one of those is no photo."""
    (tmp_path / "000.jpg").write_text("no photo")
    for number in range(1, 200):
        shutil.copy(scenes / "0.jpg", tmp_path / f"{number:03}.jpg")
    assert look_at(sorted(tmp_path.iterdir())).n_photos == 63
    assert look_at([tmp_path / "000.jpg"]) == Suitability(0, 0)


def test_a_model_without_what_tells_products_says_so(tmp_path: Path):
    with pytest.raises(ModelError, match=f"missing or damaged.*{PRODUCTS}"):
        products_among(np.zeros((1, 2), np.float32), tmp_path)
    (tmp_path / PRODUCTS).write_text(json.dumps({"direction": [1, 0], "level": 0.5}))
    rows = np.array([[1, 0], [0, 1]], np.float32)
    assert products_among(rows, tmp_path).tolist() == [True, False]


@both_there
def test_bundled_models_are_found_by_name_and_others_by_their_folder(tmp_path: Path):
    assert [bundled_model(name) for name in BUNDLED_MODELS] == [
        config.MODELS / name for name in BUNDLED_MODELS
    ]
    assert model_at(EVERYDAY) == bundled_model() == bundled_model(EVERYDAY)
    with pytest.raises(ModelError, match="Choose kindred-everyday or kindred-fashion"):
        bundled_model("kindred-mine")


def index(*arguments: object) -> index_command.Outcome:
    return index_command.index.main([str(each) for each in arguments], standalone_mode=False)


@both_there
def test_a_new_collection_says_which_model_it_took_and_a_person_may_name_another(
    products: Path, tmp_path: Path
):
    outcome = index(products, "--out", tmp_path / "chosen")
    assert "these look like product photos" in outcome.lines[1]
    assert outcome.record["model"] == FASHION
    with Collection.open(tmp_path / "chosen") as collection:
        assert collection.manifest.model.name == FASHION
    outcome = index(products, "--out", tmp_path / "named", "--model", EVERYDAY)
    assert "chosen" not in outcome.record
    with Collection.open(tmp_path / "named") as collection:
        assert collection.manifest.model.name == EVERYDAY
    # Made anew it keeps the model it has, whatever its photos look like.
    index(products, "--out", tmp_path / "named")
    with Collection.open(tmp_path / "named") as collection:
        assert collection.manifest.model.name == EVERYDAY


@both_there
def test_a_collection_moves_to_another_model_and_back(scenes: Path, tmp_path: Path):
    shelf = tmp_path / "shelf"
    assert build_collection(scenes, out=shelf).suitability == Suitability(12, 0)
    change_model(shelf, bundled_model(FASHION))
    with Collection.open(shelf) as collection:
        assert collection.manifest.model.name == FASHION
        assert collection.n_photos == 12
    previous = previous_version(shelf)
    assert previous is not None and previous.model.name == EVERYDAY
    assert roll_back(shelf).model.name == EVERYDAY
    update = index_command.update.main([str(shelf), "--model", FASHION], standalone_mode=False)
    assert update.record["indexed"] == 12
    with Collection.open(shelf) as collection:
        assert collection.manifest.model.name == FASHION
