"""How a photo becomes the square a model was trained on.

Public models were trained on squares made in three ways, and answer best about photos that are
brought to them in their own. What comes after the square, such as subtracting a mean colour, is the
model's own affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling

from engine.images.decoder import Side, scale_size

Pixels = NDArray[np.uint8]
ResizeMode = Literal["pad", "squash", "crop"]
Interpolation = Literal["adaptive", "nearest", "bilinear", "bicubic", "lanczos"]

_WHITE = 255
_LONG = 4  # a photo this many times as long as it is wide is not resized whole to be cropped
_REACH = 4  # pixels of the result beside a crop that its filter may look at


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The square a model wants of a photo.

    Parameters
    ----------
    size_px
        Side of the square, ≥ 1.
    resize_mode
        ``"pad"``: the whole photo with white margins; ``"squash"``: the whole photo, its sides
        scaled apart; ``"crop"``: the middle of it, its shortest side filling the square.
    interpolation
        The resizing filter by Pillow's name, or ``"adaptive"``: Hamming downwards, as sharp as
        bicubic for two thirds of its time, and bicubic upwards.

    Raises
    ------
    ValueError
        A value is outside its range.

    Examples
    --------
    >>> wide = Image.new("RGB", (4, 2), (10, 20, 30))
    >>> Preprocessing(4).fit(wide)[:, 0].tolist()
    [[255, 255, 255], [10, 20, 30], [10, 20, 30], [255, 255, 255]]
    >>> Preprocessing(4, "squash").fit(wide)[:, 0].tolist()[0]
    [10, 20, 30]
    """

    size_px: int
    resize_mode: ResizeMode = "pad"
    interpolation: Interpolation = "adaptive"

    def __post_init__(self) -> None:
        if self.size_px < 1:
            raise ValueError(f"size_px must be at least 1, got {self.size_px}")
        for name, known in (("resize_mode", ResizeMode), ("interpolation", Interpolation)):
            if getattr(self, name) not in get_args(known):
                raise ValueError(
                    f"{name} must be one of {get_args(known)}, got {getattr(self, name)!r}"
                )

    def fit(self, image: Image.Image) -> Pixels:
        """Return an RGB image as the square, uint8 (size_px, size_px, 3)."""
        if self.resize_mode == "pad":
            size = scale_size(image.size, self.size_px)
            return _padded(resized(image, size, self.interpolation), self.size_px)
        if self.resize_mode == "squash":
            return np.array(resized(image, (self.size_px, self.size_px), self.interpolation))
        return self._cropped(image)

    def covers(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return which part of a photo the square shows: left, top, width and height in shares.

        Shares below 0 or above 1 are margins.

        Examples
        --------
        >>> Preprocessing(8).covers(200, 100)
        (0.0, -0.5, 1.0, 2.0)
        >>> Preprocessing(8, "crop").covers(200, 100)
        (0.25, 0.0, 0.5, 1.0)
        """
        if self.resize_mode == "squash":
            return 0.0, 0.0, 1.0, 1.0
        side = max(width, height) if self.resize_mode == "pad" else min(width, height)
        across, down = side / width, side / height
        return (1 - across) / 2, (1 - down) / 2, across, down

    @property
    def measured_side(self) -> Side:
        """Which side of a photo must not be decoded below `size_px`: ``max`` or ``min``."""
        return max if self.resize_mode == "pad" else min

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Preprocessing:
        """Read what `to_json` wrote."""
        return cls(**content)

    def _cropped(self, image: Image.Image) -> Pixels:
        """Scale the shortest side to the square's and keep the middle of the other."""
        side, shortest = self.size_px, min(image.size)
        width, height = (side * length // shortest for length in image.size)
        left, top = (width - side) // 2, (height - side) // 2
        box = None
        if max(width, height) > _LONG * side:  # only what the middle is made of
            across, down = min(left, _REACH), min(top, _REACH)
            scale_x, scale_y = image.width / width, image.height / height
            box = (
                (left - across) * scale_x,
                (top - down) * scale_y,
                (left + side + across) * scale_x,
                (top + side + down) * scale_y,
            )
            width, height, left, top = side + 2 * across, side + 2 * down, across, down
        scaled = resized(image, (width, height), self.interpolation, box)
        return np.array(scaled.crop((left, top, left + side, top + side)))


def as_preprocessing(size: int | Preprocessing) -> Preprocessing:
    """Return what a number of pixels stands for: the whole photo on a white square."""
    return size if isinstance(size, Preprocessing) else Preprocessing(size)


def resized(
    image: Image.Image,
    size: tuple[int, int],
    interpolation: Interpolation = "adaptive",
    box: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    """Return an image, or a box of it, at another size."""
    if size == image.size and box is None:
        return image
    if interpolation == "adaptive":
        is_smaller = max(size) < max(image.size)
        return image.resize(size, Resampling.HAMMING if is_smaller else Resampling.BICUBIC, box)
    return image.resize(size, Resampling[interpolation.upper()], box)


def _padded(image: Image.Image, size_px: int) -> Pixels:
    width, height = image.size
    if width == height:
        return np.array(image)
    square = np.full((size_px, size_px, 3), _WHITE, dtype=np.uint8)
    left, top = (size_px - width) // 2, (size_px - height) // 2
    square[top : top + height, left : left + width] = np.asarray(image)
    return square
