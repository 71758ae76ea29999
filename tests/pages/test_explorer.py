"""The explorer's page, state by state; what happens inside the map is a browser test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.access import Role
from engine.catalogue import Catalogue
from engine.encoders import load_encoder
from engine.maps import MapSettings, make_map
from engine.storage import Collection, build_collection, update_collection
from engine.storage.manifest import file_notes
from pages.map import job as map_job
from tests.engine.drawn_maps import find_map
from tests.pages.colour_model import write_wordless_model
from tests.pages.reading import elements, errors, texts
from tests.pages.squares import draw_squares, square


def shown(page):
    (found,) = elements(page, "map")
    return found


def part(page, kind):
    """Return the body of one of the map's parts, as the courier brings it."""
    name = shown(page)["parts"][kind]
    return next(each[name] for each in elements(page, "courier") if name in each)


@pytest.fixture
def drawn(shelf: Path, colour_model: Path) -> MapSettings:
    """A finished t-SNE map of photos and captions."""
    settings = MapSettings(what="both", iterations=60, perplexity=5)
    with Collection.open(shelf) as collection:
        make_map(collection, load_encoder(colour_model), settings)
    return settings


def test_without_a_map_the_quick_view_is_shown_and_the_map_can_be_made(open_page, monkeypatch):
    asked = []
    monkeypatch.setattr(map_job, "start_job", lambda *told, **more: asked.append(told))
    page = open_page("explorer")
    assert not errors(page)
    assert "is not made yet" in texts(page)
    assert part(page, "points")["n_photos"] == 20
    assert len(part(page, "told")) == 20
    assert part(page, "colour")["labels"][0] in {"Red", "Blue", "Green", "Violet", "Yellow"}
    (button,) = [each for each in page.button if each.label == "Make the map"]
    button.click().run()
    assert not errors(page)
    kind, arguments = asked[0]
    assert kind == "map"
    assert {"--method=tsne", "--what=photos", "--json"} <= set(arguments)


def test_a_finished_map_joins_captions_to_photos_and_tells_how_far_to_trust_it(open_page, drawn):
    page = open_page("explorer", what="both", iterations="60", perplexity="5")
    assert not errors(page)
    assert "is not made yet" not in texts(page)
    assert set(shown(page)["parts"]) >= {"points", "told", "facts", "colour", "pairs", "sheets"}
    assert part(page, "colour")["labels"] == ["photos", "captions"]
    labels = {metric.label: metric.value for metric in page.metric}
    assert {"Neighbours kept", "Trustworthiness", "Gap between sides"} <= labels.keys()
    assert labels["Points"] == "40"
    assert "photos: 20; captions: 20." in shown(page)["words"]["described"]


def test_words_land_on_the_map_joined_to_their_nearest(open_page, photo_id, shelf):
    page = open_page("explorer", method="pca", q="red", photo=photo_id("red-0.png"))
    assert not errors(page)
    query = shown(page)["query"]
    assert query["text"] == "red"
    with Collection.open(shelf) as collection:
        rows = find_map(collection, MapSettings(method="pca")).rows[query["nearest"][:4]]
        colours = {photo.attributes["colour"] for photo in collection.catalogue.photos(rows)}
        (point,) = shown(page)["shown"]
        assert collection.catalogue.photos([point])[0].photo_id == photo_id("red-0.png")
    assert colours == {"Red"}
    assert part(page, "colour")["scale"] == "glow"


def test_words_nobody_knows_are_one_box_and_the_map_stays(open_page):
    page = open_page("explorer", method="pca", q="zeppelin")
    assert len(errors(page)) == 1
    assert shown(page)["query"] is None


def test_two_maps_lie_beside_each_other(open_page, drawn, shelf):
    with Collection.open(shelf) as collection:
        key = find_map(collection, drawn).record.key
    page = open_page("explorer", method="pca", beside=f"squares/{key}")
    assert not errors(page)
    assert [each["map"] == key for each in elements(page, "map")] == [False, True]


def test_what_was_chosen_is_shown_described_and_can_be_used(open_page, shelf):
    page = open_page("explorer", method="pca")
    assert "Nothing chosen yet" in texts(page)
    with Collection.open(shelf) as collection:
        rows = collection.catalogue.rows_where({"colour": ["Red"]}).tolist()
        model = collection.manifest.model.fingerprint
    choice = {"collection": "squares", "model": model, "serial": "1", "rows": rows}
    page.session_state["map choice"] = {**choice, "captions": [-1] * 4}
    page.run()
    assert not errors(page)
    assert "4 photos chosen" in texts(page)
    assert "**red**" in texts(page)
    assert "Red 100%" in texts(page)
    (gallery,) = elements(page, "gallery")
    assert len(gallery["cards"]) == 4
    assert len(shown(page)["chosen"]["points"]) == 4
    before = shown(page)["chosen"]["serial"]
    next(each for each in page.button if each.label == "Choose none").click().run()
    assert "Nothing chosen yet" in texts(page)
    assert shown(page)["chosen"]["points"] == []
    assert shown(page)["chosen"]["serial"] != before


def test_attributes_can_be_filtered_by_from_the_address(open_page):
    page = open_page("explorer", method="pca", filter="colour=Red")
    assert not errors(page)
    assert shown(page)["filters"] == {"colour": ["Red"]}
    columns = {each["key"]: each for each in shown(page)["columns"]}
    assert columns.keys() == {"colour", "shade", "finish"}
    body = next(
        each[columns["colour"]["part"]]
        for each in elements(page, "courier")
        if columns["colour"]["part"] in each
    )
    assert sorted(body["labels"]) == ["Blue", "Green", "Red", "Violet", "Yellow"]


def test_while_a_map_is_made_the_quick_one_stays_and_can_be_used(open_page, monkeypatch):
    at_work = SimpleNamespace(
        kind="map",
        is_over=False,
        state="queued",
        progress=None,
        job_id="1",
        wait=None,
        least=Role.EDITOR,
        title=map_job.title_of(SimpleNamespace(name="Coloured squares"), MapSettings()),
    )
    monkeypatch.setattr(map_job, "jobs", lambda: [at_work])
    page = open_page("explorer")
    assert not errors(page)
    assert "is not made yet" not in texts(page)
    assert part(page, "points")["n_photos"] == 20
    assert "Stop" in {each.label for each in page.button}


def test_an_older_map_is_shown_as_such_with_new_photos_on_it(
    open_page, kindred_home, colour_model, tmp_path
):
    photos = draw_squares(tmp_path / "photos")
    folder = kindred_home / "collections" / "growing"
    build_collection(photos, model=colour_model, out=folder)
    settings = MapSettings(iterations=60, perplexity=5)
    with Collection.open(folder) as collection:
        make_map(collection, load_encoder(colour_model), settings)
    (photos / "images" / "new.png").write_bytes(square("red", 2, 40))
    update_collection(folder, model=colour_model)
    page = open_page("explorer", collection="growing", iterations="60", perplexity="5")
    assert not errors(page)
    assert "This map is older than the photos" in texts(page)
    assert "1 point placed" in texts(page)
    assert part(page, "points")["n_photos"] == 21


@pytest.mark.parametrize(
    ("n", "is_same"), [(1, True), (2, False), (2, True), (5, False), (5, True)]
)
def test_a_collection_of_few_or_identical_photos_has_a_page(
    open_page, kindred_home, colour_model, tmp_path, n, is_same
):
    for number in range(n):
        pixels = square("red", 0 if is_same else number)
        (tmp_path / f"{number}.png").write_bytes(pixels)
    out = kindred_home / "collections" / "few"
    build_collection(tmp_path, model=colour_model, out=out)
    page = open_page("explorer", collection="few", q="red")
    assert not errors(page)
    assert "No photo here has a caption" in texts(page)
    assert part(page, "points")["n_photos"] == n
    labels = {metric.label: metric.value for metric in page.metric}
    assert labels["Points"] == str(n)
    assert len(shown(page)["query"]["nearest"]) == n


def test_without_a_text_side_photos_are_on_the_map_and_no_words_are_asked_for(
    open_page, kindred_home, squares, tmp_path
):
    out = kindred_home / "collections" / "wordless"
    build_collection(squares, model=write_wordless_model(tmp_path / "model"), out=out)
    page = open_page("explorer", collection="wordless", what="both", q="red", method="pca")
    assert not errors(page)
    assert "understands no words, so only photos are on the map" in texts(page)
    assert "Find on the map" not in {each.label for each in page.text_input}
    assert part(page, "points")["n_photos"] == 20
    assert shown(page)["query"] is None


def test_a_collection_whose_photos_are_all_gone_says_so(open_page, shelf):
    with Collection.open(shelf) as collection:
        manifest, rows = collection.manifest, collection.catalogue.live_rows().tolist()
    file = shelf / manifest.build / "catalogue.sqlite"
    with Catalogue.open(file, read_only=False) as catalogue:
        catalogue.retire(rows)
    replace(manifest, n_photos=0, files=file_notes(file.parent)).save(shelf)
    page = open_page("explorer")
    assert not errors(page)
    assert [box.value for box in page.info] == ["There are no photos in this collection yet."]
    assert not elements(page, "map")
