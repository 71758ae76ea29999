"""A collection goes to another machine as one file, and answers there as it did here."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from engine.collection_archive import export_collection, import_collection
from engine.errors import CollectionError, KindredError
from engine.evaluation.judgements import Judgement, keep_judgement, read_judgements
from engine.maps import MapSettings, make_map
from engine.maps.views import SavedView, list_views, save_view
from engine.search import SearchEngine, SearchRequest
from engine.shell import main
from engine.storage import (
    Collection,
    build_collection,
    list_collections,
    remove_collection,
    tag_photos,
    update_collection,
)
from tests.engine.drawn_maps import find_map
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares

COLOURS = ("red", "green", "blue", "yellow", "violet")
QUESTIONS = [
    *COLOURS,
    *(f"2*{one} + {other}" for one in COLOURS for other in COLOURS),
    *(f"{one} - {other}" for one in COLOURS for other in COLOURS if one != other),
]


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """A collection of coloured squares with all that a person can add to one."""
    photos = draw_squares(tmp_path / "squares")
    folder = tmp_path / "here"
    build_collection(photos, model=write_colour_model(tmp_path / "model"), out=folder, name="Mine")
    with Collection.open(folder) as collection:
        first = [photo.photo_id for photo in collection.catalogue.photos([0, 1])]
        make_map(collection, None, MapSettings(method="pca"))
        save_view(collection, SavedView("corner", {"zoom": "2"}, first))
    tag_photos(folder, first, "favourite")
    update_collection(folder)
    keep_judgement(folder, Judgement("red", first[0], 1))
    return folder


def answers(folder: Path) -> list[tuple[list[str], str]]:
    """Return ids in their order, and the verdict, for each question."""
    engine = SearchEngine.open(folder)
    found = [engine.search(SearchRequest(query=question, k=20)) for question in QUESTIONS]
    return [
        ([match.photo.photo_id for match in each.matches], repr(engine.judge(each)))
        for each in found
    ]


def test_another_machine_answers_the_same_ids_in_the_same_order(squares, tmp_path, monkeypatch):
    before, judged = answers(squares), read_judgements(squares)
    export_collection(squares, tmp_path / "mine.zip")
    shutil.rmtree(squares)
    shutil.rmtree(tmp_path / "squares")
    shutil.rmtree(tmp_path / "model")
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "elsewhere"))
    folder = import_collection(tmp_path / "mine.zip")
    assert folder == tmp_path / "elsewhere" / "collections" / "mine"
    assert len(before) >= 50
    assert answers(folder) == before
    assert read_judgements(folder) == judged != {}
    with Collection.open(folder) as collection:
        assert collection.name == "Mine"
        assert collection.catalogue.photos([0])[0].tags == ("favourite",)
        assert find_map(collection, MapSettings(method="pca")) is not None
        assert [view.name for view in list_views(collection)] == ["corner"]


def test_no_path_of_the_machine_travels(squares, tmp_path):
    export_collection(squares, tmp_path / "mine.zip", with_photos=True)
    with zipfile.ZipFile(tmp_path / "mine.zip") as archive:
        for name in archive.namelist():
            assert str(tmp_path).encode() not in archive.read(name), name


def test_photos_travel_when_asked_for_and_an_update_there_loses_nothing(
    squares, tmp_path, kindred_home
):
    export_collection(squares, tmp_path / "mine.zip", with_photos=True)
    before = answers(squares)
    shutil.rmtree(tmp_path / "squares")
    folder = import_collection(tmp_path / "mine.zip", name="Taken along")
    with Collection.open(folder) as collection:
        assert all(collection.thumbnail(row) for row in collection.catalogue.live_rows())
    report = update_collection(folder)
    assert (report.added, report.removed) == (0, 0)
    assert answers(folder) == before
    remove_collection(folder)
    assert not folder.exists(), "photos that came with a collection go with it"


def test_without_photos_an_update_takes_nothing_away(squares, tmp_path, kindred_home):
    export_collection(squares, tmp_path / "mine.zip")
    folder = import_collection(tmp_path / "mine.zip")
    before = answers(folder)
    with pytest.raises(KindredError, match="no such folder"):
        update_collection(folder)
    assert answers(folder) == before


def test_the_demo_travels_without_the_model_that_everybody_has(tmp_path, kindred_home):
    from engine.config import DEMO_COLLECTION

    export_collection(DEMO_COLLECTION, tmp_path / "demo.zip")
    with zipfile.ZipFile(tmp_path / "demo.zip") as archive:
        assert not [name for name in archive.namelist() if name.startswith("kindred-model/")]
    folder = import_collection(tmp_path / "demo.zip")
    assert folder.name == "demo-2", "its own name is taken"
    assert SearchEngine.open(folder).search(SearchRequest(query="red dress")).matches


def repacked(file: Path, out: Path, change) -> Path:
    """Write an archive anew, each member as `change` returns it; None leaves it out."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


@pytest.mark.parametrize(
    "part", ["embeddings.npy", "catalogue.sqlite", "manifest.json", "tags.json"]
)
def test_one_changed_bit_in_any_file_is_told(part, squares, tmp_path, kindred_home):
    export_collection(squares, tmp_path / "mine.zip")

    def flip(name: str, content: bytes) -> bytes:
        if not name.endswith(part):
            return content
        at = len(content) // 2
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    with pytest.raises(CollectionError, match="the archive is damaged"):
        import_collection(repacked(tmp_path / "mine.zip", tmp_path / "bad.zip", flip))
    assert [each.name for each in list_collections(demo=tmp_path)] == []
    assert not list((kindred_home / "collections").iterdir())


def test_a_missing_file_is_told(squares, tmp_path, kindred_home):
    export_collection(squares, tmp_path / "mine.zip")
    bad = repacked(
        tmp_path / "mine.zip",
        tmp_path / "bad.zip",
        lambda name, content: None if name.endswith("embeddings.npy") else content,
    )
    with pytest.raises(CollectionError, match=r"damaged.*embeddings\.npy"):
        import_collection(bad)


@pytest.mark.parametrize(
    "name",
    ["../../evil", "/etc/evil", "photos/../../evil", "a.py", "build-0001/../x", "photos\\..\\x"],
)
def test_an_archive_that_would_write_elsewhere_is_refused(name, squares, tmp_path, kindred_home):
    export_collection(squares, tmp_path / "mine.zip")
    with zipfile.ZipFile(tmp_path / "mine.zip", "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(CollectionError, match="what no collection has"):
        import_collection(tmp_path / "mine.zip")
    assert not list(tmp_path.rglob("evil"))


def test_a_manifest_that_names_a_folder_of_this_machine_is_refused(squares, tmp_path, kindred_home):
    """Else a stranger's file could make the app show photos from anywhere."""
    import hashlib

    export_collection(squares, tmp_path / "mine.zip")

    def elsewhere(name: str, content: bytes) -> bytes:
        nonlocal manifest
        if name == "manifest.json":
            told = json.loads(content)
            told["origin"]["root"] = "/etc"
            manifest = content = json.dumps(told).encode()
        if name == "hashes.json":
            hashes = json.loads(content)
            hashes["manifest.json"] = hashlib.blake2b(manifest, digest_size=16).hexdigest()
            content = json.dumps(hashes).encode()
        return content

    manifest = b""
    bad = repacked(tmp_path / "mine.zip", tmp_path / "bad.zip", elsewhere)
    with pytest.raises(CollectionError, match="photos of another machine"):
        import_collection(bad)


def test_a_damaged_collection_is_not_exported(squares, tmp_path):
    file = next(squares.glob("build-*/embeddings.npy"))
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(CollectionError, match="damaged"):
        export_collection(squares, tmp_path / "mine.zip")
    assert not list(tmp_path.glob("mine.zip*"))


def test_the_shell_exports_and_takes_in_again(squares, tmp_path, kindred_home, capsys):
    file = tmp_path / "mine.zip"
    assert main(["export", str(squares), str(file), "--photos", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == file.stat().st_size
    assert main(["import", str(file), "--name", "Another", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["photos"]) == ("Another", 20)
    assert main(["search", told["folder"], "red", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"]


def test_a_data_set_needs_its_layout_and_a_collection_does_not(tmp_path, kindred_home, capsys):
    assert main(["import", "--kind", "tags"]) == 2
    assert "needs both --kind and --out" in capsys.readouterr().err
    (tmp_path / "no.zip").write_bytes(b"PK nothing")
    assert main(["import", str(tmp_path / "no.zip")]) == 1
    assert "no archive of a collection" in capsys.readouterr().err
