"""Every kind of product, and how one is chosen by chance.

A kind is a function that draws it from outlines, with the attributes it may have: see
`engine.drawing.product.Kind`. To add one, write its function in the file of its family and a line
in that family's tuple; `captions` then needs a word for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from engine.drawing.kinds.accessories import ACCESSORIES
from engine.drawing.kinds.bags import BAGS
from engine.drawing.kinds.bands import BANDS
from engine.drawing.kinds.dresses import DRESSES
from engine.drawing.kinds.heels import HEELS
from engine.drawing.kinds.jackets import JACKETS
from engine.drawing.kinds.legwear import LEGWEAR
from engine.drawing.kinds.shoes import SHOES
from engine.drawing.kinds.tops import TOPS
from engine.drawing.palette import COLOURS, partner
from engine.drawing.product import Kind, Product

_FAMILIES = (TOPS, JACKETS, DRESSES, LEGWEAR, SHOES, HEELS, BAGS, ACCESSORIES, BANDS)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for family in _FAMILIES for kind in family}
)
"""Name → kind, for all twenty-four."""

_UNPATTERNED_MATERIALS = frozenset({"leather", "suede", "rubber", "corduroy", "straw"})
_PATTERNS_OF_ONE_COLOUR = frozenset({"solid", "camouflage", "herringbone"})


def choose_product(rng: np.random.Generator, *, kind: str | None = None) -> Product:
    """Return a product whose attributes are drawn by chance, as its kind allows.

    Parameters
    ----------
    rng
        Where chance comes from.
    kind
        A name from `KINDS`; any of them when left out.

    Examples
    --------
    >>> choose_product(np.random.default_rng(4), kind="belt").kind
    'belt'
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    chosen = KINDS[kind if kind is not None else str(rng.choice(list(KINDS)))]
    colour = str(rng.choice(chosen.colours or list(COLOURS)))
    pattern = str(rng.choice(chosen.patterns))
    materials = [
        material
        for material in chosen.materials
        if pattern == "solid" or material not in _UNPATTERNED_MATERIALS
    ]
    return Product(
        kind=chosen.name,
        colour=colour,
        second_colour="" if pattern in _PATTERNS_OF_ONE_COLOUR else partner(colour, rng),
        pattern=pattern,
        material=str(rng.choice(materials or list(chosen.materials))),
        gender=str(rng.choice(chosen.genders)),
        details={name: str(rng.choice(values)) for name, values in chosen.details.items()},
    )
