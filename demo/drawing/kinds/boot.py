"""Boot, seen from the side with the toe to the right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth, made_of
from demo.drawing.kinds.trimmings import thread_laces
from demo.drawing.outline import SHARP, Points, curve, ellipse, ribbon, spline
from demo.drawing.palette import METALS, lightness, shade
from demo.drawing.product import Kind, Product
from demo.drawing.stencil import Stencil


@dataclass(frozen=True)
class Last:
    """The measures of a boot, in picture units.

    Parameters
    ----------
    top, foot, floor
        Heights of the shaft's mouth, of the foot's heel and of the ground (y grows downwards).
    back, front
        Where the shaft begins and ends.
    """

    top: float
    foot: float
    floor: float
    back: float
    front: float

    @classmethod
    def of(cls, product: Product) -> Last:
        """Return the measures that shaft and heel ask for."""
        top = {"ankle": -0.38, "mid-calf": -0.62, "knee-high": -0.88}[product.details["shaft"]]
        lift = {"flat": 0.07, "block": 0.20, "high": 0.30}[product.details["heel"]]
        low = top > -0.5
        floor = 0.62 if low else 0.82
        return cls(top, floor - lift, floor, -0.52, 0.02 if low else -0.01)

    @property
    def lift(self) -> float:
        """How high the foot's heel stands above the ground."""
        return self.floor - self.foot

    @property
    def is_heeled(self) -> bool:
        """Whether there is a heel apart from the sole."""
        return self.lift > 0.1

    def upper(self) -> Points:
        """Return the outline of shaft and foot."""
        back, front, foot, floor = self.back, self.front, self.foot, self.floor
        return spline(
            (back, foot - 0.02, SHARP),
            (back - 0.035, foot - 0.18),
            (back + 0.03, 0.5 * (foot - 0.4 + self.top)),
            (back - 0.005, self.top, SHARP),
            (0.5 * (back + front), self.top + 0.035),
            (front, self.top, SHARP),
            (front - 0.03, 0.5 * (foot - 0.5 + self.top)),
            (front + 0.02, foot - 0.36),
            (front + 0.20, floor - 0.32),
            (front + 0.46, floor - 0.26),
            (front + 0.60, floor - 0.14),
            (front + 0.58, floor - 0.055, SHARP),
            (front + 0.2, floor - 0.05),
            (-0.22, foot if self.is_heeled else floor - 0.06),
        )


def draw_boot(canvas: Canvas, product: Product, cloth: Cloth, rng: np.random.Generator) -> None:
    """Draw a boot: a shaft to the ankle, the calf or the knee; laced, zipped or pulled on."""
    last = Last.of(product)
    inside = cloth.of("suede", shade(cloth.rgb, -0.45)).still()
    mouth = ellipse(
        0.5 * (last.back + last.front), last.top + 0.008, 0.5 * (last.front - last.back), 0.05
    )
    canvas.lay(mouth, inside, bulge=-0.03, soft=0.03, lift=0)
    if last.is_heeled:
        _set_heel(canvas, last, rng)
    body = canvas.lay(last.upper(), cloth, bulge=0.12, soft=0.085, lift=0.2)
    _crease_boot(canvas, last, body, rng)
    if not last.is_heeled:
        _lay_flat_sole(canvas, last, rng)
    close = {"lace-up": _lace_up, "zip": _zip_up, "pull-on": _set_in_elastic}
    close[product.details["closure"]](canvas, last, cloth, body)
    seam = curve(
        (last.back - 0.05, last.foot - 0.22),
        (last.back + 0.2, last.foot - 0.26),
        (last.front + 0.05, last.foot - 0.2),
        (last.front + 0.2, last.floor - 0.1),
    )
    canvas.seam([seam], darkness=0.2, within=body)


def _lace_up(canvas: Canvas, last: Last, cloth: Cloth, body: Stencil) -> None:
    lace = shade(cloth.rgb, -0.55 if lightness(cloth.rgb) > 0.3 else 0.45)
    start = last.front - 0.045, max(last.top + 0.08, last.foot - 0.75)
    thread_laces(canvas, start, (last.front + 0.16, last.floor - 0.36), 6, lace, wide=0.13)


def _zip_up(canvas: Canvas, last: Last, cloth: Cloth, body: Stencil) -> None:
    teeth = curve(
        (last.back + 0.24, last.top + 0.05),
        (last.back + 0.25, 0.5 * (last.top + last.foot)),
        (last.back + 0.22, last.foot - 0.08),
    )
    canvas.seam([teeth], darkness=0.45, width=0.026, within=body)
    canvas.stitch(teeth, METALS["silver"], dash=0.02, width=0.014, within=body)


def _set_in_elastic(canvas: Canvas, last: Last, cloth: Cloth, body: Stencil) -> None:
    """Set in the elastic of a Chelsea boot; a tall boot is pulled on without."""
    if last.top < -0.5:
        return
    panel = spline(
        (last.back + 0.17, last.top + 0.04, SHARP),
        (last.front - 0.14, last.top + 0.04, SHARP),
        (last.front - 0.17, last.foot - 0.30),
        (last.back + 0.2, last.foot - 0.30),
    )
    elastic = cloth.of("corduroy", shade(cloth.rgb, -0.25))
    canvas.lay(panel, elastic, bulge=-0.02, soft=0.02, lift=0.0, within=body)


def _crease_boot(canvas: Canvas, last: Last, body: Stencil, rng: np.random.Generator) -> None:
    """Press the furrows of the ankle, of a slack shaft and of the bending toes."""
    back, front, foot, tall = last.back, last.front, last.foot, last.top
    lines = []
    for y in (foot - 0.32, foot - 0.25, *rng.uniform(tall + 0.2, foot - 0.3, 2)):
        lines.append(
            curve(
                (front + 0.04, y - 0.03),
                (0.5 * (front + back), y + 0.03),
                (back + 0.1, y - rng.uniform(-0.02, 0.05)),
            )
        )
    for x in (front + 0.2, front + 0.27):
        lines.append(curve((x - 0.02, foot - 0.15), (x + 0.02, foot + 0.02)))
    canvas.crease(lines, width=0.04, depth=0.03, within=body)


def _sole_rubber(rng: np.random.Generator) -> Cloth:
    return made_of("rubber", (0.12, 0.11, 0.11) if rng.random() < 0.7 else (0.42, 0.28, 0.17))


def _set_heel(canvas: Canvas, last: Last, rng: np.random.Generator) -> None:
    """Set the heel and the thin sole that the foot then stands on."""
    back, front, foot, floor, lift = last.back, last.front, last.foot, last.floor, last.lift
    dark = _sole_rubber(rng)
    slim = 0.24 if lift < 0.25 else 0.13
    heel = spline(
        (back - 0.03, foot - 0.08, SHARP),
        (back + 0.31, foot - 0.03, SHARP),
        (back + slim + 0.02, foot + 0.5 * lift),
        (back + slim, floor, SHARP),
        (back + 0.03, floor, SHARP),
        (back + 0.005, foot + 0.4 * lift),
    )
    canvas.lay(heel, dark, bulge=0.06, soft=0.04)
    line = [
        (back + 0.02, foot - 0.03),
        (-0.22, foot + 0.005),
        (front + 0.10, floor - 0.055),
        (front + 0.33, floor - 0.04),
        (front + 0.58, floor - 0.06),
    ]
    canvas.lay(ribbon(line, [0.06, 0.06, 0.075, 0.08, 0.06]), dark, bulge=0.03, soft=0.02, lift=0.0)


def _lay_flat_sole(canvas: Canvas, last: Last, rng: np.random.Generator) -> None:
    """Lay a flat lugged sole."""
    back, front, floor = last.back, last.front, last.floor
    sole = spline(
        (back - 0.045, floor - 0.10, SHARP),
        (-0.2, floor - 0.085),
        (front + 0.3, floor - 0.085),
        (front + 0.62, floor - 0.12, SHARP),
        (front + 0.635, floor - 0.05),
        (front + 0.56, floor),
        (0.0, floor),
        (back, floor),
        (back - 0.05, floor - 0.03),
    )
    piece = canvas.lay(sole, _sole_rubber(rng), bulge=0.04, soft=0.03, lift=0.45)
    lugs = np.arange(back, front + 0.6, 0.075)
    grooves = [np.array([(x, floor - 0.035), (x, floor + 0.01)]) for x in lugs]
    canvas.seam(grooves, darkness=0.45, width=0.018, within=piece)


BOOT = Kind(
    name="boot",
    draw=draw_boot,
    patterns={"solid": 1},
    materials={"leather": 2, "suede": 1, "rubber": 1},
    genders={"Men": 1, "Women": 2},
    details={
        "shaft": {"ankle": 2, "mid-calf": 1, "knee-high": 1},
        "heel": {"flat": 2, "block": 1, "high": 1},
        "closure": {"lace-up": 2, "zip": 1, "pull-on": 1},
    },
    standing=True,
    turn=0.04,
    may_face_left=True,
)
