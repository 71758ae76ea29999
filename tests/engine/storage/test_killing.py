"""kill -9 at any moment: the last good state stands, and the same command goes on from there."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.config import PROJECT
from engine.storage import Collection, build_collection, summarise, update_collection
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder

N_PHOTOS = 60
N_KILLS = 12


def run(what: str, shelf: Path, photos: Path, *, holds_at: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.engine.storage.colour", what, str(shelf), str(photos)]
    command += [holds_at] if holds_at else []
    return subprocess.Popen(
        command, cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run_to_the_end(what: str, shelf: Path, photos: Path) -> tuple[float, list[int]]:
    """Return how long it took and the counts it printed: indexed and embedded."""
    begin = time.monotonic()
    output, errors = run(what, shelf, photos).communicate()
    assert output, errors
    return time.monotonic() - begin, [int(count) for count in output.split()]


def kill_at(what: str, shelf: Path, photos: Path, seconds: float) -> None:
    program = run(what, shelf, photos)
    try:
        program.wait(seconds)
    except subprocess.TimeoutExpired:
        program.send_signal(signal.SIGKILL)
    program.communicate()


def state_of(shelf: Path) -> dict[str, tuple[int, str, bytes, bool]]:
    """Return all that an answer could depend on, by path."""
    with Collection.open(shelf) as collection:
        collection.check()
        return {
            photo.path: (
                photo.row,
                photo.photo_id,
                collection.embeddings[photo.row].tobytes(),
                collection.kept_thumbnail(photo.row) is not None,
            )
            for photo in collection.catalogue.all_photos()
        }


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Sixty photos, some of them twins, some that need thumbnails, and two that are none."""
    photos = draw_folder(tmp_path / "photos", N_PHOTOS)
    shutil.copy(photos / "003.jpg", photos / "twin.jpg")
    draw(photos / "drawing.png", 500)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "text.jpg").write_bytes(b"hello")
    return photos


def test_a_build_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path, many):
    """Moments are spread over the whole run; whatever was journalled is not embedded twice."""
    shelf = tmp_path / "killed"
    whole, (indexed, embedded) = run_to_the_end("build", tmp_path / "whole", many)
    assert (indexed, embedded) == (N_PHOTOS + 2, N_PHOTOS + 1)
    for moment in np.linspace(0.3, 1.0, N_KILLS) * whole:
        kill_at("build", shelf, many, moment)
        if (shelf / "manifest.json").exists():
            break  # the kill came too late
        assert not shelf.exists() or summarise(shelf).health in ("building", "damaged")
    _, (indexed, _) = run_to_the_end("build", shelf, many)
    assert indexed == N_PHOTOS + 2
    assert state_of(shelf) == state_of(tmp_path / "whole")
    assert {path.name for path in shelf.glob("[!.]*")} == {
        "manifest.json",
        "snapshot.npz",  # what an update compares files with
        next(shelf.glob("build-*")).name,
    }


def test_what_a_killed_build_had_journalled_is_not_embedded_again(tmp_path, many):
    """Batches of 4, shards of 8, a kill after 28: three shards hold 24 of the 61 contents."""
    shelf = tmp_path / "shelf"
    program = run("build", shelf, many, holds_at="28")
    while not (shelf / "journal/00000003.npz").exists():
        assert program.poll() is None
        time.sleep(0.01)
    program.kill()
    program.communicate()
    _, (indexed, embedded) = run_to_the_end("build", shelf, many)
    assert (indexed, embedded) == (N_PHOTOS + 2, N_PHOTOS + 1 - 24)


def test_an_update_killed_at_any_moment_leaves_the_old_state_or_the_new(tmp_path, many):
    """Thirty new, one changed, one renamed, one deleted; then twelve kills, each from the start."""
    original = tmp_path / "original"
    build_collection(many, model=ColourEncoder(), out=original)
    for number in range(30):
        draw(many / f"new{number:02}.jpg", 1000 + number)
    draw(many / "005.jpg", 2000)
    (many / "006.jpg").rename(many / "moved.jpg")
    (many / "007.jpg").unlink()
    shutil.copytree(original, tmp_path / "whole")
    whole, _ = run_to_the_end("update", tmp_path / "whole", many)
    before, after = state_of(original), state_of(tmp_path / "whole")
    assert before != after
    for number, moment in enumerate(np.linspace(0.3, 1.0, N_KILLS) * whole):
        shelf = tmp_path / f"killed{number}"
        shutil.copytree(original, shelf)
        kill_at("update", shelf, many, moment)
        assert state_of(shelf) in (before, after)
        update_collection(shelf, model=ColourEncoder())
        assert_same_but_for_rounding(state_of(shelf), after)


def assert_same_but_for_rounding(state: dict, other: dict) -> None:
    """Here batches differ in length from the program's, and so may the last bits of a sum."""
    parts = [
        {path: (row, name, kept) for path, (row, name, _, kept) in each.items()}
        for each in (state, other)
    ]
    assert parts[0] == parts[1]
    rows = [
        np.stack([np.frombuffer(each[path][2], np.float32) for path in sorted(each)])
        for each in (state, other)
    ]
    assert rows[0] == pytest.approx(rows[1], abs=1e-5)


STEPS = [
    "engine.storage.build.write_build",
    "engine.durable.flush_folder",
    "engine.storage.manifest.Manifest.save",
    "engine.storage.build.discard_journal",
    "engine.storage.build_writer.ThumbnailWriter.put",
    "engine.storage.build_writer._write_index",
]


@pytest.mark.parametrize("step", STEPS)
def test_death_at_each_step_of_the_commit_is_survived(tmp_path, many, monkeypatch, step):
    """An exception that nobody catches leaves the disk as a kill would have."""
    shelf = tmp_path / "shelf"
    build_collection(many, model=ColourEncoder(), out=shelf)
    before = state_of(shelf)
    draw(many / "new.png", 3000)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(step, die)
        update_collection(shelf, model=ColourEncoder())
    is_committed = step.endswith("discard_journal")
    assert (state_of(shelf) == before) is not is_committed
    update_collection(shelf, model=ColourEncoder())
    assert state_of(shelf).keys() == before.keys() | {"new.png"}
    assert not list(shelf.glob("*.partial"))
    assert not (shelf / "journal").exists()
    assert len(list(shelf.glob("build-*"))) == 1


def die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
