"""Any colour mode a file may have, as RGB; what is transparent shows white paper."""

from __future__ import annotations

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
    to_srgb = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(image, to_srgb)
    assert converted is not None  # None only when asked to work in place
    return converted
