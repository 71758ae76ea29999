"""What a finished map is read for: colours, a query's place, what a choice has in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.encoders import load_encoder
from engine.images import read_photo
from engine.maps import MapSettings, make_map
from engine.maps.choice import in_common, words_in_common, words_of_the_model
from engine.maps.photo_table import NONE, PhotoTable
from engine.maps.point_colours import by_attribute, by_cluster, by_likeness, by_side, by_trust
from engine.maps.query_placement import LandingGround
from engine.maps.sprites import Sheets
from engine.storage import Collection, build_collection
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory):
    return load_encoder(write_colour_model(tmp_path_factory.mktemp("model") / "colours"))


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory, encoder):
    root: Path = tmp_path_factory.mktemp("built")
    build_collection(draw_squares(root / "photos"), model=encoder, out=root / "squares")
    with Collection.open(root / "squares") as opened:
        yield opened


@pytest.fixture(scope="module")
def both(collection, encoder):
    settings = MapSettings(what="both", iterations=80, perplexity=4)
    return make_map(collection, encoder, settings)


@pytest.fixture(scope="module")
def table(collection):
    return PhotoTable(collection)


def test_colours_by_value_count_points_and_tell_what_each_group_kept(both, table):
    """5 colours × 4 squares, each a photo and a caption: 8 points of each colour."""
    colours = by_attribute(both, table, "colour")
    assert sorted(colours.labels) == ["Blue", "Green", "Red", "Violet", "Yellow"]
    assert colours.counts == [8] * 5
    assert np.mean(colours.kept) == pytest.approx(both.kept.mean(), abs=1e-6)
    assert by_side(both).counts == [20, 20]
    assert sum(by_cluster(both).counts) == 40
    assert by_trust(both).values is both.kept


def test_likeness_glows_from_the_median_to_the_nearest():
    """Median of 0, 0.2, 0.4 is 0.2: what lies below is dark, 0.3 is half way."""
    glow = by_likeness(np.array([0.0, 0.2, 0.4, 0.3, 0.1], np.float32))
    assert glow.values == pytest.approx([0, 0, 1, 0.5, 0], abs=1e-6)
    assert list(glow.labels) == ["similarity 0.20", "0.40"]


@pytest.mark.parametrize("settings", [{}, {"centred": True}, {"method": "pca"}])
def test_words_land_beside_the_photos_they_mean(collection, encoder, table, settings):
    chosen = MapSettings(what="both", iterations=80, perplexity=4)
    drawn = make_map(collection, encoder, MapSettings(**{**chosen.to_json(), **settings}))
    ground = LandingGround(collection, encoder, drawn)
    landing = ground.land(encoder.embed_texts(["red"])[0], is_text=True, n_nearest=4)
    assert np.isfinite(landing.point).all()
    places = table.places(drawn.rows[landing.nearest])
    assert {photo.attributes["colour"] for photo in table.photos(places)} == {"Red"}
    assert all(drawn.is_photo[landing.nearest])


def test_a_choice_says_what_it_has_in_common(collection, encoder, table):
    red = table.places(collection.catalogue.rows_where({"colour": ["Red"]}))
    found = {(each.key, each.value): each for each in in_common(table, red)}
    assert found["colour", "Red"].share == 1
    assert found["colour", "Red"].overall == pytest.approx(0.2)
    assert words_in_common(table, red)[0] in {"red", "matt"}
    embeddings = np.asarray(collection.embeddings)
    assert words_of_the_model(encoder, embeddings[table.rows[red]], embeddings)[0] == "red"
    nothing = np.zeros(0, np.int64)
    assert in_common(table, nothing) == words_in_common(table, nothing) == []
    assert in_common(table, np.arange(20)) == []


def test_every_value_is_a_group_of_its_own_and_none_is_called_other(collection, encoder, table):
    """5 colours × 4 shades: each shade is on 5 photos; no photo has a value that is not listed."""
    drawn = make_map(collection, encoder, MapSettings(method="pca"))
    shades = by_attribute(drawn, table, "shade")
    assert shades.labels == [f"shade {number}" for number in range(4)]
    assert shades.counts == [5] * 4
    photos = table.photos(table.places(drawn.rows))
    named = [shades.labels[code] for code in shades.codes]
    assert named == [photo.attributes["shade"] for photo in photos]


def test_a_photo_without_a_value_is_told_from_those_that_have_one(collection, table):
    missing = table.column("no such attribute")
    assert list(missing.labels) == [NONE]
    assert missing.counts.tolist() == [20]


def test_what_a_point_says_is_its_own_caption_else_its_photos_first(both, collection, table):
    texts = table.texts_of(both)
    photos = table.photos(table.places(both.rows))
    assert texts == [photo.captions[0] for photo in photos]
    assert len(texts) == 40


def test_what_a_choice_has_in_common_is_found_without_reading_every_photo(collection, table):
    """Of 20 photos 4 are chosen: only these are read, and the values come from the index."""
    fresh = PhotoTable(collection)
    read = []
    photos = fresh.photos
    fresh.photos = lambda places: read.extend(places) or photos(places)
    chosen = fresh.places(collection.catalogue.rows_where({"colour": ["Blue"]}))
    assert in_common(fresh, chosen)[0].value == "Blue"
    assert not read


def test_a_sheet_holds_each_photo_in_its_cell_and_is_kept(collection):
    sheets = Sheets(collection)
    assert len(sheets) == 1
    first = sheets.sheet(0)
    assert sheets.sheet(0) == first
    pixels = read_photo(first, 1024).pixels
    photo = collection.catalogue.photos([5])[0]
    expected = read_photo(collection.photo_file(photo.row), 16).pixels.mean(axis=(0, 1))
    # One row of 16 cells of 64 px and a second with 4: 1024 × 128, in the middle of a square.
    cell = pixels[448 + 16 : 448 + 48, 5 * 64 + 16 : 5 * 64 + 48]
    assert cell.mean(axis=(0, 1)) == pytest.approx(expected, abs=6)
    with pytest.raises(ValueError, match="sheets 0 to 0"):
        sheets.sheet(1)
