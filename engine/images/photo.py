"""The square a model sees, the thumbnail a person sees, and pixels as files again."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling

from engine.errors import PhotoError
from engine.images.decoding import Decoded, decode, named, open_upright, scale_size
from engine.images.source import DEFAULT_LIMITS, Limits, content_hash, read_source

Pixels = NDArray[np.uint8]

_THUMBNAIL_QUALITY = 82
_LARGEST_REUSED_BYTES = 32 * 1024  # above it, a fresh thumbnail is the smaller one
_WHITE = 255


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPhoto:
    """A photo as the engine uses it, from one reading of its file.

    Attributes
    ----------
    pixels
        (size_px, size_px, 3), uint8, upright RGB: the whole photo on a white square.
    thumbnail
        JPEG bytes, or None when none was asked for.
    width, height
        Of the whole photo, upright, in pixels.
    content_hash
        BLAKE2b-128 of the file's bytes, 32 hexadecimal digits.
    size_bytes
        Length of the file.
    format
        Pillow's name of it, such as "JPEG".
    """

    pixels: Pixels
    thumbnail: bytes | None
    width: int
    height: int
    content_hash: str
    size_bytes: int
    format: str


def read_photo(
    source: Path | bytes,
    size_px: int,
    *,
    thumbnail_px: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DecodedPhoto:
    """Read one photo: hash, pixels for a model, and a thumbnail if wanted.

    Parameters
    ----------
    source
        A file, or the bytes of one.
    size_px
        Side of the square, ≥ 1.
    thumbnail_px
        Longest side of the thumbnail, ≥ 1; a smaller photo is not enlarged. None makes none.
    limits
        What the file may cost.

    Raises
    ------
    PhotoError
        When the file cannot be read; `what` is the reason, `value` the path.
    ValueError
        When a size is below 1.

    Examples
    --------
    >>> photo = read_photo(b"P3 2 1 255 10 20 30 10 20 30", size_px=4)
    >>> photo.pixels[:, 0].tolist()
    [[255, 255, 255], [10, 20, 30], [10, 20, 30], [255, 255, 255]]
    >>> (photo.width, photo.height, photo.format, photo.size_bytes)
    (2, 1, 'PPM', 28)
    """
    if size_px < 1 or (thumbnail_px is not None and thumbnail_px < 1):
        raise ValueError(f"size_px={size_px} and thumbnail_px={thumbnail_px} must be at least 1")
    try:
        data = read_source(source, limits)
        decoded = decode(data, max(size_px, thumbnail_px or 0), limits)
    except PhotoError as error:
        error.value = error.value or named(source)
        raise
    return DecodedPhoto(
        pixels=fit_square(decoded.image, size_px),
        thumbnail=_make_thumbnail(decoded, data, thumbnail_px) if thumbnail_px else None,
        width=decoded.width,
        height=decoded.height,
        content_hash=content_hash(data),
        size_bytes=len(data),
        format=decoded.format,
    )


def read_region(
    source: Path | bytes, size_px: int, sides: tuple[float, float, float, float]
) -> Pixels:
    """Read a rectangle of a photo as the square a model sees.

    Parameters
    ----------
    source
        A file, or the bytes of one.
    size_px
        Side of the square, ≥ 1.
    sides
        Left, top, width and height in shares of the upright photo, 0 … 1.

    Examples
    --------
    >>> read_region(b"P3 2 1 255 10 20 30 40 50 60", 1, (0.5, 0, 0.5, 1)).tolist()
    [[[40, 50, 60]]]
    """
    left, top, width, height = sides
    whole_px = round(size_px / max(width, height, 1e-3))
    image = open_upright(source, at_least_px=max(whole_px, 1))
    box = (
        math.floor(left * image.width),
        math.floor(top * image.height),
        max(math.ceil((left + width) * image.width), 1),
        max(math.ceil((top + height) * image.height), 1),
    )
    return fit_square(image.crop(box), size_px)


def fit_square(image: Image.Image, size_px: int) -> Pixels:
    """Fit the whole image into a square with white margins.

    Nothing is cropped: a dress keeps its hem. Smaller images are enlarged, since a model
    expects its subject to fill the square.

    Parameters
    ----------
    image
        Mode "RGB", any size.
    size_px
        Side of the square, ≥ 1.

    Returns
    -------
    ndarray of uint8, (size_px, size_px, 3)

    Examples
    --------
    >>> tall = Image.new("RGB", (1, 2), (10, 20, 30))
    >>> fit_square(tall, 4)[0].tolist()
    [[255, 255, 255], [10, 20, 30], [10, 20, 30], [255, 255, 255]]
    """
    image = _resize(image, size_px)
    width, height = image.size
    if width == height:
        return np.array(image)
    square = np.full((size_px, size_px, 3), _WHITE, dtype=np.uint8)
    left, top = (size_px - width) // 2, (size_px - height) // 2
    square[top : top + height, left : left + width] = np.asarray(image)
    return square


def _make_thumbnail(decoded: Decoded, data: bytes, thumbnail_px: int) -> bytes:
    """Return a JPEG of at most `thumbnail_px`: the file itself when it already is one."""
    is_small = max(decoded.width, decoded.height) <= thumbnail_px
    if is_small and decoded.is_plain and len(data) <= _LARGEST_REUSED_BYTES:
        return data
    image = decoded.image if is_small else _resize(decoded.image, thumbnail_px)
    return _encode(image, "JPEG", quality=_THUMBNAIL_QUALITY, comment=b"")


def _resize(image: Image.Image, longest_px: int) -> Image.Image:
    """Scale to a longest side; downwards with Hamming, as sharp as bicubic for 2/3 of its time."""
    size = scale_size(image.size, longest_px)
    if size == image.size:
        return image
    is_smaller = longest_px < max(image.size)
    return image.resize(size, Resampling.HAMMING if is_smaller else Resampling.BICUBIC)


def encode_jpeg(pixels: Pixels, *, quality: int = 90) -> bytes:
    """Return pixels (height, width, 3) uint8 as the bytes of a JPEG file, quality 1 … 95.

    Examples
    --------
    >>> encode_jpeg(np.zeros((2, 2, 3), dtype=np.uint8))[:2].hex()
    'ffd8'
    """
    return _encode(Image.fromarray(pixels), "JPEG", quality=quality)


def encode_png(pixels: Pixels) -> bytes:
    """Return pixels (height, width, 3) uint8 as the bytes of a PNG file, without loss.

    Examples
    --------
    >>> encode_png(np.zeros((2, 2, 3), dtype=np.uint8))[1:4]
    b'PNG'
    """
    return _encode(Image.fromarray(pixels), "PNG")


def _encode(image: Image.Image, file_format: str, **settings: int | bytes) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **settings)
    return file.getvalue()
