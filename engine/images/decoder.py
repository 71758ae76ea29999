"""Bytes to an upright RGB image no larger than needed; every way a file can fail, translated."""

from __future__ import annotations

import ctypes
import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError, _imaging
from pillow_heif import register_heif_opener

from engine import config
from engine.errors import PhotoError
from engine.images.colour import to_reducible, to_rgb, to_srgb
from engine.images.metadata import METADATA_ERRORS, Metadata, read_metadata
from engine.images.profile import profile_of
from engine.images.source import (
    DEFAULT_LIMITS,
    Limits,
    PhotoFile,
    name_refused_format,
    name_unknown_format,
    read_source,
)

# What Pillow mutters about odd files (bombs, broken EXIF, trailing bytes) is for its developers;
# what matters to a person is raised as a PhotoError. One filter for the life of the program,
# because `warnings.catch_warnings` swaps global state and is not safe in threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def _silence_libtiff() -> None:
    """Keep libtiff from writing to the terminal; what failed is raised as an exception anyway."""
    libraries = ctypes.CDLL(_imaging.__file__)  # its symbols include those of what it links
    for name in ("TIFFSetErrorHandler", "TIFFSetWarningHandler"):
        set_callback = getattr(libraries, name, None)  # absent where Pillow has no libtiff
        if set_callback is not None:
            set_callback(None)


_silence_libtiff()

# Stubs that only name a file, or hand it to a foreign program.
_REFUSED = frozenset({"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"})

# Some decoders are written in Python: about 1 µs per pixel, a hundred times the usual, and the
# interpreter's lock is held meanwhile.
_PYTHON_COST = 10

# The cost of a JPEG is pixels × scans, and a progressive file may hold any number of scans.
_MAX_SCAN_PASSES = 20

Side = Callable[[tuple[Any, Any]], Any]  # max: a photo's longest side; min: its shortest

_Orientation = Image.Transpose
_UPRIGHT_BY = {
    2: _Orientation.FLIP_LEFT_RIGHT,
    3: _Orientation.ROTATE_180,
    4: _Orientation.FLIP_TOP_BOTTOM,
    5: _Orientation.TRANSPOSE,
    6: _Orientation.ROTATE_270,
    7: _Orientation.TRANSVERSE,
    8: _Orientation.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """An upright RGB image, perhaps reduced, and what its file said of itself."""

    image: Image.Image
    width: int  # of the whole photo, upright
    height: int
    format: str
    is_plain: bool  # an upright baseline RGB JPEG: its own bytes can be shown as they are
    metadata: Metadata | None  # what the file says of the photo, if anything


def open_upright(
    source: PhotoFile,
    *,
    at_least_px: int | None = None,
    side: Side = max,
    limits: Limits = DEFAULT_LIMITS,
) -> Image.Image:
    """Decode a photo as a person sees it: upright, RGB, white behind what is transparent.

    Parameters
    ----------
    source
        A file, or the bytes of one.
    at_least_px
        The result's longest side may shrink to this many pixels (≥ 1), which makes large
        JPEG files many times cheaper; it is never enlarged. None keeps every pixel.
    side
        ``min`` to mean the shortest side instead.
    limits
        What the file may cost.

    Returns
    -------
    PIL.Image.Image
        Mode "RGB".

    Raises
    ------
    PhotoError
        When the file cannot be read; `what` is the reason, `value` the path.

    Examples
    --------
    >>> open_upright(b"P3 1 1 255 10 20 30").getpixel((0, 0))
    (10, 20, 30)
    """
    try:
        least = at_least_px or limits.max_pixels
        return decode(read_source(source, limits), least, limits, side=side).image
    except PhotoError as error:
        error.value = error.value or named(source)
        raise


def named(source: PhotoFile) -> str | None:
    """Return what an error calls the source: its path; an upload has none."""
    return None if isinstance(source, bytes) else str(source)


def decode(data: bytes, at_least_px: int, limits: Limits, *, side: Side = max) -> Decoded:
    """Decode bytes that `read_source` let in; raise `PhotoError` with the reason alone."""
    refused = name_refused_format(data)
    if refused:
        raise PhotoError(f"it is {refused}")
    with ExitStack() as share:
        image, whole_size = _load(data, at_least_px, limits, side, share)
        orientation = _orientation(image)
        reduced = _reduce(_convert(image), at_least_px, side)
    profile = profile_of(image, data)
    upright = to_srgb(reduced, profile)
    if orientation in _UPRIGHT_BY:
        upright = upright.transpose(_UPRIGHT_BY[orientation])
    width, height = whole_size if orientation < 5 else whole_size[::-1]
    is_plain = orientation == 1 and image.format == "JPEG" and image.mode == "RGB"
    is_plain = is_plain and "progressive" not in image.info
    # Browsers know the profile that a file holds, not the one that it names in EXIF.
    is_plain = is_plain and profile == image.info.get("icc_profile")
    return Decoded(
        to_rgb(upright), width, height, image.format or "unknown", is_plain, read_metadata(image)
    )


def _load(
    data: bytes, at_least_px: int, limits: Limits, side: Side, share: ExitStack
) -> tuple[ImageFile.ImageFile, tuple[int, int]]:
    """Return the loaded image, perhaps drafted smaller, and the size of the whole one."""
    # `share` holds its share of the memory that all threads may decode in, until it is closed.
    try:
        image = Image.open(io.BytesIO(data), formats=_readable_formats())
        whole_size = image.size
        _check_cost(image, data, limits)
        is_drafted = _draft(image, at_least_px, side)
        share.enter_context(_memory.share(_needed_bytes(image, whole_size)))
        image.load()
    except PhotoError:
        raise
    except Exception as error:  # decoders raise nearly every class there is on damaged bytes
        whole = with_end(data) if "truncated" in str(error) else None
        if whole is not None:
            share.close()
            return _load(whole, at_least_px, limits, side, share)
        raise PhotoError(_explain(error, data)) from error
    # Icons, and TIFF files that lie on their side, learn their true size only by loading.
    return image, whole_size if is_drafted else image.size


class _Memory:
    """A number of bytes that threads share: who needs more than is free waits for its turn."""

    def __init__(self, n_bytes: int) -> None:
        self._n_bytes = self._n_free = n_bytes
        self._changed = threading.Condition()

    @contextmanager
    def share(self, n_bytes: int) -> Iterator[None]:
        """Hold so many bytes, or all there are; small photos need not ask."""
        n_bytes = min(n_bytes, self._n_bytes) if n_bytes > config.UNCOUNTED_BYTES else 0
        with self._changed:
            self._changed.wait_for(lambda: n_bytes <= self._n_free)
            self._n_free -= n_bytes
        try:
            yield
        finally:
            with self._changed:
                self._n_free += n_bytes
                self._changed.notify_all()


_memory = _Memory(config.DECODING_BYTES)


def _needed_bytes(image: ImageFile.ImageFile, whole_size: tuple[int, int]) -> int:
    """Estimate what it takes to decode an image and to bring it to eight bits."""
    n_pixels = image.width * image.height
    if "progressive" in image.info:  # its coefficients are all kept until the last scan
        return 6 * whole_size[0] * whole_size[1] + 8 * n_pixels
    is_wide = image.mode.startswith("I") or image.mode == "F"
    return (16 if is_wide else 8) * n_pixels


def _convert(image: Image.Image) -> Image.Image:
    try:
        return to_reducible(image)
    except (ValueError, MemoryError) as error:
        raise PhotoError(f"its colours cannot be converted (mode {image.mode})") from error


@cache
def _readable_formats() -> tuple[str, ...]:
    """Return every format that is decoded in this process, the likely ones first."""
    Image.init()
    register_heif_opener(depth_images=False, aux_images=False)
    likely = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"]
    others = [name for name in Image.ID if name not in likely]
    return tuple(name for name in likely + others if name in Image.OPEN and name not in _REFUSED)


def _check_cost(image: ImageFile.ImageFile, data: bytes, limits: Limits) -> None:
    n_pixels = image.width * image.height
    is_slow = any(tile[0] in Image.DECODERS for tile in image.tile)
    max_pixels = limits.max_pixels // (_PYTHON_COST if is_slow else 1)
    if n_pixels > max_pixels:
        raise PhotoError(
            f"it is {image.width:,} × {image.height:,} pixels, over the limit of "
            f"{max_pixels / 1e6:,g} million for {image.format} files"
        )
    if "progressive" in image.info:
        n_scans = data.count(b"\xff\xda")  # never inside a scan, where FF is always escaped
        if n_scans * n_pixels > _MAX_SCAN_PASSES * limits.max_pixels:
            raise PhotoError(f"its {n_scans:,} progressive scans would take too long to decode")


def _draft(image: ImageFile.ImageFile, at_least_px: int, side: Side) -> bool:
    """Let a JPEG decoder skip the detail that nobody asked for; say whether it does."""
    if side(image.size) < 2 * at_least_px:  # the decoder's own scales are 1/2, 1/4 and 1/8
        return False
    return image.draft(None, scale_size(image.size, at_least_px, side)) is not None


def scale_size(size: tuple[int, int], px: int, side: Side = max) -> tuple[int, int]:
    """Scale both sides so that the longest (or `side`) has `px`; each keeps at least 1."""
    scale = px / side(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _reduce(image: Image.Image, at_least_px: int, side: Side) -> Image.Image:
    """Average whole blocks, leaving at least two samples per pixel for the final filter."""
    factor = side(image.size) // (2 * at_least_px)
    return image.reduce(factor) if factor > 1 else image


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 … 8; damaged metadata does not make a photo unreadable."""
    # HEIC is turned by its decoder, and its EXIF then reads 1.
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except METADATA_ERRORS:
        return 1
    return value if value in _UPRIGHT_BY else 1


def _explain(error: Exception, data: bytes) -> str:
    """Turn a decoder's complaint into a reason that a person can act on."""
    if isinstance(error, UnidentifiedImageError):
        return f"it is {name_unknown_format(data)}"
    if isinstance(error, Image.DecompressionBombError):
        return "it would unpack to more pixels than any photo has"
    if isinstance(error, MemoryError):
        return "it needs more memory than there is"
    complaint = str(error)
    if isinstance(error, EOFError) or "truncated" in complaint.lower():
        return "the file is cut short or damaged (its picture data ends too early)"
    return f"the picture data is damaged ({complaint or type(error).__name__})"


_END = b"\xff\xd9"
_NOISE = (b"\x55\xaa\x33\xcc" * 16, b"\x9a\x4e\x07\xd2" * 16)


def with_end(data: bytes) -> bytes | None:
    """Return a JPEG's bytes with the end marker it lacks; None where picture data lack too.

    A decoder paints over what is missing and does not say so. But it passes over bytes that follow
    the last block of a whole picture, and takes them for more blocks where some are missing: then
    the picture is another one with noise behind it.
    """
    if not data.startswith(b"\xff\xd8") or data.endswith(_END):
        return None
    data = data.removesuffix(_END[:1])
    try:
        plain = _decoded(data)
        is_whole = all((plain == _decoded(data + noise)).all() for noise in _NOISE)
    except Exception:  # noqa: BLE001 - decoders raise nearly every class there is
        return None
    return data + _END if is_whole else None


def _decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data + _END), formats=("JPEG",)).convert("RGB"))
