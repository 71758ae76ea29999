"""An index whose graph was given up says so wherever a person looks at the collection."""

from __future__ import annotations

import json

import pytest

from engine.index import PhotoIndex, photo_index
from engine.shell import main
from engine.storage import Collection, build_collection
from tests.engine.storage.colour import ColourEncoder, draw_folder
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares

REMARK = (
    "every photo is compared, because in a graph 20 of 20 sampled photos did not find themselves:"
    " answers are complete, and take longer"
)


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs from the first photo on, in which no photo finds itself."""
    build = PhotoIndex.build
    monkeypatch.setattr(PhotoIndex, "build", lambda rows, **how: build(rows, exact_below=1, **how))
    monkeypatch.setattr(photo_index, "_SELF_TOLERANCE", -3.0)


def test_index_and_info_say_that_a_graph_was_given_up(lossy, tmp_path, capsys):
    photos = draw_squares(tmp_path / "photos")
    model, out = write_colour_model(tmp_path / "model"), tmp_path / "shelf"
    arguments = ["index", str(photos), "--model", str(model), "--out", str(out)]
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["index_remark"] == REMARK
    assert main(arguments) == 0
    assert f"Index: {REMARK}." in capsys.readouterr().out
    assert main(["info", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["index_remark"] == REMARK
    assert main(["info", str(out)]) == 0
    assert f"Index: {REMARK}." in capsys.readouterr().out
    with Collection.open(out) as collection:
        assert collection.index.is_exact
        collection.check()


def test_a_sound_index_has_no_remark(tmp_path, capsys):
    build_collection(
        draw_folder(tmp_path / "photos", 3), model=ColourEncoder(), out=tmp_path / "shelf"
    )
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.index_remark == ""
    assert main(["info", str(tmp_path / "shelf")]) == 0
    assert "Index:" not in capsys.readouterr().out
