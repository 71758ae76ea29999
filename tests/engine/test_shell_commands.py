"""The shell's commands from photos to answers; the first is run as a program of its own."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import fields
from pathlib import Path

import pytest

from engine.shell import main
from engine.training import TrainingReport, TrainingSettings
from engine.training.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Do what the program does, without waiting for Python and its libraries."""
    command = list(map(str, arguments))
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main(command)
    told = (stream.buffer.getvalue().decode() for stream in (out, err))
    return subprocess.CompletedProcess(command, code, *told)


def result(*arguments: object, by=run) -> dict:
    """Run a command with --json and return what it printed."""
    answer = by(*arguments, "--json")
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.fixture(scope="module")
def photos(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty of the drawn photos, their table, and a text that claims to be a photo."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "images").mkdir()
    head, *lines = (drawn / "products.csv").read_text(encoding="utf-8").splitlines()
    (folder / "products.csv").write_text("\n".join([head, *lines[:60]]) + "\n", encoding="utf-8")
    for line in lines[:60]:
        path = line.split(",", 1)[0]
        shutil.copy(drawn / path, folder / path)
    (folder / "images" / "note.jpg").write_text("not a photo")
    return folder


@pytest.fixture(scope="module")
def built(photos: Path, small_run: TrainingReport, tmp_path_factory: pytest.TempPathFactory):
    """A collection of those photos, and what `index` printed about it."""
    collection = tmp_path_factory.mktemp("shelf") / "shop"
    arguments = "index", photos, "--model", small_run.model, "--out", collection
    return collection, result(*arguments, by=program)


def test_index_prints_its_counts_and_every_skipped_file_with_its_reason(built):
    _, record = built
    assert record["indexed"] == 60
    assert [each["path"] for each in record["skipped"]] == ["images/note.jpg"]
    assert record["skipped"][0]["reason"]
    assert record["seconds"] > 0 and record["photos_per_second"] > 0


def test_update_embeds_nothing_when_nothing_has_changed(built):
    record = result("update", built[0])
    assert (record["indexed"], record["embedded"], len(record["skipped"])) == (60, 0, 1)


def test_info_repeats_what_the_collection_holds(built):
    record = result("info", built[0])
    assert (record["name"], record["indexed"]) == ("shop", 60)
    assert record["skipped"] == built[1]["skipped"]


def test_a_photo_finds_itself_and_the_answer_has_the_promised_shape(built, photos):
    record = result("search", built[0], "--image", photos / "images" / "000007.jpg", "-k", 3)
    shape = {"query", "k", "seconds", "matches", "readings", "unknown_words"}
    assert set(record) == shape
    assert record["k"] == len(record["matches"]) == 3
    assert "total" in record["seconds"]
    first = record["matches"][0]
    assert list(first) == ["rank", "id", "path", "caption", "similarity", "score", "attributes"]
    assert (first["rank"], first["path"]) == (1, "images/000007.jpg")
    assert first["similarity"] == pytest.approx(1, abs=1e-3)
    assert first["caption"] and first["attributes"]["kind"]


def test_words_with_signs_filters_and_pages(built):
    """Two pages of two are the first four of one page of four."""
    both = result("search", built[0], "dress - blue", "-k", 4, "--filter", "gender=women")
    pages = [
        result(
            "search",
            built[0],
            "dress - blue",
            "-k",
            2,
            "--offset",
            offset,
            "--filter",
            "gender=women",
        )
        for offset in (0, 2)
    ]
    found = [match["id"] for page in pages for match in page["matches"]]
    assert found == [match["id"] for match in both["matches"]]
    assert [match["rank"] for match in pages[1]["matches"]] == [3, 4]
    assert {match["attributes"]["gender"].lower() for match in both["matches"]} == {"women"}


def test_a_query_that_starts_with_a_minus_is_a_query(built):
    assert result("search", built[0], "-dress + bag")["query"] == "- dress + bag"


def test_a_photo_of_the_collection_is_not_like_itself(built, photos):
    first = result("search", built[0], "--image", photos / "images" / "000007.jpg", "-k", 1)
    asked = first["matches"][0]["id"]
    found = result("search", built[0], "--like", asked)["matches"]
    assert found and asked not in [match["id"] for match in found]


def test_people_get_a_line_per_match_and_a_note_on_unknown_words(built):
    answer = run("search", built[0], "dress", "qwxyz", "-k", 2)
    assert answer.stderr == "Not known to the model, so left out: qwxyz\n"
    lines = answer.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert lines[-1].startswith("2 of 60 photos, best first, exact, ")


def test_evaluate_measures_both_directions_over_the_pool_and_every_label(built):
    record = result("evaluate", built[0])
    assert record["pool"] == record["n_photos"] == 60
    assert record["text_to_image"]["pool"] == 60
    assert record["image_to_text"]["pool"] == record["n_captions"]
    assert record["text_to_image"]["n_queries"] == record["n_captions"]
    for direction in ("text_to_image", "image_to_text"):
        figures = record[direction]
        assert 0 <= figures["recall_at_1"] <= figures["recall_at_5"] <= figures["recall_at_10"] <= 1
        assert 1 <= figures["median_rank"] <= figures["pool"]
        assert 1 <= figures["mean_rank"] <= figures["pool"]
    assert 0 <= record["image_to_image"]["precision_at_9"]["kind"] <= 1


def test_evaluate_held_out_measures_on_photos_the_training_never_saw(built, small_run):
    """A fifth was held out of 480 photos; of these sixty, those with a hash in that list."""
    held_out = set(json.loads((small_run.model / "held_out.json").read_text())["content_hashes"])
    from engine.storage import Collection

    with Collection.open(built[0]) as collection:
        expected = sum(
            photo.content_hash in held_out for photo in collection.catalogue.all_photos()
        )
    assert 0 < expected < 60
    assert result("evaluate", built[0], "--held-out")["pool"] == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "nowhere", "dress"], "There is no collection here"),
        (["search", "{collection}", "qwxyz"], "knows none of these words: qwxyz"),
        (["search", "{collection}", "dress", "--filter", "kind=ship"], "kind"),
        (["search", "{collection}", "--image", "nowhere.jpg"], "nowhere.jpg"),
        (["index", "nowhere", "--model", "{model}", "--out", "{new}"], "nowhere"),
        (["update", "nowhere"], "There is no collection here"),
        (["train", "--resume", "nowhere"], "nowhere"),
        (["train", "{photos}", "--out", "{new}", "--epochs", "0"], "epochs out of range"),
    ],
)
def test_the_worlds_fault_is_one_line_on_stderr_and_code_1(
    arguments, said, built, photos, small_run, tmp_path
):
    places = {
        "collection": built[0], "photos": photos, "model": small_run.model, "new": tmp_path / "new"
    }  # fmt: skip
    answer = run(*(word.format(**places) for word in arguments))
    assert answer.returncode == 1
    assert answer.stdout == ""
    (line,) = [line for line in answer.stderr.splitlines() if ": 0 of" not in line]
    assert said.lower() in line.lower() and "Traceback" not in line


def test_a_search_never_loads_tensorflow(built):
    script = (
        "import sys; from engine.shell import main\n"
        f"assert main(['search', {str(built[0])!r}, 'dress']) == 0\n"
        "assert not {'tensorflow', 'keras', 'streamlit'} & set(sys.modules), 'loaded'"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr


def test_demo_draws_a_folder_that_can_be_indexed(small_run, tmp_path):
    drawn = tmp_path / "drawn"
    assert result("demo", "--photos", 4, "--size", 48, "--out", drawn)["drawn"] == 4
    record = result("index", drawn, "--model", small_run.model, "--out", tmp_path / "shelf")
    assert (record["indexed"], record["skipped"]) == (4, [])


def test_every_setting_of_a_run_can_be_given_in_the_shell():
    from engine.shell.train_command import train

    options = {option.name for option in train.params}
    only_by_recipe = {"projects"}
    assert options | only_by_recipe >= {field.name for field in fields(TrainingSettings)}


def test_a_setting_counts_as_given_also_where_it_is_none_or_nothing(monkeypatch):
    """Zero epochs of patience, no hidden layers and no first weights are choices of a person."""
    from engine.shell import train_command

    monkeypatch.setattr(train_command, "check_usage", lambda options: None)
    monkeypatch.setattr(
        train_command, "try_speed", lambda o: train_command.given_settings(SETTINGS)
    )
    given = ["--patience", "0", "--hidden", "", "--weights", "none", "--frozen", "--teachers", "a"]
    found = train_command.train.main(["--calibrate", *given], standalone_mode=False)
    assert found == {
        "patience": 0, "hidden": (), "weights": None, "frozen": True, "teachers": ("a",)
    }  # fmt: skip


def test_training_that_is_killed_goes_on_with_resume(photos, tmp_path):
    """Killed after its first epoch, the run keeps that epoch and ends with the two it was told."""
    out = tmp_path / "run"
    words = ["--epochs", "2", "--size-px", "16", "--n-dims", "16", "--batch-size", "16"]
    words += ["--widths", "8,8"]
    command = [sys.executable, "-m", "engine", "train", str(photos), "--out", str(out), *words]
    child = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    while child.poll() is None and not list(out.glob("checkpoint-*")):
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    record = result("train", "--resume", out)
    assert [epoch["epoch"] for epoch in record["curves"]] == [1, 2]
    assert Path(record["model"], "manifest.json").exists()
