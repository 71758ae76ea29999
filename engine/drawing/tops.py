"""Tops: T-shirt, shirt, polo, hoodie, sweater, jacket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.drawing.canvas import Canvas, Stencil
from engine.drawing.cloth import Cloth
from engine.drawing.outline import (
    SHARP, Points, box, ellipse, flipped, mirrored, ribbon, spline, with_head,
)  # fmt: skip
from engine.drawing.palette import METALS, lightness, rgb_of, shade, trim_of
from engine.drawing.product import Kind, Product

_FABRIC_PATTERNS = (
    "solid", "solid", "solid", "horizontal stripes", "vertical stripes", "checked", "polka dot",
    "floral", "graphic print", "camouflage", "animal print", "colour block",
)  # fmt: skip


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
        return spline(mirrored(half))


def _cut(product: Product, rng: np.random.Generator, **measures: float) -> Cut:
    """Return a cut for the wearer, varied as makers vary."""
    slim = 0.93 if product.gender == "Women" else 1.0
    flare = rng.uniform(0.97, 1.05)
    base = Cut(**measures)
    return Cut(
        shoulder=base.shoulder * slim * rng.uniform(0.96, 1.03),
        chest=base.chest * slim,
        waist=base.waist * slim * (0.9 if product.gender == "Women" else 1.0) * rng.uniform(0.96, 1.03),
        hem=base.hem * slim * flare,
        neck=base.neck * rng.uniform(0.9, 1.1),
        top=base.top,
        armpit=base.armpit + rng.uniform(-0.03, 0.03),
        bottom=base.bottom + rng.uniform(-0.05, 0.05),
    )


def _sleeves(
    canvas: Canvas, cut: Cut, cloth: Cloth, length: str, rng: np.random.Generator,
    *, cuff: Cloth | None = None, wide: float = 0.30,
) -> None:
    """Lay both sleeves; the body then covers their heads."""
    if length == "sleeveless":
        return
    reach = rng.uniform(0.10, 0.26)
    for side in (1.0, -1.0):
        path, widths = _sleeve_path(cut, length, reach + rng.normal(0, 0.015), wide, rng)
        path = [(side * x, y) for x, y in path]
        lean = float(np.arctan2(path[0][0] - path[-1][0], path[-1][1] - path[0][1]))
        outline = ribbon(*with_head(path, widths))
        arm = canvas.lay(outline, cloth, bulge=0.07, soft=0.055, grain=lean, origin=path[0])
        _sleeve_creases(canvas, path, widths, arm, rng)
        if cuff is not None:
            (x, y), (px, py) = path[-1], _along(path, 0.9 if length == "long" else 0.84)
            canvas.lay(ribbon([(px, py), (x, y)], [widths[-1] * 1.02] * 2), cuff,
                       bulge=0.04, soft=0.03, lift=0.2, grain=lean, origin=path[0])
        else:
            hem = ribbon(path, widths)
            n = len(hem) // 2
            ends = np.stack([_lerp(hem[n - 1], hem[n - 3], 0.5), _lerp(hem[n], hem[n + 2], 0.5)])
            canvas.seam([ends], darkness=0.16, within=arm)


def _sleeve_path(
    cut: Cut, length: str, reach: float, wide: float, rng: np.random.Generator
) -> tuple[list[tuple[float, float]], list[float]]:
    """Return the middle line of the right sleeve and its widths, shoulder to cuff."""
    x, y = cut.shoulder - 0.075, cut.top + 0.27
    if length == "short":
        out = reach + 0.10
        return ([(x, y), (x + 0.5 * out + 0.04, y + 0.17), (x + out + 0.03, y + 0.33)],
                [wide + 0.03, wide, wide - 0.02])
    if length == "three-quarter":
        return ([(x, y), (x + 0.17, y + 0.3), (x + 0.2 + 0.5 * reach, y + 0.68)],
                [wide + 0.02, wide - 0.05, wide - 0.10])
    bend = rng.uniform(-0.02, 0.03)
    return ([(x, y), (x + 0.17 + bend, y + 0.38), (x + 0.2 + 0.6 * reach, y + 0.82), (x + 0.21 + 0.75 * reach, y + 1.05)],
            [wide + 0.01, wide - 0.06, wide - 0.11, wide - 0.14])


def _sleeve_creases(
    canvas: Canvas, path: Sequence[tuple[float, float]], widths: Sequence[float], arm: Stencil,
    rng: np.random.Generator,
) -> None:
    """Press the short furrows that gather at the elbow and under the arm."""
    lines = []
    for share in (0.2, *rng.uniform(0.35, 0.9, 3)):
        x, y = _along(path, float(share))
        half = 0.5 * float(np.interp(share, [0, 1], [widths[0], widths[-1]]))
        rise = rng.uniform(0.05, 0.16)
        lines.append(spline([(x - half, y - rise * 0.3), (x, y + 0.02), (x + half * 0.7, y + rise)], closed=False))
    canvas.crease(lines, width=0.032, depth=0.022, within=arm)


def _along(path: Sequence[tuple[float, float]], share: float) -> tuple[float, float]:
    """Return the point after that share of the path's knots."""
    at = np.linspace(0, 1, len(path))
    return (float(np.interp(share, at, [p[0] for p in path])),
            float(np.interp(share, at, [p[1] for p in path])))


def _lerp(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return a + (b - a) * share


def _body_creases(canvas: Canvas, cut: Cut, body: Stencil, rng: np.random.Generator) -> None:
    """Press the furrows that run from the armpits inwards and the slack ones above the hem."""
    lines = []
    for side in (1.0, -1.0):
        for _ in range(2):
            x, y = side * cut.chest * 0.97, cut.armpit + rng.uniform(0.0, 0.1)
            reach, fall = rng.uniform(0.15, 0.34), rng.uniform(0.04, 0.3)
            lines.append(spline([(x, y), (x - side * reach * 0.5, y + fall * 0.7), (x - side * reach, y + fall)],
                                closed=False))
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.3, 0.3), rng.uniform(0.1, 0.55)
        lines.append(spline([(x, y), (x + rng.normal(0, 0.05), y + 0.12), (x + rng.normal(0, 0.09), y + 0.24)],
                            closed=False))
    canvas.crease(lines, width=0.045, depth=0.024, within=body)


def _inside_back(canvas: Canvas, cut: Cut, cloth: Cloth, depth: float, *, label: bool = True) -> None:
    """Show the inner side of the back through the neckline, with the maker's label."""
    inner = cloth.plain(shade(cloth.rgb, -0.28)).still()
    back = spline(mirrored([
        (0.0, cut.top + 0.035), (0.6 * cut.neck, cut.top + 0.02), (cut.neck * 1.06, cut.top - 0.005, SHARP),
        (cut.neck * 1.1, cut.top + 0.06, SHARP), (0.5 * cut.neck, cut.top + depth + 0.06), (0.0, cut.top + depth + 0.08),
    ]))
    canvas.lay(back, inner, bulge=0.0, lift=0.0)
    canvas.darken(ellipse(0.0, cut.top + depth, cut.neck, 0.5 * depth + 0.03), 0.35)
    if label:
        dark = lightness(cloth.rgb) < 0.5
        canvas.tint(box(-0.045, cut.top + 0.045, 0.045, cut.top + 0.085), (0.85,) * 3 if dark else (0.2,) * 3,
                    opacity=0.85)


def _neck_band(canvas: Canvas, cut: Cut, cloth: Cloth, depth: float, *, pointed: bool = False,
               width: float = 0.05) -> None:
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


def _buttons(canvas: Canvas, x: float, ys: Sequence[float], rgb: Sequence[float], radius: float = 0.016) -> None:
    """Sew a row of small buttons."""
    for y in ys:
        canvas.tint(ellipse(x + 0.004, y + 0.006, radius * 1.1), (0.05, 0.05, 0.05), opacity=0.3)
        canvas.tint(ellipse(x, y, radius), rgb)
        canvas.tint(ellipse(x - 0.3 * radius, y - 0.3 * radius, 0.35 * radius), (1, 1, 1), opacity=0.4)


def draw_tshirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a T-shirt: short or long sleeves, round or V neck."""
    cut = _cut(product, rng)
    pointed = product.details["neck"] == "v-neck"
    depth = {"round": 0.13, "v-neck": 0.26, "scoop": 0.22}[product.details["neck"]]
    trim = cloth.plain(cloth.accent) if rng.random() < 0.15 and cloth.accents else cloth.plain()
    _sleeves(canvas, cut, _quiet_sleeve(cloth), product.details["sleeve"], rng)
    _inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=pointed), cloth, bulge=0.09, soft=0.07, origin=_chest(cloth, -0.08))
    _body_creases(canvas, cut, body, rng)
    _neck_band(canvas, cut, trim.still(), depth, pointed=pointed)
    hem = np.array([(-0.6, cut.bottom - 0.045), (0.6, cut.bottom - 0.045)])
    canvas.seam([hem], darkness=0.14, within=body)


def _chest(cloth: Cloth, y: float) -> tuple[float, float]:
    """Return where the zero point of the pattern lies: a print's middle on the chest."""
    return (0.0, y) if cloth.pattern == "graphic print" else (0.0, 0.0)


def _quiet_sleeve(cloth: Cloth) -> Cloth:
    """Return what sleeves are cut from: a chest print or block stays off them."""
    if cloth.pattern == "colour block" and cloth.repeat.variant % 3 == 1:
        return cloth.plain(cloth.accents[0])
    return cloth.plain() if cloth.pattern in ("graphic print", "colour block") else cloth


def draw_polo(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a polo: a soft turned collar and a short buttoned placket."""
    cut = _cut(product, rng, neck=0.15)
    tipped = cloth.accents and rng.random() < 0.5
    trim = cloth.plain(cloth.accent if tipped else trim_of(cloth.rgb) if rng.random() < 0.3 else None)
    _sleeves(canvas, cut, _quiet_sleeve(cloth), product.details["sleeve"], rng, cuff=trim.still())
    _inside_back(canvas, cut, cloth, 0.12)
    body = canvas.lay(cut.body(0.10), cloth, bulge=0.09, soft=0.07)
    _body_creases(canvas, cut, body, rng)
    end = cut.top + rng.uniform(0.36, 0.46)
    canvas.lay(box(-0.042, cut.top + 0.09, 0.042, end), cloth.still(), bulge=0.02, soft=0.02, lift=0.25)
    canvas.seam([box(-0.028, end - 0.05, 0.028, end - 0.02)], darkness=0.2)
    pale = (0.9, 0.9, 0.88) if lightness(cloth.rgb) < 0.6 else shade(cloth.rgb, -0.45)
    _buttons(canvas, 0.0, np.linspace(cut.top + 0.17, end - 0.07, int(rng.integers(2, 4))), pale)
    _collar(canvas, cut, trim.still(), spread=0.16, drop=0.17)


def _collar(canvas: Canvas, cut: Cut, cloth: Cloth, *, spread: float, drop: float) -> None:
    """Lay the stand at the back and the two pointed leaves of a turned collar."""
    stand = spline(mirrored([
        (0.0, cut.top - 0.045), (0.7 * cut.neck, cut.top - 0.04), (cut.neck + 0.02, cut.top, SHARP),
        (0.8 * cut.neck, cut.top + 0.05), (0.0, cut.top + 0.03),
    ]))
    canvas.lay(stand, cloth.plain(shade(cloth.rgb, -0.18)), bulge=0.02, soft=0.02, lift=0.15)
    leaf = spline([
        (cut.neck * 0.86, cut.top - 0.045), (cut.neck + 0.035, cut.top + 0.015, SHARP),
        (spread + 0.03, cut.top + drop, SHARP), (0.012, cut.top + 0.115, SHARP),
        (0.45 * cut.neck, cut.top + 0.06),
    ])
    for side in (leaf, flipped(leaf)):
        piece = canvas.lay(side, cloth, bulge=0.03, soft=0.02, lift=0.4)
        canvas.seam([side * (0.9, 1.0) + (0.0, -0.006)], darkness=0.07, within=piece)


def draw_shirt(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a buttoned shirt: stiff collar, placket, buttons, perhaps a pocket."""
    cut = _cut(product, rng, neck=0.15, hem=0.44)
    long = product.details["sleeve"] == "long"
    _sleeves(canvas, cut, cloth, product.details["sleeve"], rng, cuff=cloth.still() if long else None)
    _inside_back(canvas, cut, cloth, 0.13)
    outline = cut.body(0.13, pointed=True)
    body = canvas.lay(outline, cloth, bulge=0.085, soft=0.07)
    _body_creases(canvas, cut, body, rng)
    canvas.lay(box(-0.038, cut.top + 0.1, 0.038, cut.bottom + 0.02), cloth.still(0.02), bulge=0.02,
               soft=0.018, lift=0.22, within=body)
    pale = (0.92, 0.92, 0.9) if lightness(cloth.rgb) < 0.75 else (0.62, 0.62, 0.62)
    _buttons(canvas, 0.0, np.linspace(cut.top + 0.2, cut.bottom - 0.1, 7), pale, 0.014)
    pocket = spline([(0.11, -0.33, SHARP), (0.30, -0.33, SHARP), (0.30, -0.13, SHARP), (0.205, -0.10, SHARP),
                     (0.11, -0.13, SHARP)])
    places = {"": (), "chest pocket": (pocket,), "two pockets": (pocket, flipped(pocket))}
    for place in places[product.details["pockets"]]:
        canvas.lay(place, cloth.still(0.02), bulge=0.012, soft=0.02, lift=0.2)
    _collar(canvas, cut, cloth.still(), spread=0.15, drop=0.2)


def draw_sweater(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a knitted sweater: ribbed hem, cuffs and neck."""
    cut = _cut(product, rng, waist=0.43, hem=0.40)
    neck = product.details["neck"]
    depth = {"round": 0.12, "v-neck": 0.30, "turtleneck": 0.05}[neck]
    rib = cloth.of("corduroy", shade(cloth.rgb, -0.06)).still()
    _sleeves(canvas, cut, cloth, "long", rng, cuff=rib, wide=0.31)
    _inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=neck == "v-neck"), cloth, bulge=0.10, soft=0.08)
    _body_creases(canvas, cut, body, rng)
    canvas.lay(box(-0.6, cut.bottom - 0.11, 0.6, cut.bottom + 0.05), rib, bulge=0.03, soft=0.03, lift=0.2, within=body)
    if neck == "turtleneck":
        roll = spline(mirrored([
            (0.0, cut.top - 0.13), (0.85 * cut.neck, cut.top - 0.135, SHARP), (0.98 * cut.neck, cut.top - 0.02),
            (cut.neck, cut.top + 0.05, SHARP), (0.0, cut.top + 0.10),
        ]))
        canvas.lay(roll, rib, bulge=0.06, soft=0.04)
    else:
        _neck_band(canvas, cut, rib, depth, pointed=neck == "v-neck", width=0.07)


def draw_hoodie(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a hoodie: hood, cords, ribs and a kangaroo pocket, closed or with a zip."""
    cut = _cut(product, rng, top=-0.55, waist=0.44, hem=0.41, neck=0.19)
    rib = cloth.of("corduroy", shade(cloth.rgb, -0.05)).still()
    _sleeves(canvas, cut, _quiet_sleeve(cloth), "long", rng, cuff=rib, wide=0.33)
    _hood(canvas, cut, cloth, rng)
    body = canvas.lay(cut.body(0.15, pointed=True), cloth, bulge=0.10, soft=0.08, origin=_chest(cloth, -0.03))
    _body_creases(canvas, cut, body, rng)
    canvas.lay(box(-0.6, cut.bottom - 0.10, 0.6, cut.bottom + 0.05), rib, bulge=0.03, soft=0.03, lift=0.2, within=body)
    pocket = spline(mirrored([
        (0.0, 0.24), (0.19, 0.24, SHARP), (0.30, 0.44), (0.31, cut.bottom - 0.115, SHARP), (0.0, cut.bottom - 0.11),
    ]))
    canvas.lay(pocket, cloth.plain() if cloth.pattern == "graphic print" else cloth, bulge=0.03, soft=0.03, lift=0.3)
    _hood_front(canvas, cut, cloth, rng)
    if product.details["closure"] == "zip":
        _zip(canvas, 0.0, cut.top + 0.15, cut.bottom, rng)


def _hood(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's back and its dark inside."""
    high = cut.top - rng.uniform(0.30, 0.36)
    crown = spline(mirrored([
        (0.0, high), (0.20, high + 0.05), (0.285, cut.top - 0.10), (0.27, cut.top + 0.10), (0.0, cut.top + 0.16),
    ]))
    canvas.lay(crown, cloth.plain(), bulge=0.08, soft=0.06)
    inside = spline(mirrored([
        (0.0, high + 0.075), (0.13, high + 0.11), (0.19, cut.top - 0.06), (0.12, cut.top + 0.1), (0.0, cut.top + 0.17),
    ]))
    canvas.lay(inside, cloth.plain(shade(cloth.rgb, -0.42)).still(), bulge=-0.03, soft=0.05, lift=0.0)


def _hood_front(canvas: Canvas, cut: Cut, cloth: Cloth, rng: np.random.Generator) -> None:
    """Lay the hood's crossed fronts and the cords that hang from them."""
    front = spline([
        (0.275, cut.top - 0.08), (0.285, cut.top + 0.06), (0.12, cut.top + 0.15), (-0.03, cut.top + 0.22, SHARP),
        (-0.05, cut.top + 0.16, SHARP), (0.09, cut.top + 0.07), (0.19, cut.top - 0.06),
    ])
    for side in (flipped(front), front):
        canvas.lay(side, cloth.plain(), bulge=0.05, soft=0.03, lift=0.35)
    cord = rgb_of("white") if rng.random() < 0.5 and lightness(cloth.rgb) < 0.7 else trim_of(cloth.rgb)
    for side in (1.0, -1.0):
        fall = rng.uniform(0.26, 0.38)
        line = [(side * 0.075, cut.top + 0.13), (side * (0.085 + rng.normal(0, 0.012)), cut.top + 0.13 + 0.5 * fall),
                (side * (0.08 + rng.normal(0, 0.02)), cut.top + 0.13 + fall)]
        canvas.lay(ribbon(line, [0.02] * 3), cloth.of("cotton", cord).still(), bulge=0.02, soft=0.01, lift=0.3)


def _zip(canvas: Canvas, x: float, top: float, bottom: float, rng: np.random.Generator, *,
         rgb: Sequence[float] | None = None) -> None:
    """Sew in a zip with its pull."""
    teeth = rgb if rgb is not None else METALS["silver" if rng.random() < 0.7 else "gunmetal"]
    canvas.seam([np.array([(x, top), (x, bottom)])], darkness=0.35, width=0.045)
    line = np.array([(x, top), (x, bottom)])
    canvas.tint(canvas.strokes([line], 0.02), shade(np.asarray(teeth, np.float32), -0.25))
    canvas.stitch(line, teeth, dash=0.022, width=0.018, opacity=1.0)
    canvas.tint(box(x - 0.014, top + 0.02, x + 0.014, top + 0.09, radius=0.01), teeth)


def draw_jacket(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a jacket; its material decides which: blazer, denim, leather, puffer or bomber."""
    style = {"wool": _blazer, "denim": _denim_jacket, "leather": _leather_jacket, "nylon": _puffer}
    style.get(product.material, _bomber)(canvas, product, cloth, rng)


def _jacket_base(
    canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator, *, cuff: Cloth | None,
    hem: float = 0.43, bottom: float = 0.68, depth: float = 0.16, bulge: float = 0.10,
) -> tuple[Cut, Stencil]:
    cut = _cut(product, rng, shoulder=0.49, chest=0.46, waist=0.44, hem=hem, bottom=bottom, neck=0.17)
    _sleeves(canvas, cut, _quiet_sleeve(cloth), "long", rng, cuff=cuff, wide=0.34)
    _inside_back(canvas, cut, cloth, depth)
    body = canvas.lay(cut.body(depth, pointed=True), cloth, bulge=bulge, soft=0.08)
    _body_creases(canvas, cut, body, rng)
    return cut, body


def _blazer(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=None, bottom=0.78, hem=0.46, depth=0.5)
    lapel = spline([
        (cut.neck * 0.9, cut.top - 0.03, SHARP), (cut.neck + 0.06, cut.top + 0.06), (0.27, cut.top + 0.28, SHARP),
        (0.20, cut.top + 0.31, SHARP), (0.25, cut.top + 0.36, SHARP), (0.012, cut.top + 0.72, SHARP),
        (0.02, cut.top + 0.48),
    ])
    edge = np.array([(0.0, cut.top + 0.68), (0.012, cut.bottom + 0.02)])
    canvas.seam([edge], darkness=0.5, width=0.014, within=body)
    for side in (lapel, flipped(lapel)):
        canvas.lay(side, cloth.still(0.01), bulge=0.035, soft=0.025, lift=0.4)
    _buttons(canvas, 0.0, (cut.top + 0.82, cut.top + 1.0)[: int(rng.integers(1, 3))], shade(cloth.rgb, -0.55), 0.024)
    for side in (1.0, -1.0):
        flap = box(0.16, 0.30, 0.36, 0.36, radius=0.01) * (side, 1.0)
        canvas.lay(flap, cloth.still(), bulge=0.012, soft=0.015, lift=0.35)
    canvas.lay(box(0.17, -0.20, 0.33, -0.165), cloth.still(), bulge=0.01, soft=0.01, lift=0.3)


def _denim_jacket(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=cloth.still(), hem=0.41, bottom=0.62)
    thread = (0.80, 0.58, 0.28) if lightness(cloth.rgb) < 0.6 else shade(cloth.rgb, -0.4)
    band = cut.bottom - 0.09
    canvas.lay(box(-0.6, band, 0.6, cut.bottom + 0.05), cloth.still(), bulge=0.02, soft=0.02, lift=0.3, within=body)
    canvas.lay(box(-0.04, cut.top + 0.12, 0.04, cut.bottom + 0.02), cloth.still(), bulge=0.02, soft=0.02, lift=0.25, within=body)
    yoke = cut.top + 0.33
    lines = [np.array([(side * 0.42, yoke), (side * 0.05, yoke)]) for side in (1, -1)]
    lines += [np.array([(side * 0.10, yoke + 0.13), (side * 0.055, band)]) for side in (1, -1)]
    lines += [np.array([(side * 0.29, yoke + 0.13), (side * 0.24, band)]) for side in (1, -1)]
    canvas.seam(lines, darkness=0.35, within=body)
    for line in lines:
        canvas.stitch(line + (0.012, 0.012), thread, within=body)
    for side in (1.0, -1.0):
        flap = spline([(0.10, yoke, SHARP), (0.29, yoke, SHARP), (0.29, yoke + 0.08, SHARP), (0.195, yoke + 0.13, SHARP),
                       (0.10, yoke + 0.08, SHARP)]) * (side, 1.0)
        canvas.lay(flap, cloth.still(), bulge=0.015, soft=0.015, lift=0.35)
        canvas.stitch(flap * 0.96 + (side * 0.008, yoke * 0.04), thread)
        _buttons(canvas, side * 0.195, (yoke + 0.095,), METALS["gold"], 0.013)
    _buttons(canvas, 0.0, np.linspace(cut.top + 0.2, cut.bottom - 0.045, 6), METALS["gold"], 0.017)
    _collar(canvas, cut, cloth.still(), spread=0.22, drop=0.21)


def _leather_jacket(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=cloth.still(0.02), bottom=0.64, depth=0.22)
    end = cut.bottom - 0.02
    lapel = spline([
        (cut.neck * 0.95, cut.top - 0.02, SHARP), (0.26, cut.top + 0.10, SHARP), (0.30, cut.top + 0.28, SHARP),
        (0.16, cut.top + 0.36), (0.02, cut.top + 0.56, SHARP), (0.03, cut.top + 0.3),
    ])
    _zip(canvas, 0.035, cut.top + 0.42, end, rng)
    for side in (lapel, flipped(lapel)):
        piece = canvas.lay(side, cloth.still(0.02), bulge=0.045, soft=0.03, lift=0.45)
        canvas.seam([side * (0.93, 0.985)], darkness=0.15, within=piece)
    for side in (1.0, -1.0):
        line = np.array([(side * 0.33, 0.10), (side * 0.20, 0.36)])
        canvas.seam([line], darkness=0.4, width=0.03, within=body)
        canvas.stitch(line, METALS["silver"], dash=0.022, width=0.014, opacity=0.9)
    canvas.seam([np.array([(side * 0.3, cut.top + 0.09), (side * 0.34, cut.bottom)]) for side in (1, -1)],
                darkness=0.22, within=body)


def _puffer(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=cloth.plain(trim_of(cloth.rgb)).still(), bulge=0.13)
    gap = rng.uniform(0.13, 0.19)
    rows = np.arange(cut.top + 0.22, cut.bottom - 0.03, gap)
    bows = [spline([(-0.8, y + rng.normal(0, 0.008)), (0.0, y + 0.025), (0.8, y + rng.normal(0, 0.008))], closed=False)
            for y in rows]
    canvas.crease(bows, width=0.05, depth=0.075)
    canvas.seam(bows, darkness=0.22, width=0.01, within=None)
    collar = spline(mirrored([
        (0.0, cut.top - 0.10), (0.16, cut.top - 0.10, SHARP), (0.20, cut.top), (0.21, cut.top + 0.08, SHARP),
        (0.0, cut.top + 0.15),
    ]))
    canvas.lay(collar, cloth.plain().still(0.03), bulge=0.07, soft=0.04)
    _zip(canvas, 0.0, cut.top - 0.06, cut.bottom, rng)


def _bomber(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    rib = cloth.of("corduroy", trim_of(cloth.rgb)).still()
    cut, body = _jacket_base(canvas, product, cloth, rng, cuff=rib, hem=0.40, bottom=0.64)
    canvas.lay(box(-0.6, cut.bottom - 0.10, 0.6, cut.bottom + 0.05), rib, bulge=0.03, soft=0.03, lift=0.25, within=body)
    collar = spline(mirrored([
        (0.0, cut.top - 0.05), (0.15, cut.top - 0.055, SHARP), (0.205, cut.top + 0.03, SHARP), (0.12, cut.top + 0.12),
        (0.0, cut.top + 0.20, SHARP),
    ]))
    canvas.lay(collar, rib, bulge=0.04, soft=0.025, lift=0.35)
    inner = spline(mirrored([(0.0, cut.top - 0.02), (0.10, cut.top - 0.02), (0.07, cut.top + 0.06), (0.0, cut.top + 0.11)]))
    canvas.lay(inner, cloth.plain(shade(cloth.rgb, -0.4)).still(), bulge=0, lift=0)
    _zip(canvas, 0.0, cut.top + 0.17, cut.bottom, rng)
    for side in (1.0, -1.0):
        line = np.array([(side * 0.33, 0.12), (side * 0.24, 0.36)])
        canvas.seam([line], darkness=0.4, width=0.022, within=body)


TOPS: tuple[Kind, ...] = (
    Kind("t-shirt", draw_tshirt, (*_FABRIC_PATTERNS, "graphic print", "graphic print"),
         ("cotton", "cotton", "linen", "polyester"),
         details={"sleeve": ("short", "short", "short", "long"), "neck": ("round", "round", "v-neck", "scoop")}, zoom=1.06),
    Kind("shirt", draw_shirt,
         ("solid", "solid", "checked", "checked", "vertical stripes", "vertical stripes", "horizontal stripes",
          "floral", "polka dot", "camouflage", "animal print"),
         ("cotton", "cotton", "linen", "silk", "denim"), ("Men", "Men", "Women"),
         {"sleeve": ("long", "long", "short"), "pockets": ("", "chest pocket", "two pockets")}, pattern_period=0.16),
    Kind("polo", draw_polo, ("solid", "solid", "solid", "horizontal stripes", "horizontal stripes", "colour block",
                             "checked", "polka dot", "camouflage", "vertical stripes"),
         ("cotton", "cotton", "polyester"), ("Men", "Men", "Women"),
         {"sleeve": ("short", "short", "short", "long")}),
    Kind("hoodie", draw_hoodie, ("solid", "solid", "solid", "graphic print", "graphic print", "camouflage",
                                 "horizontal stripes", "colour block", "animal print"),
         ("cotton", "fleece", "fleece"), details={"closure": ("pullover", "pullover", "zip")}),
    Kind("sweater", draw_sweater, ("solid", "solid", "solid", "horizontal stripes", "horizontal stripes", "argyle",
                                   "argyle", "colour block", "herringbone", "polka dot"),
         ("knit",), details={"neck": ("round", "v-neck", "turtleneck")}),
    Kind("jacket", draw_jacket, ("solid", "solid", "solid", "solid", "camouflage", "checked", "colour block",
                                 "herringbone"),
         ("wool", "denim", "leather", "nylon", "polyester"), ("Men", "Men", "Women", "Unisex")),
)  # fmt: skip
"""The kinds of tops."""
