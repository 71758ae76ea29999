"""Colour profiles written from their definitions, for photos that are not in sRGB."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms

# Primaries as CIE XYZ under D50, which is how a profile notes them: red, green, blue.
ADOBE_PRIMARIES = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
P3_PRIMARIES = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
PROPHOTO_PRIMARIES = ((0.79767, 0.28804, 0.0), (0.13519, 0.71187, 0.0), (0.03135, 0.00009, 0.82521))
_D50 = (0.9642, 1.0, 0.8249)


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65_536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _gamma(exponent: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(exponent * 256)) + b"\0\0"


def _srgb_curve() -> bytes:
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(map(_fixed, numbers))


def srgb_linear(values: np.ndarray) -> np.ndarray:
    """Return sRGB's light (0 … 1) for its values (0 … 1)."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _profile(tags: dict[bytes, bytes], space: bytes) -> bytes:
    table, data, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", at + len(data), len(content))
        data += content
    head = struct.pack(">I4sI4s4s4s", at + len(data), b"test", 0x04200000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(map(_fixed, _D50))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def _of_primaries(primaries: tuple[tuple[float, float, float], ...], curve: bytes) -> bytes:
    tags = {b"wtpt": _xyz(_D50)}
    for name, primary in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags |= {name + b"XYZ": _xyz(primary), name + b"TRC": curve}
    return _profile(tags, b"RGB ")


ADOBE_RGB = _of_primaries(ADOBE_PRIMARIES, _gamma(2.19921875))
DISPLAY_P3 = _of_primaries(P3_PRIMARIES, _srgb_curve())
PROPHOTO_RGB = _of_primaries(PROPHOTO_PRIMARIES, _gamma(1.8))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LINEAR_GREY = _profile({b"wtpt": _xyz(_D50), b"kTRC": _gamma(1.0)}, b"GRAY")


def in_profile(image: Image.Image, profile: bytes, file_format: str = "PNG") -> bytes:
    """Return a file that shows the colours of an sRGB image by the values of another profile."""
    to = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    values = ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), to)
    file = io.BytesIO()
    settings = {"quality": 100, "subsampling": 0} if file_format == "JPEG" else {}
    values.save(file, file_format, icc_profile=profile, **settings)
    return file.getvalue()
