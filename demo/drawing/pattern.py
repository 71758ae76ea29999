"""Patterns: where on a cloth which of its colours lies.

A pattern is a function of (u, v, pixel) in picture units that returns layers: for each further
colour the share in [0, 1] that it takes of each point. Edges are softened over one pixel, so that
no pattern needs supersampling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from demo.drawing.noise import sample, scatter, smooth_tile

Field = np.ndarray
_CELLS = 32
_MOTIF_WIDTH = 0.72


@dataclass(frozen=True)
class Repeat:
    """The measures of one pattern on one product.

    Parameters
    ----------
    period
        Distance after which it repeats, in picture units.
    share
        How much of a period the second colour takes, 0 to 1.
    phase
        Where it starts.
    variant
        Which of the ways to draw it.
    motif
        For prints: layers (n_layers, rows, columns) placed on a square around the zero point.
    """

    period: float = 0.2
    share: float = 0.5
    phase: tuple[float, float] = (0.0, 0.0)
    variant: int = 0
    motif: Field | None = None


Pattern = Callable[[Field, Field, float, Repeat], list[Field]]


def _edge(distance: Field, pixel: float) -> Field:
    """Return 1 where the distance is positive and 0 where negative, over about a pixel."""
    return np.clip(distance * np.float32(1.0 / (1.5 * pixel)) + np.float32(0.5), 0.0, 1.0)


def _bands(at: Field, period: float, share: float, pixel: float) -> Field:
    """Return bands across `at`, each as wide as `share` of the period."""
    phase = at * np.float32(1 / period)
    away = np.abs(phase - np.floor(phase) - np.float32(0.5)) * np.float32(period)
    return _edge(0.5 * share * period - away, pixel)


def _solid(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    return []


def _horizontal_stripes(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    first = _bands(v + repeat.phase[1], repeat.period, repeat.share, pixel)
    if repeat.variant % 3 != 2:
        return [first]
    return [first, _bands(v + repeat.phase[1] + 0.5 * repeat.period, repeat.period, 0.16, pixel)]


def _vertical_stripes(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    return _horizontal_stripes(
        v,
        u,
        pixel,
        Repeat(0.75 * repeat.period, 0.8 * repeat.share, repeat.phase[::-1], repeat.variant),
    )


def _diagonal_stripes(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    slant = np.float32(np.sqrt(0.5))
    return _horizontal_stripes(u, (u + v) * slant, pixel, repeat)


def _checked(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    period = repeat.period * 1.15
    warp = _bands(u + repeat.phase[0], period, 0.42, pixel)
    weft = _bands(v + repeat.phase[1], period, 0.42, pixel)
    layers = [0.5 * (warp + weft) * (0.9 if repeat.variant % 3 else 1.0)]
    if repeat.variant % 3:
        half = 0.5 * period
        thin_u = _bands(u + repeat.phase[0] + half, period, 0.13, pixel)
        thin_v = _bands(v + repeat.phase[1] + half, period, 0.13, pixel)
        layers.append(0.55 * np.maximum(thin_u, thin_v))
    return layers


def _polka_dot(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    x, y = (u + v) / (repeat.period * 1.41), (u - v) / (repeat.period * 1.41)
    dx, dy = x - np.floor(x) - 0.5, y - np.floor(y) - 0.5
    radius = 0.2 + 0.12 * repeat.share
    return [_edge((radius - np.sqrt(dx * dx + dy * dy)) * repeat.period, pixel)]


def _cells(u: Field, v: Field, period: float, seed: int) -> tuple[Field, Field, Field]:
    """Return for each point the vector from its cell's scattered centre, and the cell's numbers."""
    x, y = u * np.float32(1 / period), v * np.float32(1 / period)
    column, row = np.floor(x), np.floor(y)
    numbers = scatter(_CELLS, seed)[row.astype(np.int32) % _CELLS, column.astype(np.int32) % _CELLS]
    dx = (x - column - 0.5 - 0.34 * (numbers[..., 0] - 0.5)) * np.float32(period)
    dy = (y - row - 0.5 - 0.34 * (numbers[..., 1] - 0.5)) * np.float32(period)
    return dx, dy, numbers


def _flowers(u: Field, v: Field, period: float, pixel: float, seed: int) -> tuple[Field, Field]:
    """Return petals and hearts of one flower per cell."""
    dx, dy, numbers = _cells(u, v, period, seed)
    away = np.sqrt(dx * dx + dy * dy)
    petals = 5 + (numbers[..., 3] > 0.6)
    lobe = np.cos(0.5 * petals * (np.arctan2(dy, dx) + 6.28 * numbers[..., 2]))
    radius = period * (0.3 + 0.13 * numbers[..., 3]) * (0.55 + 0.45 * np.abs(lobe))
    return _edge(radius - away, pixel), _edge(0.10 * period - away, pixel)


def _floral(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    period = repeat.period * 1.35
    u, v = u + repeat.phase[0], v + repeat.phase[1]
    petals, hearts = _flowers(u + 0.25 * v, v - 0.25 * u, period, pixel, repeat.variant)
    shift = 0.5 * period
    dx, dy, numbers = _cells(u + 0.25 * v + shift, v - 0.25 * u + shift, period, repeat.variant + 7)
    angle = 6.28 * numbers[..., 2]
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    leaf = _edge(0.09 * period - np.abs(across) - 1.3 / period * along * along * 0.55, pixel)
    return [petals, leaf * (1.0 - petals), hearts]


def _camouflage(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    cells = 26.0 / repeat.period
    layers = []
    for step, (seed, level) in enumerate(((3, 0.35), (4, 0.75), (8, 1.0))):
        field = sample(
            smooth_tile(9.0, 6.0, seed), u + repeat.phase[0] + step, v + repeat.phase[1], cells
        )
        layers.append(np.clip((field - level) * 5.0 + 0.5, 0.0, 1.0))
    return layers


def _animal_print(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    period = repeat.period * 0.66
    dx, dy, numbers = _cells(u + 0.3 * v, v - 0.2 * u, period, repeat.variant)
    angle = np.arctan2(dy, dx)
    away = np.sqrt(dx * dx + 1.4 * dy * dy)
    lobes = (
        1
        + 0.16 * np.sin(3 * angle + 6.28 * numbers[..., 2])
        + 0.1 * np.cos(2 * angle - 6.28 * numbers[..., 3])
    )
    outer, inner = (
        _edge(0.46 * period * lobes - away, pixel),
        _edge(0.27 * period * lobes - away, pixel),
    )
    gap = np.clip((np.cos(angle - 6.28 * numbers[..., 3]) - 0.86) * 10.0, 0.0, 1.0)
    return [(outer - inner) * (1 - gap), 0.75 * inner]


def _colour_block(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    start = repeat.phase[1] * 0.4
    if repeat.variant % 3 == 0:
        return [_edge(-0.26 + 0.4 * start - v, pixel)]
    if repeat.variant % 3 == 1:
        band = _edge(0.15 - np.abs(v - start), pixel)
        return [band, _edge(0.035 - np.abs(v - start - 0.19), pixel)]
    return [_edge(v + 0.55 * u - 0.28 + 0.5 * start, pixel)]


def _argyle(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    period = repeat.period * 1.5
    x, y = u / period, v / (1.45 * period)
    a, b = np.abs(x - np.floor(x) - 0.5), np.abs(y - np.floor(y) - 0.5)
    diamonds = _edge((0.45 - a - b) * period, pixel)
    thread = np.minimum(np.abs(a - b), np.abs(a + b - 1.0))
    return [0.85 * diamonds, 0.8 * _edge((0.035 - thread) * period, pixel)]


def _herringbone(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    column = repeat.period * 0.9
    x = u * np.float32(1 / column)
    slope = np.abs(x - np.floor(x) - 0.5) * column
    return [_bands(v + 1.3 * slope, max(0.36 * repeat.period, 5 * pixel), 0.5, pixel)]


def _graphic_print(u: Field, v: Field, pixel: float, repeat: Repeat) -> list[Field]:
    if repeat.motif is None:
        return []
    rows, columns = repeat.motif.shape[1:]
    x, y = (u / _MOTIF_WIDTH + 0.5) * columns, (v / _MOTIF_WIDTH + 0.5) * rows
    inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    at = np.clip(y, 0, rows - 1).astype(np.int32), np.clip(x, 0, columns - 1).astype(np.int32)
    return [np.where(inside, layer[at], np.float32(0)) for layer in repeat.motif]


PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {
        "solid": _solid,
        "horizontal stripes": _horizontal_stripes,
        "vertical stripes": _vertical_stripes,
        "diagonal stripes": _diagonal_stripes,
        "checked": _checked,
        "polka dot": _polka_dot,
        "floral": _floral,
        "graphic print": _graphic_print,
        "camouflage": _camouflage,
        "animal print": _animal_print,
        "colour block": _colour_block,
        "argyle": _argyle,
        "herringbone": _herringbone,
    }
)
"""Name → pattern: thirteen ways to colour a cloth."""
