"""The training page, state by state, over runs written by hand."""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import runs
from engine.durable import append_line, write_arrays, write_json
from engine.hub import get_model
from engine.images import encode_jpeg
from engine.locks import exclusive
from engine.runs.estimate import note_speed
from engine.training import DataSource, TrainingSettings, record
from engine.training.validation import BEST, CONTENT, PICTURES
from pages.run import actions as run_deeds
from pages.run import estimate as run_estimate
from pages.run import promotion as run_promote
from tests.pages.reading import errors, texts

PUBLISHED = Path(__file__).parent.parent / "engine" / "published"
N_PAIRS = 12
SETTINGS = TrainingSettings(name="Tiny *run*", epochs=3, size_px=16, n_dims=4, batch_size=8)


def write_run(home: Path, settings: TrainingSettings = SETTINGS, n_epochs: int = 2) -> Path:
    """A run with epochs, held-out pairs and a note, as training writes it."""
    data = [DataSource(Path("/photos"))]
    folder = runs.create_run(data, settings, note="a <b>note</b>", home=home)
    rng = np.random.default_rng(0)
    held_out = folder / record.HELD_OUT
    held_out.mkdir()
    with zipfile.ZipFile(held_out / PICTURES, "w") as file:
        for place in range(N_PAIRS):
            file.writestr(
                f"{place:06d}.jpg", encode_jpeg(np.full((16, 16, 3), 9 * place, np.uint8))
            )
    content = {
        "hashes": [f"hash {i}" for i in range(N_PAIRS)],
        "captions": [[f"A *red* square {i}"] for i in range(N_PAIRS)],
        "pictures": list(range(N_PAIRS)),
        "pairs": list(range(N_PAIRS)),
        "queries": ["red square", "blue"],
    }
    write_json(held_out / CONTENT, content)
    for epoch in range(1, n_epochs + 1):
        arrays = {
            "photos": unit(rng, N_PAIRS),
            "texts": unit(rng, N_PAIRS),
            "queries": unit(rng, 2),
            "ranks": np.arange(1, N_PAIRS + 1, dtype=np.float32),
            "pool": np.array(N_PAIRS),
        }
        write_arrays(held_out / f"epoch-{epoch:04d}.npz", arrays)
        write_arrays(held_out / BEST, {**arrays, "epoch": np.array(epoch)})
        append_line(folder / record.METRICS, epoch_line(epoch))
    record.log(folder, "epoch 2: <b>done</b>")
    return folder


def unit(rng: np.random.Generator, n: int) -> np.ndarray:
    rows = rng.normal(size=(n, 4))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16)


def epoch_line(epoch: int) -> dict:
    figures = {
        **{f"recall_at_{k}": 0.01 * k * epoch for k in (1, 5, 10)},
        "median_rank": 6.0,
        "mean_rank": 6.5,
        "pool": N_PAIRS,
        "n_queries": N_PAIRS,
    }
    return {
        "epoch": epoch,
        "photos": 600,
        "loss": 3.0 / epoch,
        "validation_loss": 3.5 / epoch,
        "learning_rate": 0.001,
        "seconds": 10.0,
        "total_seconds": 10.0 * epoch,
        "photos_per_second": 120.0,
        "memory_mb": 1000.0,
        "text_to_image": figures,
        "image_to_text": figures,
    }


@pytest.fixture(autouse=True)
def measured(monkeypatch) -> list:
    """Remember what was asked for to measure this machine, and measure nothing."""
    found: list = []

    def remember(kind, arguments, **more):
        found.append((kind, arguments))

    monkeypatch.setattr(run_estimate, "start_job", remember)
    return found


@pytest.fixture
def started(monkeypatch) -> list:
    """Remember the runs that were started, and start none."""
    found: list = []

    def remember(folder, **more):
        found.append((folder, more))

    monkeypatch.setattr("pages.run.form.start_run", remember)
    monkeypatch.setattr(run_deeds, "start_run", remember)
    return found


def labels(page) -> set[str]:
    return {each.label for each in page.button}


def button(page, label):
    (found,) = [each for each in page.button if each.label == label]
    return found


def test_nothing_trained_yet_leads_to_the_first_run(open_page):
    page = open_page("training")
    assert not errors(page)
    assert "Nothing has been trained yet" in texts(page)


def test_runs_are_listed_with_state_and_best_figure(open_page, kindred_home):
    folder = write_run(kindred_home)
    record.note_ending(folder, "stopped")
    page = open_page("training")
    assert not errors(page)
    said = texts(page)
    assert "best R@10 0.200 of 12 held-out photos" in said
    assert "2 of 3 epochs" in said
    assert r"a \<b\>note" in said
    assert ":orange-badge[" in said


def test_a_stopped_run_can_go_on_be_finished_forked_exported_and_removed(
    open_page, kindred_home, started
):
    folder = write_run(kindred_home)
    record.note_ending(folder, "stopped")
    page = open_page("training", run=folder.name)
    assert not errors(page)
    assert labels(page) == {"Resume", "Finish now", "Fork", "Export", "Remove"}
    assert {each.label: each.value for each in page.metric}["Best R@10 of 12 held out"] == "0.200"
    assert len(page.get("plotly_chart")) == 4
    button(page, "Resume").click().run()
    assert started == [(folder, {})]


def test_a_run_without_a_text_side_shows_its_loss_and_has_no_best_epoch(open_page, kindred_home):
    """An autoencoder measures errors alone: one picture, and no recall to be best by."""
    settings = replace(SETTINGS, recipe="autoencoder", loss="reconstruction", text_kind="none")
    folder = runs.create_run([DataSource(Path("/photos"))], settings)
    for epoch in (1, 2):
        line = {"epoch": epoch, "photos": 600, "loss": 0.1, "validation_loss": 0.2 / epoch}
        append_line(folder / record.METRICS, {**line, "seconds": 5, "total_seconds": 5 * epoch})
    record.note_ending(folder, "stopped")
    page = open_page("training", run=folder.name)
    assert not errors(page)
    assert runs.read_run(folder).best is None
    assert len(page.get("plotly_chart")) == 1
    assert [each.label for each in page.metric] == ["Training"]
    assert "Finish now" not in labels(page)  # it has no checkpoint to be finished from


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("Space", "on average they are"),
        ("Pairs", "among all 12 held-out photos"),
        ("Settings", "The same file makes the run again"),
    ],
)
def test_every_tab_of_a_run_shows_what_it_says(open_page, kindred_home, tab, said):
    folder = write_run(kindred_home)
    page = open_page("training", run=folder.name, show=tab)
    assert not errors(page)
    assert said in texts(page)


def test_the_slider_replays_an_earlier_epoch(open_page, kindred_home):
    folder = write_run(kindred_home)
    page = open_page("training", run=folder.name, show="Space")
    page.select_slider[0].set_value(1).run()
    assert not errors(page)
    assert "12 held-out pairs after epoch 1" in texts(page)


def test_a_running_run_can_be_stopped_and_one_that_hangs_killed(
    open_page, kindred_home, monkeypatch
):
    folder = write_run(kindred_home)
    killed = []
    monkeypatch.setattr(run_deeds, "kill_run", killed.append)
    monkeypatch.setattr("pages.run.detail.HANGS_AFTER_SECONDS", 3600.0)
    with exclusive(folder / record.LOCK):
        page = open_page("training", run=folder.name)
        assert labels(page) == {"Stop", "Fork"}
        button(page, "Stop").click().run()
        assert (folder / record.STOP).exists()
        assert labels(open_page("training", run=folder.name)) == {"Fork"}
        monkeypatch.setattr("pages.run.detail.HANGS_AFTER_SECONDS", -1.0)
        button(open_page("training", run=folder.name), "Kill").click().run()
    assert killed == [folder]


def test_a_crashed_run_says_so_with_the_last_lines_of_its_log(open_page, kindred_home):
    folder = write_run(kindred_home)
    (folder / record.LOCK).touch()
    page = open_page("training", run=folder.name)
    (box,) = errors(page)
    assert "ended without a word" in box
    assert "<b>done</b>" in page.code[0].value
    assert "Resume" in labels(page)


def test_a_run_that_is_not_there_is_one_box(open_page):
    (box,) = errors(open_page("training", run="../../etc"))
    assert "no such run" in box


def test_a_plan_that_cannot_work_is_refused_and_cannot_be_started(open_page, started):
    """Twenty squares are too few for any batch the page offers."""
    page = open_page("training", view="new")
    (box,) = errors(page)
    assert "photos would be held out" in box
    assert "Start" not in labels(page)


def test_a_run_on_drawn_products_is_made_as_the_form_says(
    open_page, kindred_home, started, monkeypatch
):
    drawn = []
    monkeypatch.setattr(
        "engine.runs.launch.start_job", lambda kind, words, **more: drawn.append(kind)
    )
    page = open_page("training", view="new")
    page.selectbox(key="photos of run").set_value("Products drawn for this run").run()
    page.selectbox(key="recipe").set_value("triplet").run()
    (margin,) = [each for each in page.number_input if each.label == "Margin"]
    margin.set_value(0.6).run()
    assert not errors(page)
    button(page, "Start").click().run()
    assert not errors(page)
    ((folder, _),) = started
    settings = runs.read_plan(folder / record.RUN).settings
    assert (settings.loss, settings.margin, settings.size_px) == ("triplet", 0.6, 64)
    assert drawn == ["demo"]


def test_a_published_model_is_offered_as_a_backbone_with_the_fields_that_mean_something(
    open_page, kindred_home, started, monkeypatch
):
    """It has its own size and sees a photo once: neither is asked, nor is a measuring offered."""
    monkeypatch.setattr("engine.runs.launch.start_job", lambda *_, **__: None)
    get_model(str(PUBLISHED / "clip"))
    page = open_page("training", view="new")
    page.selectbox(key="photos of run").set_value("Products drawn for this run").run()
    (backbone,) = [each for each in page.selectbox if each.label == "Backbone"]
    assert "clip (published model)" in backbone.options
    backbone.set_value("clip").run()
    assert not errors(page)
    fields = {each.label for each in (*page.selectbox, *page.slider, *page.text_input)}
    assert {"Embedding width", "Loss", "Batch"} <= fields
    assert not {"Photo size", "Augmentation", "First weights"} & fields
    assert "clip looks at each photo once" in texts(page)
    assert "Measure it with a few batches" not in labels(page)
    button(page, "Start").click().run()
    assert not errors(page)
    ((folder, _),) = started
    assert runs.read_plan(folder / record.RUN).settings.backbone == "clip"


def test_two_runs_are_compared(open_page, kindred_home):
    one = write_run(kindred_home)
    two = write_run(kindred_home, TrainingSettings(name="Other", epochs=9, size_px=16))
    page = open_page("training", view="compare", runs=[one.name, two.name])
    assert not errors(page)
    differences, figures = (table.value for table in page.dataframe)
    assert "Epochs" in differences["Setting"].tolist()
    assert figures["Run"].tolist() == ["Tiny *run*", "Other"]
    assert figures["R@10 ahead"].tolist() == [0.0, 0.0]


def test_a_model_is_promoted_by_a_job(kindred_home, shelf, colour_model, monkeypatch):
    from streamlit.testing.v1 import AppTest

    folder = write_run(kindred_home)
    shutil.copytree(colour_model, folder / record.MODEL)
    begun = []
    monkeypatch.setattr(
        run_promote, "start_job", lambda kind, words, title, on: begun.append((kind, words, title))
    )

    def dialog(run_id: str):
        from engine.runs import read_run
        from engine.runs.run_folder import find_by_id
        from pages.run.promotion import ask_to_promote

        ask_to_promote(read_run(find_by_id(run_id)))

    app = AppTest.from_function(dialog, args=(folder.name,), default_timeout=300).run()
    app.selectbox(key="promote to").set_value("squares").run()
    assert not errors(app)
    assert "Both answer among the same 20 photos of the collection." in texts(app)
    button(app, "Promote it").click().run()
    ((kind, words, title),) = begun
    assert (kind, words[:3]) == ("runs", ["promote", str(folder), f"--to={shelf}"])
    assert title == "Promote Tiny *run* to Coloured squares"


def test_an_archive_that_is_none_is_one_box(open_page, kindred_home):
    page = open_page("training")
    page.file_uploader(key="run zip").set_value(("run.zip", b"nothing", "application/zip")).run()
    button(page, "Import it").click().run()
    (box,) = errors(page)
    assert "no archive of a run" in box


def test_a_run_is_imported(open_page, kindred_home, tmp_path):
    folder = write_run(kindred_home)
    runs.export_run(folder, tmp_path / "run.zip")
    page = open_page("training")
    content = io.BytesIO((tmp_path / "run.zip").read_bytes()).getvalue()
    page.file_uploader(key="run zip").set_value(("run.zip", content, "application/zip")).run()
    button(page, "Import it").click().run()
    assert not errors(page)
    assert len(runs.list_runs()) == 2


def preset(page):
    (choice,) = [each for each in page.radio if each.key == "preset"]
    return choice


def test_where_nothing_is_known_of_this_computer_it_is_measured_and_no_time_is_made_up(
    open_page, measured
):
    page = open_page("training", view="new")
    ((kind, arguments),) = measured
    assert (kind, arguments[0]) == ("train", "--calibrate")
    assert list(preset(page).proto.captions) == [each.promise for each in runs.PRESETS.values()]


def test_each_preset_says_how_long_it_takes_at_the_speed_that_was_measured(
    open_page, started, measured, kindred_home
):
    """At 100 photos/s of 64 px, 16 of 20 photos for 20 epochs take 3.2 s, and 15 % and 20 s
    beside; 4 epochs at 48 px, and 40 at 96 px, differ by their area too."""
    note_speed(replace(SETTINGS, size_px=64), {"photos_per_second": 100.0}, kindred_home)
    page = open_page("training", view="new")
    assert not measured
    told = [each.split(".")[0] for each in preset(page).proto.captions]
    assert told == ["About 20 s", "About 20 s", "About 40 s"]
    preset(page).set_value("quick").run()
    (epochs,) = [each for each in page.number_input if each.label == "Epochs"]
    assert epochs.value == 4


def test_before_the_first_epoch_the_curve_shows_the_steps(open_page, kindred_home):
    folder = runs.create_run([DataSource(kindred_home)], TrainingSettings(name="Begun"))
    append_line(folder / record.STEPS, {"step": 1, "epoch": 0.1, "loss": 4.0})
    page = open_page("training", run=folder.name)
    assert len(page.get("plotly_chart")) == 1
    assert "Step by step" in texts(page)
