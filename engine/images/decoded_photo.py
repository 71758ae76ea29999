"""A photo read once for all: what a model sees, what a person sees; and pixels as files again."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

from PIL import Image

from engine.errors import PhotoError
from engine.images.decoder import Decoded, decode, named, open_upright, scale_size
from engine.images.metadata import Metadata
from engine.images.source import DEFAULT_LIMITS, Limits, PhotoFile, content_hash, read_source
from engine.images.transform import Pixels, Preprocessing, as_preprocessing, resized

_THUMBNAIL_QUALITY = 82
_LARGEST_REUSED_BYTES = 32 * 1024  # above it, a fresh thumbnail is the smaller one


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPhoto:
    """A photo as the engine uses it, from one reading of its file.

    Attributes
    ----------
    pixels
        (size_px, size_px, 3), uint8, upright RGB: the square a model sees.
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
    metadata
        Captions, tags and attributes that the file itself holds; None where it holds none.
    """

    pixels: Pixels
    thumbnail: bytes | None
    width: int
    height: int
    content_hash: str
    size_bytes: int
    format: str
    metadata: Metadata | None = None


def read_photo(
    source: PhotoFile,
    size: int | Preprocessing,
    *,
    thumbnail_px: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DecodedPhoto:
    """Read one photo: hash, pixels for a model, and a thumbnail if wanted.

    Parameters
    ----------
    source
        A file, or the bytes of one.
    size
        How a model wants its photos; a number is the side of a white square that holds the
        whole photo, ≥ 1.
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
    >>> photo = read_photo(b"P3 2 1 255 10 20 30 10 20 30", 4)
    >>> photo.pixels[:, 0].tolist()
    [[255, 255, 255], [10, 20, 30], [10, 20, 30], [255, 255, 255]]
    >>> (photo.width, photo.height, photo.format, photo.size_bytes)
    (2, 1, 'PPM', 28)
    """
    if thumbnail_px is not None and thumbnail_px < 1:
        raise ValueError(f"thumbnail_px={thumbnail_px} must be at least 1")
    preprocessing = as_preprocessing(size)
    least = max(preprocessing.size_px, thumbnail_px or 0)
    try:
        data = read_source(source, limits)
        decoded = decode(data, least, limits, side=preprocessing.measured_side)
    except PhotoError as error:
        error.value = error.value or named(source)
        raise
    return DecodedPhoto(
        pixels=preprocessing.fit(decoded.image),
        thumbnail=_make_thumbnail(decoded, data, thumbnail_px) if thumbnail_px else None,
        width=decoded.width,
        height=decoded.height,
        content_hash=content_hash(data),
        size_bytes=len(data),
        format=decoded.format,
        metadata=decoded.metadata,
    )


def read_region(
    source: PhotoFile, size: int | Preprocessing, sides: tuple[float, float, float, float]
) -> Pixels:
    """Read a rectangle of a photo as the square a model sees.

    Parameters
    ----------
    source
        A file, or the bytes of one.
    size
        As for `read_photo`.
    sides
        Left, top, width and height in shares of the upright photo, 0 … 1.

    Examples
    --------
    >>> read_region(b"P3 2 1 255 10 20 30 40 50 60", 1, (0.5, 0, 0.5, 1)).tolist()
    [[[40, 50, 60]]]
    """
    left, top, width, height = sides
    preprocessing = as_preprocessing(size)
    side = preprocessing.measured_side
    # Of the region; that the photo is longer one way than the other only makes it finer.
    whole_px = round(preprocessing.size_px / max(side((width, height)), 1e-3))
    image = open_upright(source, at_least_px=max(whole_px, 1), side=side)
    box = (
        math.floor(left * image.width),
        math.floor(top * image.height),
        max(math.ceil((left + width) * image.width), 1),
        max(math.ceil((top + height) * image.height), 1),
    )
    return preprocessing.fit(image.crop(box))


def _make_thumbnail(decoded: Decoded, data: bytes, thumbnail_px: int) -> bytes:
    """Return a JPEG of at most `thumbnail_px`: the file itself when it already is one."""
    is_small = max(decoded.width, decoded.height) <= thumbnail_px
    if is_small and decoded.is_plain and len(data) <= _LARGEST_REUSED_BYTES:
        return data
    image = decoded.image
    if not is_small:
        image = resized(image, scale_size(image.size, thumbnail_px))
    return _encode(image, "JPEG", quality=_THUMBNAIL_QUALITY, comment=b"")


def encode_jpeg(pixels: Pixels, *, quality: int = 90) -> bytes:
    """Return pixels (height, width, 3) uint8 as the bytes of a JPEG file, quality 1 … 95.

    Examples
    --------
    >>> import numpy as np
    >>> encode_jpeg(np.zeros((2, 2, 3), dtype=np.uint8))[:2].hex()
    'ffd8'
    """
    return _encode(Image.fromarray(pixels), "JPEG", quality=quality)


def encode_png(pixels: Pixels) -> bytes:
    """Return pixels (height, width, 3) uint8 as the bytes of a PNG file, without loss.

    Examples
    --------
    >>> import numpy as np
    >>> encode_png(np.zeros((2, 2, 3), dtype=np.uint8))[1:4]
    b'PNG'
    """
    return _encode(Image.fromarray(pixels), "PNG")


def _encode(image: Image.Image, file_format: str, **settings: int | bytes) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **settings)
    return file.getvalue()
