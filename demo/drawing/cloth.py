"""Cloth: what a piece is made of, its fabric, its dye and its pattern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from demo.drawing.motif import draw_motif
from demo.drawing.palette import Paint, Rgb, dyed, lightness, rgb_of, shade
from demo.drawing.pattern import PATTERNS, Repeat
from demo.drawing.weave import threads


@dataclass(frozen=True)
class Fabric:
    """How a material takes light.

    Parameters
    ----------
    gloss
        0 (wool) to 1 (patent leather).
    drape
        How deep its folds are.
    folds
        Their character: see `demo.drawing.noise.fold_tile`.
    weave, weave_period, weave_depth
        The grain one sees: a name from `demo.drawing.weave.WEAVES`, or ``none``; its period in
        picture units and its strength.
    fibre
        How far its threads are seen on a dark dye too, as undyed ones are in denim.
    """

    gloss: float
    drape: float
    folds: str
    weave: str
    weave_period: float
    weave_depth: float
    fibre: float = 0.1


FABRICS: Mapping[str, Fabric] = MappingProxyType(
    {
        "cotton": Fabric(0.05, 0.041, "crumple", "jersey", 0.05, 0.022),
        "linen": Fabric(0.04, 0.068, "crumple", "slub", 0.055, 0.060),
        "denim": Fabric(0.05, 0.041, "crumple", "twill", 0.056, 0.070, 0.30),
        "wool": Fabric(0.02, 0.027, "slack", "fuzz", 0.075, 0.085, 0.20),
        "knit": Fabric(0.02, 0.020, "slack", "knit", 0.095, 0.110),
        "fleece": Fabric(0.02, 0.030, "slack", "pile", 0.075, 0.070),
        "silk": Fabric(0.70, 0.080, "drape", "crinkle", 0.10, 0.014),
        "satin": Fabric(1.00, 0.110, "drape", "none", 0.02, 0.0),
        "chiffon": Fabric(0.10, 0.060, "drape", "crinkle", 0.085, 0.075, 0.25),
        "polyester": Fabric(0.20, 0.036, "drape", "plain", 0.055, 0.018),
        "nylon": Fabric(0.34, 0.060, "crumple", "ripstop", 0.13, 0.040, 0.20),
        "corduroy": Fabric(0.08, 0.028, "slack", "rib", 0.085, 0.130),
        "leather": Fabric(1.00, 0.044, "slack", "pebble", 0.06, 0.030),
        "suede": Fabric(0.00, 0.018, "slack", "nap", 0.070, 0.085),
        "canvas": Fabric(0.03, 0.022, "slack", "plain", 0.055, 0.075),
        "mesh": Fabric(0.12, 0.018, "slack", "holes", 0.085, 0.160),
        "rubber": Fabric(0.30, 0.000, "slack", "none", 0.02, 0.0),
        "metal": Fabric(0.95, 0.000, "slack", "none", 0.02, 0.0),
        "plastic": Fabric(0.85, 0.000, "slack", "none", 0.02, 0.0),
        "straw": Fabric(0.08, 0.014, "slack", "basket", 0.12, 0.180),
    }
)


@dataclass(frozen=True)
class Cloth:
    """A fabric in its colours: the surface that `Canvas.lay` covers pieces with.

    Parameters
    ----------
    rgb
        The ground colour, float32 (3,) in [0, 1].
    accents
        The pattern's colours, one per layer (the last serves all further layers).
    """

    rgb: Rgb
    fabric: Fabric
    accents: tuple[Rgb, ...] = ()
    pattern: str = "solid"
    repeat: Repeat = field(default_factory=Repeat)

    @property
    def gloss(self) -> float:
        """How much it shines."""
        return self.fabric.gloss

    @property
    def drape(self) -> float:
        """How deep its folds are."""
        return self.fabric.drape

    @property
    def accent(self) -> Rgb:
        """The pattern's first colour; without a pattern a shade of the ground."""
        return self.accents[0] if self.accents else shade(self.rgb, -0.25)

    def albedo(self, u: np.ndarray, v: np.ndarray, pixel: float) -> np.ndarray:
        """Return the colour at each place of the cloth: float32 (rows, columns, 3) in [0, 1]."""
        colour = np.empty((*u.shape, 3), np.float32)
        colour[:] = self.rgb
        for step, layer in enumerate(PATTERNS[self.pattern](u, v, pixel, self.repeat)):
            ink = self.accents[min(step, len(self.accents) - 1)]
            colour += (ink - colour) * layer[..., None]
        if self.fabric.weave != "none":
            self._show_threads(colour, u, v, pixel)
        return colour

    def plain(self, paint: Paint | None = None) -> Cloth:
        """Return the same fabric in one colour: its own ground, or the one given."""
        rgb = self.rgb if paint is None else np.asarray(paint, np.float32)
        return replace(self, rgb=rgb, pattern="solid")

    def of(self, fabric: str, paint: Paint | None = None) -> Cloth:
        """Return a plain piece of another fabric in this colour, or the one given."""
        return replace(self.plain(paint), fabric=FABRICS[fabric])

    def still(self, drape: float = 0.0) -> Cloth:
        """Return the same cloth stretched so that folds have that depth only."""
        return replace(self, fabric=replace(self.fabric, drape=drape))

    def unprinted(self) -> Cloth:
        """Return what pockets and sleeves are cut from: a chest print stays off them."""
        return self.plain() if self.pattern == "graphic print" else self

    def print_at(self, y: float) -> tuple[float, float]:
        """Return the pattern's zero point: the middle of a print at that height, else (0, 0)."""
        return (0.0, y) if self.pattern == "graphic print" else (0.0, 0.0)

    def _show_threads(self, colour: np.ndarray, u: np.ndarray, v: np.ndarray, pixel: float) -> None:
        """Let the weave's light and dark lie on the colour, in place."""
        fabric = self.fabric
        period = fabric.weave_period * (0.88, 1.0, 1.14)[self.repeat.variant % 3]
        tone = threads(fabric.weave, period, u, v, pixel) * np.float32(fabric.weave_depth)
        colour += (colour + np.float32(fabric.fibre)) * tone[..., None]


def polished(name: str) -> Cloth:
    """Return a metal by its name in `METALS`."""
    return Cloth(rgb_of(name), FABRICS["metal"])


def made_of(fabric: str, paint: Paint) -> Cloth:
    """Return a plain piece of a fabric in any colour."""
    return Cloth(np.asarray(paint, np.float32), FABRICS[fabric])


def weave_cloth(
    colour: str,
    second: str,
    pattern: str,
    material: str,
    rng: np.random.Generator,
    *,
    period: float = 0.2,
) -> Cloth:
    """Return a cloth as its attributes say, with everything they leave open drawn by chance.

    Parameters
    ----------
    colour, second
        Names from `COLOURS`; `second` is the pattern's and may be empty for a solid cloth.
    pattern, material
        Names from `PATTERNS` and `FABRICS`.
    period
        Typical width of the pattern's repeat, in picture units.

    Examples
    --------
    >>> cloth = weave_cloth("red", "white", "polka dot", "cotton", np.random.default_rng(1))
    >>> cloth.pattern, len(cloth.accents) >= 1
    ('polka dot', True)
    """
    ground = dyed(colour, rng)
    repeat = Repeat(
        period=period * float(rng.uniform(0.7, 1.35)),
        share=float(rng.uniform(0.28, 0.42)),
        phase=(float(rng.random()), float(rng.random())),
        variant=int(rng.integers(6)),
        motif=draw_motif(rng) if pattern == "graphic print" else None,
    )
    accents: tuple[Rgb, ...] = ()
    if pattern == "camouflage":
        accents = (shade(ground, -0.38), shade(ground, 0.3), shade(ground, -0.7))
    elif pattern == "herringbone":
        accents = (shade(ground, 0.4 if lightness(ground) < 0.45 else -0.32),)
    elif pattern != "solid":
        accents = (dyed(second, rng), *_further_inks(ground, second, pattern, rng))
    return Cloth(ground, FABRICS[material], accents, pattern, repeat)


def _further_inks(
    ground: Rgb, second: str, pattern: str, rng: np.random.Generator
) -> tuple[Rgb, ...]:
    """Return the colours that a pattern's smaller layers take."""
    if pattern == "floral":
        leaf = dyed("green", rng) * 0.85 if second != "green" else shade(rgb_of("green"), -0.4)
        heart = rgb_of("yellow") if second != "yellow" else rgb_of("brown")
        return leaf.astype(np.float32), heart
    if pattern == "animal print":
        return (shade(ground, -0.3),)
    return (shade(dyed(second, rng), 0.35 if rng.random() < 0.5 else -0.35),)
