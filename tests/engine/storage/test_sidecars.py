"""Files beside photos: Google Takeout's JSON under all its names, XMP of editors, captions in text.

The JSON is laid out as Takeout writes it; ``photoTakenTime`` counts seconds in Greenwich.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from engine.catalogue import Photo, read_source
from engine.storage import Collection, build_collection, take_inventory, update_collection
from tests.engine.storage.colour import ColourEncoder, draw
from tests.engine.test_metadata import XMP

LONG = "Screenshot_20230714-101500_Some Application"  # 43 characters


def seconds(*moment: int) -> str:
    return str(int(datetime(*moment, tzinfo=UTC).timestamp()))


def takeout(**told: object) -> str:
    """Return a photo's JSON as Takeout writes it; what is not told stands there without meaning."""
    nowhere = {"latitude": 0.0, "longitude": 0.0, "altitude": 0.0}
    entry = {
        "title": "IMG_1234.JPG",
        "description": "",
        "imageViews": "12",
        "creationTime": {"timestamp": seconds(2024, 1, 1), "formatted": "Jan 1, 2024"},
        "photoTakenTime": {"timestamp": seconds(2019, 7, 21, 14), "formatted": "Jul 21, 2019"},
        "geoData": nowhere,
        "geoDataExif": nowhere,
        "url": "https://photos.google.com/photo/AF1Qip",
    }
    return json.dumps(entry | told)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "Takeout" / "Google Photos" / "Photos from 2019"
    folder.mkdir(parents=True)
    return folder


def photos_of(album: Path, tmp_path: Path) -> dict[str, Photo]:
    shelf = tmp_path / "shelf"
    build_collection(album, model=ColourEncoder(), out=shelf)
    with Collection.open(shelf) as collection:
        return {photo.path: photo for photo in collection.catalogue.all_photos()}


def test_takeout_tells_title_description_people_day_and_place(album: Path, tmp_path: Path):
    draw(album / "IMG_1234.jpg", 1)
    told = takeout(
        title="Summer &amp; sea",
        description="Anna on the <b>beach</b>",
        people=[{"name": "Anna"}, {"name": "Bob"}],
        geoData={"latitude": 48.85837, "longitude": 2.294481, "altitude": 35.0},
    )
    (album / "IMG_1234.jpg.json").write_text(told)
    (photo,) = photos_of(album, tmp_path).values()
    assert photo.captions == ("Anna on the beach", "Summer & sea")
    assert photo.tags == ("Anna", "Bob")
    assert photo.attributes == {
        "date": "2019-07-21",
        "year": "2019",
        "location": "48.8584, 2.2945",
    }


@pytest.mark.parametrize(
    ("photo", "beside"),
    [
        ("IMG_1234.jpg", "IMG_1234.jpg.json"),
        ("IMG_1234.jpg", "IMG_1234.jpg.supplemental-metadata.json"),
        ("IMG_1234.jpg", "IMG_1234.jpg.supplemental-me.json"),
        ("IMG_1234.jpg", "IMG_1234.jpg.s.json"),
        ("IMG_1234.jpg", "IMG_1234.jpg..json"),
        ("IMG_1234(1).jpg", "IMG_1234.jpg(1).json"),
        ("IMG_1234(1).jpg", "IMG_1234.jpg.supplemental-metadata(1).json"),
        ("IMG_1234(1).jpg", "IMG_1234(1).jpg.json"),
        ("IMG_1234(12).jpg", "IMG_1234.jpg.supplemental-meta(12).json"),
        ("IMG_1234-edited.jpg", "IMG_1234.jpg.json"),
        ("IMG_1234-edited(1).jpg", "IMG_1234.jpg.supplemental-metadata(1).json"),
        ("IMG_1234-bearbeitet.jpg", "IMG_1234.jpg.supplemental-metadata.json"),
        ("IMG_1234-modifié.jpg", "IMG_1234.jpg.json"),
        # 46 characters of a name stand before .json, of a photo's own 47 with its ending.
        (f"{LONG}.png", f"{LONG}.pn.json"),
        (f"{LONG}.jpg", f"{LONG}.jp(1).json".replace("(1)", "")),
        (f"{LONG}.jpg", f"{LONG} Na.json"),
        (f"{LONG[:38]}.jpg", f"{LONG[:38]}.jpg.su.json"),
        ("IMG_1234.jpg", "IMG_1234.HEIC.json"),
        ("img_1234.JPG", "IMG_1234.jpg.json"),
        ("Ma\u0308rz.jpg", "M\u00e4rz.jpg.json"),
    ],
)
def test_every_name_that_takeout_gives_a_photos_json_is_found(
    album: Path, tmp_path: Path, photo: str, beside: str
):
    draw(album / photo, 1)
    (album / beside).write_text(takeout(description="Anna on the beach"))
    (found,) = photos_of(album, tmp_path).values()
    assert (found.path, found.captions) == (photo, ("Anna on the beach",))


def test_photos_of_one_name_keep_their_own_words(album: Path, tmp_path: Path):
    """Two cameras gave one name; the second photo's number stands elsewhere in its JSON's name."""
    for number, name in enumerate(["a.jpg", "a(1).jpg", "a-edited.jpg", "a.png", "b.jpg"]):
        draw(album / name, number)
    (album / "a.jpg.json").write_text(takeout(description="first"))
    (album / "a.jpg(1).json").write_text(takeout(description="second"))
    (album / "a.png.json").write_text(takeout(description="third"))
    found = photos_of(album, tmp_path)
    assert {path: photo.captions for path, photo in found.items()} == {
        "a.jpg": ("first",),
        "a(1).jpg": ("second",),
        "a-edited.jpg": ("first",),
        "a.png": ("third",),
        "b.jpg": (),
    }


@pytest.mark.parametrize(
    ("own", "by_takeout", "right"),
    [
        ("2019:12:31 20:00:00", seconds(2020, 1, 1, 1), "2019-12-31"),
        ("2015:03:01 12:00:00", seconds(1974, 6, 1, 12), "1974-06-01"),
        (None, seconds(1974, 6, 1, 12), "1974-06-01"),
        (None, "-9999999999999999", None),
        (None, "soon", None),
    ],
)
def test_the_camera_knows_its_day_and_a_person_knows_the_year(
    album: Path, tmp_path: Path, own: str | None, by_takeout: str, right: str | None
):
    """8 pm on New Year's Eve in New York is past midnight in Greenwich; a scan was put right."""
    exif = Image.Exif()
    if own:
        exif.get_ifd(0x8769)[0x9003] = own
    Image.new("RGB", (8, 8), (9, 9, 9)).save(album / "a.jpg", exif=exif.tobytes())
    (album / "a.jpg.json").write_text(takeout(photoTakenTime={"timestamp": by_takeout}))
    (photo,) = photos_of(album, tmp_path).values()
    assert photo.attributes.get("date") == right
    assert photo.attributes.get("year") == (right and right[:4])


def test_the_day_of_a_place_is_told_by_its_longitude(album: Path, tmp_path: Path):
    """16:30 in Greenwich is 01:30 of the next day in Tokyo, 139.7 degrees or nine hours east."""
    draw(album / "a.jpg", 1)
    tokyo = {"latitude": 35.68, "longitude": 139.7}
    moment = {"timestamp": seconds(2019, 7, 21, 16, 30)}
    (album / "a.jpg.json").write_text(takeout(photoTakenTime=moment, geoDataExif=tokyo))
    (photo,) = photos_of(album, tmp_path).values()
    assert photo.attributes["date"] == "2019-07-22"


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "A.XMP"])
def test_xmp_beside_a_photo_is_read_as_xmp_within_one(album: Path, tmp_path: Path, name: str):
    draw(album / "a.jpg", 1)
    (album / name).write_bytes(XMP)
    (photo,) = photos_of(album, tmp_path).values()
    assert (photo.captions, photo.tags) == (("A dog on Žižkov",), ("dog", "beach"))
    assert photo.attributes["location"] == "48.8584, 2.2945"


@pytest.mark.parametrize("name", ["a.txt", "a.jpg.txt"])
def test_each_line_of_a_text_beside_a_photo_is_a_caption(album: Path, tmp_path: Path, name: str):
    draw(album / "a.jpg", 1)
    (album / name).write_bytes("A café\r\n\r\nA dog, a cat\n".encode("cp1252"))
    (photo,) = photos_of(album, tmp_path).values()
    assert photo.captions == ("A café", "A dog, a cat")


@pytest.mark.parametrize("text", ["0 0.51 0.44 0.20 0.31\n", "", "line of prose\n" * 51])
def test_boxes_and_whole_documents_are_no_captions(album: Path, tmp_path: Path, text: str):
    draw(album / "a.jpg", 1)
    (album / "a.txt").write_text(text)
    (photo,) = photos_of(album, tmp_path).values()
    assert photo.captions == ()


def test_other_programs_json_gives_captions_and_tags(album: Path, tmp_path: Path):
    """As img2dataset and gallery-dl write it; an address and a file's name say nothing."""
    draw(album / "a.jpg", 1)
    told = {"caption": "A red kite", "url": "https://a.b/c.jpg", "tags": ["kite"], "title": "c.jpg"}
    (album / "a.json").write_text(json.dumps(told))
    (photo,) = photos_of(album, tmp_path).values()
    assert (photo.captions, photo.tags, photo.attributes) == (("A red kite",), ("kite",), {})


def test_a_table_comes_first_then_files_beside_photos_then_the_photos_own(
    album: Path, tmp_path: Path
):
    exif = Image.Exif()
    exif[0x010E] = "Own"
    for number, name in enumerate(["a.jpg", "b.jpg", "c.jpg"]):
        Image.new("RGB", (8, 8), (9, 9, number)).save(album / name, exif=exif.tobytes())
    (album / "captions.csv").write_text("image,caption,city\na.jpg,Table,Oslo\n")
    for name in ("a", "b"):
        (album / f"{name}.jpg.json").write_text(takeout(description="Beside"))
    found = photos_of(album, tmp_path)
    assert [found[name].captions for name in sorted(found)] == [("Table",), ("Beside",), ("Own",)]
    assert found["a.jpg"].attributes == {"city": "Oslo", "date": "2019-07-21", "year": "2019"}


def test_many_files_about_one_photo_each_are_no_tables(album: Path, tmp_path: Path):
    for number in range(30):
        draw(album / f"{number}.jpg", number)
        (album / f"{number}.jpg.json").write_text(takeout(description=f"photo {number}"))
    (album / "metadata.json").write_text('{"title": "Summer"}')
    (album / "captions.txt").write_text("0.jpg#0\tFrom the table\n")
    found = photos_of(album, tmp_path)
    assert found["0.jpg"].captions == ("From the table",)
    assert found["29.jpg"].captions == ("photo 29",)
    inventory = take_inventory(album)
    assert (inventory.n_sidecars, inventory.tables) == (30, ("captions.txt", "metadata.json"))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jpg.json", b"{", "not readable as JSON"),
        ("a.jpg.json", b"[" * 200_000, "not readable as JSON"),
        ("a.jpg.json", b'{"photoTakenTime": {"timestamp": "' + b"9" * 2**20 + b'"}}', "over the"),
        ("a.xmp", b"<x:xmpmeta", "not readable as XMP"),
        ("a.txt", b"a" * (2**20 + 1), "over the limit of 1 MiB"),
    ],
)
def test_a_damaged_file_beside_a_photo_is_named_and_costs_no_photo(
    album: Path, tmp_path: Path, name: str, content: bytes, reason: str
):
    draw(album / "a.jpg", 1)
    (album / name).write_bytes(content)
    report = build_collection(album, model=ColourEncoder(), out=tmp_path / "shelf")
    assert report.indexed == 1
    (skip,) = report.skipped
    assert skip.path == name
    assert reason in skip.reason
    assert report.tables[0].n_left_out == 1


@pytest.mark.parametrize(
    "told",
    [
        {"geoData": {"latitude": "x", "longitude": None}, "people": {"name": 3}},
        {"geoData": [1], "people": [1, {"name": None}], "title": None, "description": ["x"]},
        {"geoData": {"latitude": 1e400, "longitude": 7}, "title": 5},
        {"photoTakenTime": {"timestamp": None}},
        {"photoTakenTime": {"timestamp": "9" * 400}},
    ],
)
def test_strange_values_in_takeout_cost_no_photo(album: Path, tmp_path: Path, told: dict):
    draw(album / "a.jpg", 1)
    (album / "a.jpg.json").write_text(takeout(**told))
    assert len(photos_of(album, tmp_path)) == 1


def test_an_account_of_the_files_beside_photos_is_given(album: Path, tmp_path: Path):
    for number, name in enumerate(["a.jpg", "b.jpg", "c.jpg"]):
        draw(album / name, number)
        (album / f"{name}.json").write_text(takeout())
    (album / "a.xmp").write_bytes(XMP)
    (album / "c.jpg.json").write_text("{}")
    report = build_collection(album, model=ColourEncoder(), out=tmp_path / "shelf")
    told = {each.path: each for each in report.tables}
    assert told.keys() == {"*.json", "*.xmp"}
    assert (told["*.json"].unit, told["*.json"].n_lines, told["*.json"].n_photos) == ("file", 3, 2)
    assert told["*.json"].left_out == {"says nothing of its photo": 1}
    assert told["*.json"].remarks[1] == "0 with a caption"
    assert told["*.xmp"].remarks[1] == "1 with a caption"
    assert told["*.json"].columns == {"attributes": ["date", "year"]}
    with Collection.open(tmp_path / "shelf") as collection:
        assert collection.catalogue.tables() == report.tables


def test_a_file_that_changes_beside_a_photo_is_noticed_and_nothing_is_embedded(
    album: Path, tmp_path: Path
):
    draw(album / "a.jpg", 1)
    encoder = ColourEncoder()
    build_collection(album, model=encoder, out=tmp_path / "shelf")
    for text in ("A dog", "A cat"):
        (album / "a.txt").write_text(text)
        report = update_collection(tmp_path / "shelf", model=encoder)
        assert report.embedded == 0
        with Collection.open(tmp_path / "shelf") as collection:
            (photo,) = collection.catalogue.all_photos()
        assert photo.captions == (text,)
    stamp = (tmp_path / "shelf" / "manifest.json").stat().st_mtime_ns
    update_collection(tmp_path / "shelf", model=encoder)
    assert (tmp_path / "shelf" / "manifest.json").stat().st_mtime_ns == stamp


def test_a_folder_is_listed_once_and_no_photo_is_measured_to_find_what_lies_beside_it(
    album: Path, monkeypatch: pytest.MonkeyPatch
):
    for number in range(5):
        draw(album / f"{number}.jpg", number)
        (album / f"{number}.jpg.json").write_text(takeout())
    listed, measured = [], []
    scan, stat = os.scandir, os.stat
    monkeypatch.setattr(os, "scandir", lambda path: (listed.append(path), scan(path))[1])
    monkeypatch.setattr(
        os, "stat", lambda path, **how: (measured.append(path), stat(path, **how))[1]
    )
    assert len(read_source(album).sidecars) == 5
    assert len(listed) == 1
    assert not [path for path in measured if str(path).endswith(".jpg")]


def test_a_pipe_that_is_called_like_a_photo_is_not_waited_for(album: Path, tmp_path: Path):
    draw(album / "a.jpg", 1)
    os.mkfifo(album / "a.jpg.xmp")
    assert len(photos_of(album, tmp_path)) == 1
