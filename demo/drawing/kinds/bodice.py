"""Bodice: what tops share, from the cut of the body to sleeves, necks and collars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth
from demo.drawing.outline import (
    SHARP,
    Points,
    box,
    curve,
    ellipse,
    flipped,
    ribbon,
    spline,
    symmetric,
    with_head,
)
from demo.drawing.palette import lightness, shade
from demo.drawing.product import Product
from demo.drawing.stencil import Stencil


@dataclass(frozen=True)
class Cut:
    """The measures of a top, in picture units.

    Parameters
    ----------
    shoulder, chest, waist, hem
        Half widths.
    neck
        Half width of the neckline.
    top, armpit, bottom
        Heights (y grows downwards).
    """

    shoulder: float = 0.46
    chest: float = 0.43
    waist: float = 0.41
    hem: float = 0.43
    neck: float = 0.17
    top: float = -0.70
    armpit: float = -0.22
    bottom: float = 0.72

    def body(self, neck_depth: float, *, pointed: bool = False) -> Points:
        """Return the outline of the body with a neckline that deep."""
        middle = (0.0, self.top + neck_depth, SHARP) if pointed else (0.0, self.top + neck_depth)
        half = [
            middle,
            (0.62 * self.neck, self.top + (0.5 if pointed else 0.74) * neck_depth),
            (self.neck, self.top, SHARP),
            (self.shoulder, self.top + 0.13, SHARP),
            (self.shoulder - 0.045, self.armpit - 0.16),
            (self.chest, self.armpit, SHARP),
            (self.waist, 0.18),
            (self.hem, self.bottom - 0.02, SHARP),
            (0.5 * self.hem, self.bottom + 0.006),
            (0.0, self.bottom + 0.012),
        ]
        return symmetric(*half)


def cut_for(product: Product, rng: np.random.Generator, **measures: float) -> Cut:
    """Return a cut for the wearer, varied as makers vary; `measures` replace those of `Cut`."""
    base = Cut(**measures)
    slim, waisted = (0.93, 0.9) if product.gender == "Women" else (1.0, 1.0)
    flare = rng.uniform(0.97, 1.05)
    return replace(
        base,
        shoulder=base.shoulder * slim * rng.uniform(0.96, 1.03),
        chest=base.chest * slim,
        waist=base.waist * slim * waisted * rng.uniform(0.96, 1.03),
        hem=base.hem * slim * flare,
        neck=base.neck * rng.uniform(0.9, 1.1),
        armpit=base.armpit + rng.uniform(-0.03, 0.03),
        bottom=base.bottom + rng.uniform(-0.05, 0.05),
    )


def sleeve_cloth(cloth: Cloth) -> Cloth:
    """Return what sleeves are cut from: plain where the body carries a print or a block."""
    if cloth.pattern == "colour block" and cloth.repeat.variant % 3 == 1:
        return cloth.plain(cloth.accents[0])
    return cloth.plain() if cloth.pattern in ("graphic print", "colour block") else cloth


def lay_sleeves(
    canvas: Canvas,
    cut: Cut,
    cloth: Cloth,
    length: str,
    rng: np.random.Generator,
    *,
    cuff: Cloth | None = None,
    wide: float = 0.30,
) -> None:
    """Lay both sleeves, short or long; the body then covers their heads."""
    reach = rng.uniform(0.10, 0.26)
    for side in (1.0, -1.0):
        path, widths = _sleeve(cut, length, reach + rng.normal(0, 0.015), wide, rng)
        path = [(side * x, y) for x, y in path]
        lean = float(np.arctan2(path[0][0] - path[-1][0], path[-1][1] - path[0][1]))
        sleeve = ribbon(*with_head(path, widths))
        arm = canvas.lay(sleeve, cloth, bulge=0.07, soft=0.055, grain=lean, origin=path[0])
        _crease_sleeve(canvas, path, widths, arm, rng)
        if cuff is None:
            canvas.seam([_hem_of(ribbon(path, widths))], darkness=0.16, within=arm)
        else:
            start = _along(path, 0.9 if length == "long" else 0.84)
            band = ribbon([start, path[-1]], [widths[-1] * 1.02] * 2)
            canvas.lay(band, cuff, bulge=0.04, soft=0.03, lift=0.2, grain=lean, origin=path[0])


def _hem_of(sleeve: Points) -> Points:
    """Return the line across a ribbon, a little before its end."""
    middle = len(sleeve) // 2
    left = 0.5 * (sleeve[middle - 1] + sleeve[middle - 3])
    right = 0.5 * (sleeve[middle] + sleeve[middle + 2])
    return np.stack([left, right])


def _sleeve(
    cut: Cut, length: str, reach: float, wide: float, rng: np.random.Generator
) -> tuple[list[tuple[float, float]], list[float]]:
    """Return the middle line of the right sleeve and its widths, shoulder to cuff."""
    x, y = cut.shoulder - 0.075, cut.top + 0.27
    if length == "short":
        out = reach + 0.10
        path = [(x, y), (x + 0.5 * out + 0.04, y + 0.17), (x + out + 0.03, y + 0.33)]
        return path, [wide + 0.03, wide, wide - 0.02]
    path = [
        (x, y),
        (x + 0.17 + rng.uniform(-0.02, 0.03), y + 0.38),
        (x + 0.2 + 0.6 * reach, y + 0.82),
        (x + 0.21 + 0.75 * reach, y + 1.05),
    ]
    return path, [wide + 0.01, wide - 0.06, wide - 0.11, wide - 0.14]


def _crease_sleeve(
    canvas: Canvas,
    path: Sequence[tuple[float, float]],
    widths: Sequence[float],
    arm: Stencil,
    rng: np.random.Generator,
) -> None:
    """Press the short furrows that gather at the elbow and under the arm."""
    lines = []
    for share in (0.2, *rng.uniform(0.35, 0.9, 3)):
        x, y = _along(path, float(share))
        half = 0.5 * float(np.interp(share, [0, 1], [widths[0], widths[-1]]))
        rise = rng.uniform(0.05, 0.16)
        lines.append(curve((x - half, y - rise * 0.3), (x, y + 0.02), (x + half * 0.7, y + rise)))
    canvas.crease(lines, width=0.032, depth=0.022, within=arm)


def _along(path: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    """Return the point after that share of the path's knots."""
    at = np.linspace(0, 1, len(path))
    return (
        float(np.interp(share, at, [p[0] for p in path])),
        float(np.interp(share, at, [p[1] for p in path])),
    )


def crease_body(canvas: Canvas, cut: Cut, body: Stencil, rng: np.random.Generator) -> None:
    """Press the furrows that run from the armpits inwards and the slack ones above the hem."""
    lines = []
    for side in (1.0, -1.0):
        for _ in range(2):
            x, y = side * cut.chest * 0.97, cut.armpit + rng.uniform(0.0, 0.1)
            reach, fall = rng.uniform(0.15, 0.34), rng.uniform(0.04, 0.3)
            middle = x - side * reach * 0.5, y + fall * 0.7
            lines.append(curve((x, y), middle, (x - side * reach, y + fall)))
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.3, 0.3), rng.uniform(0.1, 0.55)
        lines.append(
            curve((x, y), (x + rng.normal(0, 0.05), y + 0.12), (x + rng.normal(0, 0.09), y + 0.24))
        )
    canvas.crease(lines, width=0.045, depth=0.024, within=body)


def lay_inside_back(
    canvas: Canvas, cut: Cut, cloth: Cloth, depth: float, *, label: bool = True
) -> None:
    """Show the inner side of the back through the neckline, with the maker's label."""
    inner = cloth.plain(shade(cloth.rgb, -0.28)).still()
    back = symmetric(
        (0.0, cut.top + 0.035),
        (0.6 * cut.neck, cut.top + 0.02),
        (cut.neck * 1.06, cut.top - 0.005, SHARP),
        (cut.neck * 1.1, cut.top + 0.06, SHARP),
        (0.5 * cut.neck, cut.top + depth + 0.06),
        (0.0, cut.top + depth + 0.08),
    )
    canvas.lay(back, inner, bulge=0.0, lift=0.0)
    canvas.darken(ellipse(0.0, cut.top + depth, cut.neck, 0.5 * depth + 0.03), 0.35)
    if label:
        dark = lightness(cloth.rgb) < 0.5
        canvas.tint(
            box(-0.045, cut.top + 0.045, 0.045, cut.top + 0.085),
            (0.85,) * 3 if dark else (0.2,) * 3,
            opacity=0.85,
        )


def sew_neck_band(
    canvas: Canvas,
    cut: Cut,
    cloth: Cloth,
    depth: float,
    *,
    pointed: bool = False,
    width: float = 0.05,
) -> None:
    """Sew a ribbed band along the front neckline."""
    middle = (0.0, cut.top + depth + 0.012, SHARP) if pointed else (0.0, cut.top + depth + 0.012)
    path = [
        (-cut.neck - 0.01, cut.top + 0.005),
        (-0.64 * cut.neck, cut.top + (0.52 if pointed else 0.78) * depth),
        middle,
        (0.64 * cut.neck, cut.top + (0.52 if pointed else 0.78) * depth),
        (cut.neck + 0.01, cut.top + 0.005),
    ]
    canvas.lay(ribbon(path, [width] * 5), cloth, bulge=0.03, soft=0.02, lift=0.25)


def lay_collar(canvas: Canvas, cut: Cut, cloth: Cloth, *, spread: float, drop: float) -> None:
    """Lay the stand at the back and the two pointed leaves of a turned collar."""
    stand = symmetric(
        (0.0, cut.top - 0.045),
        (0.7 * cut.neck, cut.top - 0.04),
        (cut.neck + 0.02, cut.top, SHARP),
        (0.8 * cut.neck, cut.top + 0.05),
        (0.0, cut.top + 0.03),
    )
    canvas.lay(stand, cloth.plain(shade(cloth.rgb, -0.18)), bulge=0.02, soft=0.02, lift=0.15)
    leaf = spline(
        (cut.neck * 0.86, cut.top - 0.045),
        (cut.neck + 0.035, cut.top + 0.015, SHARP),
        (spread + 0.03, cut.top + drop, SHARP),
        (0.012, cut.top + 0.115, SHARP),
        (0.45 * cut.neck, cut.top + 0.06),
    )
    for side in (leaf, flipped(leaf)):
        piece = canvas.lay(side, cloth, bulge=0.03, soft=0.02, lift=0.4)
        canvas.seam([side * (0.9, 1.0) + (0.0, -0.006)], darkness=0.07, within=piece)
