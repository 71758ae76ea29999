"""Maps of a real small collection: made once, found again, made anew when it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.config import DEMO_COLLECTION
from engine.encoders import load_encoder
from engine.errors import MapError
from engine.maps import MapSettings, list_maps, make_map, read_preview
from engine.maps.map_folder import maps_folder
from engine.maps.outdated_map import find_older
from engine.maps.pace import measure_pace
from engine.maps.points import fingerprint
from engine.maps.views import SavedView, list_views, remove_view, save_view
from engine.storage import (
    Collection,
    build_collection,
    remove_collection,
    tag_photos,
    update_collection,
)
from tests.engine.drawn_maps import find_map
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
        assert drawn.record.gap["distance"] > 0.05
        centred = make_map(collection, encoder, MapSettings("pca", "both", centred=True))
        assert centred.record.key != drawn.record.key
        # Each side's mean is taken away before it is drawn: what is left of the gap is what the
        # rows gain when they are brought back to length one.
        assert centred.record.gap["distance"] < drawn.record.gap["distance"] / 2


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


def test_new_photos_are_placed_on_the_older_map_and_nobody_else_moves(tmp_path, encoder, model):
    photos, folder = draw_squares(tmp_path / "photos"), tmp_path / "squares"
    build_collection(photos, model=model, out=folder)
    with Collection.open(folder) as collection:
        first = make_map(collection, encoder, QUICK)
        assert find_older(collection, encoder, QUICK).record.n_placed == 0
    (photos / "images" / "new.png").write_bytes(square("red", 2, 40))
    (photos / "images" / "green-1.png").unlink()
    update_collection(folder, model=model)
    with Collection.open(folder) as collection:
        older = find_older(collection, encoder, QUICK)
        assert (older.record.n_points, older.record.n_placed, older.record.n_gone) == (20, 1, 1)
        assert older.rows.tolist() == collection.catalogue.live_rows().tolist()
        paths = [photo.path for photo in collection.catalogue.photos(older.rows)]
        before = dict(zip(first.rows.tolist(), first.points.tolist(), strict=True))
        for row, path, point in zip(older.rows.tolist(), paths, older.points.tolist(), strict=True):
            assert path.endswith("new.png") or point == before[row]
        assert find_older(collection, encoder, MapSettings(seed=1)) is None
        assert find_map(collection, QUICK) is None  # it is no map of the photos of now


def test_a_tag_neither_makes_a_map_older_nor_names_its_clusters(tmp_path, encoder, model):
    photos, folder = draw_squares(tmp_path / "photos"), tmp_path / "squares"
    build_collection(photos, model=model, out=folder)
    with Collection.open(folder) as collection:
        first = make_map(collection, encoder, QUICK)
        everyone = list(collection.catalogue.ids_of(first.rows).values())
    tag_photos(folder, everyone[:4], "holidays")
    update_collection(folder, model=model)
    with Collection.open(folder) as collection:
        assert find_map(collection, QUICK).record.key == first.record.key
        again = make_map(collection, encoder, QUICK, again=True)
        assert "holiday" not in {word for names in again.record.clusters for word in names}


def test_views_are_kept_by_name_beside_the_builds(tmp_path, folder, model):
    red = SavedView("Red ones", {"colour": "by colour", "filter": ["colour=Red"]}, ["a", "b"])
    with Collection.open(folder) as collection:
        assert list_views(collection) == []
        save_view(collection, red)
        save_view(collection, SavedView("all", {}))
        save_view(collection, SavedView("all", {"look": "1,2,3"}))
        assert [view.name for view in list_views(collection)] == ["all", "Red ones"]
        assert list_views(collection)[0].parameters == {"look": "1,2,3"}
        with pytest.raises(MapError, match="a view needs a name"):
            save_view(collection, SavedView("  ", {}))
        remove_view(collection, "all")
    update_collection(folder, model=model)
    with Collection.open(folder) as collection:
        make_map(collection, None, QUICK)
        assert list_views(collection) == [red]


def test_a_damaged_list_of_views_is_said_and_not_overwritten(folder):
    with Collection.open(folder) as collection:
        save_view(collection, SavedView("all", {}))
        file = maps_folder(collection) / "views.json"
        file.write_text("{")
        with pytest.raises(MapError, match="saved views cannot be read"):
            save_view(collection, SavedView("more", {}))
        assert file.read_text() == "{"


def test_the_pace_of_this_machine_is_measured_on_the_photos_themselves(folder):
    """Twice the steps take twice the time of their part; nothing is faster than its start."""
    with Collection.open(folder) as collection:
        pace = measure_pace(collection, QUICK)
    assert (pace.n_sample, pace.slowdown >= 1, pace.step > 0) == (20, True, True)
    short, long = (pace.estimate(20, MapSettings(iterations=n)) for n in (500, 1000))
    assert long.seconds_alone - short.seconds_alone == pytest.approx(500 * pace.step)
    assert long.seconds == pytest.approx(pace.slowdown * long.seconds_alone)


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


def test_the_demo_brings_the_map_that_the_explorer_opens_with():
    """Nobody waits for the first t-SNE: it was made with the demo, and is that of its photos."""
    with Collection.open(DEMO_COLLECTION) as demo:
        brought = find_map(demo, MapSettings())
        assert brought is not None
        assert brought.record.n_photos == demo.n_photos
        assert brought.record.material == fingerprint(demo, MapSettings())
        assert list_maps(demo) == [brought.record]


def test_the_maps_of_what_comes_with_kindred_lie_in_the_home(kindred_home):
    with Collection.open(DEMO_COLLECTION) as demo:
        assert maps_folder(demo).is_relative_to(kindred_home)


def test_a_damaged_map_is_made_again(folder, encoder):
    settings = MapSettings(method="pca")
    with Collection.open(folder) as collection:
        drawn = make_map(collection, encoder, settings)
        (drawn.folder / "points.npy").write_bytes(b"")
        assert find_map(collection, settings) is None
        assert make_map(collection, encoder, settings).record.n_points == 20
