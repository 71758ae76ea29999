"""The page of collections, state by state."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.access import Role
from engine.collection_archive import export_collection
from engine.encoders import bundled_models
from engine.jobs import JobState, Progress
from engine.storage import Collection, Manifest, list_collections, publish_collection
from pages.collection import card as collection_card
from pages.collection import creation as new_collection
from pages.collection import inventory as inventory_card
from pages.collection import model_choice as way_back
from pages.shared import jobs as jobs_view
from pages.shared import resources
from pages.shared.access import Access
from pages.shared.navigation import MENU
from tests.pages.colour_model import COLOURS, write_colour_model
from tests.pages.reading import blocks, elements, errors, links, texts
from tests.pages.squares import heic, square


@pytest.fixture
def started(monkeypatch):
    """Remember the jobs that were started, and start none."""
    jobs = []

    def start_job(kind, arguments, *, title, **more):
        jobs.append((kind, arguments, title))

    monkeypatch.setattr(new_collection, "start_job", start_job)
    monkeypatch.setattr(collection_card, "start_job", start_job)
    monkeypatch.setattr(way_back, "start_job", start_job)
    return jobs


def button(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return found


def job(state, **known):
    told = {"progress": None, "seconds_left": None, "log_tail": "", "result": None, "error": None}
    return JobState(
        "20260101-000000-0123456789",
        "index",
        "Make *shoes*",
        state,
        created=0.0,
        **{
            **told,
            **known,
        },
    )


def at_work(monkeypatch, *states):
    monkeypatch.setattr(jobs_view, "jobs", lambda: list(states))


def test_a_collection_is_shown_with_its_size_model_health_and_skipped_files(open_page):
    page = open_page("collections")
    assert not errors(page)
    said = texts(page)
    assert "Coloured squares" in said
    assert "20 photos · model colours · made " in said
    assert ":green-badge[" in said
    assert button(page, "1 file skipped")


def test_skipped_files_are_told_with_their_reasons_and_can_be_downloaded(open_page):
    page = open_page("collections")
    button(page, "1 file skipped").click().run()
    assert not errors(page)
    (table,) = page.dataframe
    assert table.value["File"].tolist() == ["images/broken.jpg"]
    assert table.value["Reason"].tolist()[0]
    assert page.get("download_button")[0].label == "Download as CSV"


@pytest.mark.parametrize(
    ("label", "title"), [("Rename", "Rename the collection"), ("Remove", "Remove the collection?")]
)
def test_a_change_is_asked_about_first(open_page, shelf, label, title):
    page = open_page("collections")
    button(page, label).click().run()
    assert blocks(page, "dialog")[0].title == title
    with Collection.open(shelf) as collection:
        assert collection.name == "Coloured squares"


def rename_dialog():
    from pages.collection.card import ask_for_name
    from pages.shared.resources import collections

    ask_for_name(collections()["squares"])


def removal_dialog():
    from pages.collection.card import ask_to_remove
    from pages.shared.resources import collections

    if "squares" in collections():
        ask_to_remove(collections()["squares"])


def test_a_collection_is_renamed_and_its_link_stays(open_page, shelf):
    dialog = AppTest.from_function(rename_dialog, default_timeout=300).run()
    dialog.text_input(key="new name").input("Bright *squares*")
    button(dialog, "Save the name").click().run()
    assert not errors(dialog)
    with Collection.open(shelf) as collection:
        assert collection.name == "Bright *squares*"
    assert r"Bright \*squares\*" in texts(open_page("collections"))


def test_a_collection_needs_a_name(shelf):
    dialog = AppTest.from_function(rename_dialog, default_timeout=300).run()
    dialog.text_input(key="new name").input("  ").run()
    assert button(dialog, "Save the name").disabled


def test_a_confirmed_removal_takes_the_collection_and_leaves_the_photos(shelf, squares):
    dialog = AppTest.from_function(removal_dialog, default_timeout=300).run()
    button(dialog, "Remove it").click().run()
    assert not errors(dialog)
    assert not shelf.exists()
    assert (squares / "table.csv").exists()


def test_a_collection_that_is_kept_stays(shelf):
    dialog = AppTest.from_function(removal_dialog, default_timeout=300).run()
    button(dialog, "Keep it").click().run()
    assert shelf.exists()


def test_an_update_is_a_job(open_page, started, shelf):
    page = open_page("collections")
    button(page, "Update").click().run()
    assert started == [("update", [str(shelf), "--json"], "Update Coloured squares")]


def test_a_damaged_collection_says_so_and_can_be_repaired_or_removed(open_page, shelf, started):
    (shelf / "manifest.json").write_text("{")
    page = open_page("collections")
    assert ":red-badge[" in texts(page)
    assert {each.label for each in page.button} == {"Repair", "Remove", "Choose a folder…"}
    assert "Coloured squares" in texts(page)  # from the copy of its manifest
    button(page, "Repair").click().run()
    assert started == [("check", [str(shelf), "--repair", "--json"], "Repair Coloured squares")]


def test_a_card_tells_where_photos_lie_elsewhere_and_when_that_place_is_gone(
    open_page, shelf, tmp_path
):
    pytest.importorskip("qdrant_edge")
    place = tmp_path / "points"
    publish_collection(shelf, f"edge:{place}")
    page = open_page("collections")
    assert "edge" in texts(page)
    assert "20 photos · 1 shard on 1 machine · in order" in texts(page)
    shutil.rmtree(place)
    st.cache_resource.clear()
    page = open_page("collections")
    assert "Does not answer" in texts(page)
    assert "points are missing" in str(errors(page))


def test_a_job_that_asks_waits_for_a_yes(open_page, monkeypatch):
    asked = []
    at_work(monkeypatch, job("failed", error="231 photos are not there any more.", asks=True))
    monkeypatch.setattr(jobs_view, "confirm_job", asked.append)
    page = open_page("collections")
    assert ":orange-badge[" in texts(page) and "231 photos" in texts(page)
    button(page, "Go on").click().run()
    assert asked == ["20260101-000000-0123456789"]


def test_a_collection_that_is_being_updated_says_so_and_is_left_alone(open_page, monkeypatch):
    (summary,) = [each for each in list_collections() if each.folder.name == "squares"]
    busy = replace(summary, writer="pid 4711")
    monkeypatch.setattr(resources, "list_collections", lambda: [busy])
    page = open_page("collections")
    assert ":blue-badge[" in texts(page)
    buttons = {"1 table", "1 file skipped", "Choose a folder…"}
    assert {each.label for each in page.button} == buttons


def test_a_collection_whose_model_is_another_one_now_can_be_embedded_anew(
    open_page, started, shelf, squares, colour_model, tmp_path
):
    """The same folder holds a model that knows no yellow: its fingerprint is another one."""
    model = tmp_path / "colours"
    write_colour_model(model, {"red": COLOURS["red"]})
    manifest = Manifest.load(shelf)
    replace(manifest, model=replace(manifest.model, folder=str(model))).save(shelf)
    page = open_page("collections")
    assert not errors(page)
    assert ":orange-badge[" in texts(page)
    assert "Search" not in [link["label"] for link in links(page)][len(MENU) + 1 :]
    button(page, "Embed anew").click().run()
    ((kind, arguments, _),) = started
    assert (kind, arguments[:2]) == ("index", [str(squares), f"--out={shelf}"])
    (box,) = errors(open_page("text_search", q="red"))
    assert "another model" in box


@pytest.fixture
def adding(open_page, started, colour_model, monkeypatch):
    """Open the page, with a model that is quick to try."""
    monkeypatch.setattr(inventory_card, "bundled_model", lambda: colour_model)
    return open_page("collections")


def choose(page, folder):
    """Choose a folder, as the chooser's button does."""
    page.session_state["chosen folder"] = str(folder)
    return page.run()


def drop(page, *files):
    (uploader,) = [each for each in page.file_uploader if each.key.startswith("new photos")]
    return uploader.set_value(list(files)).run()


def test_a_card_says_what_was_found_before_anything_is_made(adding, started, tmp_path, squares):
    """21 files are called .png or .jpg; the table has a caption for 20 of them, and one line more.

    A text and a film are no photos.
    """
    mine = Path(shutil.copytree(squares, tmp_path / "Summer *2023*"))
    (mine / "notes.txt").write_text("remember the milk")
    (mine / "images" / "film.mov").write_bytes(b"moving")
    with (mine / "table.csv").open("a") as table:
        table.write("gone.png,A picture that went,,,\n")
    page = choose(adding, mine)
    assert not errors(page)
    said = texts(page)
    for line in (
        r"**Summer \*2023\***",
        "21 photos in 1 folder",
        r"table\.csv with 20 captions",
        "1 line in there is of no photo in here",
        "2 files that are no photos",
        "on this computer",
    ):
        assert line in said
    assert not started


def test_a_collection_and_its_map_are_made_from_a_folder(adding, started, squares, kindred_home):
    page = choose(adding, squares)
    page.text_input(key=f"name of {squares}").input("My *squares*")
    button(page, "Make the collection").click().run()
    assert not errors(page)
    out = kindred_home / "collections" / "my-squares"
    arguments = [str(squares), f"--out={out}", "--name=My *squares*", "--json"]
    assert started[0] == ("index", arguments, "Make My *squares*")
    assert started[1][:2] == ("map", [str(out), "--json"])
    assert "Make the collection" not in {each.label for each in page.button}


def test_a_person_may_name_the_model_of_a_new_collection(adding, started, squares):
    page = choose(adding, squares)
    page.selectbox(key="model of the new collection").set_value("kindred-fashion")
    button(page, "Make the collection").click().run()
    assert not errors(page)
    assert "--model=kindred-fashion" in started[0][1]


def test_a_collection_moves_to_a_bundled_model_by_one_click(open_page, started, shelf):
    page = open_page("collections")
    (first, *_) = bundled_models()
    button(page, f"Use {first}").click().run()
    assert not errors(page)
    ((kind, arguments, _),) = started
    assert (kind, arguments) == ("update", [str(shelf), f"--model={first}", "--json"])


def test_which_model_was_chosen_is_said_when_the_collection_is_made(open_page, monkeypatch):
    chosen = "these look like product photos (60 of 64 looked at): using kindred-fashion"
    result = {"indexed": 64, "added": 64, "skipped": [], "seconds": 2.0, "chosen": chosen}
    at_work(monkeypatch, job("finished", result=result))
    said = texts(open_page("collections"))
    assert "These look like product photos" in said


def test_a_name_is_never_a_path_and_never_taken_twice(adding, started, squares, kindred_home):
    for _ in range(2):
        page = choose(adding, squares)
        page.text_input(key=f"name of {squares}").input("../../Squares")
        button(page, "Make the collection").click().run()
    made = [arguments for kind, arguments, _ in started if kind == "index"]
    outs = [Path(arguments[1].removeprefix("--out=")) for arguments in made]
    assert [out.parent for out in outs] == [kindred_home / "collections"] * 2
    assert [out.name for out in outs] == ["squares-2", "squares-3"]


def test_a_folder_that_is_not_there_is_one_box(adding, started, tmp_path):
    page = choose(adding, tmp_path / "not there")
    (box,) = errors(page)
    assert "no such folder" in box
    assert not started


def test_a_folder_without_photos_says_so_and_nothing_can_be_made(adding, tmp_path):
    (tmp_path / "letter.pdf").write_bytes(b"%PDF")
    page = choose(adding, tmp_path)
    assert not errors(page)
    assert "No photos were found here." in texts(page)
    assert button(page, "Make the collection").disabled


def test_of_several_tables_one_can_be_chosen(adding, started, tmp_path, squares):
    mine = Path(shutil.copytree(squares, tmp_path / "mine"))
    shutil.copy(mine / "table.csv", mine / "second.csv")
    page = choose(adding, mine)
    assert not errors(page)
    assert "several tables" in page.warning[0].value
    assert button(page, "Make the collection").disabled
    page.selectbox(key="captions table").select("second.csv").run()
    assert not errors(page)
    assert r"second\.csv with 20 captions" in texts(page)
    button(page, "Make the collection").click().run()
    assert f"--captions={mine / 'second.csv'}" in started[0][1]


def test_where_strangers_may_come_by_a_folder_is_named_and_none_is_listed(
    open_page, started, colour_model, squares, monkeypatch
):
    monkeypatch.setattr(inventory_card, "bundled_model", lambda: colour_model)
    monkeypatch.setattr(new_collection, "can_browse", lambda: False)
    page = open_page("collections")
    assert "Choose a folder…" not in {each.label for each in page.button}
    page.text_input(key="named folder").input(str(squares)).run()
    assert not errors(page)
    assert "21 photos in 1 folder" in texts(page)


def test_a_folder_is_found_by_walking_and_only_into_what_was_listed(tmp_path, monkeypatch):
    (tmp_path / "Pictures" / "2023").mkdir(parents=True)
    (tmp_path / "Pictures" / "a.jpg").touch()
    (tmp_path / ".hidden").mkdir()
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    dialog = AppTest.from_function(folder_dialog, default_timeout=300).run()
    (listed,) = elements(dialog, "folders")
    assert listed["folders"] == ["Pictures"]
    assert listed["crumbs"][-1] == tmp_path.name
    assert "0 files and 1 folder in here" in texts(dialog)
    dialog.text_input(key="typed folder").input(str(tmp_path / "Pictures")).run()
    (listed,) = elements(dialog, "folders")
    assert listed["folders"] == ["2023"]
    assert "1 file and 1 folder in here" in texts(dialog)
    dialog.text_input(key="typed folder").input(str(tmp_path / "nowhere")).run()
    assert "no such folder" in errors(dialog)[0].lower()


def folder_dialog():
    from pages.collection.folder_chooser import choose_folder

    choose_folder()


def test_a_collection_is_made_from_dropped_files(adding, started, kindred_home):
    page = drop(adding, ("red.png", square("red", 0), ""), ("IMG_1.HEIC", heic("blue"), ""))
    assert not errors(page)
    assert "2 photos in 1 folder" in texts(page)
    button(page, "Make the collection").click().run()
    assert not errors(page)
    photos = Path(started[0][1][0])
    assert photos == kindred_home / "collections" / "red" / "photos"
    assert sorted(path.name for path in photos.glob("[!.]*")) == ["IMG_1.HEIC", "red.png"]
    assert not any((kindred_home / "incoming").iterdir())
    assert not list(kindred_home.parent.glob("red*.png"))


def test_what_was_dropped_goes_when_it_is_not_wanted(adding, started, kindred_home):
    page = drop(adding, ("red.png", square("red", 0), "image/png"))
    button(page, "Cancel").click().run()
    assert not errors(page)
    assert not any((kindred_home / "incoming").iterdir())
    assert not started


def test_a_zip_is_unpacked_inside_and_what_is_left_out_is_told(adding, started, kindred_home):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("shop/red.png", square("red", 0))
        archive.writestr("../../escaped.png", square("blue", 0))
    page = drop(adding, ("shop.zip", file.getvalue(), "application/zip"))
    assert "escaped" in page.warning[0].value
    button(page, "Make the collection").click().run()
    assert not errors(page)
    photos = Path(started[0][1][0])
    kept = [path.relative_to(photos).as_posix() for path in photos.rglob("*.png")]
    assert kept == ["shop/red.png"]
    assert not list(kindred_home.parent.rglob("escaped.png"))


def test_an_upload_that_is_no_zip_is_one_box(adding, started):
    page = drop(adding, ("a.zip", b"no zip", "application/zip"))
    assert len(errors(page)) == 1
    assert not started


def test_what_was_made_can_be_opened_and_the_menu_is_on_it_already(open_page, monkeypatch, shelf):
    result = {"indexed": 20, "seconds": 2.0, "folder": str(shelf)}
    at_work(monkeypatch, job("finished", ended=time.time(), result=result))
    page = open_page("collections", collection="demo")
    page.session_state["made"] = "squares"
    page.run()
    assert not errors(page)
    assert page.query_params["collection"] == "squares"
    assert "text_search?collection=squares" in [
        link["href"] for link in links(page) if link["label"] == "Open it"
    ]


def test_a_job_at_work_shows_how_far_it_is_and_how_long_it_takes(open_page, monkeypatch):
    """300 of 1,200 in 10 s are 30 a second; the job's own estimate is shown."""
    progress = Progress("embedding photos", 300, 1200, 10.0)
    at_work(monkeypatch, job("running", progress=progress, seconds_left=30.0))
    page = open_page("collections")
    (bar,) = page.get("progress")
    assert bar.proto.value == 25
    assert bar.proto.text == "Embedding photos · 300 of 1,200 · 30 a second · 30 s left"
    assert r"**Make \*shoes\***" in texts(page)


def test_a_job_can_be_stopped(open_page, monkeypatch):
    stopped = []
    monkeypatch.setattr(jobs_view, "stop_job", stopped.append)
    at_work(monkeypatch, job("running"))
    page = open_page("collections")
    button(page, "Stop").click().run()
    assert stopped == ["20260101-000000-0123456789"]


@pytest.mark.parametrize(
    ("state", "known", "said"),
    [
        ("finished", {"result": {"indexed": 20, "seconds": 2.0}}, "20 photos · 2 s"),
        ("failed", {"error": "The folder is gone: /photos."}, "The folder is gone: /photos."),
        ("crashed", {"log_tail": "killed"}, "Ended too soon"),
        ("stopped", {}, "Stopped"),
    ],
)
def test_a_job_that_is_over_says_how_it_ended_and_can_be_dismissed(
    open_page, monkeypatch, state, known, said
):
    forgotten = []
    monkeypatch.setattr(jobs_view, "forget_job", forgotten.append)
    at_work(monkeypatch, job(state, ended=time.time(), **known))
    page = open_page("collections")
    assert said in texts(page)
    button(page, "Dismiss").click().run()
    assert forgotten == ["20260101-000000-0123456789"]


def test_a_collection_whose_graph_was_given_up_says_so(open_page, monkeypatch):
    remark = "every photo is compared, because 3 of 200 sampled photos did not find themselves"
    monkeypatch.setattr(Collection, "index_remark", remark)
    page = open_page("collections")
    assert not errors(page)
    assert remark.capitalize() in texts(page)


@pytest.fixture
def exported(built, tmp_path) -> bytes:
    export_collection(built, tmp_path / "mine.zip", with_photos=True)
    return (tmp_path / "mine.zip").read_bytes()


def test_an_exported_collection_that_is_dropped_is_told_of_and_taken_in(
    adding, started, exported, kindred_home, built
):
    """With photos dropped beside it, which wait on."""
    photo = ("red.png", square("red", 1), "image/png")
    page = drop(adding, ("mine.zip", exported, "application/zip"), photo)
    assert "An exported collection of 20 photos" in texts(page)
    assert "1 photo in 1 folder" in texts(page)
    page = button(page, "Import the collection").click().run()
    assert not errors(page)
    assert "An exported collection" not in texts(page)
    assert "1 photo in 1 folder" in texts(page)
    assert not started
    (taken,) = [each for each in list_collections() if each.folder.name == "coloured-squares"]
    assert (taken.name, taken.n_photos, taken.health) == ("Coloured squares", 20, "ready")
    with Collection.open(taken.folder) as here, Collection.open(built) as there:
        rows = list(range(20))
        assert here.catalogue.ids_of(rows) == there.catalogue.ids_of(rows)


def test_a_damaged_archive_is_one_box_and_leaves_nothing(adding, exported, kindred_home):
    before = set((kindred_home / "collections").iterdir())
    at = exported.index(b"embeddings.npy") + 400
    damaged = exported[:at] + bytes([exported[at] ^ 1]) + exported[at + 1 :]
    page = drop(adding, ("mine.zip", damaged, "application/zip"))
    page = button(page, "Import the collection").click().run()
    (box,) = errors(page)
    assert "archive" in box
    assert set((kindred_home / "collections").iterdir()) == before


def test_an_archive_with_a_model_is_for_the_owner_alone(
    adding, exported, kindred_home, monkeypatch
):
    monkeypatch.setattr(Access, "role", lambda *_: Role.EDITOR)
    before = set((kindred_home / "collections").iterdir())
    page = drop(adding, ("mine.zip", exported, "application/zip"))
    page = button(page, "Import the collection").click().run()
    (box,) = errors(page)
    assert "only the owner" in box.lower()
    assert set((kindred_home / "collections").iterdir()) == before
