"""What photos say of themselves: EXIF, IPTC and XMP, well formed and not."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.images import Metadata, read_photo

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 exif:DateTimeOriginal="2019-07-21T14:03:10+02:00" photoshop:City="Paris" xmp:Rating="4"
 exif:GPSLatitude="48,51.5022N" exif:GPSLongitude="2,17.66886E">
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">A dog on Žižkov</rdf:li></rdf:Alt>
 </dc:description><dc:subject><rdf:Bag><rdf:li>dog</rdf:li><rdf:li>beach</rdf:li></rdf:Bag>
 </dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def jpeg(**settings: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 40)).save(file, "JPEG", **settings)
    return file.getvalue()


def with_iptc(*datasets: tuple[int, bytes]) -> bytes:
    """Put a Photoshop segment with IPTC data sets of record 2 behind a JPEG's first two bytes."""
    body = b"".join(
        b"\x1c\x02" + bytes([number]) + struct.pack(">H", len(text)) + text
        for number, text in datasets
    )
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
    segment = b"Photoshop 3.0\0" + block
    plain = jpeg()
    return plain[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]


def with_exif(change: Callable[[Image.Exif], None]) -> bytes:
    exif = Image.Exif()
    change(exif)
    return jpeg(exif=exif.tobytes())


def said(data: bytes) -> Metadata | None:
    return read_photo(data, 8).metadata


def test_a_photo_that_says_nothing_has_no_metadata():
    assert said(jpeg()) is None


def test_exif_tells_caption_keywords_day_and_place():
    """48° 51′ 30.132″ N is 48.8584 degrees, 2° 17′ 40.1316″ W is -2.2945."""

    def change(exif: Image.Exif) -> None:
        exif[0x010E] = "Ein grünes Kleid".encode()
        exif[0x9C9E] = "dress;green".encode("utf-16-le")
        exif.get_ifd(0x8769)[0x9003] = "2019:07:21 14:03:10"
        place = exif.get_ifd(0x8825)
        place.update({1: "N", 2: (48.0, 51.0, 30.132), 3: "W", 4: (2.0, 17.0, 40.1316)})

    assert said(with_exif(change)) == {
        "captions": ["Ein grünes Kleid"],
        "tags": ["dress", "green"],
        "attributes": {"date": "2019-07-21", "location": "48.8584, -2.2945", "year": "2019"},
    }


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "IMG_1234.JPG", "  ", "SONY DSC"])
def test_what_cameras_write_by_themselves_is_no_caption(text: str):
    assert said(with_exif(lambda exif: exif.update({0x010E: text}))) is None


def test_iptc_tells_caption_keywords_day_and_place():
    data = with_iptc(
        (120, "Café in Prague".encode()),
        (25, b"coffee"),
        (25, "Čaj".encode()),
        (55, b"20040229"),
        (90, b"Prague"),
        (101, b"Czechia"),
    )
    assert said(data) == {
        "captions": ["Café in Prague"],
        "tags": ["coffee", "Čaj"],
        "attributes": {
            "date": "2004-02-29",
            "city": "Prague",
            "country": "Czechia",
            "year": "2004",
        },
    }


def test_xmp_tells_caption_keywords_day_place_and_rating():
    assert said(jpeg(xmp=XMP)) == {
        "captions": ["A dog on Žižkov"],
        "tags": ["dog", "beach"],
        "attributes": {
            "date": "2019-07-21",
            "city": "Paris",
            "rating": "4",
            "location": "48.8584, 2.2945",
            "year": "2019",
        },
    }


@pytest.mark.parametrize(
    "data",
    [
        jpeg(xmp=b"<x:xmpmeta"),
        jpeg(xmp=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        jpeg(exif=b"Exif\0\0II*\0" + b"\xff" * 40),
        with_iptc((120, b"")),
        with_exif(lambda exif: exif.update({0x0132: "0000:00:00 00:00:00"})),
        with_exif(lambda exif: exif.get_ifd(0x8825).update({1: "N", 2: (1.0,), 3: "E", 4: (1.0,)})),
    ],
)
def test_damaged_metadata_says_nothing_and_costs_no_photo(data: bytes):
    assert said(data) is None


def test_a_table_comes_before_what_the_file_says(tmp_path: Path):
    """A photo without a line in the table keeps its own caption; tags are joined."""
    from engine.catalogue import PhotoRecord
    from engine.storage.journal import Reading
    from engine.storage.row_match import place

    metadata = Metadata(captions=["Own"], tags=["own"], attributes={"year": "2019", "city": "Rome"})
    reading = Reading("1.jpg", 1, 1, "00" * 16, 8, 8, metadata=metadata)
    told = PhotoRecord("1.jpg", "1", ("Table",), {"city": "Oslo"}, ("table",))
    (placed,) = place([(told, reading)], [])
    assert placed.photo.captions == ("Table",)
    assert placed.photo.attributes == {"year": "2019", "city": "Oslo"}
    assert placed.photo.tags == ("table", "own")
    (placed,) = place([(PhotoRecord("1.jpg"), reading)], [])
    assert placed.photo.captions == ("Own",)
