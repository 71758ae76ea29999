"""Building: every file is indexed or reported, once, and a second run uses the first."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.config import PROJECT, THUMBNAIL_PX
from engine.encoders import photo_batches
from engine.encoders.photo_batches import PhotoBatches
from engine.errors import CatalogueError, CollectionError, ModelError
from engine.images import content_hash, read_photos
from engine.storage import Collection, build_collection
from engine.storage import embedder as embedding
from engine.storage.journal import Journal
from tests.engine.storage.colour import OWN, ColourEncoder, draw, draw_folder


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_each_photo_has_the_row_of_its_path_and_its_own_embedding(shelf, photos, encoder):
    with Collection.open(shelf) as collection:
        found = list(collection.catalogue.all_photos())
        assert [photo.path for photo in found] == [f"{number:03}.jpg" for number in range(10)]
        assert collection.n_photos == len(collection.embeddings) == 10
        for photo in found:
            nearest = collection.index.nearest(collection.embeddings[photo.row], k=1)
            assert nearest.rows.tolist() == [photo.row]


def test_a_build_leaves_one_manifest_and_one_build_and_nothing_else(shelf):
    assert names_in(shelf) == {*OWN, "build-0001"}


def test_a_photo_is_named_by_its_bytes_and_twins_are_counted_and_embedded_once(tmp_path, encoder):
    """Two contents in four files: twins in path order get the name, -2 and -3."""
    draw_folder(tmp_path / "photos", 2)
    twin = (tmp_path / "photos/000.jpg").read_bytes()
    (tmp_path / "photos/001-twin.jpg").write_bytes(twin)
    (tmp_path / "photos/002-twin.jpg").write_bytes(twin)
    report = build_collection(tmp_path / "photos", model=encoder, out=tmp_path / "shelf")
    assert (report.indexed, report.embedded, report.reused, encoder.n_embedded) == (4, 2, 2, 2)
    name = content_hash(twin)[:16]
    with Collection.open(tmp_path / "shelf") as collection:
        ids = {photo.path: photo.photo_id for photo in collection.catalogue.all_photos()}
        rows = [collection.catalogue.photo(each).row for each in (name, f"{name}-2", f"{name}-3")]
        assert np.ptp(collection.embeddings[rows], axis=0).max() == 0
    assert ids["000.jpg"] == name
    assert (ids["001-twin.jpg"], ids["002-twin.jpg"]) == (f"{name}-2", f"{name}-3")


def test_a_tables_ids_captions_and_attributes_reach_the_catalogue(tmp_path, encoder):
    draw_folder(tmp_path / "photos", 2)
    table = tmp_path / "shop.csv"
    table.write_text("sku,title,colour\n000,Red boots,Red\n001,Blue socks,Blue\n")
    build_collection(tmp_path / "photos", table, model=encoder, out=tmp_path / "shelf")
    with Collection.open(tmp_path / "shelf") as collection:
        photo = collection.catalogue.photo("001")
        assert (photo.captions, photo.attributes) == (("Blue socks",), {"colour": "Blue"})


def test_files_that_are_no_photos_are_reported_with_their_reasons(tmp_path, encoder):
    photos = draw_folder(tmp_path / "photos", 2)
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "page.jpg").write_bytes(b"<html><body>hello</body></html>")
    (photos / "cut.jpg").write_bytes((photos / "000.jpg").read_bytes()[:200])
    report = build_collection(photos, model=encoder, out=tmp_path / "shelf")
    assert report.indexed == 2
    assert [each.path for each in report.skipped] == ["cut.jpg", "empty.jpg", "page.jpg"]
    assert ["0 bytes" in each.reason for each in report.skipped] == [False, True, False]
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.catalogue.skipped() == report.skipped
        assert collection.manifest.n_skipped == 3


def test_a_folder_without_a_readable_photo_is_refused_naming_one_reason(tmp_path, encoder):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/empty.jpg").write_bytes(b"")
    with pytest.raises(CollectionError, match=r"no photo could be read.*empty\.jpg.*0 bytes"):
        build_collection(tmp_path / "photos", model=encoder, out=tmp_path / "shelf")


def test_a_folder_that_is_not_there_is_refused(tmp_path, encoder):
    with pytest.raises(CatalogueError):
        build_collection(tmp_path / "nowhere", model=encoder, out=tmp_path / "shelf")


def test_a_small_jpeg_is_its_own_thumbnail_and_a_png_gets_one(tmp_path, encoder):
    photos = tmp_path / "photos"
    own = draw(photos / "small.jpg", 1)
    draw(photos / "drawing.png", 2)
    draw(photos / "large.jpg", 3, width=2 * THUMBNAIL_PX, height=THUMBNAIL_PX)
    build_collection(photos, model=encoder, out=tmp_path / "shelf")
    with Collection.open(tmp_path / "shelf") as collection:
        row = {photo.path: photo.row for photo in collection.catalogue.all_photos()}
        assert collection.kept_thumbnail(row["small.jpg"]) is None
        assert collection.thumbnail(row["small.jpg"]) == own.read_bytes()
        for name in ("drawing.png", "large.jpg"):
            kept = collection.kept_thumbnail(row[name])
            assert kept is not None and kept.startswith(b"\xff\xd8")
            assert collection.thumbnail(row[name]) == kept


def test_the_thumbnail_of_a_file_that_changed_since_is_not_shown(shelf, photos):
    with Collection.open(shelf) as collection:
        draw(photos / "000.jpg", 99)
        assert collection.thumbnail(0) is None
        (photos / "001.jpg").unlink()
        assert collection.thumbnail(1) is None


def test_a_second_build_reads_and_embeds_nothing(shelf, photos, encoder):
    """Ten photos were embedded by the fixture, and no more by the second build."""
    report = build_collection(photos, model=encoder, out=shelf)
    assert (report.indexed, report.embedded, report.reused) == (10, 0, 10)
    assert encoder.n_embedded == 10
    assert names_in(shelf) == {*OWN, "build-0002"}


def test_another_model_embeds_everything_anew_and_ids_stay(shelf, photos, encoder):
    other = ColourEncoder(n_dims=5)
    with Collection.open(shelf) as collection:
        ids = [photo.photo_id for photo in collection.catalogue.all_photos()]
    report = build_collection(photos, model=other, out=shelf)
    assert (report.embedded, other.n_embedded) == (10, 10)
    with Collection.open(shelf) as collection:
        assert collection.embeddings.shape == (10, 5)
        assert [photo.photo_id for photo in collection.catalogue.all_photos()] == ids


def test_other_photos_do_not_replace_a_collection(shelf, tmp_path, encoder):
    draw_folder(tmp_path / "others", 2)
    with pytest.raises(CollectionError, match="made from other photos"):
        build_collection(tmp_path / "others", model=encoder, out=shelf)
    with Collection.open(shelf) as collection:
        assert collection.n_photos == 10


def test_a_folder_with_other_files_is_not_built_in(photos, tmp_path, encoder):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/diary.txt").write_text("mine")
    with pytest.raises(CollectionError, match=r"other files \(diary.txt\)"):
        build_collection(photos, model=encoder, out=tmp_path / "home")
    assert names_in(tmp_path / "home") == {"diary.txt"}


def test_photos_are_not_built_among_themselves(photos, encoder):
    with pytest.raises(CollectionError, match="other files"):
        build_collection(photos, model=encoder, out=photos)


def test_a_collection_may_lie_among_its_photos_and_does_not_index_itself(photos, encoder):
    build_collection(photos, model=encoder, out=photos / "shelf")
    report = build_collection(photos, model=encoder, out=photos / "shelf")
    assert (report.indexed, report.skipped) == (10, [])


def test_a_collection_that_holds_its_photos_can_be_moved(tmp_path, encoder):
    draw_folder(tmp_path / "old/photos", 3)
    build_collection(tmp_path / "old/photos", model=encoder, out=tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    with Collection.open(tmp_path / "new") as collection:
        assert collection.root == tmp_path / "new/photos"
        assert collection.photo_file(2) == tmp_path / "new/photos/002.jpg"
        assert collection.thumbnail(2) == (tmp_path / "new/photos/002.jpg").read_bytes()
        assert collection.catalogue.root.resolve() == tmp_path / "new/photos"
    assert str(tmp_path) not in (tmp_path / "new/manifest.json").read_text()


def test_a_model_with_rows_that_are_not_finite_is_refused(photos, tmp_path, encoder):
    encoder.embed_photos = lambda pixels: np.full((len(pixels), 8), np.nan, np.float32)
    with pytest.raises(ModelError, match="not finite"):
        build_collection(photos, model=encoder, out=tmp_path / "shelf")


def test_two_programs_do_not_build_one_collection_at_once(photos, tmp_path, encoder):
    """The first build is held up inside the model; the second is told who is at work."""
    out = tmp_path / "shelf"

    def build_again(pixels: np.ndarray) -> np.ndarray:
        script = [sys.executable, "-m", "tests.engine.storage.colour", "build", out, photos]
        second = subprocess.run(script, cwd=PROJECT, capture_output=True, text=True, check=False)
        answers.append(second.stderr.strip().splitlines()[-1])
        return embed(pixels)

    answers: list[str] = []
    embed, encoder.embed_photos = encoder.embed_photos, build_again
    build_collection(photos, model=encoder, out=out)
    assert f"another program (pid {os.getpid()}) is building this collection" in answers[0]
    with Collection.open(out) as collection:
        assert collection.n_photos == 10


def test_progress_counts_every_step_up_to_its_total(photos, tmp_path, encoder):
    heard = []
    build_collection(photos, model=encoder, out=tmp_path / "shelf", progress=heard.append)
    steps = list(dict.fromkeys(progress.step for progress in heard))
    assert steps == ["looking at files", "embedding photos", "writing the collection"]
    for step in steps:
        counts = [progress.done for progress in heard if progress.step == step]
        total = next(progress.total for progress in heard if progress.step == step)
        assert counts == list(range(total + 1))


def test_a_build_cut_short_by_an_error_goes_on_where_it_was(tmp_path, encoder, monkeypatch):
    """Batches of 4, a shard every 8, an error in the third batch: 12 of 20 are left to read."""
    monkeypatch.setattr(photo_batches, "BATCH", 4)
    monkeypatch.setattr(photo_batches, "SHARD_PHOTOS", 8)
    photos = draw_folder(tmp_path / "photos", 20)
    embed = encoder.embed_photos

    def fail_at_the_third(pixels: np.ndarray) -> np.ndarray:
        if encoder.n_embedded == 8:
            raise KeyboardInterrupt
        return embed(pixels)

    encoder.embed_photos = fail_at_the_third
    with pytest.raises(KeyboardInterrupt):
        build_collection(photos, model=encoder, out=tmp_path / "shelf")
    fresh, read = ColourEncoder(), note_what_is_read(monkeypatch)
    report = build_collection(photos, model=fresh, out=tmp_path / "shelf")
    assert (report.indexed, report.embedded, fresh.n_embedded) == (20, 12, 12)
    assert read == [f"{number:03}.jpg" for number in range(8, 20)]


def note_what_is_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that will hold the names of the files that are decoded."""
    names: list[str] = []

    def read_and_note(paths: Sequence[Path], *settings: int, **more: int) -> Iterator[object]:
        names.extend(path.name for path in paths)
        return read_photos(paths, *settings, **more)

    monkeypatch.setattr(embedding, "read_photos", read_and_note)
    return names


@pytest.mark.parametrize("moment", range(1, 12))
def test_a_shard_never_speaks_of_a_photo_whose_embedding_it_lacks(
    tmp_path, encoder, monkeypatch, moment
):
    """The journal is read after every photo: each hash it tells of, it must hold."""
    monkeypatch.setattr(photo_batches, "BATCH", 4)
    monkeypatch.setattr(photo_batches, "SHARD_SECONDS", 0.0)
    photos = draw_folder(tmp_path / "photos", 12)
    taken, labels = PhotoBatches.take, []

    def take_and_stop(batches: PhotoBatches, label: object, pixels: np.ndarray) -> None:
        if len(labels) == moment:
            raise KeyboardInterrupt
        labels.append(label)
        taken(batches, label, pixels)

    monkeypatch.setattr(PhotoBatches, "take", take_and_stop)
    with pytest.raises(KeyboardInterrupt):
        build_collection(photos, model=encoder, out=tmp_path / "shelf")
    terms = json.loads((tmp_path / "shelf/journal/terms.json").read_text())
    journal = Journal(tmp_path / "shelf", terms)
    told = {reading.content_hash for reading in journal.readings.values()}
    assert told == journal.hashes
    assert len(told) == moment // 4 * 4


def test_a_photo_whose_twin_was_embedded_in_a_lost_shard_is_read_again(
    tmp_path, encoder, monkeypatch
):
    """The first shard embeds 000; the second only says that its twin has the same bytes.

    With the first shard lost and 000 deleted, the twin must be embedded after all.
    """
    monkeypatch.setattr(photo_batches, "BATCH", 4)
    monkeypatch.setattr(photo_batches, "SHARD_PHOTOS", 4)
    photos = draw_folder(tmp_path / "photos", 8)
    (photos / "twin.jpg").write_bytes((photos / "000.jpg").read_bytes())
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("engine.storage.build.write_build", interrupt)
        build_collection(photos, model=encoder, out=tmp_path / "shelf")
    (tmp_path / "shelf/journal/00000001.npz").write_bytes(b"lost")
    (photos / "000.jpg").unlink()
    report = build_collection(photos, model=ColourEncoder(), out=tmp_path / "shelf")
    assert (report.indexed, report.embedded) == (8, 4)


def test_a_journal_of_another_model_counts_for_nothing(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(photo_batches, "BATCH", 4)
    photos = draw_folder(tmp_path / "photos", 4)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("engine.storage.build.write_build", interrupt)
        build_collection(photos, model=encoder, out=tmp_path / "shelf")
    assert (tmp_path / "shelf/journal").is_dir()
    other = ColourEncoder(n_dims=5)
    assert build_collection(photos, model=other, out=tmp_path / "shelf").embedded == 4
    assert not (tmp_path / "shelf/journal").exists()


def test_a_damaged_piece_of_the_journal_is_embedded_again(tmp_path, encoder, monkeypatch):
    """Two shards of 4; the second is cut in half, so 4 photos are embedded again."""
    monkeypatch.setattr(photo_batches, "BATCH", 4)
    monkeypatch.setattr(photo_batches, "SHARD_PHOTOS", 4)
    photos = draw_folder(tmp_path / "photos", 8)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("engine.storage.build.write_build", interrupt)
        build_collection(photos, model=encoder, out=tmp_path / "shelf")
    shard = tmp_path / "shelf/journal/00000002.npz"
    shard.write_bytes(shard.read_bytes()[: shard.stat().st_size // 2])
    fresh = ColourEncoder()
    report = build_collection(photos, model=fresh, out=tmp_path / "shelf")
    assert (report.indexed, report.embedded) == (8, 4)


def test_a_manifest_names_every_file_with_its_size_and_hash(shelf):
    manifest = json.loads((shelf / "manifest.json").read_text())
    build = shelf / manifest["build"]
    found = {path.relative_to(build).as_posix() for path in build.rglob("*") if path.is_file()}
    assert found == set(manifest["files"])
    note = manifest["files"]["embeddings.npy"]
    assert note["n_bytes"] == (build / "embeddings.npy").stat().st_size
    assert note["content_hash"] == content_hash((build / "embeddings.npy").read_bytes())
