"""What a photo's file says of it: captions, keywords, date and place in EXIF, IPTC and XMP.

Not inside: how the photo is turned (`decoder`) and what its colours mean (`colour`).

References
----------
Metadata Working Group, "Guidelines for handling image metadata", version 2.0, 2010.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, TypedDict
from xml.etree import ElementTree

from PIL import ExifTags, ImageFile, IptcImagePlugin

# Seen from the EXIF, IPTC and XMP parsers on fuzzed files: no photo is lost for its metadata.
METADATA_ERRORS = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    RecursionError,
    struct.error,
)
MAX_CHARACTERS = 2_000
MAX_TAGS = 200
_MAX_XMP_BYTES = 2**20
_YEARS = range(1826, 2200)
_DATE = re.compile(r"\s*(\d{4})[:./-]?(\d{2})[:./-]?(\d{2})")
_DEGREES = re.compile(r"\s*(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])\s*")
# What cameras and programs write where nobody wrote a caption.
_NO_CAPTION = re.compile(
    r"olympus digital camera|sony dsc|minolta digital camera|digital camera|exif_jpeg_picture"
    r"|samsung( .*)?|konica minolta.*|<kenox.*|lead technologies.*|processed with .*|default"
    r"|untitled( ?[-#]?\d*)?|null|none|binary comment|charset=.*|camera|picture|image|photo"
    r"|dcim\w*|dscf?[_-]?\d*|(img|pict?|p)[_-]?\d+|[\w() -]+\.(jpe?g|png|tiff?|heic|webp)",
    re.IGNORECASE,
)


class Metadata(TypedDict):
    """Captions and tags in their order, each once, and attributes by name."""

    captions: list[str]
    tags: list[str]
    attributes: dict[str, str]


def read_metadata(image: ImageFile.ImageFile) -> Metadata | None:
    """Return what an opened file says of its photo; None where it says nothing.

    Attributes are ``date`` (ISO 8601), ``year``, ``location`` (degrees north and east), ``city``,
    ``country`` and ``rating`` (1 to 5). Whatever is damaged is passed over.
    """
    sources = [
        read
        for read, name in ((_of_file_xmp, "xmp"), (_from_iptc, "photoshop"), (_from_exif, "exif"))
        if image.info.get(name)
    ]
    return gathered(read(image) for read in sources) if sources else None


def read_xmp(packet: bytes) -> Metadata | None:
    """Return what an XMP packet says of a photo, as `read_metadata` does.

    Raises
    ------
    ValueError
        When it is no XMP.
    """
    try:
        return gathered([list(_from_xmp(packet))])
    except SyntaxError as error:
        raise ValueError(str(error)) from error


def gathered(sources: Iterable[Iterable[tuple[str, str]]]) -> Metadata | None:
    """Return what sources say of one photo, the most trusted first; None where they say nothing.

    Parameters
    ----------
    sources
        Pairs of a meaning (``caption``, ``tag``, or an attribute's name) and a text. A source that
        fails on the way keeps what it gave until then.
    """
    captions: list[str] = []
    tags: list[str] = []
    attributes: dict[str, str] = {}
    for source in sources:
        with suppress(*METADATA_ERRORS):
            for meaning, text in source:
                plain = _plain(text)
                if not plain:
                    continue
                if meaning == "caption" and not _NO_CAPTION.fullmatch(plain):
                    captions.append(plain)
                elif meaning == "tag":
                    tags.append(plain)
                elif meaning not in ("caption", "tag"):
                    attributes.setdefault(meaning, plain)
    if "date" in attributes:
        attributes["year"] = attributes["date"][:4]
    if not (captions or tags or attributes):
        return None
    return Metadata(captions=_distinct(captions), tags=_distinct(tags), attributes=attributes)


def as_date(text: object) -> str:
    """Return the day in a date as EXIF, IPTC or XMP write it, as ISO 8601; "" where there is none.

    Examples
    --------
    >>> as_date("2019:07:21 14:03:10"), as_date("20190721"), as_date("0000:00:00 00:00:00")
    ('2019-07-21', '2019-07-21', '')
    """
    found = _DATE.match(str(text))
    with suppress(ValueError):
        if found and int(found[1]) in _YEARS:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    return ""


def as_location(latitude: float, longitude: float) -> str:
    """Return a place in degrees north and east; "" where there is no such place.

    Examples
    --------
    >>> as_location(48.85837, 2.294481), as_location(0, 0), as_location(91, 5)
    ('48.8584, 2.2945', '', '')
    """
    is_place = -90 <= latitude <= 90 and -180 <= longitude <= 180 and (latitude or longitude)
    return f"{latitude:.4f}, {longitude:.4f}" if is_place else ""


# EXIF -------------------------------------------------------------------------------------------

_XP_CAPTIONS = (0x9C9B, 0x9C9C, 0x9C9F)  # title, comment, subject, as Windows writes them
_XP_KEYWORDS = 0x9C9E


def _from_exif(image: ImageFile.ImageFile) -> Iterator[tuple[str, str]]:
    exif = image.getexif()
    yield "caption", _as_utf8(exif.get(ExifTags.Base.ImageDescription))
    for tag in _XP_CAPTIONS:
        yield "caption", _utf16(exif.get(tag))
    for keyword in _utf16(exif.get(_XP_KEYWORDS)).split(";"):
        yield "tag", keyword
    details = exif.get_ifd(ExifTags.IFD.Exif)
    for moment in (
        details.get(ExifTags.Base.DateTimeOriginal),
        details.get(ExifTags.Base.DateTimeDigitized),
        exif.get(ExifTags.Base.DateTime),
    ):
        yield "date", as_date(moment)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    if place:
        yield "location", as_location(_degrees(place, 1, "S"), _degrees(place, 3, "W"))


def _degrees(place: Mapping[int, Any], reference: int, negative: str) -> float:
    """Return degrees from the tags of one direction: a letter, then degrees, minutes, seconds."""
    degrees, minutes, seconds = (float(part) for part in place[reference + 1])
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if str(place[reference]).upper().startswith(negative) else angle


def _utf16(value: Any) -> str:
    data = bytes(value) if isinstance(value, bytes | tuple) else b""
    return data.decode("utf-16-le", "replace")


def _as_utf8(value: Any) -> str:
    """Return a text that Pillow read as Latin-1 and programs write as UTF-8."""
    if not isinstance(value, str):
        return ""
    with suppress(UnicodeError):
        return value.encode("latin-1").decode("utf-8")
    return value


# IPTC -------------------------------------------------------------------------------------------

_IPTC = {
    (2, 120): "caption",
    (2, 5): "caption",
    (2, 105): "caption",
    (2, 25): "tag",
    (2, 55): "date",
    (2, 90): "city",
    (2, 101): "country",
}


def _from_iptc(image: ImageFile.ImageFile) -> Iterator[tuple[str, str]]:
    found = IptcImagePlugin.getiptcinfo(image) or {}
    for key, meaning in _IPTC.items():
        value = found.get(key, ())
        for data in value if isinstance(value, list) else [value]:
            if isinstance(data, bytes):
                text = _decoded(data)
                yield meaning, as_date(text) if meaning == "date" else text


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


# XMP --------------------------------------------------------------------------------------------

_XMP = {
    "{http://purl.org/dc/elements/1.1/}description": "caption",
    "{http://purl.org/dc/elements/1.1/}title": "caption",
    "{http://ns.adobe.com/photoshop/1.0/}Headline": "caption",
    "{http://purl.org/dc/elements/1.1/}subject": "tag",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}PersonInImage": "tag",
    "{http://www.metadataworkinggroup.com/schemas/regions/}Name": "tag",
    "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal": "date",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated": "date",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "date",
    "{http://ns.adobe.com/photoshop/1.0/}City": "city",
    "{http://ns.adobe.com/photoshop/1.0/}Country": "country",
    "{http://ns.adobe.com/xap/1.0/}Rating": "rating",
    "{http://ns.adobe.com/exif/1.0/}GPSLatitude": "latitude",
    "{http://ns.adobe.com/exif/1.0/}GPSLongitude": "longitude",
}


def _of_file_xmp(image: ImageFile.ImageFile) -> Iterator[tuple[str, str]]:
    packet = image.info["xmp"]
    yield from _from_xmp(packet.encode() if isinstance(packet, str) else bytes(packet))


def _from_xmp(packet: bytes) -> Iterator[tuple[str, str]]:
    data = packet.strip(b"\x00 \r\n\t")
    # Entities can unfold to more than any memory holds; no camera writes them.
    if len(data) > _MAX_XMP_BYTES or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return
    told: dict[str, list[str]] = {}
    for element in ElementTree.fromstring(data).iter():
        for name, value in element.attrib.items():
            if name in _XMP:
                told.setdefault(_XMP[name], []).append(value)
        if element.tag in _XMP:
            told.setdefault(_XMP[element.tag], []).extend(element.itertext())
    yield from ((meaning, text) for meaning in ("caption", "tag") for text in told.get(meaning, ()))
    yield from (("date", as_date(text)) for text in told.get("date", ()))
    yield from ((name, text) for name in ("city", "country") for text in told.get(name, ()))
    yield from (("rating", text) for text in told.get("rating", ()) if text in "12345")
    for latitude, longitude in zip(
        told.get("latitude", ()), told.get("longitude", ()), strict=False
    ):
        yield "location", as_location(_from_minutes(latitude), _from_minutes(longitude))


def _from_minutes(text: str) -> float:
    """Return degrees from XMP's ``48,51.5022N``."""
    found = _DEGREES.fullmatch(text)
    if found is None:
        raise ValueError(f"no degrees: {text!r}")
    angle = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    return -angle if found[4] in "SW" else angle


def _plain(text: str) -> str:
    """Return a text on one line without control characters, and of bounded length."""
    kept = "".join(c if c.isprintable() else " " for c in text[:MAX_CHARACTERS])
    return " ".join(kept.split())


def _distinct(texts: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(text.casefold(), text)
    return list(first.values())[:MAX_TAGS]
