"""Data sets in the layouts they are published in become folders that can be indexed."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import read_source
from engine.datasets import Fetching, import_dataset
from engine.errors import CatalogueError
from engine.shell import main
from tests.engine.datasets.shop import PICTURE, Shop


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def amazon_lines(shop: Shop) -> str:
    """One product in Python's notation (2014), one in JSON (2018), and what goes wrong."""
    old = {
        "asin": "0000031852",
        "title": "Girls Ballet Tutu Zebra &amp; Hot Pink",
        "description": "A <b>tutu</b> that's worn often.",
        "price": 3.17,
        "imUrl": shop.url("old.jpg"),
        "brand": "Coxlures",
        "categories": [["Clothing", "Girls", "Skirts"]],
        "related": {"also_bought": ["00JHONN1S", "B002BZX8Z6"]},
    }
    new = {
        "asin": "B00000001",
        "title": "Leather Boots",
        "description": ["Sturdy.", "Brown."],
        "imageURL": [shop.url("small.jpg")],
        "imageURLHighRes": [shop.url("gone"), shop.url("large.jpg")],
        "category": ["Clothing", "Men", "Boots"],
        "main_cat": "Fashion",
    }
    gone = {"asin": "B00000002", "title": "Sold out", "imUrl": shop.url("gone")}
    nameless = {"title": "no asin"}
    none = {"asin": "B00000003", "title": "No picture"}
    code = "__import__('os').system('touch hacked')"
    lines = [repr(old), json.dumps(new), json.dumps(gone), json.dumps(nameless), code]
    return "\n".join([*lines, json.dumps(none), ""])


def test_amazon_metadata_in_both_notations(
    shop: Shop, here: Fetching, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "meta_Clothing.json.gz"
    source.write_bytes(gzip.compress(amazon_lines(shop).encode()))
    report = import_dataset(source, "amazon", tmp_path / "out", fetching=here)
    assert (report.imported, report.new, report.failed) == (2, 2, 4)
    old, new = rows_of(report.table)
    assert old["title"] == "Girls Ballet Tutu Zebra & Hot Pink"
    assert old["description"] == "A tutu that's worn often."
    assert (old["brand"], old["category"], old["department"]) == ("Coxlures", "Skirts", "Clothing")
    assert (new["description"], new["department"]) == ("Sturdy. Brown.", "Fashion")
    reasons = {row["item"]: row["reason"] for row in rows_of(report.failures)}
    assert reasons == {
        "B00000002": "the server answered 404",
        "B00000003": "the source names no photo",
        "line 4": "is no product with an asin",
        "line 5": "is no product with an asin",
    }
    assert not (tmp_path / "hacked").exists()


def test_what_is_made_can_be_read_as_a_source(shop: Shop, here: Fetching, tmp_path: Path):
    source = tmp_path / "meta.json"
    source.write_text(amazon_lines(shop))
    report = import_dataset(source, "amazon", tmp_path / "out", fetching=here)
    read = read_source(report.folder)
    assert [each.path for each in read.tables if not each.reason] == [report.table.name]
    assert not read.skipped
    by_id = {record.photo_id: record for record in read.records}
    assert by_id["B00000001"].captions == ("Leather Boots", "Sturdy. Brown.")
    assert by_id["B00000001"].attributes["category"] == "Boots"
    assert "girls" in [tag.lower() for tag in by_id["0000031852"].tags]


def test_flipkarts_table_with_its_lists_in_strings(shop: Shop, here: Fetching, tmp_path: Path):
    source = tmp_path / "flipkart.csv"
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["uniq_id", "product_name", "product_category_tree", "image", "description", "brand"]
        )
        tree = '["Clothing >> Women\'s Clothing >> Shorts >> Alisha Shorts"]'
        images = json.dumps([shop.url("gone"), shop.url("1.jpg")])
        writer.writerow(["c2d7", "Alisha Cycling Shorts", tree, images, "Cotton,\nblack", "Alisha"])
        writer.writerow(["7f7e", "Sofa Bed", "[]", "", "", ""])
        writer.writerow(["f449", "Broken List", "[]", '["http://x', "", ""])
    report = import_dataset(source, "flipkart", tmp_path / "out", fetching=here)
    (row,) = rows_of(report.table)
    assert row["title"] == "Alisha Cycling Shorts"
    assert row["description"] == "Cotton, black"
    assert (row["brand"], row["category"], row["department"]) == ("Alisha", "Shorts", "Clothing")
    assert report.failed == 2


def test_a_json_of_tags_and_the_pictures_beside_it(tmp_path: Path):
    (tmp_path / "pics").mkdir()
    for name in ("1.jpg", "2.jpg"):
        (tmp_path / "pics" / name).write_bytes(PICTURE)
    (tmp_path / "tag2picid.json").write_text(
        json.dumps({"cat": [1, "2.jpg"], "sofa": ["1", "../../secret", 3], "odd": "2"})
    )
    report = import_dataset(
        tmp_path / "tag2picid.json", "tags", tmp_path / "out", photos=tmp_path / "pics"
    )
    assert [(row["title"], row["tags"]) for row in rows_of(report.table)] == [
        ("cat sofa", "cat, sofa"),
        ("cat", "cat"),
    ]
    reasons = {row["item"]: row["reason"] for row in rows_of(report.failures)}
    assert set(reasons) == {"../../secret", "3", "tag odd"}
    assert "no such file" in reasons["3"]


def test_fashion_mnist_comes_through_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pictures = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    monkeypatch.setattr(
        "engine.datasets.mnist.load_fashion_mnist",
        lambda: {"train": (pictures, np.array([9, 0])), "test": (pictures[:1, ::-1], [1])},
    )
    report = import_dataset(Path("unused"), "fashion-mnist", tmp_path / "out", limit=3)
    rows = rows_of(report.table)
    assert [row["label"] for row in rows] == ["Ankle boot", "T-shirt", "Trouser"]
    assert [row["split"] for row in rows] == ["train", "train", "test"]
    assert (report.folder / rows[0]["photo"]).read_bytes()[1:4] == b"PNG"


def test_fashion_mnist_offline_names_its_files_at_once(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("engine.datasets.mnist.is_reachable", lambda url: False)
    with pytest.raises(
        CatalogueError, match=r"offline\): train-labels-idx1-ubyte\.gz, .* put them"
    ):
        import_dataset(Path("unused"), "fashion-mnist", tmp_path / "out")


def tagged(tmp_path: Path, shop: Shop, paths: list[str]) -> Path:
    source = tmp_path / "tags.json"
    source.write_text(json.dumps({"tag": [shop.url(path) for path in paths]}))
    return source


def test_an_import_goes_on_where_it_was_stopped(shop: Shop, here: Fetching, tmp_path: Path):
    paths = [f"{n}.jpg" for n in range(8)]
    source = tagged(tmp_path, shop, paths)
    seen = 0

    def stop_in_the_middle(progress) -> None:
        nonlocal seen
        seen = progress.done
        if seen == 7:
            raise KeyboardInterrupt

    one = replace(here, n_at_once=1)
    with pytest.raises(KeyboardInterrupt):
        import_dataset(source, "tags", tmp_path / "out", fetching=one, progress=stop_in_the_middle)
    journal = tmp_path / "out" / ".import" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"id": "half a li')
    before = len((tmp_path / "out" / "items.csv").read_text().splitlines()) - 1
    report = import_dataset(source, "tags", tmp_path / "out", fetching=one)
    assert (report.imported, report.new) == (8, 8 - before)
    assert 0 < before < 8
    assert len(rows_of(report.table)) == 8
    assert import_dataset(source, "tags", tmp_path / "out", fetching=one).new == 0


def test_what_failed_is_tried_again_the_next_time(shop: Shop, here: Fetching, tmp_path: Path):
    impatient = replace(here, n_tries=1)
    source = tagged(tmp_path, shop, ["busy/1"])
    reports = [
        import_dataset(source, "tags", tmp_path / "out", fetching=impatient) for _ in range(3)
    ]
    assert [(report.imported, report.failed) for report in reports] == [(0, 1), (0, 1), (1, 0)]


def test_what_no_decoder_reads_is_not_kept(shop: Shop, here: Fetching, tmp_path: Path):
    source = tagged(tmp_path, shop, ["noise", "1.jpg"])
    report = import_dataset(source, "tags", tmp_path / "out", fetching=here)
    (failure,) = rows_of(report.failures)
    assert failure["reason"] == "it is text, not a photo"
    assert len(list((tmp_path / "out" / "photos").iterdir())) == 1


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    (tmp_path / "tags.json").write_text("{}")
    with pytest.raises(CatalogueError, match="something else"):
        import_dataset(tmp_path / "tags.json", "tags", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("amazon", gzip.compress(b"{}\n" * 999, mtime=0)[:-9], "packing breaks off"),
        ("flipkart", b"id,name\n1,a\n", "columns are missing: image, product_name"),
        ("tags", b"[1, 2]", "must map each tag"),
        ("tags", b"{", "damaged"),
        ("tags", b"[" * 100_000, "damaged"),
        ("amazon", b"", "holds no items"),
    ],
)
def test_damaged_sources_are_told_in_words(tmp_path: Path, kind: str, content: bytes, reason: str):
    source = tmp_path / "source"
    source.write_bytes(content)
    with pytest.raises(CatalogueError, match=reason):
        import_dataset(source, kind, tmp_path / "out")
    with pytest.raises(CatalogueError, match="cannot be read"):
        import_dataset(tmp_path / "nowhere.gz", kind, tmp_path / "other")


def test_a_source_that_grows_without_end_is_refused_before_the_memory_is_full(tmp_path: Path):
    """300 MB of JSON blanks are packed into 0.3 MB: a thousand times, where text comes to ten."""
    packed = tmp_path / "tags.json.gz"
    packed.write_bytes(gzip.compress(b"{" + b" " * 300 * 2**20))
    for kind in ("tags", "amazon"):
        with pytest.raises(CatalogueError, match="200 times its size"):
            import_dataset(packed, kind, tmp_path / kind)


def test_a_device_is_no_source(tmp_path: Path):
    with pytest.raises(CatalogueError, match="no regular file"):
        import_dataset(Path("/dev/zero"), "amazon", tmp_path / "out")


def test_a_long_line_is_never_parsed_as_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A list of a million numbers in 4 MB took Python's parser 40 s."""
    asked = []
    monkeypatch.setattr("ast.literal_eval", asked.append)
    (tmp_path / "meta.json").write_text("{'asin': [" + "1, " * 10**6 + "]}\n")
    import_dataset(tmp_path / "meta.json", "amazon", tmp_path / "out")
    assert asked == []


def test_the_shell_imports_and_asks_private_addresses_only_when_told(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source = tagged(tmp_path, shop, ["1.jpg"])
    arguments = ["import", str(source), "--kind", "tags", "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "1 could not be had" in told
    assert "inside a private network" in told
    assert main([*arguments, "--allow-private", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == 1
    assert main(["import", "--kind", "amazon", "--out", str(tmp_path / "x")]) == 2
