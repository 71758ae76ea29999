"""Tables as people have them: stray quotes, odd encodings, layouts of shops and data sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.catalogue import PhotoRecord, read_source
from engine.errors import CatalogueError


def make(root: Path, *paths: str) -> Path:
    """Put empty files at some paths; nothing here opens a photo."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def captions(root: Path, table: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    return {record.path: record.captions for record in read_source(root, table).records}


def only_record(root: Path) -> PhotoRecord:
    (record,) = read_source(root).records
    return record


# Quotes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        *('1,"Purple shirt', '1,Purple shirt"', '1,Purple "shirt'),
        *('1,"Purple" shirt', '1,"Purple shirt" ', '"1,Purple shirt'),
    ],
)
def test_a_stray_quote_costs_no_other_line_its_caption(tmp_path: Path, line: str):
    """The lines behind it are about photos by themselves, whatever quotes they have."""
    make(tmp_path, "1.jpg", "2.jpg", "3.jpg", "4.jpg")
    text = f'id,title\n{line}\n2,Blue shirt\n3,"Red, ""fast"" shirt"\n4,Green 5" belt\n'
    (tmp_path / "t.csv").write_text(text)
    found = captions(tmp_path)
    assert {path: found[path] for path in ("2.jpg", "3.jpg", "4.jpg")} == {
        "2.jpg": ("Blue shirt",),
        "3.jpg": ('Red, "fast" shirt',),
        "4.jpg": ('Green 5" belt',),
    }
    if not line.startswith('"'):
        assert found["1.jpg"][0].replace('"', "").strip() == "Purple shirt"


def test_a_quote_that_closes_by_accident_many_lines_later_gives_no_photo_anothers_words(tmp_path):
    """The 5" of line 4 ends with a quote, as if it closed the one of line 2."""
    make(tmp_path, "1.jpg", "2.jpg", "3.jpg")
    (tmp_path / "t.csv").write_text('id,colour,title\n1,red,"Belt\n2,blue,Sock\n3,green,Heel 5"\n')
    source = read_source(tmp_path)
    assert [(r.captions, dict(r.attributes)) for r in source.records] == [
        (("Belt",), {"colour": "red"}),
        (("Sock",), {"colour": "blue"}),
        (('Heel 5"',), {"colour": "green"}),
    ]
    assert source.tables[0].remarks == ["1 line with a stray quote or separator was mended"]


def test_text_over_several_lines_stays_one_text(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg")
    (tmp_path / "t.csv").write_text(
        'id,title,size\n1,"Shirt\nwith, buttons\n\nand ""cuffs""",M\n2,Sock,L\n'
    )
    source = read_source(tmp_path)
    assert source.records[0].captions == ('Shirt with, buttons and "cuffs"',)
    assert source.records[1] == PhotoRecord("2.jpg", "2", ("Sock",), {"size": "L"})


def test_a_stray_quote_in_the_header_does_not_drop_the_table(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text('id,"title\n1,Purple shirt\n')
    assert captions(tmp_path) == {"1.jpg": ("Purple shirt",)}


def test_separators_in_a_last_column_of_captions_belong_to_the_caption(tmp_path: Path):
    """Elsewhere nobody knows where they belong: that line is left out and said."""
    make(tmp_path, "1.jpg")
    table = tmp_path / "t.csv"
    table.write_text("image,caption\n1.jpg,A dog, running, in snow\n")
    assert captions(tmp_path) == {"1.jpg": ("A dog, running, in snow",)}
    table.write_text("image,caption,size\n1.jpg,A dog,M\n1.jpg,A dog, running,M\n")
    assert read_source(tmp_path).skipped[0].reason == "has 4 fields where the first line names 3"


# Dialects and encodings -------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "\n\n", ""])
def test_what_spreadsheets_put_before_the_header_is_passed_over(tmp_path: Path, first: str):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text(f"{first}id;title\n1;Red, white\n")
    assert captions(tmp_path) == {"1.jpg": ("Red, white",)}


def test_a_table_without_a_header_is_understood_by_what_it_holds(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg")
    (tmp_path / "t.csv").write_text("shoe,1.jpg,A red shoe\nsock,2.jpg,A blue sock\n")
    source = read_source(tmp_path)
    assert source.records[0] == PhotoRecord("1.jpg", None, ("A red shoe",), {"label": "shoe"})
    assert source.tables[0].columns == {
        "photo": ["photo"],
        "captions": ["caption"],
        "attributes": ["label"],
    }
    assert any("no header" in remark for remark in source.tables[0].remarks)


def test_one_bad_byte_spoils_nothing_around_it(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg")
    text = "id,title\n1,Crème brûlée\n2,Caf".encode() + b"\xe9\n"
    (tmp_path / "t.csv").write_bytes(text)
    assert captions(tmp_path) == {"1.jpg": ("Crème brûlée",), "2.jpg": ("Café",)}


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "红色连衣裙和白色的帽子"),
        ("cp932", "ビーチを走る犬と赤いドレス"),
        ("big5", "紅色連衣裙和藍色襯衫"),
        ("cp949", "빨간 드레스와 파란 셔츠"),
        ("cp1251", "красное платье и синяя рубашка"),
        ("cp1250", "Červené šaty, žluťoučký kůň"),
        ("cp1252", "Größe für Mädchen – “été”"),
        ("mac_roman", "Café crème, Größe"),
        ("utf-16-le", "no mark before it"),
        ("utf-32", "Größe"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_texts_in_the_encodings_of_the_world_are_read(tmp_path, encoding, text, ending):
    make(tmp_path, "1.jpg")
    line = json.dumps({"id": "1", "title": text}, ensure_ascii=False)
    table = f'id,title\n1,"{text}"\n' if ending == "csv" else f"{line}\n"
    (tmp_path / f"t.{ending}").write_bytes(table.encode(encoding))
    assert captions(tmp_path) == {"1.jpg": (text,)}


@pytest.mark.parametrize("name", ["12369", "12369.0", "12369.jpg?v=1571609", "12369.jpg#4"])
def test_names_that_tables_have_altered_still_name_their_photo(tmp_path: Path, name: str):
    make(tmp_path, "images/12369.jpg")
    (tmp_path / "t.csv").write_text(f"id,title\n{name},Shirt\n")
    assert only_record(tmp_path).captions == ("Shirt",)


def test_an_id_written_as_a_decimal_number_is_kept_whole(tmp_path: Path):
    make(tmp_path, "12369.jpg")
    (tmp_path / "t.csv").write_text("id,title\n12369.0,Shirt\n")
    assert only_record(tmp_path).photo_id == "12369"


def test_lists_written_in_one_cell_are_lists(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text(
        "id,captions,tags,sizes\n"
        '1,"[\'A dog, running\', ""a dog\'s day""]","[\'x\', \'y z\']","[1, 2]"\n'
    )
    record = only_record(tmp_path)
    assert record.captions == ("A dog, running", "a dog's day")
    assert (record.tags, record.attributes) == (("x", "y z"), {"sizes": "[1, 2]"})


def test_what_looks_like_a_list_and_is_none_is_text(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg")
    deep = "[" * 5_000 + "]" * 5_000
    (tmp_path / "t.csv").write_text(f"id,title\n1,[sic] red]\n2,{deep}\n")
    assert captions(tmp_path) == {"1.jpg": ("[sic] red]",), "2.jpg": (deep,)}


def test_markup_is_no_text_and_entities_are_letters(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text(
        'id,title,brand,tags\n1,"<p style=""color:red"">Purple <b>shirt</b><br>I &lt;3 it</p>",'
        "Dolce &amp; Gabbana,R&amp;B\n"
    )
    record = only_record(tmp_path)
    assert record.captions == ("Purple shirt I <3 it",)
    assert record.attributes == {"brand": "Dolce & Gabbana"}
    assert record.tags == ("R&B",)


# Layouts ----------------------------------------------------------------------------------------


def test_flickr8k_as_kaggle_has_it(tmp_path: Path):
    make(tmp_path, "Images/1000_a.jpg")
    (tmp_path / "captions.txt").write_text(
        "image,caption\n1000_a.jpg,A child in a dress .\n"
        '1000_a.jpg,"A girl, going in"\n1000_a.jpg,A girl climbing\n'
    )
    assert captions(tmp_path) == {
        "Images/1000_a.jpg": ("A child in a dress .", "A girl, going in", "A girl climbing")
    }


def test_flickr8k_as_its_makers_had_it(tmp_path: Path):
    make(tmp_path, "Flicker8k_Dataset/1000_a.jpg", "Flicker8k_Dataset/1001_b.jpg")
    texts = tmp_path / "Flickr8k_text"
    texts.mkdir()
    told = (
        "1000_a.jpg#0\tA child , in pink .\n1000_a.jpg#1\tA girl .\n1001_b.jpg#0\tA dog , two .\n"
    )
    (texts / "Flickr8k.token.txt").write_text(told)
    (texts / "Flickr8k.lemma.token.txt").write_text(told.replace("girl", "be girl"))
    (texts / "Flickr_8k.trainImages.txt").write_text("1000_a.jpg\n1001_b.jpg\n")
    (texts / "ExpertAnnotations.txt").write_text("1000_a.jpg\t1001_b.jpg#2\t1\t1\t1\n")
    (texts / "readme.txt").write_text("Please, cite\nthis, and that\n")
    found = captions(tmp_path)
    assert found["Flicker8k_Dataset/1000_a.jpg"] == ("A child , in pink .", "A girl .")
    assert found["Flicker8k_Dataset/1001_b.jpg"] == ("A dog , two .",)


def test_flickr30k_as_kaggle_has_it(tmp_path: Path):
    make(tmp_path, "flickr30k_images/10.jpg")
    (tmp_path / "results.csv").write_text(
        "image_name| comment_number| comment\n"
        "10.jpg| 0| Two men , outside .\n10.jpg| 1| Men ; two\n"
    )
    record = only_record(tmp_path)
    assert (record.captions, record.attributes) == (("Two men , outside .", "Men ; two"), {})


def test_karpathys_dataset(tmp_path: Path):
    make(tmp_path, "images/COCO_val2014_000000000042.jpg")
    image = {
        "filepath": "val2014",
        "filename": "COCO_val2014_000000000042.jpg",
        "split": "test",
        "sentids": [1, 2],
        "sentences": [{"raw": "A dog.", "tokens": ["a", "dog"]}, {"raw": "Two dogs."}],
    }
    (tmp_path / "dataset.json").write_text(json.dumps({"images": [image], "dataset": "coco"}))
    record = only_record(tmp_path)
    assert (record.captions, record.attributes) == (("A dog.", "Two dogs."), {"split": "test"})


def test_coco_captions_and_instances_together(tmp_path: Path):
    make(tmp_path, "val2017/000000000139.jpg", "val2017/000000000285.jpg")
    (tmp_path / "annotations").mkdir()
    images = [
        {"id": 139, "file_name": "000000000139.jpg"},
        {"id": 285, "file_name": "000000000285.jpg"},
    ]
    told = {"images": images, "annotations": [{"image_id": 139, "id": 1, "caption": "A room."}]}
    (tmp_path / "annotations" / "captions_val2017.json").write_text(json.dumps(told))
    things = [
        {"image_id": 139, "category_id": 1, "segmentation": [[1, 2]]},
        {"image_id": 139, "category_id": 62},
        {"image_id": 285, "category_id": 1},
        {"image_id": 139, "category_id": 1},
    ]
    names = [{"id": 1, "name": "person"}, {"id": 62, "name": "chair"}]
    told = {"images": images, "annotations": things, "categories": names}
    (tmp_path / "annotations" / "instances_val2017.json").write_text(json.dumps(told))
    first, second = read_source(tmp_path).records
    assert (first.captions, first.tags) == (("A room.",), ("person", "chair"))
    assert (second.captions, second.tags) == ((), ("person",))


def test_captions_by_name_and_lists_of_objects(tmp_path: Path):
    make(tmp_path, "a.jpg", "b.jpg")
    table = tmp_path / "captions.json"
    table.write_text(json.dumps({"a.jpg": ["one", "two"], "b.jpg": "three", "gone.jpg": "four"}))
    assert captions(tmp_path) == {"a.jpg": ("one", "two"), "b.jpg": ("three",)}
    table.write_text(json.dumps([{"image": "a.jpg", "caption": "one"}, 7, {"image": "b.jpg"}]))
    source = read_source(tmp_path)
    assert [record.captions for record in source.records] == [("one",), ()]
    assert source.tables[0].left_out == {"not a JSON object": 1}


def test_of_kaggles_two_fashion_tables_the_one_with_captions_wins(tmp_path: Path):
    make(tmp_path, "images/15970.jpg")
    (tmp_path / "styles.csv").write_text("id,gender,productDisplayName\n15970,Men,Check, Shirt\n")
    (tmp_path / "images.csv").write_text("filename,link\n15970.jpg,http://x.example/a.jpg\n")
    source = read_source(tmp_path)
    assert "styles.csv" in {table.path for table in source.tables if not table.reason}
    assert only_record(tmp_path).captions == ("Check, Shirt",)
    assert [(report.path, bool(report.reason)) for report in source.tables] == [
        ("images.csv", True),
        ("styles.csv", False),
    ]


def test_a_shopify_export_tells_of_every_photo_of_a_product(tmp_path: Path):
    make(tmp_path, "boots_1.jpg", "boots_2.jpg", "hat.jpg")
    (tmp_path / "products_export_1.csv").write_text(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Variant SKU,Image Src,Image Position,"
        "Image Alt Text,SEO Title\n"
        'boots,Leather Boots,"<p>Warm &amp; dry</p>",Acme,Shoes,"winter, leather",true,B1,'
        "https://cdn.shopify.com/s/files/1/products/boots_1.jpg?v=157,1,Brown boots,Buy boots\n"
        "boots,,,,,,,B2,https://cdn.shopify.com/s/files/1/products/boots_2.jpg?v=157,2,,\n"
        "boots,,,,,,,B3,,,,\n"
        "hat,Straw Hat,,Acme,Hats,,true,H1,https://cdn.shopify.com/s/hat.jpg?v=3,1,,\n"
    )
    source = read_source(tmp_path)
    first, second, third = source.records
    assert set(first.captions) == {"Leather Boots", "Warm & dry", "Brown boots"}
    assert set(second.captions) == {"Leather Boots", "Warm & dry"}
    assert first.attributes == second.attributes == {"Vendor": "Acme", "Type": "Shoes"}
    assert first.tags == ("winter", "leather")
    assert (third.captions, third.attributes["Type"]) == (("Straw Hat",), "Hats")
    assert source.skipped == []


# What is said of tables -------------------------------------------------------------------------


def test_every_table_that_was_found_is_accounted_for(tmp_path: Path):
    make(tmp_path, "1.jpg", "2.jpg", "x/3.jpg", "y/3.jpg")
    (tmp_path / "shop.csv").write_text(
        "id,title,colour\n1,One,red\n2,Two,blue\n9,Nine,red\n,None,red\n3,Which,red\n1,a\n"
    )
    (tmp_path / "orders.csv").write_text("order,customer\n77,Ann\n")
    source = read_source(tmp_path)
    orders, shop = source.tables
    assert (orders.path, orders.n_lines) == ("orders.csv", 0)
    assert orders.reason.startswith("no line of the table names a photo")
    assert (shop.path, shop.reason, shop.n_lines, shop.n_photos) == ("shop.csv", "", 6, 2)
    assert shop.left_out == {
        "no such photo": 1,
        "names no photo": 1,
        "may mean several photos": 1,
        "another number of fields than the first line names": 1,
    }
    assert shop.columns == {"id": ["id"], "captions": ["title"], "attributes": ["colour"]}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04" + bytes(50), "an Excel workbook or a zip"),
        (b"\xff\xd8\xff" + bytes(50), "a picture"),
        (b"\x00\x00\x02\x03" * 50, "no text"),
        (b"PAR1" + bytes(50), "a Parquet file"),
    ],
)
def test_a_wrong_kind_of_file_gets_one_sentence(tmp_path: Path, content: bytes, kind: str):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(CatalogueError, match=kind) as error:
        read_source(tmp_path, tmp_path / "t.xlsx")
    assert len(str(error.value)) < 300


def test_a_table_with_a_thousand_columns_gets_one_sentence_too(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "t.csv").write_text(",".join(f"column {i}" for i in range(3_000)) + "\n")
    with pytest.raises(CatalogueError, match=r"and 2,988 more") as error:
        read_source(tmp_path, tmp_path / "t.csv")
    assert len(str(error.value)) < 500


def test_a_file_that_is_no_table_is_not_quoted(tmp_path: Path):
    make(tmp_path, "1.jpg")
    (tmp_path / "secret").write_text("root:$6$hash:19000\n")
    with pytest.raises(CatalogueError) as error:
        read_source(tmp_path, tmp_path / "secret")
    assert "hash" not in str(error.value)


def test_devices_are_no_tables(tmp_path: Path):
    make(tmp_path, "1.jpg")
    with pytest.raises(CatalogueError, match="no regular file"):
        read_source(tmp_path, "/dev/zero")


def test_many_stray_quotes_cost_time_in_proportion(tmp_path: Path):
    """Each opens a field that might run to the end; 500 lines are looked at, and no more."""
    make(tmp_path, "1.jpg")
    lines = [f'{number},"Gone' for number in range(2, 3_002)]
    (tmp_path / "t.csv").write_text("\n".join(["id,title", *lines, "1,Here"]))
    source = read_source(tmp_path, tmp_path / "t.csv")
    assert source.records[0].captions == ("Here",)
    assert source.tables[0].n_lines == 3_001


def test_numbers_of_any_size_are_text_and_stop_nothing(tmp_path: Path):
    make(tmp_path, "1.jpg")
    huge = "9" * 5_000
    (tmp_path / "t.jsonl").write_text(f'{{"id": 1, "title": "One", "n": {huge}, "x": 1e999}}\n')
    record = only_record(tmp_path)
    assert (record.captions, record.attributes["n"]) == (("One",), huge)
    (tmp_path / "t.jsonl").unlink()
    (tmp_path / "t.json").write_text(f'[{{"id": 1, "title": "One", "n": {huge}}}]')
    assert only_record(tmp_path).attributes["n"] == huge
