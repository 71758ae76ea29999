"""The list of collections tells the truth, and removing takes what is ours and nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from engine.errors import CollectionError
from engine.locks import exclusive
from engine.storage import (
    Collection,
    build_collection,
    list_collections,
    remove_collection,
    rename_collection,
    save_uploads,
    summarise,
    update_collection,
)
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder


@pytest.fixture
def home(tmp_path: Path, photos: Path, encoder: ColourEncoder) -> Path:
    """A home with the collections "boots" and "Anchors"."""
    (photos / "empty.jpg").write_bytes(b"")
    for folder, name in (("boots", None), ("anchors", "Anchors")):
        out = tmp_path / "home/collections" / folder
        build_collection(photos, model=encoder, out=out, name=name)
    return tmp_path / "home"


def test_collections_are_listed_by_name_with_what_their_manifests_say(home):
    """Ten photos, and one empty file skipped."""
    first, second = list_collections(home, demo=home / "none")
    assert (first.name, second.name) == ("Anchors", "boots")
    assert (first.n_photos, first.n_skipped, first.model) == (10, 1, "colours")
    assert (first.health, first.reason, first.writer) == ("ready", "", None)
    assert datetime.fromisoformat(first.created).tzinfo is not None


def test_the_collection_that_comes_along_is_listed_first(home, shelf):
    listed = list_collections(home, demo=shelf)
    assert [summary.folder.name for summary in listed] == ["shelf", "anchors", "boots"]


def test_a_home_that_is_not_there_yet_has_no_collections(tmp_path):
    assert list_collections(tmp_path / "new", demo=tmp_path / "none") == []


def test_a_damaged_collection_is_listed_with_its_reason(home):
    (home / "collections/boots/build-0001/embeddings.npy").unlink()
    _, boots = list_collections(home, demo=home / "none")
    assert (boots.health, boots.name) == ("damaged", "boots")
    assert "embeddings.npy is missing" in boots.reason
    (home / "collections/boots/manifest.json").write_text("{")
    assert summarise(home / "collections/boots").health == "damaged"


def test_a_build_at_work_is_building_and_an_abandoned_one_is_damaged(home, tmp_path):
    folder = home / "collections/new"
    folder.mkdir()
    assert [each.folder.name for each in list_collections(home, demo=tmp_path)] == [
        "anchors",
        "boots",
    ]
    with exclusive(folder / ".writer"):
        summary = summarise(folder)
        assert (summary.health, summary.writer is not None) == ("building", True)
        assert datetime.fromisoformat(summary.created)
    assert summarise(folder).health == "damaged"
    assert "never finished" in summarise(folder).reason


def test_a_collection_that_is_updated_stays_ready_and_names_its_writer(home):
    folder = home / "collections/boots"
    with exclusive(folder / ".writer"):
        summary = summarise(folder)
    assert summary.health == "ready"
    assert summary.writer is not None


def test_renaming_changes_the_name_and_nothing_else(shelf, photos, encoder):
    rename_collection(shelf, "  Winter boots ")
    draw(photos / "new.jpg", 70)
    update_collection(shelf, model=encoder)
    with Collection.open(shelf) as collection:
        assert (collection.name, collection.n_photos) == ("Winter boots", 11)


def test_an_empty_name_and_a_folder_that_is_none_are_refused(shelf, tmp_path):
    with pytest.raises(CollectionError, match="needs a name"):
        rename_collection(shelf, "  ")
    with pytest.raises(CollectionError, match="no collection here"):
        rename_collection(tmp_path, "boots")
    assert not (tmp_path / ".writer").exists()


def test_nobody_renames_or_removes_what_another_program_writes(shelf):
    with exclusive(shelf / ".writer"):
        with pytest.raises(CollectionError, match="another program"):
            rename_collection(shelf, "boots")
        with pytest.raises(CollectionError, match="another program"):
            remove_collection(shelf)
    assert summarise(shelf).health == "ready"


def test_removing_takes_the_collection_and_leaves_its_photos(shelf, photos):
    remove_collection(shelf)
    assert not shelf.exists()
    assert len(list(photos.iterdir())) == 10


def test_removing_takes_uploaded_photos_too(tmp_path, encoder):
    source = draw_folder(tmp_path / "source", 2)
    files = [(path.name, path.read_bytes()) for path in source.iterdir()]
    save_uploads(files, tmp_path / "shelf/photos")
    build_collection(tmp_path / "shelf/photos", model=encoder, out=tmp_path / "shelf")
    remove_collection(tmp_path / "shelf")
    assert not (tmp_path / "shelf").exists()


def test_removing_leaves_photos_that_somebody_put_into_the_folder(tmp_path, encoder):
    draw_folder(tmp_path / "shelf/pictures", 2)
    build_collection(tmp_path / "shelf/pictures", model=encoder, out=tmp_path / "shelf")
    (tmp_path / "shelf/notes.txt").write_text("mine")
    remove_collection(tmp_path / "shelf")
    assert {path.name for path in (tmp_path / "shelf").iterdir()} == {"pictures", "notes.txt"}
    assert len(list((tmp_path / "shelf/pictures").iterdir())) == 2


def test_removing_an_abandoned_build_is_possible(photos, tmp_path, encoder, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(encoder, "embed_photos", interrupt)
        build_collection(photos, model=encoder, out=tmp_path / "half")
    remove_collection(tmp_path / "half")
    assert not (tmp_path / "half").exists()


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_folder_that_is_no_collection_is_never_removed(tmp_path, photos):
    for folder in (photos, tmp_path, tmp_path / "nowhere"):
        with pytest.raises(CollectionError, match="no collection here"):
            remove_collection(folder)
    assert len(list(photos.iterdir())) == 10


def test_links_are_removed_and_never_followed(shelf, tmp_path, photos):
    """Links under the very names that removal looks for, to photos and to a marked folder."""
    outside = tmp_path / "outside"
    save_uploads([("a.jpg", b"bytes")], outside)
    (shelf / "build-0009").symlink_to(photos)
    (shelf / "journal").symlink_to(photos)
    (shelf / "photos").symlink_to(outside)
    (shelf / "build-0001/more").symlink_to(photos)
    remove_collection(shelf)
    assert len(list(photos.iterdir())) == 10
    assert (outside / "a.jpg").read_bytes() == b"bytes"


def test_a_link_to_a_collection_is_refused(shelf, tmp_path):
    (tmp_path / "link").symlink_to(shelf)
    with pytest.raises(CollectionError, match="a link to a folder"):
        remove_collection(tmp_path / "link")
    assert summarise(shelf).health == "ready"
