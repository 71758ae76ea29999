"""Updating: what changed on the disk changes in the collection, and nothing else is embedded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import Photo
from engine.errors import CollectionError, UnconfirmedError
from engine.images import content_hash
from engine.index import PhotoIndex
from engine.storage import BuildReport, Collection, build_collection, findings, update_collection
from tests.engine.full_text import best
from tests.engine.storage.colour import OWN, ColourEncoder, draw


def photos_in(shelf: Path) -> dict[str, Photo]:
    with Collection.open(shelf) as collection:
        collection.check()
        return {photo.path: photo for photo in collection.catalogue.all_photos()}


def counts(report: BuildReport) -> dict[str, int]:
    """Return the counts that are not zero."""
    names = ("embedded", "added", "changed", "renamed", "removed")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def assert_like_a_fresh_build(shelf: Path, photos: Path, tmp_path: Path) -> None:
    """Compare path, id and embedding with those of a collection made from nothing."""
    build_collection(photos, model=ColourEncoder(), out=tmp_path / "fresh")
    with Collection.open(shelf) as old, Collection.open(tmp_path / "fresh") as new:
        old_rows = {photo.path: photo for photo in old.catalogue.all_photos()}
        new_rows = {photo.path: photo for photo in new.catalogue.all_photos()}
        assert old_rows.keys() == new_rows.keys()
        for path, photo in old_rows.items():
            twin = new_rows[path]
            assert (photo.photo_id, photo.content_hash) == (twin.photo_id, twin.content_hash)
            assert np.allclose(old.embeddings[photo.row], new.embeddings[twin.row], atol=1e-6)
            nearest = old.index.nearest(new.embeddings[twin.row], k=1)
            assert nearest.similarities[0] == pytest.approx(1.0, abs=1e-5)
        assert old.index.n_live == len(old_rows)


def test_nothing_new_writes_nothing(shelf, encoder):
    before = (shelf / "manifest.json").stat().st_mtime_ns
    report = update_collection(shelf, model=encoder)
    assert (report.indexed, report.reused, counts(report)) == (10, 10, {})
    assert (shelf / "manifest.json").stat().st_mtime_ns == before
    assert {path.name for path in shelf.iterdir()} == {*OWN, "build-0001"}


def test_new_photos_get_the_next_rows(shelf, photos, encoder, tmp_path):
    draw(photos / "0005-between.jpg", 50)
    assert counts(update_collection(shelf, model=encoder)) == {"embedded": 1, "added": 1}
    found = photos_in(shelf)
    assert found["0005-between.jpg"].row == 10
    assert [found[f"{number:03}.jpg"].row for number in range(10)] == list(range(10))
    assert_like_a_fresh_build(shelf, photos, tmp_path)


def test_a_deleted_photo_is_retired_and_its_row_is_never_given_again(
    shelf, photos, encoder, tmp_path
):
    (photos / "003.jpg").unlink()
    assert counts(update_collection(shelf, model=encoder)) == {"removed": 1}
    draw(photos / "new.jpg", 60)
    update_collection(shelf, model=encoder)
    found = photos_in(shelf)
    assert "003.jpg" not in found
    assert 3 not in {photo.row for photo in found.values()}
    assert found["new.jpg"].row == 10
    assert_like_a_fresh_build(shelf, photos, tmp_path)


def test_a_renamed_photo_keeps_row_and_id_and_is_not_decoded(shelf, photos, encoder, monkeypatch):
    before = photos_in(shelf)["004.jpg"]
    (photos / "inner").mkdir()
    (photos / "004.jpg").rename(photos / "inner/boots.jpg")
    refuse_reading(monkeypatch)
    assert counts(update_collection(shelf, model=encoder)) == {"renamed": 1}
    after = photos_in(shelf)["inner/boots.jpg"]
    assert (after.row, after.photo_id) == (before.row, before.photo_id)


def refuse_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next update fail should it want to decode a single file."""

    def read_none(unread: list[object], *_: object, **__: object) -> None:
        assert not unread

    monkeypatch.setattr(findings, "embed_files", read_none)


def test_a_changed_photo_keeps_its_row_and_gets_another_embedding_and_id(
    shelf, photos, encoder, tmp_path
):
    before = photos_in(shelf)["004.jpg"]
    draw(photos / "004.jpg", 70)
    assert counts(update_collection(shelf, model=encoder)) == {"embedded": 1, "changed": 1}
    after = photos_in(shelf)["004.jpg"]
    assert after.row == before.row
    assert after.photo_id == content_hash((photos / "004.jpg").read_bytes())[:16]
    assert_like_a_fresh_build(shelf, photos, tmp_path)


def test_a_touched_photo_is_read_once_and_then_known_again(shelf, photos, encoder, monkeypatch):
    """Another time and the same bytes: hashed in the first update, not even opened in the next."""
    os.utime(photos / "004.jpg", ns=(1, 1))
    assert counts(update_collection(shelf, model=encoder)) == {}
    assert photos_in(shelf)["004.jpg"].modified_ns == 1
    monkeypatch.setattr("engine.storage.findings.content_hash", refuse)
    assert counts(update_collection(shelf, model=encoder)) == {}


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("this must not be asked")


def test_an_update_with_nothing_to_do_makes_no_object_of_any_photo_and_reads_no_table(
    photos, tmp_path, encoder, monkeypatch
):
    table = with_table(tmp_path, "file,title\n000.jpg,Boots\n001.jpg,Socks\n,Nothing\n")
    built = build_collection(photos, table, model=encoder, out=tmp_path / "shelf")
    with monkeypatch.context() as refused:
        refused.setattr("engine.storage.order.read_source", refuse)
        refused.setattr("engine.catalogue.rows.photo_of", refuse)
        refused.setattr("engine.storage.build.find_out", refuse)
        again = update_collection(tmp_path / "shelf", model=encoder)
    assert (again.indexed, again.reused, counts(again)) == (10, 10, {})
    assert (again.skipped, again.tables) == (built.skipped, built.tables)
    with_table(tmp_path, "file,title\n000.jpg,Boots\n001.jpg,Green socks\n")
    update_collection(tmp_path / "shelf", model=encoder)
    assert photos_in(tmp_path / "shelf")["001.jpg"].captions == ("Green socks",)


def test_a_damaged_snapshot_only_costs_time(shelf, encoder):
    (shelf / "snapshot.npz").write_bytes(b"PK damaged")
    assert counts(update_collection(shelf, model=encoder)) == {}
    assert (shelf / "snapshot.npz").stat().st_size > 100


def test_an_update_asks_before_more_than_a_tenth_of_the_captions_go(photos, tmp_path, encoder):
    """Ten photos have captions. One of ten may go unasked, two may not."""
    lines = [f"{number:03}.jpg,Photo {number}" for number in range(10)]

    def retold(n_lines: int) -> None:
        (photos / "t.csv").write_text("\n".join(["file,title", *lines[:n_lines]]))

    retold(10)
    shelf = tmp_path / "shelf"
    build_collection(photos, model=encoder, out=shelf)
    retold(8)
    with pytest.raises(UnconfirmedError, match="2 of the 10 photos with captions") as error:
        update_collection(shelf, model=encoder)
    assert "--yes" in str(error.value)
    (photos / "t.csv").write_text("")
    with pytest.raises(UnconfirmedError, match="10 of the 10"):
        update_collection(shelf, model=encoder)
    assert photos_in(shelf)["009.jpg"].captions == ("Photo 9",)
    retold(9)
    update_collection(shelf, model=encoder)
    assert photos_in(shelf)["009.jpg"].captions == ()
    retold(2)
    update_collection(shelf, model=encoder, confirmed=True)
    assert sum(bool(photo.captions) for photo in photos_in(shelf).values()) == 2


def test_two_photos_that_swap_names_keep_their_rows_ids_and_embeddings(
    shelf, photos, encoder, tmp_path
):
    before = photos_in(shelf)
    (photos / "001.jpg").rename(photos / "spare")
    (photos / "002.jpg").rename(photos / "001.jpg")
    (photos / "spare").rename(photos / "002.jpg")
    assert counts(update_collection(shelf, model=encoder)) == {"renamed": 2}
    after = photos_in(shelf)
    assert after["002.jpg"].row == before["001.jpg"].row == 1
    assert after["002.jpg"].photo_id == before["001.jpg"].photo_id
    assert_like_a_fresh_build(shelf, photos, tmp_path)


def test_a_copy_of_a_known_photo_is_added_without_embedding_it(shelf, photos, encoder):
    before = photos_in(shelf)["001.jpg"]
    shutil.copy(photos / "001.jpg", photos / "000-copy.jpg")
    assert counts(update_collection(shelf, model=encoder)) == {"added": 1}
    after = photos_in(shelf)
    assert after["001.jpg"].photo_id == before.photo_id
    assert after["000-copy.jpg"].photo_id == f"{before.photo_id}-2"


def test_new_and_old_photos_find_each_other_through_the_updated_index(shelf, photos, encoder):
    draw(photos / "new.jpg", 80)
    draw(photos / "004.jpg", 81)
    (photos / "005.jpg").unlink()
    update_collection(shelf, model=encoder)
    found = photos_in(shelf)
    with Collection.open(shelf) as collection:
        for photo in found.values():
            nearest = collection.index.nearest(collection.embeddings[photo.row], k=9)
            assert nearest.rows[0] == photo.row
            assert 5 not in nearest.rows


def test_a_third_of_the_rows_retired_makes_the_rows_anew(shelf, photos, encoder, monkeypatch):
    """3 of 10 retired are 30 %, which stays; 4 of 10 are more, and 6 rows remain."""
    refuse_reading(monkeypatch)
    for number in (0, 1, 2):
        (photos / f"{number:03}.jpg").unlink()
    update_collection(shelf, model=encoder)
    with Collection.open(shelf) as collection:
        assert len(collection.embeddings) == 10
        ids = {photo.path: photo.photo_id for photo in collection.catalogue.all_photos()}
    (photos / "003.jpg").unlink()
    assert counts(update_collection(shelf, model=encoder)) == {"removed": 1}
    with Collection.open(shelf) as collection:
        assert len(collection.embeddings) == 6
    after = photos_in(shelf)
    assert {path: photo.photo_id for path, photo in after.items()} == {
        path: name for path, name in ids.items() if path != "003.jpg"
    }


def test_thumbnails_survive_an_update_and_rows_made_anew(tmp_path, encoder):
    photos = tmp_path / "photos"
    for number in range(6):
        draw(photos / f"{number}.png", number)
    build_collection(photos, model=encoder, out=tmp_path / "shelf")
    kept = thumbnails_of(tmp_path / "shelf")
    draw(photos / "6.png", 6)
    (photos / "0.png").unlink()
    update_collection(tmp_path / "shelf", model=encoder)
    after = thumbnails_of(tmp_path / "shelf")
    assert {path: after[path] for path in kept if path != "0.png"} == {
        path: kept[path] for path in kept if path != "0.png"
    }
    for number in (1, 2, 3):
        (photos / f"{number}.png").unlink()
    update_collection(tmp_path / "shelf", model=encoder, confirmed=True)
    anew = thumbnails_of(tmp_path / "shelf")
    assert anew == {path: after[path] for path in ("4.png", "5.png", "6.png")}


def thumbnails_of(shelf: Path) -> dict[str, bytes | None]:
    with Collection.open(shelf) as collection:
        photos = collection.catalogue.all_photos()
        thumbnails = {photo.path: collection.kept_thumbnail(photo.row) for photo in photos}
    assert None not in thumbnails.values()
    return thumbnails


def with_table(tmp_path: Path, text: str) -> Path:
    (tmp_path / "shop.csv").write_text(text)
    return tmp_path / "shop.csv"


def test_captions_and_attributes_that_changed_in_the_table_are_picked_up(photos, tmp_path, encoder):
    table = with_table(tmp_path, "file,title,colour\n000.jpg,Boots,Red\n001.jpg,Socks,Blue\n")
    build_collection(photos, table, model=encoder, out=tmp_path / "shelf")
    with_table(tmp_path, "file,title,colour\n000.jpg,Leather boots,Red\n001.jpg,Socks,Green\n")
    assert counts(update_collection(tmp_path / "shelf", model=encoder)) == {}
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.catalogue.photos([0])[0].captions == ("Leather boots",)
        assert collection.catalogue.rows_where({"colour": ["green"]}).tolist() == [1]
        assert list(best(collection.catalogue, "leather", 9)) == [0]


def test_ids_that_swap_in_the_table_swap_in_the_catalogue(photos, tmp_path, encoder):
    """Neither row can take its new id before the other has let it go."""
    table = with_table(tmp_path, "file,id,title\n000.jpg,a,Boots\n001.jpg,b,Socks\n")
    build_collection(photos, table, model=encoder, out=tmp_path / "shelf")
    with_table(tmp_path, "file,id,title\n000.jpg,b,Boots\n001.jpg,a,Socks\n")
    update_collection(tmp_path / "shelf", model=encoder)
    found = photos_in(tmp_path / "shelf")
    assert (found["000.jpg"].photo_id, found["001.jpg"].photo_id) == ("b", "a")
    assert (found["000.jpg"].row, found["001.jpg"].row) == (0, 1)


def test_bad_files_are_reported_again_and_not_read_again(photos, tmp_path, encoder, monkeypatch):
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "page.jpg").write_bytes(b"<html>")
    first = build_collection(photos, model=encoder, out=tmp_path / "shelf")
    refuse_reading(monkeypatch)
    again = update_collection(tmp_path / "shelf", model=encoder)
    assert [each.path for each in again.skipped] == ["empty.jpg", "page.jpg"]
    assert again.skipped == first.skipped


def test_a_bad_file_that_was_mended_is_indexed(photos, tmp_path, encoder):
    (photos / "late.jpg").write_bytes(b"")
    build_collection(photos, model=encoder, out=tmp_path / "shelf")
    draw(photos / "late.jpg", 90)
    report = update_collection(tmp_path / "shelf", model=encoder)
    assert (report.skipped, counts(report)) == ([], {"embedded": 1, "added": 1})


def test_a_photo_that_went_bad_is_retired_and_reported(shelf, photos, encoder):
    (photos / "004.jpg").write_bytes(b"")
    report = update_collection(shelf, model=encoder)
    assert counts(report) == {"removed": 1}
    assert [each.path for each in report.skipped] == ["004.jpg"]
    assert "004.jpg" not in photos_in(shelf)


@pytest.mark.parametrize("loss", ["emptied", "gone"])
def test_photos_that_all_vanished_are_taken_for_a_disk_that_is_not_there(
    shelf, photos, encoder, loss
):
    shutil.rmtree(photos)
    if loss == "emptied":
        photos.mkdir()
    with pytest.raises(Exception, match="photo"):
        update_collection(shelf, model=encoder)
    with Collection.open(shelf) as collection:
        assert collection.n_photos == 10


def test_another_model_cannot_update(shelf):
    with pytest.raises(CollectionError, match="not the one that made this collection"):
        update_collection(shelf, model=ColourEncoder(n_dims=5))


def test_a_folder_that_is_no_collection_is_not_updated_and_stays_as_it_is(tmp_path, encoder):
    with pytest.raises(CollectionError, match="no collection here"):
        update_collection(tmp_path, model=encoder)
    assert list(tmp_path.iterdir()) == []


def changes() -> list[Callable[[Path, np.random.Generator], None]]:
    """Return what may happen to a folder between two updates."""

    def some_photo(photos: Path, chance: np.random.Generator) -> Path:
        return sorted(photos.rglob("*.jpg"))[chance.integers(len(list(photos.rglob("*.jpg"))))]

    def add(photos: Path, chance: np.random.Generator) -> None:
        draw(photos / f"{chance.integers(1000):04}.jpg", int(chance.integers(1000, 2000)))

    def change(photos: Path, chance: np.random.Generator) -> None:
        draw(some_photo(photos, chance), int(chance.integers(2000, 3000)))

    def delete(photos: Path, chance: np.random.Generator) -> None:
        some_photo(photos, chance).unlink()

    def move(photos: Path, chance: np.random.Generator) -> None:
        folder = photos / f"folder{chance.integers(3)}"
        folder.mkdir(exist_ok=True)
        some_photo(photos, chance).rename(folder / f"{chance.integers(1000):04}.jpg")

    def swap(photos: Path, chance: np.random.Generator) -> None:
        first, second = some_photo(photos, chance), some_photo(photos, chance)
        if first != second:
            first.rename(photos / "spare")
            second.rename(first)
            (photos / "spare").rename(second)

    return [add, add, change, delete, move, swap]


def with_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every index have a graph, as only large collections do."""
    build = partial(PhotoIndex.build, exact_below=2)
    monkeypatch.setattr(PhotoIndex, "build", build)


@pytest.mark.parametrize("seed", range(6))
def test_many_changes_at_once_come_to_what_a_fresh_build_has(photos, tmp_path, monkeypatch, seed):
    """No photo here has a twin, so even the ids must be those of a fresh build.

    Every other seed does it with a graph, which has to be changed along with the rows.
    """
    if seed % 2:
        with_graphs(monkeypatch)
    shelf = tmp_path / "shelf"
    build_collection(photos, model=ColourEncoder(), out=shelf)
    with Collection.open(shelf) as collection:
        assert collection.index.is_exact == (seed % 2 == 0)
    chance = np.random.default_rng(seed)
    for _ in range(5):
        for _ in range(chance.integers(1, 6)):
            chosen = changes()[chance.integers(6)]
            chosen(photos, chance)
        update_collection(shelf, model=ColourEncoder())
    photos_in(shelf)
    assert_like_a_fresh_build(shelf, photos, tmp_path)


@pytest.mark.parametrize("seconds", [15_033_600_000, -10_000_000_000])
def test_a_file_of_any_date_is_indexed_and_stops_no_update(photos, tmp_path, encoder, seconds):
    """The year 2446 is 1.5e19 ns after 1970, and 64 bits hold 9.2e18. A disk that knows fewer
    years keeps another date, which is none the worse."""
    os.utime(photos / "004.jpg", ns=(seconds * 10**9, seconds * 10**9))
    assert build_collection(photos, model=encoder, out=tmp_path / "shelf").indexed == 10
    assert counts(update_collection(tmp_path / "shelf", model=encoder)) == {}
    os.utime(photos / "004.jpg", ns=(1, 1))
    update_collection(tmp_path / "shelf", model=encoder)
    assert photos_in(tmp_path / "shelf")["004.jpg"].modified_ns == 1


def test_a_photo_replaced_with_its_size_and_date_kept_is_noticed(shelf, photos, encoder):
    """Two uncompressed drawings of one size; the date is set back, as copying programs do."""
    file = photos / "000.jpg"
    facts = file.stat()
    other = next(
        path
        for seed in range(1000, 3000)
        if (path := draw(photos.parent / "other.jpg", seed)).stat().st_size == facts.st_size
    )
    with Collection.open(shelf) as collection:
        old = photos_in(shelf)["000.jpg"].content_hash
        assert collection.manifest.looked_ns > facts.st_ctime_ns
    file.write_bytes(other.read_bytes())
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert counts(update_collection(shelf, model=encoder)) == {"embedded": 1, "changed": 1}
    assert photos_in(shelf)["000.jpg"].content_hash != old


def test_photos_that_were_only_touched_are_compared_once(shelf, photos, encoder, monkeypatch):
    """New rights give a file a new time of change; its bytes tell that nothing else did."""
    for path in photos.iterdir():
        path.chmod(0o640)
    opened = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.suffix) or real(path))
    assert counts(update_collection(shelf, model=encoder)) == {}
    assert opened.count(".jpg") == 10
    opened.clear()
    assert counts(update_collection(shelf, model=encoder)) == {}
    assert opened.count(".jpg") == 0
