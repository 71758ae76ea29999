"""Rows: all that a collection is made of, in Parquet files; the photos need not be there."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from engine.config import PROJECT
from engine.encoders import bundled_model
from engine.errors import CatalogueError, CollectionError, ModelError
from engine.rows import build_from_rows, make_rows, read_rows
from engine.storage import Collection, build_collection, tag_photos, update_collection
from tests.engine.storage.colour import ColourEncoder, draw, draw_folder

DAMAGED = b"\xff\xd8 no photo follows"


def photo_names(rows: Path) -> list[str]:
    return [photo.path for batch in read_rows(rows).batches() for photo in batch.photos]


def motley(folder: Path) -> Path:
    """Photos of which a table, a folder, a file beside and the files themselves tell; some bad."""
    draw_folder(folder / "shoes", 3)
    draw_folder(folder / "hats", 2)
    shutil.copyfile(folder / "shoes/000.jpg", folder / "hats/twin.jpg")
    draw(folder / "hats/wide.png", 7, width=600, height=40)
    (folder / "hats/damaged.jpg").write_bytes(DAMAGED)
    (folder / "hats/001.jpg.xmp").write_text(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
        ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>'
        "<rdf:li>felt</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    (folder / "shop.csv").write_text(
        "image,title,colour\nshoes/001.jpg,Red boots,Red\nhats/000.jpg,Straw hat,\ngone.jpg,Gone,\n"
    )
    return folder


def all_of(collection: Collection) -> list[dict[str, object]]:
    return [asdict(photo) for photo in collection.catalogue.all_photos()]


def test_a_collection_of_rows_is_the_one_of_the_photos_though_these_are_gone(tmp_path, encoder):
    """Seven photos, one a twin with the id of its content and -2, and a damaged file."""
    photos = motley(tmp_path / "photos")
    expected = build_collection(photos, model=encoder, out=tmp_path / "shelf")
    made = make_rows(photos, model=encoder, out=tmp_path / "rows", shard_photos=3)
    photos.rename(tmp_path / "elsewhere")
    report = build_from_rows(tmp_path / "rows", model=encoder, out=tmp_path / "other")
    assert (report.indexed, report.embedded, report.reused) == (7, 0, 7)
    assert (made.manifest.n_rows, made.manifest.n_photos) == (8, 7)
    assert report.skipped == made.skipped == expected.skipped
    assert report.tables == list(made.tables) == expected.tables
    with Collection.open(tmp_path / "shelf") as one, Collection.open(tmp_path / "other") as other:
        assert all_of(one) == all_of(other)
        assert one.catalogue.skipped() == other.catalogue.skipped()
        assert (np.sum(one.embeddings * other.embeddings, axis=1) >= 0.9999).all()
        rows = range(one.n_photos)
        assert [*map(one.kept_thumbnail, rows)] == [*map(other.kept_thumbnail, rows)]
        assert any(map(one.kept_thumbnail, rows)) and not all(map(one.kept_thumbnail, rows))
        assert one.root == other.root and one.manifest.model == other.manifest.model
        other.check()


def test_an_update_of_a_collection_of_rows_finds_nothing_to_do(tmp_path, encoder):
    """What the photos' own files say was not lost on the way: the update reads none of them."""
    photos = motley(tmp_path / "photos")
    make_rows(photos, model=encoder, out=tmp_path / "rows")
    build_from_rows(tmp_path / "rows", model=encoder, out=tmp_path / "shelf")
    encoder.n_embedded = 0
    report = update_collection(tmp_path / "shelf", model=encoder)
    assert (report.indexed, report.changed, report.photos_per_second) == (7, 0, 0)
    assert encoder.n_embedded == 0
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.build.name == "build-0001"


def test_each_batch_has_photos_embeddings_thumbnails_and_what_could_not_be_read(tmp_path, encoder):
    """Eight files in path order, three to a shard: the damaged one is the third."""
    make_rows(motley(tmp_path / "photos"), model=encoder, out=tmp_path / "rows", shard_photos=3)
    first, second, third = read_rows(tmp_path / "rows").batches()
    assert [photo.path for photo in first.photos] == ["hats/000.jpg", "hats/001.jpg"]
    assert [skipped.path for skipped in first.skipped] == ["hats/damaged.jpg"]
    assert "damaged JPEG" in first.skipped[0].reason
    assert first.embeddings.shape == (2, 8) and first.embeddings.dtype == np.float32
    assert first.photos[0].captions == ("Straw hat",) and first.photos[1].tags == ("felt",)
    assert [photo.path for photo in second.photos][:2] == ["hats/twin.jpg", "hats/wide.png"]
    assert second.thumbnails[0] is None and second.thumbnails[1][:2] == b"\xff\xd8"
    assert second.photos[1].width == 600
    assert [photo.path for photo in third.photos] == ["shoes/001.jpg", "shoes/002.jpg"]
    assert third.photos[0].attributes == {"colour": "Red"}


def test_any_program_that_reads_parquet_reads_the_rows(tmp_path, photos, encoder):
    import pyarrow.dataset

    make_rows(photos, model=encoder, out=tmp_path / "rows", shard_photos=4)
    table = pyarrow.dataset.dataset(tmp_path / "rows", format="parquet").to_table()
    assert table.num_rows == 10
    assert table.schema.field("embedding").type == pyarrow.list_(pyarrow.float32(), 8)


def test_what_is_there_and_whole_is_not_embedded_again(tmp_path, encoder):
    """Ten photos in shards of four: of the three files the middle one goes, the last is cut."""
    photos = draw_folder(tmp_path / "photos", 10)
    rows = tmp_path / "rows"
    make_rows(photos, model=encoder, out=rows, shard_photos=4)
    before = read_rows(rows).manifest
    _, second, third = sorted(rows.glob("*.parquet"))
    second.unlink()
    third.write_bytes(third.read_bytes()[:500])
    encoder.n_embedded = 0
    report = make_rows(photos, model=encoder, out=rows, shard_photos=4)
    assert (encoder.n_embedded, report.n_reused) == (6, 4)
    assert photo_names(rows) == [f"{number:03}.jpg" for number in range(10)]
    after = read_rows(rows).manifest
    assert [note.name for note in before.shards] == [note.name for note in after.shards]


def test_what_was_cut_short_goes_on_behind_the_last_whole_shard(tmp_path, encoder):
    """Ten photos, two to a shard, stopped within the third: four are there, six are embedded."""
    photos, rows = draw_folder(tmp_path / "photos", 10), tmp_path / "rows"

    class Stopped(ColourEncoder):
        def embed_photos(self, pixels: np.ndarray) -> np.ndarray:
            if self.n_embedded == 4:
                raise KeyboardInterrupt
            return super().embed_photos(pixels)

    with pytest.raises(KeyboardInterrupt):
        make_rows(photos, model=Stopped(), out=rows, shard_photos=2)
    with pytest.raises(CollectionError, match="no finished rows"):
        read_rows(rows)
    report = make_rows(photos, model=encoder, out=rows, shard_photos=2)
    assert (report.n_reused, encoder.n_embedded) == (4, 6)
    assert photo_names(rows) == [f"{number:03}.jpg" for number in range(10)]


def test_a_changed_photo_or_model_makes_its_shard_anew_and_leaves_no_old_one(tmp_path, encoder):
    photos, rows = draw_folder(tmp_path / "photos", 6), tmp_path / "rows"
    make_rows(photos, model=encoder, out=rows, shard_photos=3)
    draw(photos / "004.jpg", 77, width=40)
    report = make_rows(photos, model=encoder, out=rows, shard_photos=3)
    assert (report.n_reused, len([*rows.glob("*.parquet")])) == (3, 2)
    report = make_rows(photos, model=ColourEncoder(n_dims=9), out=rows, shard_photos=3)
    assert (report.n_reused, len([*rows.glob("*.parquet")])) == (0, 2)


def test_without_a_word_on_the_model_the_one_of_the_rows_that_are_there_is_taken(tmp_path):
    """These drawn photos are on plain ground, which by itself would choose the other model."""
    photos, rows = draw_folder(tmp_path / "photos", 3), tmp_path / "rows"
    for name in ("kindred-everyday", "kindred-fashion"):
        make_rows(photos, model=bundled_model(name), out=rows)
        assert make_rows(photos, out=rows).n_reused == 3
        assert read_rows(rows).manifest.model.name == name


def test_rows_that_were_never_finished_or_have_changed_are_refused(tmp_path, photos, encoder):
    rows = tmp_path / "rows"
    with pytest.raises(CollectionError, match="no finished rows"):
        read_rows(rows)
    make_rows(photos, model=encoder, out=rows)
    [shard] = rows.glob("*.parquet")
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    with pytest.raises(CollectionError, match="bytes have changed"):
        build_from_rows(rows, model=encoder, out=tmp_path / "shelf")
    shard.unlink()
    with pytest.raises(CollectionError, match="no such file"):
        build_from_rows(rows, model=encoder, out=tmp_path / "shelf")
    record = json.loads((rows / "_rows.json").read_text())
    (rows / "_rows.json").write_text(json.dumps({**record, "n_photos": 3}))
    with pytest.raises(CollectionError, match="not what was written"):
        read_rows(rows)


def test_rows_of_another_model_are_refused(tmp_path, photos, encoder):
    make_rows(photos, model=encoder, out=tmp_path / "rows")
    with pytest.raises(ModelError, match="not the one that made these rows"):
        build_from_rows(tmp_path / "rows", model=ColourEncoder(n_dims=9), out=tmp_path / "shelf")


def test_rows_made_anew_change_the_collection_that_was_made_of_them(tmp_path, photos, encoder):
    """A photo more: ids stay, and so does the tag that a person gave."""
    for n_photos in (10, 11):
        draw(photos / f"{n_photos - 1:03}.jpg", n_photos - 1)
        make_rows(photos, model=encoder, out=tmp_path / "rows")
        report = build_from_rows(tmp_path / "rows", model=encoder, out=tmp_path / "shelf")
        with Collection.open(tmp_path / "shelf") as collection:
            tagged = collection.catalogue.photos([4])[0]
        tag_photos(tmp_path / "shelf", [tagged.photo_id], "mine")
    assert (report.indexed, report.added, report.removed) == (11, 1, 0)
    assert tagged.tags == ("mine",)


def test_rows_are_not_written_among_photos_nor_among_other_files(tmp_path, photos, encoder):
    with pytest.raises(CollectionError, match="among the photos"):
        make_rows(photos, model=encoder, out=photos / "rows")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter.txt").write_text("Dear all")
    with pytest.raises(CollectionError, match=r"other files \(letter.txt\)"):
        make_rows(photos, model=encoder, out=tmp_path / "full")
    (tmp_path / "none").mkdir()
    with pytest.raises(CatalogueError, match="no photos"):
        make_rows(tmp_path / "none", model=encoder, out=tmp_path / "rows")


def test_every_optional_requirement_has_an_exact_version_that_the_lock_agrees_with():
    lock = (PROJECT / "requirements.lock").read_text()
    for name in ("scale", "login", "keras-hub"):
        lines = (PROJECT / f"requirements-{name}.txt").read_text().splitlines()
        for wanted in filter(None, (line.split("#")[0].strip() for line in lines)):
            package, _, version = wanted.partition("==")
            assert version, wanted
            assert f"\n{package}==" not in lock or f"\n{package}=={version} " in lock, wanted
