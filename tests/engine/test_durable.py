"""Folders and records that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.durable import read_record, whole_folder, write_json
from engine.errors import ModelError


def test_a_folder_that_was_not_finished_leaves_what_was_there_and_nothing_beside(tmp_path: Path):
    place = tmp_path / "model"
    with whole_folder(place) as beside:
        (beside / "weights").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_folder(place, replace=True) as beside:
        (beside / "weights").write_text("half")
        raise KeyboardInterrupt
    assert (place / "weights").read_text() == "old"
    assert list(tmp_path.iterdir()) == [place]


def test_a_folder_begins_empty_whatever_a_killed_program_left(tmp_path: Path):
    left = tmp_path / "model.partial"
    left.mkdir()
    (left / "weights").write_text("of another program")
    with whole_folder(tmp_path / "model") as beside:
        assert list(beside.iterdir()) == []


def test_a_folder_takes_no_place_that_is_taken(tmp_path: Path):
    place = tmp_path / "model"
    (place / "weights").mkdir(parents=True)
    with pytest.raises(OSError), whole_folder(place):
        pass
    assert list(tmp_path.rglob("*")) == [place, place / "weights"]


@pytest.mark.parametrize("content", [[], "text", {"version": "2"}, {"version": None}])
def test_what_is_no_record_of_a_version_is_a_value_error(content, tmp_path: Path):
    write_json(tmp_path / "record.json", content)
    with pytest.raises(ValueError, match="no record"):
        read_record(tmp_path / "record.json", 2, refuse=ModelError)


def test_a_record_of_a_newer_version_is_refused_with_what_to_do(tmp_path: Path):
    """Versions 0, where none is said, and 2 are read by what knows 2; 3 is not."""
    file = tmp_path / "record.json"
    for content in ({"name": "shoes"}, {"name": "shoes", "version": 2}):
        write_json(file, content)
        assert read_record(file, 2, refuse=ModelError) == content
    write_json(file, {"version": 3})
    with pytest.raises(ModelError, match=r"version 3; 2 is read here.*Update Kindred"):
        read_record(file, 2, refuse=ModelError)
