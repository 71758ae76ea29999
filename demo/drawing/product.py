"""What is drawn: a product with its true attributes, and the kinds there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from demo.drawing.canvas import Canvas
from demo.drawing.cloth import Cloth


@dataclass(frozen=True)
class Product:
    """A product's true attributes, from which the picture and the words are made.

    Parameters
    ----------
    kind
        A name from `KINDS`.
    colour, second_colour
        Names from `COLOURS`; the second is the pattern's and empty where there is none.
    pattern, material
        Names from `PATTERNS` and `FABRICS`.
    gender
        ``Men``, ``Women`` or ``Unisex``.
    details
        What only this kind has, such as ``{"sleeve": "long", "neck": "round"}``.
    """

    kind: str
    colour: str
    second_colour: str
    pattern: str
    material: str
    gender: str
    details: Mapping[str, str] = field(default_factory=dict)

    def attributes(self) -> dict[str, str]:
        """Return all of it as one flat row; what the product lacks is left out."""
        row = {
            "kind": self.kind,
            "colour": self.colour,
            "second_colour": self.second_colour,
            "pattern": self.pattern,
            "material": self.material,
            "gender": self.gender,
            **self.details,
        }
        return {key: value for key, value in row.items() if value}


Draw = Callable[[Canvas, Product, Cloth, np.random.Generator], None]
Weights = Mapping[str, int]


@dataclass(frozen=True)
class Kind:
    """One kind of product: what it can be, and the function that draws it.

    Weights say how often a value comes, relative to its neighbours.

    Parameters
    ----------
    patterns, materials
        What it may come in: names from `PATTERNS` and `FABRICS`, with weights.
    genders
        Who wears it, with weights.
    details
        Further attributes and the values each may take, with weights; the empty value leaves the
        attribute out.
    colours
        Colours it comes in, with weights; empty for all alike.
    pattern_period
        Typical width of its pattern's repeat, in picture units.
    standing
        Whether it is photographed standing (shoes, bags) rather than lying flat.
    turn
        How far it may be turned, in radians.
    zoom
        How much larger than drawn it is shown.
    may_face_left
        Whether its mirror image is the same product.
    """

    name: str
    draw: Draw
    patterns: Weights
    materials: Weights
    genders: Weights = field(default_factory=lambda: {"Men": 1, "Women": 1, "Unisex": 1})
    details: Mapping[str, Weights] = field(default_factory=dict)
    colours: Weights = field(default_factory=dict)
    pattern_period: float = 0.2
    standing: bool = False
    turn: float = 0.07
    zoom: float = 1.0
    may_face_left: bool = False
