"""Which colours a file's values mean: by the profile it holds, or by one that it only names.

Phones and cameras name Display P3 by two numbers ([1]_; ``nclx`` in HEIC and AVIF, ``cICP`` in PNG)
and Adobe RGB by two marks in EXIF [2]_. The profile meant is written here from its definition.

References
----------
.. [1] ITU-T H.273, "Coding-independent code points for video signal type identification", 2024.
.. [2] JEITA CP-3461 (DCF 2.0), 2010: ColorSpace "uncalibrated" with the interoperability "R03".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from PIL import ExifTags, ImageFile

from engine.images.metadata import METADATA_ERRORS

_ADOBE = "Adobe RGB"
# Red, green and blue as CIE XYZ, brought from daylight to the D50 of profiles (Bradford).
_PRIMARIES = {
    _ADOBE: ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    12: ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
    9: ((0.67348, 0.27904, -0.00193), (0.16567, 0.67534, 0.02998), (0.12505, 0.04561, 0.79685)),
}
_D50 = (0.9642, 1.0, 0.8249)
# Transfers that screens show by sRGB's curve; PQ and HLG (16, 18) are of another range of light.
_LIKE_SRGB = {1, 2, 6, 13, 14, 15}
_UNCALIBRATED, _INTEROPERABILITY = 65_535, 1


def profile_of(image: ImageFile.ImageFile, data: bytes) -> bytes | None:
    """Return an ICC profile for the values of an opened file; None where they are sRGB's.

    Parameters
    ----------
    image
        The file, opened.
    data
        Its bytes.
    """
    embedded = image.info.get("icc_profile")
    if embedded:
        return embedded if isinstance(embedded, bytes) else None
    if image.format in ("AVIF", "HEIF"):
        return _by_code_points(_nclx(data))
    if image.format == "PNG":
        return _by_code_points(_cicp(data))
    return _profile(_ADOBE) if _says_adobe(image) else None


def _says_adobe(image: ImageFile.ImageFile) -> bool:
    with suppress(*METADATA_ERRORS):
        exif = image.getexif()
        if exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace) == _UNCALIBRATED:
            index = exif.get_ifd(ExifTags.IFD.Interop).get(_INTEROPERABILITY)
            return str(index).strip("\0 ") == "R03"
    return False


def _by_code_points(points: tuple[int, int] | None) -> bytes | None:
    """Return the profile of primaries and a transfer; None where they are sRGB's, or unknown."""
    if points is None or points[0] not in _PRIMARIES or points[1] not in _LIKE_SRGB:
        return None
    return _profile(points[0])


def _nclx(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer of the first ``colr`` box of a HEIC or AVIF file."""
    for kind, begin, end in _boxes(data):
        at = data.find(b"colrnclx", begin, end) + 8 if kind == b"meta" else 7
        if at > 7 and at + 4 <= end:
            primaries, transfer = struct.unpack_from(">HH", data, at)
            return primaries, transfer
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of the outermost boxes of an ISO media file."""
    at = 0
    while at + 16 <= len(data):
        n_bytes, kind = struct.unpack_from(">I4s", data, at)
        if n_bytes == 1:
            (n_bytes,) = struct.unpack_from(">Q", data, at + 8)
        end = len(data) if n_bytes == 0 else min(at + n_bytes, len(data))
        if end < at + 8:
            return
        yield kind, at + 8, end
        at = end


def _cicp(data: bytes) -> tuple[int, int] | None:
    """Return primaries and transfer that a PNG names before its pixels."""
    at = data.find(b"\0\0\0\x04cICP", 0, max(data.find(b"IDAT"), 0)) + 8
    return (data[at], data[at + 1]) if at > 7 else None


@cache
def _profile(primaries: str | int) -> bytes:
    """Write an ICC profile (version 4) with three primaries and one curve for all."""
    curve = _ADOBE_CURVE if primaries == _ADOBE else _SRGB_CURVE
    tags = {b"wtpt": _xyz(_D50)}
    for name, primary in zip((b"r", b"g", b"b"), _PRIMARIES[primaries], strict=True):
        tags |= {name + b"XYZ": _xyz(primary), name + b"TRC": curve}
    table, content, begin = b"", b"", 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", begin + len(content), len(tag))
        content += tag
    head = struct.pack(">I4xI4s4s4s", begin + len(content), 0x04200000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(*_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + content


def _fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65_536)) for number in numbers)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


_ADOBE_CURVE = b"curv\0\0\0\0" + struct.pack(">IH2x", 1, 563)  # 563 / 256, as Adobe wrote it
_SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
