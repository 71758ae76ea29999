"""Outlines: the curves that products are cut from.

A knot is ``(x, y)`` where the curve passes smoothly, or ``(x, y, SHARP)`` where it turns a corner.
Units are the picture's: x grows to the right and y downwards, both from -1 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SHARP = 1.0
Knot = tuple[float, float] | tuple[float, float, float]
Points = np.ndarray

_STEPS = 7
_T = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[:, None, None]
_HERMITE = (
    2 * _T**3 - 3 * _T**2 + 1,
    _T**3 - 2 * _T**2 + _T,
    -2 * _T**3 + 3 * _T**2,
    _T**3 - _T**2,
)


def spline(*knots: Knot) -> Points:
    """Return a smooth closed curve through the knots, with corners where a knot is sharp.

    A cubic Hermite curve: the tangent at a knot points from its predecessor to its successor and
    is as long as the piece it belongs to, so that unevenly spaced knots never overshoot.

    Parameters
    ----------
    knots
        At least two of ``(x, y)`` or ``(x, y, SHARP)``.

    Returns
    -------
    Points
        float64 (n_points, 2); the first point is not repeated.

    Examples
    --------
    >>> square = spline((0, 0, SHARP), (1, 0, SHARP), (1, 1, SHARP), (0, 1, SHARP))
    >>> float(square[:, 0].min()), float(square[:, 0].max())
    (0.0, 1.0)
    """
    points, sharp = _taken_apart(knots)
    return _hermite(points, sharp).reshape(-1, 2)


def curve(*knots: Knot) -> Points:
    """Return a smooth open curve from the first knot to the last: (n_points, 2).

    >>> curve((0, 0), (1, 2))[[0, -1]].tolist()
    [[0.0, 0.0], [1.0, 2.0]]
    """
    points, sharp = _taken_apart(knots)
    sharp[[0, -1]] = True
    return np.vstack([_hermite(points, sharp)[:-1].reshape(-1, 2), points[-1]])


def symmetric(*half: Knot) -> Points:
    """Return the closed curve of which `half` is the right side, from top to bottom.

    Knots with x = 0 lie on the axis and are not repeated.

    >>> bool(np.isclose(symmetric((0, -1), (1, 0), (0, 1)).sum(axis=0), 0).all())
    True
    """
    return spline(*half, *((-knot[0], *knot[1:]) for knot in reversed(half) if knot[0] != 0))


def _taken_apart(knots: Sequence[Knot]) -> tuple[Points, np.ndarray]:
    """Return the knots' places, (n_knots, 2), and which of them are sharp."""
    if len(knots) < 2:
        raise ValueError(f"knots must be at least 2, got {len(knots)}")
    points = np.array([knot[:2] for knot in knots], dtype=np.float64)
    return points, np.array([len(knot) > 2 for knot in knots])


def _hermite(points: Points, sharp: np.ndarray) -> np.ndarray:
    """Return the pieces from each knot to the next, round to the first: (n_knots, n_steps, 2)."""
    after = np.arange(1, len(points) + 1) % len(points)
    ahead, behind = points[after] - points, points - points[after - 2]
    chord = np.hypot(ahead[:, 0], ahead[:, 1])[:, None]
    across = ahead + behind
    smooth = across / np.maximum(np.hypot(across[:, 0], across[:, 1])[:, None], 1e-9)
    leaving = np.where(sharp[:, None], ahead, smooth * chord)
    arriving = np.where(sharp[:, None], behind, smooth * chord[after - 2])
    a, b, c, d = _HERMITE
    pieces = a * points + b * leaving + c * points[after] + d * arriving[after]
    return pieces.transpose(1, 0, 2)


def flipped(points: Points) -> Points:
    """Return the points seen in a mirror: x changes its sign."""
    return points * (-1.0, 1.0)


def shifted(points: Points, right: float, down: float) -> Points:
    """Return the points moved by that much."""
    return points + np.array([right, down])


def closed(outline: Points) -> Points:
    """Return the outline as a line that a pen can follow all the way round."""
    return np.vstack([outline, outline[:2]])


def ribbon(path: Sequence[Knot], widths: Sequence[float]) -> Points:
    """Return the outline of a band that follows `path`, with a width at each of its knots.

    Sleeves, trouser legs, straps and ties are ribbons.

    Parameters
    ----------
    path
        At least two knots along the middle of the band.
    widths
        As many widths, in picture units.

    Returns
    -------
    Points
        float64 (n_points, 2), down one side and up the other.
    """
    if len(path) != len(widths):
        raise ValueError(f"widths must have one value per knot, {len(path)}, got {len(widths)}")
    middle = curve(*path)
    along = np.gradient(middle, axis=0)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    across /= np.maximum(np.hypot(across[:, 0], across[:, 1])[:, None], 1e-9)
    knots_at = np.linspace(0.0, 1.0, len(path))
    half = 0.5 * np.interp(np.linspace(0.0, 1.0, len(middle)), knots_at, widths)[:, None]
    return np.vstack([middle + across * half, (middle - across * half)[::-1]])


def with_head(
    path: Sequence[tuple[float, float]], widths: Sequence[float], *, reach: float = 0.12
) -> tuple[list[tuple[float, float]], list[float]]:
    """Return a sleeve's path and widths, led back under the shoulder by `reach`.

    The head is narrower than the sleeve, so that the body covers it.
    """
    (x, y), (next_x, next_y) = path[0], path[1]
    length = float(np.hypot(next_x - x, next_y - y))
    head = x - reach * (next_x - x) / length, y - reach * (next_y - y) / length
    return [head, *path], [0.72 * widths[0], *widths]


def ellipse(x: float, y: float, rx: float, ry: float | None = None, *, tilt: float = 0.0) -> Points:
    """Return an ellipse around (x, y); a circle when `ry` is left out; `tilt` in radians."""
    angle = np.linspace(0.0, 2 * np.pi, 36, endpoint=False)
    flat = np.stack([rx * np.cos(angle), (rx if ry is None else ry) * np.sin(angle)], axis=1)
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    return flat @ turn + (x, y)


def box(left: float, top: float, right: float, bottom: float, *, radius: float = 0.0) -> Points:
    """Return a rectangle with corners rounded by `radius`."""
    if radius <= 0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    angle = np.linspace(0.0, np.pi / 2, 6)
    arc = radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    inner = [(right, bottom, 1, 1), (left, bottom, -1, 1), (left, top, -1, -1), (right, top, 1, -1)]
    corners = []
    for x, y, sx, sy in inner:
        corner = arc * (sx, sy) + (x - sx * radius, y - sy * radius)
        corners.append(corner if sx == sy else corner[::-1])
    return np.vstack(corners)


def star(x: float, y: float, radius: float, n_rays: int, *, depth: float = 0.5) -> Points:
    """Return a star around (x, y) whose notches lie at `depth` times its radius."""
    angle = np.linspace(0.0, 2 * np.pi, 2 * n_rays, endpoint=False) - np.pi / 2
    reach = radius * np.where(np.arange(2 * n_rays) % 2 == 0, 1.0, depth)
    return np.stack([x + reach * np.cos(angle), y + reach * np.sin(angle)], axis=1)
