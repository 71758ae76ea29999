"""Colours by name: how they look, and what goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

COLOURS = MappingProxyType(
    {
        "black": (0.125, 0.125, 0.14),
        "white": (0.935, 0.935, 0.93),
        "grey": (0.55, 0.56, 0.58),
        "navy blue": (0.115, 0.16, 0.37),
        "blue": (0.17, 0.40, 0.80),
        "teal": (0.04, 0.50, 0.50),
        "green": (0.17, 0.56, 0.26),
        "olive": (0.42, 0.45, 0.18),
        "yellow": (0.96, 0.79, 0.17),
        "orange": (0.94, 0.46, 0.11),
        "red": (0.82, 0.12, 0.15),
        "maroon": (0.43, 0.07, 0.17),
        "pink": (0.95, 0.56, 0.70),
        "purple": (0.47, 0.25, 0.62),
        "brown": (0.42, 0.26, 0.15),
        "beige": (0.85, 0.76, 0.62),
    }
)
"""Name → sRGB in [0, 1]: sixteen colours, far enough apart to be told from one another."""

_PARTNERS = MappingProxyType(
    {
        "black": ("white", "grey", "red", "yellow", "beige"),
        "white": ("black", "navy blue", "red", "blue", "green", "pink", "grey", "teal"),
        "grey": ("white", "black", "navy blue", "maroon", "yellow"),
        "navy blue": ("white", "red", "beige", "yellow", "grey", "orange"),
        "blue": ("white", "yellow", "orange", "black", "pink"),
        "teal": ("white", "beige", "yellow", "orange", "black"),
        "green": ("white", "orange", "yellow", "black", "beige"),
        "olive": ("beige", "black", "white", "orange", "yellow"),
        "yellow": ("white", "black", "navy blue", "green", "red"),
        "orange": ("white", "navy blue", "brown", "black", "teal"),
        "red": ("white", "black", "navy blue", "beige", "yellow"),
        "maroon": ("beige", "white", "pink", "grey", "yellow"),
        "pink": ("white", "maroon", "black", "purple", "navy blue"),
        "purple": ("white", "pink", "yellow", "black", "grey"),
        "brown": ("beige", "white", "orange", "yellow", "pink"),
        "beige": ("brown", "black", "teal", "navy blue", "maroon"),
    }
)

METALS = MappingProxyType(
    {"silver": (0.78, 0.79, 0.81), "gold": (0.84, 0.67, 0.33), "gunmetal": (0.33, 0.34, 0.37)}
)
Rgb = np.ndarray
Paint = Rgb | Sequence[float]


def rgb_of(name: str) -> Rgb:
    """Return a colour or metal as float32 (3,) in [0, 1].

    >>> [round(float(level), 2) for level in rgb_of("teal")]
    [0.04, 0.5, 0.5]
    """
    value = COLOURS.get(name) or METALS.get(name)
    if value is None:
        raise ValueError(f"name must be one of {', '.join([*COLOURS, *METALS])}, got {name!r}")
    return np.asarray(value, np.float32)


def partner(name: str, rng: np.random.Generator) -> str:
    """Return a colour that a designer would put beside this one."""
    return str(rng.choice(_PARTNERS[name]))


def dyed(name: str, rng: np.random.Generator) -> Rgb:
    """Return the colour as one dye lot turns out: a little lighter, darker, warmer or cooler."""
    rgb = rgb_of(name) * rng.uniform(0.9, 1.07)
    rgb = rgb + rng.normal(0.0, 0.006 + 0.014 * rgb.mean(), 3)
    return np.clip(rgb, 0.03, 0.96).astype(np.float32)


def lightness(paint: Paint) -> float:
    """Return how light a colour looks, 0 to 1 (the weights of Rec. 709)."""
    return float(np.asarray(paint) @ np.array([0.2126, 0.7152, 0.0722]))


def shade(paint: Paint, by: float) -> Rgb:
    """Return the colour darker (`by` below 0) or lighter (above 0), at most by 1."""
    toward = 1.0 if by > 0 else 0.0
    rgb = np.asarray(paint, np.float32)
    return (rgb + (toward - rgb) * abs(by)).astype(np.float32)


def against(paint: Paint, by: float) -> Rgb:
    """Return a shade that shows on the colour: lighter on a dark one, darker on a light one."""
    return shade(paint, by if lightness(paint) < 0.5 else -by)


def trim_of(rgb: Rgb) -> Rgb:
    """Return a shade for ribs, seams and soles that shows against the colour."""
    return shade(rgb, 0.22 if lightness(rgb) < 0.2 else -0.2)
