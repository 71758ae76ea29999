"""How a home is, for a person at the shell and for a monitor that reads its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import config
from engine.health import check_disk, check_health
from engine.jobs.job_folder import create_job
from engine.shell import main
from engine.storage import build_collection
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares


@pytest.fixture
def shelf(kindred_home: Path, tmp_path: Path) -> Path:
    photos, model = draw_squares(tmp_path / "photos"), write_colour_model(tmp_path / "model")
    folder = kindred_home / "collections" / "squares"
    build_collection(photos, model=model, out=folder, name="Squares")
    return folder


def told(capsys: pytest.CaptureFixture[str], code: int) -> dict:
    assert main(["health", "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_a_home_where_all_is_well_ends_with_zero(shelf, kindred_home, capsys, monkeypatch):
    monkeypatch.setattr(config, "ROOM_LEFT_BYTES", 0)
    job = create_job("update", "Update squares", ["x"], home=kindred_home)
    job.end("failed", error="The disk is full.")
    record = told(capsys, 0)
    assert record["well"]
    squares = next(each for each in record["collections"]["collections"] if "Sq" in each["name"])
    assert (squares["photos"], squares["opens"], squares["health"]) == (20, True, "ready")
    assert record["jobs"]["counts"] == {"failed": 1}
    assert record["jobs"]["jobs"][0]["error"] == "The disk is full."
    assert record["memory"]["resident_bytes"] > 10e6
    assert {each["name"] for each in record["models"]["models"]} >= {"kindred-fashion"}
    assert not list(kindred_home.glob(".health*"))
    assert main(["health"]) == 0
    assert "can be written" in capsys.readouterr().out


def test_a_damaged_collection_is_told_with_its_reason(shelf, capsys):
    next(shelf.glob("build-*/catalogue.sqlite")).write_bytes(b"?")
    record = told(capsys, 1)
    squares = next(each for each in record["collections"]["collections"] if "Sq" in each["name"])
    assert (squares["opens"], squares["health"]) == (False, "damaged")
    assert "catalogue.sqlite" in squares["reason"]


def test_a_collection_whose_model_has_gone_does_not_open(shelf, tmp_path, capsys):
    (tmp_path / "model").rename(tmp_path / "gone")
    record = told(capsys, 1)
    assert not record["collections"]["well"] and not record["well"]


def test_a_home_that_cannot_be_written_says_why(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "file"))
    record = told(capsys, 1)
    assert not record["home"]["writable"]


def test_too_little_room_is_not_well(kindred_home, monkeypatch):
    monkeypatch.setattr(config, "ROOM_LEFT_BYTES", 2**80)
    assert not check_disk(kindred_home).is_well
    assert not all(check.is_well for check in check_health(kindred_home))
