"""Sources: folders, folders per class, and tables of every dialect, good and bad."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.catalogue import PhotoRecord, Skipped, Source, read_source
from engine.errors import CatalogueError


def make(root: Path, *paths: str) -> Path:
    """Put empty files at some paths; nothing here opens a photo."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def paths_of(source: Source) -> list[str]:
    return [record.path for record in source.records]


def by_path(source: Source) -> dict[str, PhotoRecord]:
    return {record.path: record for record in source.records}


def used(source: Source) -> list[str]:
    """The tables that something was taken from."""
    return [table.path for table in source.tables if not table.reason]


# Folders ----------------------------------------------------------------------------------------


def test_a_folder_is_read_with_everything_below_it_in_order(tmp_path: Path):
    make(tmp_path, "b.jpg", "a.PNG", "deep/er/c.webp", "deep/a.jpg")
    source = read_source(tmp_path)
    assert paths_of(source) == ["a.PNG", "b.jpg", "deep/a.jpg", "deep/er/c.webp"]
    assert source.root == tmp_path
    assert (source.skipped, source.tables) == ([], ())


def test_what_is_hidden_or_no_photo_by_its_extension_is_passed_over(tmp_path: Path):
    make(tmp_path, "a.jpg", ".hidden.jpg", ".git/b.jpg", "notes.txt", "x.JSON", "Thumbs.db", "c.md")
    assert paths_of(read_source(tmp_path)) == ["a.jpg"]


def test_a_file_of_unknown_kind_is_kept_so_that_it_gets_reported(tmp_path: Path):
    make(tmp_path, "film.mp4", "photo", "odd.xyz")
    assert paths_of(read_source(tmp_path)) == ["film.mp4", "odd.xyz", "photo"]


def test_a_collection_among_the_photos_is_not_read(tmp_path: Path):
    make(tmp_path, "a.jpg", "shop/build-1/catalogue.sqlite", "shop/build-1/thumbnails/0.jpg")
    assert paths_of(read_source(tmp_path)) == ["a.jpg"]


def test_links_are_followed_once_and_never_in_circles(tmp_path: Path):
    """`zoo` is found by its own path though `album`, a link to it, comes first by name."""
    root = make(tmp_path / "root", "zoo/ape.jpg")
    make(tmp_path / "outside", "far.jpg")
    (root / "album").symlink_to(root / "zoo")
    (root / "zoo" / "up").symlink_to(root)
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "one.jpg").symlink_to(root / "zoo" / "ape.jpg")
    (root / "self").symlink_to(root / "self")
    (root / "gone.jpg").symlink_to(root / "nowhere")
    source = read_source(root)
    assert paths_of(source) == ["one.jpg", "out/far.jpg", "zoo/ape.jpg"]
    assert source.skipped == [
        Skipped("gone.jpg", "a link that leads nowhere"),
        Skipped("self", "a link that leads nowhere"),
    ]


def test_names_that_are_no_text_and_files_that_are_no_files_are_reported(tmp_path: Path):
    make(tmp_path, "ä.jpg")
    (tmp_path / os.fsdecode(b"bad\xff.jpg")).touch()
    os.mkfifo(tmp_path / "pipe.jpg")
    source = read_source(tmp_path)
    assert paths_of(source) == ["ä.jpg"]
    assert source.skipped == [
        Skipped("bad\\udcff.jpg", "its name is no valid UTF-8, rename it"),
        Skipped("pipe.jpg", "not a regular file"),
    ]


def test_a_folder_that_cannot_be_opened_is_reported_and_the_rest_read(tmp_path, monkeypatch):
    make(tmp_path, "a.jpg", "locked/b.jpg")
    scandir = os.scandir

    def refusing(folder: str):
        if str(folder).rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    source = read_source(tmp_path)
    assert paths_of(source) == ["a.jpg"]
    assert source.skipped == [Skipped("locked", "cannot be opened (Permission denied)")]


def test_a_folder_that_is_none_is_an_error_with_its_path(tmp_path: Path):
    make(tmp_path, "a.jpg")
    with pytest.raises(CatalogueError, match=r"no such folder: .*missing"):
        read_source(tmp_path / "missing")
    with pytest.raises(CatalogueError, match=r"not a folder: .*a\.jpg"):
        read_source(tmp_path / "a.jpg")


def test_a_folder_per_class_gives_an_attribute_and_tags(tmp_path: Path):
    make(tmp_path, "golden_retriever/1.jpg", "cats/Big-Cats/2.jpg", "loose.jpg")
    records = by_path(read_source(tmp_path))
    assert records["golden_retriever/1.jpg"].attributes == {"folder": "golden_retriever"}
    assert records["golden_retriever/1.jpg"].tags == ("golden", "retriever")
    assert records["cats/Big-Cats/2.jpg"].attributes == {"folder": "cats/Big-Cats"}
    assert records["cats/Big-Cats/2.jpg"].tags == ("cats", "big")
    assert records["loose.jpg"] == PhotoRecord("loose.jpg")


def test_one_folder_of_photos_is_no_class(tmp_path: Path):
    make(tmp_path, "images/1.jpg", "images/2.jpg")
    assert read_source(tmp_path).records == [
        PhotoRecord("images/1.jpg"),
        PhotoRecord("images/2.jpg"),
    ]


# Tables that are recognised ---------------------------------------------------------------------


def test_a_shops_table_is_recognised_by_its_ids(tmp_path: Path):
    make(tmp_path, "images/15970.jpg", "images/7.png")
    (tmp_path / "styles.csv").write_text(
        "id,gender,baseColour,year,productDisplayName\n"
        "15970,Men,Navy Blue,2011,Turtle Check Shirt\n"
        '7,Women,NA,,"Puma ""Fast"", red\nshoes"\n'
    )
    source = read_source(tmp_path)
    assert used(source) == ["styles.csv"]
    assert source.records == [
        PhotoRecord(
            "images/15970.jpg",
            "15970",
            ("Turtle Check Shirt",),
            {"gender": "Men", "baseColour": "Navy Blue", "year": "2011"},
        ),
        PhotoRecord("images/7.png", "7", ('Puma "Fast", red shoes',), {"gender": "Women"}),
    ]
    assert by_path(source)["images/7.png"].attributes == {"gender": "Women"}
    assert source.skipped == []


def test_addresses_are_dropped_and_signs_in_values_kept(tmp_path: Path):
    make(tmp_path, "images/B004.jpg")
    (tmp_path / "products.csv").write_text(
        "asin,brand,medium_image_url,product_type_name,title,formatted_price\n"
        "B004,A+B 100%-Wool,https://x.example/I/41dCf%2BplpCL._SL160_.jpg,SHIRT,"
        '"Ladies\' Shirt, 2XL",$26.26\n'
    )
    (record,) = read_source(tmp_path).records
    assert record.captions == ("Ladies' Shirt, 2XL",)
    assert record.attributes == {
        "brand": "A+B 100%-Wool",
        "product_type_name": "SHIRT",
        "formatted_price": "$26.26",
    }


def test_several_lines_about_one_photo_are_several_captions(tmp_path: Path):
    make(tmp_path, "images/a.jpg", "images/b.jpg")
    (tmp_path / "captions.csv").write_text(
        'image,caption\na.jpg,"A dog, running ."\na.jpg,A brown dog .\na.jpg,a BROWN dog .\n'
    )
    source = read_source(tmp_path)
    assert source.records == [
        PhotoRecord("images/a.jpg", captions=("A dog, running .", "A brown dog .")),
        PhotoRecord("images/b.jpg"),
    ]


def test_lists_in_jsonl_are_captions_and_tags(tmp_path: Path):
    make(tmp_path, "a.jpg", "b.jpg")
    lines = [
        {"file_name": "a.jpg", "captions": ["one", "two", None, ""], "tags": ["x", "y;z"], "n": 3},
        {"file_name": "b.jpg", "caption_1": "three", "caption_2": "four", "sizes": ["S", "M"]},
        {"file_name": "b.jpg", "new": True, "none": None, "deep": {"a": 1}},
    ]
    (tmp_path / "data.jsonl").write_text("\n\n".join(map(json.dumps, lines)))
    first, second = read_source(tmp_path).records
    assert (first.captions, first.tags) == (("one", "two"), ("x", "y", "z"))
    assert first.attributes == {"n": "3"}
    assert second.captions == ("three", "four")
    assert second.attributes == {"sizes": "S, M", "new": "true", "deep": '{"a": 1}'}


def test_tags_in_one_text_are_separated(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.tsv").write_text("id\tkeywords\n1\tred; navy blue,Red | NA |\n")
    assert read_source(tmp_path).records == [PhotoRecord("1.jpg", "1", tags=("red", "navy blue"))]


@pytest.mark.parametrize(
    ("encoding", "separator"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", "|"), ("utf-16", "\t")],
)
def test_encodings_and_separators_are_told_apart(tmp_path: Path, encoding: str, separator: str):
    make(tmp_path, "7.jpg")
    lines = [
        separator.join(["id", "título", "title"]),
        separator.join(["7", "Señor", "Café – naïf"]),
    ]
    (tmp_path / "t.csv").write_text("\r\n".join(lines), encoding=encoding)
    (record,) = read_source(tmp_path).records
    assert (record.photo_id, record.captions) == ("7", ("Café – naïf",))
    assert record.attributes == {"título": "Señor"}


def test_the_table_may_lie_one_folder_below_and_name_files_from_there(tmp_path: Path):
    make(tmp_path, "images/a.jpg")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "t.csv").write_text("path,caption\n../images/a.jpg,A dog\n")
    assert read_source(tmp_path).records[0].captions == ("A dog",)


def test_a_table_that_speaks_of_other_things_is_left_alone(tmp_path: Path):
    make(tmp_path, "a.jpg", "empty.csv")
    (tmp_path / "orders.csv").write_text("id,title\n17,Two chairs\n")
    (tmp_path / "numbers.csv").write_text("1,2\n3,4\n")
    source = read_source(tmp_path)
    assert (source.records, used(source)) == ([PhotoRecord("a.jpg")], [])


def test_two_tables_about_the_photos_are_a_question_to_the_person(tmp_path: Path):
    make(tmp_path, "a.jpg")
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("image,caption\na.jpg,A dog\n")
    with pytest.raises(CatalogueError, match=r"several tables .*: one\.csv, two\.csv"):
        read_source(tmp_path)
    assert used(read_source(tmp_path, tmp_path / "two.csv")) == ["two.csv"]


# Columns and names ------------------------------------------------------------------------------


def test_columns_can_be_named(tmp_path: Path):
    make(tmp_path, "one.jpg")
    table = tmp_path / "t.csv"
    table.write_text("where,ref,headline_en,title,topics,tag\none.jpg,r1,Hello,Other,x,y\n")
    columns = {"photo": "where", "id": "ref", "caption": "headline_en", "tags": "topics"}
    assert read_source(tmp_path, table, columns=columns).records == [
        PhotoRecord("one.jpg", "r1", ("Hello",), {"title": "Other"}, ("x", "y"))
    ]
    both = {**columns, "caption": ["title", "headline_en"]}
    assert read_source(tmp_path, columns=both).records[0].captions == ("Other", "Hello")


def test_a_named_column_that_is_not_there_names_those_that_are(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text("id,title\n1,Hello\n")
    with pytest.raises(CatalogueError, match=r"no such column: head\. It has: id, title"):
        read_source(tmp_path, tmp_path / "t.csv", columns={"caption": "head"})
    with pytest.raises(CatalogueError, match="no table in the folder has these columns"):
        read_source(tmp_path, columns={"caption": "head"})
    with pytest.raises(ValueError, match="columns mean one of"):
        read_source(tmp_path, tmp_path / "t.csv", columns={"headline": "title"})


def test_a_name_alone_is_a_caption_and_beside_a_caption_an_attribute(tmp_path: Path):
    make(tmp_path, "1.jpg")
    table = tmp_path / "t.csv"
    table.write_text("id,Name\n1,Chair\n")
    assert read_source(tmp_path).records[0].captions == ("Chair",)
    table.write_text("id,Name,title\n1,Ann,A chair\n")
    (record,) = read_source(tmp_path).records
    assert (record.captions, record.attributes) == (("A chair",), {"Name": "Ann"})


def test_an_id_of_several_photos_names_none_of_them_and_is_kept(tmp_path: Path):
    make(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    (tmp_path / "t.csv").write_text("sku,image\n17,a.jpg\n17,b.jpg\n18,c.jpg\n")
    records = read_source(tmp_path).records
    assert [record.photo_id for record in records] == [None, None, "18"]
    assert [record.attributes for record in records] == [{"sku": "17"}, {"sku": "17"}, {}]


@pytest.mark.parametrize(
    "name",
    [
        *("images/Red.jpg", "./images/Red.jpg", "Red.jpg", "Red", "images/Red", "RED.JPG"),
        *("C:\\shop\\images\\Red.jpg", "/data/images/Red.jpg", "../shop/images/Red.jpg"),
    ],
)
def test_a_photo_may_be_named_in_many_ways(tmp_path: Path, name: str):
    make(tmp_path, "images/Red.jpg", "images/Redder.jpg")
    (tmp_path / "t.csv").write_text(f"image,caption\n{name},Here\n")
    assert by_path(read_source(tmp_path))["images/Red.jpg"].captions == ("Here",)


def test_capitals_decide_between_photos_that_differ_in_nothing_else(tmp_path: Path):
    make(tmp_path, "a.jpg", "A.jpg")
    (tmp_path / "t.csv").write_text("image,caption\nA.jpg,Large\na.jpg,Small\n")
    assert [r.captions for r in read_source(tmp_path).records] == [("Large",), ("Small",)]


def test_a_missing_column_of_names_falls_back_on_the_id(tmp_path: Path):
    make(tmp_path, "images/17.jpg")
    (tmp_path / "t.csv").write_text("id,image,title\n17,https://x.example/abc.jpg,Chair\n")
    assert read_source(tmp_path).records == [PhotoRecord("images/17.jpg", "17", ("Chair",))]


# What is wrong with tables ----------------------------------------------------------------------


def test_lines_without_a_photo_are_reported_once_per_name(tmp_path: Path):
    make(tmp_path, "a/7.jpg", "b/7.jpg", "b/8.jpg")
    (tmp_path / "t.csv").write_text(
        "image,caption\n8.jpg,Here\ngone.jpg,One\ngone.jpg,Two\n7.jpg,Which\n,Nothing\n"
        "/etc/passwd,Out\n../../../8.jpg,Still inside\n"
    )
    source = read_source(tmp_path)
    assert by_path(source)["b/8.jpg"].captions == ("Here", "Still inside")
    assert source.skipped == [
        Skipped("/etc/passwd", "no such photo (t.csv, line 7)"),
        Skipped("7.jpg", "may mean a/7.jpg or b/7.jpg (t.csv, line 5)"),
        Skipped("gone.jpg", "no such photo (t.csv, line 3)"),
        Skipped("t.csv, line 6", "names no photo"),
    ]


def test_ragged_and_broken_lines_are_reported_and_the_rest_read(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    big = "x" * 200_000
    (tmp_path / "t.csv").write_text(f'id,title\n1,One,more\n2\n\n"2",{big}\n3,Three\n')
    source = read_source(tmp_path)
    assert [record.captions for record in source.records] == [("One,more",), (), ("Three",)]
    assert [skip.path for skip in source.skipped] == ["t.csv, line 3", "t.csv, line 5"]
    assert source.skipped[0].reason == "has 1 fields where the first line names 2"
    assert "field larger than field limit" in source.skipped[1].reason
    (report,) = source.tables
    assert (report.n_lines, report.n_left_out, report.n_photos) == (4, 2, 2)
    assert report.left_out == {
        "another number of fields than the first line names": 1,
        "not readable as CSV": 1,
    }


def test_broken_json_lines_are_reported_and_the_rest_read(tmp_path: Path):
    make(tmp_path, "1.jpg")
    nested = "[" * 100_000
    (tmp_path / "t.jsonl").write_text(f'{{"id": 1\n[1]\n{nested}\n{{"id": 1, "title": "One"}}\n')
    source = read_source(tmp_path)
    assert source.records == [PhotoRecord("1.jpg", "1", ("One",))]
    assert [skip.path for skip in source.skipped] == [f"t.jsonl, line {n}" for n in (1, 2, 3)]


def test_control_characters_and_halves_of_characters_become_harmless(tmp_path: Path):
    make(tmp_path, "1.jpg")
    entry = {"id": "1", "title": "a\u0000b\ud800c\td\u200de", "co\ud800l": "r\u0007ed"}
    (tmp_path / "t.jsonl").write_text(json.dumps(entry))
    (record,) = read_source(tmp_path).records
    assert record.captions == ("a b?c d\u200de",)
    assert record.attributes == {"co?l": "r ed"}


@pytest.mark.parametrize("text", ["", "\n", "colour,size\nred,M\n", "id,title\n9,Nine\n"])
def test_a_named_table_that_names_no_photo_is_an_error(tmp_path: Path, text: str):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(CatalogueError, match=r"t\.csv"):
        read_source(tmp_path, tmp_path / "t.csv")


def test_a_named_table_that_cannot_be_read_is_an_error(tmp_path: Path):
    make(tmp_path, "1.jpg")
    with pytest.raises(CatalogueError, match="No such file"):
        read_source(tmp_path, tmp_path / "missing.csv")
    with pytest.raises(CatalogueError, match="Is a directory"):
        read_source(tmp_path, tmp_path)


def test_a_named_table_is_searched_to_its_end_for_a_photo(tmp_path: Path):
    make(tmp_path, "1.jpg")
    lines = [f"{number},Nobody" for number in range(1_000, 1_500)]
    (tmp_path / "t.csv").write_text("\n".join(["id,title", *lines, "1,One"]))
    assert used(read_source(tmp_path)) == []
    source = read_source(tmp_path, tmp_path / "t.csv")
    assert source.records == [PhotoRecord("1.jpg", "1", ("One",))]
    assert len(source.skipped) == 500


def test_bins_and_the_caches_of_other_programs_are_left_out(tmp_path):
    kept = [
        "a.jpg",
        "Trip.photoslibrary/originals/0/b.jpg",
        "resources/c.jpg",
        "Recycled art/d.jpg",
    ]
    left = [
        *("$RECYCLE.BIN/S-1-5/x.jpg", "#recycle/x.jpg", "@Recycle/x.jpg", "lost+found/x.jpg"),
        *("Trip.photoslibrary/resources/derivatives/x.jpg", "A.lrdata/x.jpg", "@eaDir/a.jpg/x.jpg"),
        *("Old.aplibrary/Thumbnails/x.jpg", ".Trash-1000/files/x.jpg"),
    ]
    for name in (*kept, *left):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"...")
    assert sorted(record.path for record in read_source(tmp_path).records) == sorted(kept)
