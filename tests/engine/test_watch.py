"""A watched collection: what comes, changes or goes is taken in, and a lost disk takes nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.config import PROJECT
from engine.errors import KindredError
from engine.shell import main
from engine.storage import BuildReport, Collection, build_collection
from engine.storage.site import only_writer
from engine.watch import watch_collection, watched_places
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares, square


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw_squares(tmp_path / "squares")


@pytest.fixture
def collection(tmp_path: Path, photos: Path) -> Path:
    build_collection(photos, model=write_colour_model(tmp_path / "model"), out=tmp_path / "shelf")
    return tmp_path / "shelf"


def test_a_look_takes_in_what_came_and_tells_of_nothing_else(collection, photos):
    """Moments: a change that is none, one that is, then nothing for ever."""

    def moments():
        yield True
        (photos / "new.png").write_bytes(square("red", 3))
        yield True
        yield False

    reports = list(watch_collection(collection, moments=moments()))
    assert [type(each) for each in reports] == [BuildReport]
    assert (reports[0].added, reports[0].removed) == (1, 0)
    with Collection.open(collection) as opened:
        assert opened.n_photos == 21


def test_a_lost_disk_takes_no_photo_away_and_is_told_once(collection, photos, tmp_path):
    def moments():
        shutil.move(photos, tmp_path / "elsewhere")
        yield True
        yield True
        shutil.move(tmp_path / "elsewhere", photos)
        (photos / "new.png").write_bytes(square("red", 3))
        yield True

    told = list(watch_collection(collection, moments=moments()))
    assert [isinstance(each, KindredError) for each in told] == [True, False]
    assert "no such folder" in str(told[0])
    assert told[1].added == 1
    with Collection.open(collection) as opened:
        assert opened.n_photos == 21


def test_files_are_looked_at_now_and_then_though_nobody_tells(collection, photos, monkeypatch):
    """Some network disks tell of no change."""
    (photos / "new.png").write_bytes(square("red", 3))
    assert [each.added for each in watch_collection(collection, moments=[False])] == [1]
    (photos / "newest.png").write_bytes(square("green", 3))
    monkeypatch.setattr("engine.watch.SECONDS_BETWEEN_LOOKS", 0.0)
    assert [each.added for each in watch_collection(collection, moments=[False])] == [1]


@pytest.mark.parametrize("polls", ["", "1"], ids=["told by the system", "polling"])
def test_the_system_tells_of_a_photo_that_comes_and_of_one_that_goes(
    polls, collection, photos, tmp_path, monkeypatch
):
    """Watched in a thread of its own, as long as it takes; what comes is whole when it comes."""
    monkeypatch.setenv("WATCHFILES_FORCE_POLLING", polls)
    monkeypatch.setattr("engine.watch._WAIT_MS", 100)
    monkeypatch.setattr("engine.watch._TOGETHER_MS", 200)
    (tmp_path / "new.png").write_bytes(square("red", 3))
    stop, reports, came = threading.Event(), [], threading.Event()

    def look() -> None:
        for each in watch_collection(collection, stop=stop):
            reports.append(each)
            came.set()

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    (tmp_path / "new.png").rename(photos / "new.png")
    assert came.wait(300)
    came.clear()
    (photos / "new.png").unlink()
    assert came.wait(300)
    stop.set()
    watcher.join(300)
    assert not watcher.is_alive()
    assert [(each.added, each.removed) for each in reports] == [(1, 0), (0, 1)]


def test_its_own_table_elsewhere_is_watched_too(tmp_path, photos):
    """Captions that change are taken in like photos."""
    table = Path(shutil.move(photos / "table.csv", tmp_path / "words.csv"))
    shelf = tmp_path / "shelf"
    build_collection(photos, table, model=write_colour_model(tmp_path / "model"), out=shelf)
    assert watched_places(shelf) == [photos, table]


def test_the_shell_watches_until_it_is_interrupted(collection, photos, tmp_path, kindred_home):
    """A program of its own: it says that it watches, then what came, and ends on Ctrl-C."""
    command = [sys.executable, "-m", "engine", "watch", str(photos), str(collection), "--json"]
    with (
        (tmp_path / "told").open("wb") as told,
        subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=told, preexec_fn=heed_interrupts
        ) as running,
    ):
        wait_for(tmp_path / "told", "Watching", running)
        (photos / "new.png").write_bytes(square("red", 3))
        wait_for(tmp_path / "told", "21 photos", running)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate()
    assert running.returncode == 0
    assert json.loads(out)["updates"][0]["photos"] == 21


def heed_interrupts() -> None:
    """Be as a program that a person starts: one begun in the background ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_for(file: Path, words: str, running: subprocess.Popen) -> None:
    while words not in (told := file.read_text(encoding="utf-8")):
        assert running.poll() is None, told
        time.sleep(0.1)


def test_other_photos_than_the_collections_are_refused(collection, tmp_path, capsys):
    (tmp_path / "others").mkdir()
    assert main(["watch", str(tmp_path / "others"), str(collection)]) == 1
    assert "made from other photos" in capsys.readouterr().err


def test_nothing_is_changed_while_another_program_changes_the_collection(collection, photos):
    """The change that was told of then is taken in right after."""
    (photos / "new.png").write_bytes(square("red", 3))
    moments = iter([True, False])
    told = watch_collection(collection, moments=held_by_another(collection, moments))
    assert [each.added for each in told] == [1]


def held_by_another(collection: Path, moments):
    with only_writer(collection):
        yield next(moments)
    yield next(moments)


def test_the_shell_watches_a_collection_that_is_there_by_its_name_alone(collection, tmp_path):
    command = [sys.executable, "-m", "engine", "watch", str(collection), "--json"]
    with (
        (tmp_path / "told").open("wb") as told,
        subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=told, preexec_fn=heed_interrupts
        ) as running,
    ):
        wait_for(tmp_path / "told", "Watching", running)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate()
    assert running.returncode == 0
    assert json.loads(out)["updates"] == []
