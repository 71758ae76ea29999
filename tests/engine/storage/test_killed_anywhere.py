"""kill −9 before each single file operation of every change: nothing a person has is ever lost.

Python tells an audit hook of every file that is opened to be written, renamed, made or removed. A
child process takes the change in a copy of the collection and dies before the operation of a given
number; then what is left is looked at, and the change is made once more.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.errors import CollectionError
from engine.evaluation.judgements import Judgement, keep_judgement, read_judgements
from engine.storage import (
    Collection,
    build_collection,
    previous_version,
    remove_collection,
    rename_collection,
    repair_collection,
    roll_back,
    save_uploads,
    tag_photos,
    update_collection,
)
from engine.storage.tags import read_tags
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder

OPERATIONS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile"}
FIRST, SECOND = ColourEncoder(), ColourEncoder(n_dims=5)


def is_file_operation(event: str, arguments: tuple, below: str) -> bool:
    if event == "open":
        path, mode, flags = arguments
        is_written = (mode and set(mode) & set("wax+")) or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
        return bool(is_written) and str(path).startswith(below)
    return event in OPERATIONS and any(str(each).startswith(below) for each in arguments[:2])


def dies_at(number: int, work: Callable[[], object], below: Path) -> bool:
    """Do `work` in a child that is killed before its operation of this number; tell if it was."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    left, prefix = [number], str(below)

    def count(event: str, arguments: tuple) -> None:
        if is_file_operation(event, arguments, prefix):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def photos_of(shelf: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (shelf / "photos").glob("[!.]*.jpg")}


def words_of(shelf: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return captions and tags by the photos' path, of a collection that is whole."""
    with Collection.open(shelf) as collection:
        collection.check()
        found = collection.catalogue.all_photos()
        return {photo.path: (photo.captions, photo.tags) for photo in found}


def model_of(shelf: Path) -> str:
    with Collection.open(shelf) as collection:
        return collection.manifest.model.fingerprint


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight uploads with captions, a tag, and a version to go back to."""
    root = tmp_path_factory.mktemp("original")
    drawn = draw_folder(root / "drawn", 8)
    files = [(path.name, path.read_bytes()) for path in sorted(drawn.iterdir())]
    table = "image,caption\n" + "".join(f"{name},photo {name}\n" for name, _ in files)
    shelf = root / "shelf"
    save_uploads([*files, ("table.csv", table.encode())], shelf / "photos")
    build_collection(shelf / "photos", model=SECOND, out=shelf)
    build_collection(shelf / "photos", model=FIRST, out=shelf, keeps_previous=True)
    with Collection.open(shelf) as collection:
        ids = [photo.photo_id for photo in collection.catalogue.all_photos()]
    tag_photos(shelf, ids[:3], "holiday")
    update_collection(shelf, model=FIRST)
    return shelf


def index(shelf: Path) -> None:
    build_collection(shelf / "photos", model=FIRST, out=shelf)


def update(shelf: Path) -> None:
    update_collection(shelf, model=FIRST)


def promote(shelf: Path) -> None:
    build_collection(shelf / "photos", model=SECOND, out=shelf, keeps_previous=True)


def tag(shelf: Path) -> None:
    with Collection.open(shelf) as collection:
        ids = [photo.photo_id for photo in collection.catalogue.all_photos()]
    tag_photos(shelf, ids, "new")


def repair(shelf: Path) -> None:
    repair_collection(shelf, model=FIRST)


CHANGES = {
    "index": index,
    "update": update,
    "promote": promote,
    "roll back": roll_back,
    "tag": tag,
    "rename": lambda shelf: rename_collection(shelf, "Another name"),
    "repair": repair,
}


def prepare(change: str, shelf: Path) -> None:
    if change == "update":
        draw(shelf / "photos" / "new.jpg", 99)
    if change == "repair":
        file = next(shelf.rglob("embeddings.npy"))
        build = Collection.open(shelf)
        file = build.build / "embeddings.npy"
        build.close()
        file.write_bytes(file.read_bytes()[:100])


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_killed_before_any_file_operation_loses_nothing(change, original, tmp_path):
    work = CHANGES[change]
    clean = tmp_path / "clean"
    shutil.copytree(original, clean)
    before_words, tags = words_of(clean), read_tags(clean)
    prepare(change, clean)
    photos = photos_of(clean)
    whole = tmp_path / "whole"
    shutil.copytree(clean, whole)
    work(whole)
    after_words, after_way = words_of(whole), previous_version(whole)
    number = 0
    while True:
        shelf = tmp_path / f"killed{number}"
        shutil.copytree(clean, shelf)
        keep_judgement(shelf, Judgement("red", "one", 1))
        was_killed = dies_at(number, lambda shelf=shelf: work(shelf), shelf)
        assert photos_of(shelf) == photos
        assert read_judgements(shelf) == {"red": {"one": 1}}
        assert {name: set(read_tags(shelf).get(name, ())) for name in tags} == {
            name: set(hashes) for name, hashes in tags.items()
        }
        way_back = previous_version(shelf)
        assert way_back is not None
        if change != "repair":  # a damaged collection stays damaged until its repair is done
            assert words_of(shelf) in (before_words, after_words)
            assert way_back.model.fingerprint != model_of(shelf)
        if change != "roll back":  # done twice, it is undone
            work(shelf)
            assert words_of(shelf) == after_words
            assert read_tags(shelf) == read_tags(whole)
            again = previous_version(shelf)
            if change != "promote":
                assert again is not None and after_way is not None
                assert again.model == after_way.model
        assert not [path.name for path in shelf.iterdir() if path.name.endswith(".partial")]
        shutil.rmtree(shelf)
        if not was_killed:
            break
        number += 1
    assert number >= {"rename": 3, "tag": 4, "roll back": 3}.get(change, 15)


def test_a_promotion_killed_anywhere_leaves_the_way_back(original, tmp_path):
    """Before the one rename the old model answers, after it the new one, which goes back to it."""
    clean = tmp_path / "clean"
    shutil.copytree(original, clean)
    seen = set()
    number, was_killed = 0, True
    while was_killed:
        shelf = tmp_path / f"killed{number}"
        shutil.copytree(clean, shelf)
        was_killed = dies_at(number, lambda shelf=shelf: promote(shelf), shelf)
        model, previous = model_of(shelf), previous_version(shelf)
        assert previous is not None
        seen.add((model, previous.model.fingerprint))
        roll_back(shelf)
        assert model_of(shelf) == previous.model.fingerprint
        words_of(shelf)
        shutil.rmtree(shelf)
        number += 1
    first, second = FIRST.fingerprint, SECOND.fingerprint
    assert seen == {(first, second), (second, first)}


def test_a_removal_killed_anywhere_can_be_finished_and_touches_nobody_elses_files(
    original, tmp_path
):
    number, was_killed = 0, True
    while was_killed:
        shelf = tmp_path / f"killed{number}"
        shutil.copytree(original, shelf)
        (shelf / "diary.txt").write_text("dear diary")
        was_killed = dies_at(number, lambda shelf=shelf: remove_collection(shelf), shelf)
        if was_killed:
            with suppress(CollectionError):  # nothing of it was left
                remove_collection(shelf)
        assert [path.name for path in shelf.iterdir()] == ["diary.txt"]
        number += 1
    assert number >= 10
