"""Photos whose values mean other colours than sRGB's are read in the colours that were meant."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from engine import config
from engine.encoders import FASHION, bundled_model, load_encoder
from engine.images import open_upright, read_photo
from engine.images.colour import to_srgb
from engine.storage import Collection
from tests.engine.profiles import (
    ADOBE_RGB,
    DISPLAY_P3,
    LINEAR_GREY,
    PROPHOTO_RGB,
    SRGB,
    in_profile,
)

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
