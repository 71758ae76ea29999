"""Photos whose values mean other colours than sRGB's are read in the colours that were meant."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from engine import config
from engine.encoders import FASHION, bundled_model, load_encoder
from engine.images import open_upright, read_photo
from engine.images.colour import to_srgb
from engine.images.profile import profile_of
from engine.storage import Collection
from tests.engine.profiles import (
    ADOBE_PRIMARIES,
    ADOBE_RGB,
    DISPLAY_P3,
    LINEAR_GREY,
    P3_PRIMARIES,
    PROPHOTO_PRIMARIES,
    PROPHOTO_RGB,
    SRGB,
    in_profile,
    srgb_linear,
)

# Red, green and blue of sRGB as CIE XYZ under D50.
SRGB_PRIMARIES = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
FORMULAS = {
    "Display P3": (srgb_linear, P3_PRIMARIES),
    "Adobe RGB": (lambda values: values**2.19921875, ADOBE_PRIMARIES),
    "ProPhoto RGB": (lambda values: values**1.8, PROPHOTO_PRIMARIES),
}
WIDE = {"Display P3": DISPLAY_P3, "Adobe RGB": ADOBE_RGB, "ProPhoto RGB": PROPHOTO_RGB}


def png(image: Image.Image, profile: bytes | None) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", icc_profile=profile)
    return file.getvalue()


def test_prophoto_values_are_read_as_the_red_they_mean():
    """sRGB's (200, 30, 40) is linear (0.578, 0.013, 0.021) and XYZ (0.260, 0.139, 0.024) under D50.
    In ProPhoto RGB's primaries that is (0.313, 0.069, 0.030); its 1.8th root, times 255, is
    (134, 58, 36)."""
    photo = png(Image.new("RGB", (8, 8), (134, 58, 36)), PROPHOTO_RGB)
    pixel = read_photo(photo, 4, thumbnail_px=8)
    assert np.abs(pixel.pixels[0, 0].astype(int) - (200, 30, 40)).max() <= 4
    shown = Image.open(io.BytesIO(pixel.thumbnail))
    assert "icc_profile" not in shown.info
    assert np.abs(np.array(shown.getpixel((4, 4))) - (200, 30, 40)).max() <= 6


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_a_photo_in_a_wide_profile_is_to_the_model_what_its_srgb_copy_is(name, file_format):
    encoder = load_encoder(bundled_model(FASHION))
    with Collection.open(config.DEMO_COLLECTION) as demo:
        photos = [open_upright(demo.thumbnail(row)) for row in range(0, 600, 60)]
    rows, others = (
        encoder.embed_photos(
            np.stack([read_photo(file, encoder.preprocessing).pixels for file in files])
        )
        for files in (
            [in_profile(photo, SRGB, file_format) for photo in photos],
            [in_profile(photo, WIDE[name], file_format) for photo in photos],
        )
    )
    assert np.vecdot(rows, others).min() >= 0.998


def test_an_srgb_profile_by_any_name_costs_nothing():
    """The very image comes back: nothing was converted."""
    image = Image.new("RGB", (8, 8), (200, 30, 40))
    assert to_srgb(image, SRGB) is image
    assert to_srgb(image, None) is image


@pytest.mark.parametrize("profile", [b"", b"no profile", ADOBE_RGB[:200], LINEAR_GREY])
def test_a_damaged_profile_or_one_of_another_mode_is_passed_over(profile):
    image = Image.new("RGB", (8, 8), (200, 30, 40))
    assert to_srgb(image, profile) is image


def test_grey_and_transparent_photos_have_profiles_too():
    """Linear 0.5 (128 of 255) is sRGB 188: 1.055 · 0.502^(1 / 2.4) − 0.055 = 0.737."""
    grey = read_photo(png(Image.new("L", (4, 4), 128), LINEAR_GREY), 4).pixels[0, 0]
    assert np.abs(grey.astype(int) - 188).max() <= 1
    clear = Image.new("RGBA", (4, 4), (134, 58, 36, 255))
    clear.putpixel((0, 0), (0, 0, 0, 0))
    pixels = read_photo(png(clear, PROPHOTO_RGB), 4).pixels
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert np.abs(pixels[2, 2].astype(int) - (200, 30, 40)).max() <= 4


def test_print_colours_are_not_read_by_the_profile_of_a_screen():
    image = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    assert to_srgb(image, ADOBE_RGB) is image


RED = (200, 30, 40)


def _in(profile: bytes, colour: tuple[int, int, int] = RED) -> Image.Image:
    """Return a square with the values by which a profile says a colour of sRGB."""
    file = io.BytesIO(in_profile(Image.new("RGB", (64, 64), colour), profile))
    return Image.open(file).convert("RGB")


def _saved(image: Image.Image, file_format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, icc_profile=None, **settings)
    return file.getvalue()


def _renamed(data: bytes, primaries: int, transfer: int) -> bytes:
    """Return a file whose ``colr`` box names other colours than the ones written."""
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def _avif(primaries: int, transfer: int = 13) -> bytes:
    data = _saved(_in(DISPLAY_P3), "AVIF", quality=100, subsampling="4:4:4")
    return _renamed(data, primaries, transfer)


def _heic(primaries: int, transfer: int = 13) -> bytes:
    data = _saved(_in(DISPLAY_P3), "HEIF", quality=-1, chroma=444, color_primaries=12)
    return _renamed(data, primaries, transfer)


def _png_of_points(primaries: int, transfer: int = 13) -> bytes:
    data = _saved(_in(DISPLAY_P3), "PNG")
    body = b"cICP" + bytes([primaries, transfer, 0, 1])
    chunk = struct.pack(">I", 4) + body + struct.pack(">I", zlib.crc32(body))
    at = data.index(b"IDAT") - 4
    return data[:at] + chunk + data[at:]


def _exif(space: int, index: bytes) -> bytes:
    """Return EXIF with a colour space and an index of interoperability, a folder in a folder each.

    Each folder has 2 bytes for its number of entries, 12 for an entry and 4 for the next folder.
    """
    first = struct.pack(">HHHII4x", 1, 0x8769, 4, 1, 26)
    second = struct.pack(">HHHIHxx", 2, 0xA001, 3, 1, space)
    second += struct.pack(">HHII4x", 0xA005, 4, 1, 56)
    third = struct.pack(">HHHI4s4x", 1, 1, 2, 4, index)
    return b"Exif\0\0MM\0*\0\0\0\x08" + first + second + third


def _adobe(space: int = 65_535, index: bytes = b"R03") -> bytes:
    return _saved(_in(ADOBE_RGB), "JPEG", exif=_exif(space, index), quality=100, subsampling=0)


def _middle(data: bytes) -> np.ndarray:
    return np.array(open_upright(data).getpixel((32, 32)), int)


NAMED = [_avif, _heic, _png_of_points]


@pytest.mark.parametrize("write", NAMED)
@pytest.mark.parametrize("transfer", [1, 2, 13])
def test_display_p3_named_by_two_numbers_is_read_as_the_red_it_means(write, transfer):
    assert np.abs(_middle(write(12, transfer)) - RED).max() <= 4


@pytest.mark.parametrize("write", NAMED)
@pytest.mark.parametrize(("primaries", "transfer"), [(1, 13), (2, 2), (12, 16), (4, 13)])
def test_srgb_unknown_primaries_and_curves_of_another_range_are_left(write, primaries, transfer):
    values = np.array(_in(DISPLAY_P3).getpixel((32, 32)), int)
    assert np.abs(values - RED).max() > 10
    assert np.abs(_middle(write(primaries, transfer)) - values).max() <= 3


def test_bt_2020_named_by_numbers_is_wider_than_display_p3():
    """The same values mean a purer red there, which sRGB shows with more red and less green."""
    wider, narrower = _middle(_avif(9)), _middle(_avif(12))
    assert wider[0] > narrower[0] and wider[1] < narrower[1]


def test_adobe_rgb_told_by_exif_alone_is_read_as_the_red_it_means_and_shown_so():
    data = _adobe()
    assert np.abs(_middle(data) - RED).max() <= 3
    thumbnail = read_photo(data, 8, thumbnail_px=128).thumbnail
    shown = Image.open(io.BytesIO(thumbnail)).convert("RGB").getpixel((32, 32))
    assert np.abs(np.array(shown, int) - RED).max() <= 5


@pytest.mark.parametrize(("space", "index"), [(1, b"R03"), (65_535, b"R98"), (65_535, b"")])
def test_uncalibrated_colours_without_adobes_mark_are_left(space, index):
    values = np.array(_in(ADOBE_RGB).getpixel((32, 32)), int)
    assert np.abs(_middle(_adobe(space, index)) - values).max() <= 3


@pytest.mark.parametrize("write", [*NAMED, _adobe])
def test_an_embedded_profile_counts_more_than_one_that_is_named(write):
    data = write(12) if write is not _adobe else write()
    image = Image.open(io.BytesIO(data))
    image.info["icc_profile"] = SRGB
    assert profile_of(image, data) == SRGB


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\x01meta" + b"\xff" * 8,
        b"\0\0\0\x14metacolrnclx\0\x0c",
        b"\0\0\0\0metacolrnclx",
        b"\0\0\0\x02meta" * 3,
    ],
)
def test_damaged_boxes_name_no_profile(data):
    image = Image.new("RGB", (1, 1))
    image.format = "AVIF"
    assert profile_of(image, data) is None


@pytest.mark.parametrize("name", WIDE)
def test_conversion_is_as_exact_as_with_floating_point(name):
    """What a wide JPEG loses lies in its own bytes: 8 bits over a wider range, twice as coarse.

    Values of colours that sRGB has are brought there by the formulas, primaries and curves, in
    double precision; the conversion with 8 bits differs by one rounding.
    """
    gamma, primaries = FORMULAS[name]
    levels = np.arange(0, 256, 15)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    srgb = Image.fromarray(colours.astype(np.uint8))
    values = Image.open(io.BytesIO(in_profile(srgb, WIDE[name]))).convert("RGB")
    linear = gamma(np.asarray(values) / 255) @ np.array(primaries) @ np.linalg.inv(SRGB_PRIMARIES)
    linear = linear.clip(0, 1)
    exact = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    converted = np.asarray(to_srgb(values, WIDE[name]), float)
    assert np.abs(converted - 255 * exact).mean() < 0.5
    assert np.percentile(np.abs(converted - 255 * exact), 99) <= 1.5
