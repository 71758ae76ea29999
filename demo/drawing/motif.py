"""Motifs: what is printed on the chest of a T-shirt, drawn once per product.

A motif is two layers of ink, float32 (2, size, size) in [0, 1].
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from demo.drawing.outline import ellipse, star

_SIZE = 160
_FINER = 2
_WORDS = (
    "NORTH",
    "WILD",
    "SURF",
    "ROAM",
    "77",
    "CITY",
    "LOUD",
    "PEAK",
    "RIOT",
    "SOUL",
    "86",
    "WAVE",
    "FLY",
    "DUSK",
    "RAW",
    "HELLO",
    "MOON",
    "ROCK",
    "EAST",
    "JAZZ",
    "GO",
    "03",
    "OCEAN",
    "BOLD",
)


def draw_motif(rng: np.random.Generator) -> np.ndarray:
    """Return a random motif: float32 (2, size, size), one layer per ink."""
    sheets = [Image.new("L", (_SIZE * _FINER, _SIZE * _FINER)) for _ in range(2)]
    pens = [ImageDraw.Draw(sheet) for sheet in sheets]
    kinds = (_sunset, _mountains, _slogan, _badge, _blocks, _star_burst, _waves, _slogan)
    kinds[int(rng.integers(len(kinds)))](pens[0], pens[1], rng)
    layers = [np.asarray(sheet.reduce(_FINER), np.float32) / 255 for sheet in sheets]
    return np.stack([layers[0] * (1 - layers[1]), layers[1]])


def _fill(pen: ImageDraw.ImageDraw, points: np.ndarray, ink: int = 255) -> None:
    """Fill an outline given in motif units, -1 to 1."""
    pen.polygon(((points + 1) * 0.5 * _SIZE * _FINER).ravel().tolist(), fill=ink)


def _write(pen: ImageDraw.ImageDraw, text: str, y: float, height: float, ink: int = 255) -> None:
    """Write one centred line; `y` and `height` in motif units; narrowed until it fits."""
    size_px = height * 0.5 * _SIZE * _FINER
    font = ImageFont.load_default(size=size_px)
    wide = pen.textlength(text, font=font)
    if wide > 0.96 * _SIZE * _FINER:
        font = ImageFont.load_default(size=size_px * 0.96 * _SIZE * _FINER / wide)
    at = (0.5 * _SIZE * _FINER, (y + 1) * 0.5 * _SIZE * _FINER)
    pen.text(at, text, fill=ink, font=font, anchor="mm", stroke_width=_FINER)


def _sunset(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    _fill(first, ellipse(0, -0.1, 0.72))
    for step in range(5):
        y = 0.02 + 0.14 * step
        _fill(
            first,
            np.array(
                [(-1, y), (1, y), (1, y + 0.02 + 0.014 * step), (-1, y + 0.02 + 0.014 * step)]
            ),
            0,
        )
    _write(second, str(rng.choice(_WORDS)), 0.82, 0.3)


def _mountains(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    _fill(second, ellipse(rng.uniform(-0.4, 0.4), -0.45, 0.24))
    for x, top, wide in ((-0.4, -0.25, 0.55), (0.35, -0.5, 0.65), (0.0, 0.0, 0.5)):
        _fill(first, np.array([(x - wide, 0.5), (x, top), (x + wide, 0.5)]))
        _fill(
            second, np.array([(x - 0.2 * wide, top + 0.16), (x, top), (x + 0.2 * wide, top + 0.16)])
        )
    _write(first, str(rng.choice(_WORDS)), 0.76, 0.34)


def _slogan(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    words = rng.choice(_WORDS, 3, replace=False)
    _write(first, str(words[0]), -0.55, 0.62)
    _write(second, str(words[1]), 0.0, 0.5)
    if rng.random() < 0.6:
        _write(first, str(words[2]), 0.55, 0.62)


def _badge(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    _fill(first, ellipse(0, 0, 0.85))
    _fill(first, ellipse(0, 0, 0.72), 0)
    _fill(second, star(0, -0.3, 0.34, 5, depth=0.42))
    _write(second, str(rng.choice(_WORDS)), 0.22, 0.42)


def _blocks(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    for y in np.arange(-0.9, 0.8, 0.3):
        middle = rng.uniform(-0.5, 0.5)
        _fill(first, np.array([(-0.8, y), (middle, y), (middle, y + 0.2), (-0.8, y + 0.2)]))
        _fill(
            second,
            np.array([(middle + 0.08, y), (0.8, y), (0.8, y + 0.2), (middle + 0.08, y + 0.2)]),
        )


def _star_burst(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    _fill(first, star(0, 0, 0.9, int(rng.integers(9, 17)), depth=0.6))
    _fill(second, ellipse(0, 0, 0.42))
    _write(first, str(rng.choice(_WORDS)), 0.0, 0.3)


def _waves(
    first: ImageDraw.ImageDraw, second: ImageDraw.ImageDraw, rng: np.random.Generator
) -> None:
    x = np.linspace(-0.9, 0.9, 60)
    for step, y in enumerate(np.arange(-0.5, 0.7, 0.26)):
        wave = 0.1 * np.sin(6.5 * x + step * 0.8)
        up, down = np.stack([x, y + wave], 1), np.stack([x, y + wave + 0.11], 1)[::-1]
        _fill(second if step % 2 else first, np.vstack([up, down]))
    _write(first, str(rng.choice(_WORDS)), -0.8, 0.34)
