"""Weaves: the threads, wales, pebbles and nap by which one tells a fabric from another.

Each is a height field over one period of a tile, lit from above left, so that a picture only has to
look it up. Periods are larger than a real thread's: in a picture of 128 px it is the fabric's
character that has to be seen, as a shop's close-up would show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from demo.drawing.noise import TILE, sample, smooth_tile

Field = np.ndarray
Weave = Callable[[Field, Field, int], Field]
"""Height at (x, y), counted in periods; the last argument is cells per period."""

_CELL = 0.7
"""The tile's cells in pixels: finer than the picture, so that turned threads stay smooth."""
_LEAST = 3.4
"""No period is shorter than this many pixels; shorter ones would only flicker."""


def threads(name: str, period: float, u: Field, v: Field, pixel: float) -> Field:
    """Return how much lighter or darker the weave makes each place: about -2 to 2, mean 0.

    Parameters
    ----------
    name
        A name from `WEAVES`.
    period
        Width of one thread, wale or pebble, in picture units.
    u, v
        Places on the cloth.
    pixel
        Width of a pixel in picture units.

    Examples
    --------
    >>> at = np.linspace(0.0, 1.0, 50, dtype=np.float32)
    >>> wales = threads("rib", 0.1, at, np.zeros_like(at), 0.01)
    >>> wales.shape, bool(wales.min() < -0.5 < 0.5 < wales.max())
    ((50,), True)
    """
    n_periods = max(2, 2 * round(TILE * _CELL * pixel / max(period, _LEAST * pixel) / 2))
    return sample(_tile(name, n_periods), u, v, 1.0 / (_CELL * pixel))


@lru_cache(maxsize=64)
def _tile(name: str, n_periods: int) -> Field:
    """Return the lit weave with that many periods across: float32 (TILE, TILE), unit variance."""
    across = np.arange(TILE, dtype=np.float32) * np.float32(n_periods / TILE)
    x, y = np.meshgrid(across, across)
    height = WEAVES[name](x, y, max(2, TILE // n_periods))
    height = height / height.std()
    step = max(1, TILE // n_periods // 5)
    from_lamp = height - np.roll(height, (step, step), axis=(0, 1))
    tone = height + 0.7 * from_lamp
    tone = np.clip((tone - tone.mean()) / tone.std(), -2.2, 2.2).astype(np.float32)
    tone.setflags(write=False)
    return tone


def _noise(wide: float, high: float, cells: int, seed: int) -> Field:
    """Return noise as wide and high as these shares of a period."""
    return smooth_tile(max(0.6, round(wide * cells, 1)), max(0.6, round(high * cells, 1)), seed)


def _from_middle(at: Field) -> Field:
    """Return how far from the middle of its period each place is: -0.5 to 0.5."""
    return at - np.floor(at) - np.float32(0.5)


def _rib(x: Field, y: Field, cells: int) -> Field:
    return np.sqrt(np.abs(np.sin(np.pi * x))) + 0.05 * _noise(0.1, 0.3, cells, 21)


def _twill(x: Field, y: Field, cells: int) -> Field:
    slub = _noise(0.16, 1.2, cells, 22)
    return 0.7 * np.sin(2 * np.pi * (x + y)) + 0.5 * slub + 0.6 * _noise(0.15, 0.2, cells, 23)


def _knit(x: Field, y: Field, cells: int) -> Field:
    side = np.abs(_from_middle(x))
    stitch = np.sin(2 * np.pi * (y + 1.3 * side))
    return 1.1 * np.cos(2 * np.pi * side) + (0.75 - side) * stitch


def _plain(x: Field, y: Field, cells: int) -> Field:
    over = np.sin(np.pi * x) * np.sin(np.pi * y)
    return over + 0.5 * np.abs(over) + 0.25 * _noise(0.2, 0.2, cells, 24)


def _slub(x: Field, y: Field, cells: int) -> Field:
    weft, warp = _noise(1.1, 0.12, cells, 25), _noise(0.12, 1.1, cells, 26)
    return 0.8 * weft + 0.7 * warp + 0.5 * np.sin(np.pi * x) * np.sin(np.pi * y)


def _basket(x: Field, y: Field, cells: int) -> Field:
    lengthwise = (np.floor(x) + np.floor(y)) % 2 == 0
    along, across = np.where(lengthwise, x, y), np.where(lengthwise, y, x)
    strand = np.abs(np.sin(2 * np.pi * across))
    return strand * (0.4 + np.cos(np.pi * _from_middle(along))) + 0.08 * _noise(0.1, 0.1, cells, 27)


def _pebble(x: Field, y: Field, cells: int) -> Field:
    grain = np.minimum(
        np.abs(_noise(0.34, 0.34, cells, 28)), np.abs(_noise(0.34, 0.34, cells, 29)) + 0.1
    )
    return np.minimum(grain, 0.5)


def _nap(x: Field, y: Field, cells: int) -> Field:
    brushed = np.tanh(1.5 * _noise(3.4, 3.0, cells, 30))
    return brushed + 0.6 * _noise(0.12, 0.2, cells, 31)


def _fuzz(x: Field, y: Field, cells: int) -> Field:
    fibres = _noise(0.3, 0.1, cells, 32) + _noise(0.1, 0.3, cells, 33)
    return fibres + 0.5 * _noise(0.6, 0.6, cells, 34)


def _pile(x: Field, y: Field, cells: int) -> Field:
    return -np.abs(_noise(0.3, 0.3, cells, 35)) + 0.4 * _noise(0.15, 0.15, cells, 36)


def _holes(x: Field, y: Field, cells: int) -> Field:
    lattice = np.cos(2 * np.pi * x) + np.cos(np.pi * (x + 2 * y)) + np.cos(np.pi * (x - 2 * y))
    return -np.maximum(lattice - 0.3, 0.0)


def _ripstop(x: Field, y: Field, cells: int) -> Field:
    away = np.minimum(np.abs(_from_middle(x)), np.abs(_from_middle(y)))
    return np.exp(-((away * 9.0) ** 2)) + 0.12 * _noise(0.1, 0.1, cells, 37)


def _crinkle(x: Field, y: Field, cells: int) -> Field:
    return _noise(0.22, 3.0, cells, 38)


def _jersey(x: Field, y: Field, cells: int) -> Field:
    return np.sin(2 * np.pi * x) + 0.8 * _noise(0.25, 0.25, cells, 39)


WEAVES: Mapping[str, Weave] = MappingProxyType(
    {
        "rib": _rib,
        "twill": _twill,
        "knit": _knit,
        "plain": _plain,
        "slub": _slub,
        "basket": _basket,
        "pebble": _pebble,
        "nap": _nap,
        "fuzz": _fuzz,
        "pile": _pile,
        "holes": _holes,
        "ripstop": _ripstop,
        "crinkle": _crinkle,
        "jersey": _jersey,
    }
)
"""Name → weave."""
