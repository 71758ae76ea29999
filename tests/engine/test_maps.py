"""Maps of a real small collection: made once, found again, made anew when it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.encoders import load_encoder
from engine.errors import MapError
from engine.maps import MapSettings, find_map, list_maps, make_map, read_preview
from engine.maps.folder import maps_folder
from engine.storage import Collection, build_collection, remove_collection, update_collection
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares, square

QUICK = MapSettings(iterations=60, perplexity=3)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colour_model(tmp_path_factory.mktemp("model") / "colours")


@pytest.fixture(scope="module")
def encoder(model: Path):
    return load_encoder(model)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Path:
    root = tmp_path_factory.mktemp("built")
    build_collection(draw_squares(root / "photos"), model=model, out=root / "squares")
    return root


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    shutil.copytree(built, tmp_path / "copy")
    return tmp_path / "copy" / "squares"


def test_a_map_is_made_once_and_found_again(folder, encoder):
    with Collection.open(folder) as collection:
        heard = []
        drawn = make_map(collection, encoder, QUICK, progress=heard.append)
        assert {"settling the map", "measuring the map"} <= {each.step for each in heard}
        assert (drawn.record.n_points, drawn.record.n_photos) == (20, 20)
        assert drawn.rows.tolist() == collection.catalogue.live_rows().tolist()
        heard.clear()
        again = make_map(collection, encoder, QUICK, progress=heard.append)
        assert not heard
        assert np.array_equal(again.points, drawn.points)
        assert find_map(collection, MapSettings(seed=1)) is None
        assert find_map(collection, MapSettings(iterations=60, perplexity=3.0)) is not None
        assert read_preview(collection, QUICK) is None


def test_photos_and_captions_are_joined_by_their_true_rank(folder, encoder):
    """A caption "A red square 2" is the same row as every red photo's direction or near it: the
    colour model knows colours alone, so that each caption finds its photo among the four of its
    colour: rank 1 to 4; the strange caption of one violet square says "violet" too."""
    with Collection.open(folder) as collection:
        drawn = make_map(collection, encoder, MapSettings(method="pca", what="both"))
        captions = drawn.captions >= 0
        assert (captions.sum(), drawn.record.n_photos) == (20, 20)
        assert np.isnan(drawn.ranks[~captions]).all()
        assert drawn.ranks[captions].max() <= 4
        assert drawn.record.gap["distance"] > 0
        centred = make_map(collection, encoder, MapSettings("pca", "both", centred=True))
        assert centred.record.key != drawn.record.key


def test_an_update_keeps_maps_and_only_a_change_makes_a_new_one(tmp_path, encoder, model):
    photos, folder = draw_squares(tmp_path / "photos"), tmp_path / "squares"
    build_collection(photos, model=model, out=folder)
    with Collection.open(folder) as collection:
        first = make_map(collection, encoder, QUICK)
    update_collection(folder, model=model)
    with Collection.open(folder) as collection:
        assert find_map(collection, QUICK) is not None
    (photos / "images" / "new.png").write_bytes(square("red", 2, 40))
    update_collection(folder, model=model)
    with Collection.open(folder) as collection:
        assert find_map(collection, QUICK) is None
        assert [record.key for record in list_maps(collection)] == [first.record.key]
        second = make_map(collection, encoder, QUICK)
        assert second.record.n_points == 21
        assert [record.key for record in list_maps(collection)] == [second.record.key]
    remove_collection(folder)
    assert not folder.exists()


def test_above_the_limit_every_group_gives_its_share_and_the_map_says_so(folder, encoder):
    with Collection.open(folder) as collection:
        drawn = make_map(collection, encoder, MapSettings(method="pca"), limit=10)
        photos = collection.catalogue.photos(drawn.rows)
        colours = [photo.attributes["colour"] for photo in photos]
        assert {colours.count(colour) for colour in set(colours)} == {2}
        assert drawn.record.n_left_out == 10
        assert drawn.record.note.startswith("10 of 20 points are left out")


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_and_identical_photos_have_a_map_too(n, model, encoder, tmp_path):
    (tmp_path / "photos").mkdir()
    for number in range(n):
        (tmp_path / "photos" / f"{number}.png").write_bytes(square("red", 0))
    build_collection(tmp_path / "photos", model=model, out=tmp_path / "few")
    with Collection.open(tmp_path / "few") as collection:
        drawn = make_map(collection, encoder, MapSettings())
        assert np.isfinite(drawn.points).all()
        assert drawn.record.n_points == n
        assert "drawn by PCA" in drawn.record.note
        with pytest.raises(MapError, match="no captions"):
            make_map(collection, encoder, MapSettings(what="captions"))


def test_the_maps_of_what_comes_with_kindred_lie_in_the_home(kindred_home):
    from engine.config import DEMO_COLLECTION

    with Collection.open(DEMO_COLLECTION) as demo:
        assert maps_folder(demo).is_relative_to(kindred_home)


def test_a_damaged_map_is_made_again(folder, encoder):
    settings = MapSettings(method="pca")
    with Collection.open(folder) as collection:
        drawn = make_map(collection, encoder, settings)
        (drawn.folder / "points.npy").write_bytes(b"")
        assert find_map(collection, settings) is None
        assert make_map(collection, encoder, settings).record.n_points == 20
