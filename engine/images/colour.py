"""Any colour mode and profile a file may have, as sRGB; what is transparent shows white paper."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms


def to_reducible(image: Image.Image) -> Image.Image:
    """Return the image in a mode whose neighbouring values may be averaged.

    The result is "L", "RGB", "RGBA" or "CMYK". Palette indices and single bits cannot be
    averaged, and wide numbers (16 and 32 bits, floats) are brought to 8 bits here, scaled
    rather than cut off.
    """
    if image.mode.startswith("I") or image.mode == "F":
        return Image.fromarray(scale_to_bytes(np.asarray(image), image.mode))
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode == "LAB":
        return _convert_lab(image)
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


# The colours a profile speaks of, by the mode whose values it can say the colours of.
_SPACES = {"L": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
_UNSEEN_STEPS = 2  # of 255: a profile that changes no colour by more is sRGB by another name


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Return an image of `to_reducible` in the colours that its embedded profile means.

    Parameters
    ----------
    image
        In one of the modes of `to_reducible`.
    profile
        Bytes of an ICC profile. An image without one, or with one that is damaged or speaks of
        another mode, is taken for sRGB and comes back as it is.

    Notes
    -----
    Eight bits are enough: with double precision, at full size, no more is gained than the rounding.
    What a JPEG in ProPhoto RGB lacks against its sRGB copy (cosine 0.990 to 0.998 in the everyday
    model at quality 95) was lost when it was written, its steps being two to four times as coarse.
    """
    transform = _transform(profile, image.mode) if isinstance(profile, bytes) else None
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # None only when asked to work in place
    return converted


@lru_cache(maxsize=32)  # the photos of one camera share one profile
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the way from a profile to sRGB, or None where there is none to go."""
    to_mode = "RGBA" if mode == "RGBA" else "RGB"
    try:
        known = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if known.profile.xcolor_space.strip() != _SPACES.get(mode):
            return None
        srgb = ImageCms.createProfile("sRGB")
        transform = ImageCms.buildTransform(known, srgb, mode, to_mode)
        return None if _changes_nothing(transform, mode) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Try a transform on 6 × 6 × 6 colours, for profiles do not reliably tell their name."""
    if mode == "CMYK":
        return False
    levels = np.linspace(0, 255, 6).astype(np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    before = Image.fromarray(colours).convert(mode)
    after = ImageCms.applyTransform(before, transform)
    assert after is not None
    difference = np.asarray(before.convert("RGB"), int) - np.asarray(after.convert("RGB"), int)
    return bool(np.abs(difference).max() <= _UNSEEN_STEPS)


def to_rgb(image: Image.Image) -> Image.Image:
    """Return an image of `to_reducible` as RGB, with white behind what is transparent."""
    if image.mode == "RGB":
        return image
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, (255, 255, 255))
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def scale_to_bytes(values: NDArray[Any], mode: str) -> NDArray[np.uint8]:
    """Bring wide grey values to 0 … 255.

    "I;16" always spans 0 … 65,535. Modes "I" and "F" do not say their range, so the values
    do: within 0 … 1 (floats only), 0 … 255 or 0 … 65,535 that range is meant, else it is
    the picture's own from darkest to brightest.

    Examples
    --------
    >>> scale_to_bytes(np.array([0, 32_896, 65_535]), "I;16").tolist()
    [0, 128, 255]
    >>> scale_to_bytes(np.array([0.0, 0.5, 1.0, np.nan]), "F").tolist()
    [0, 128, 255, 0]
    >>> scale_to_bytes(np.array([-10, 0, 10]), "I").tolist()
    [0, 128, 255]
    """
    if mode.startswith("I;16"):
        low, high = 0.0, 65_535.0
    else:
        values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
        low, high = _value_range(values, is_float=mode == "F")
    scaled = (values.astype(np.float32) - np.float32(low)) * np.float32(255.0 / (high - low))
    return np.floor(scaled.clip(0, 255) + np.float32(0.5)).astype(np.uint8)


def _value_range(values: NDArray[Any], *, is_float: bool) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    for top in (1.0, 255.0, 65_535.0) if is_float else (255.0, 65_535.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high if high > low else low + 1.0


def _convert_lab(image: Image.Image) -> Image.Image:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # None only when asked to work in place
    return converted
