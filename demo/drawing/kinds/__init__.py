"""Every kind of product, and how one is chosen by chance.

A kind is a function that draws it from outlines, with the attributes it may have: see
`demo.drawing.product.Kind`. To add one, write its file beside the others and a
line here; `demo.drawing.words` then needs a word for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from demo.drawing.kinds.backpack import BACKPACK
from demo.drawing.kinds.bands import BELT, SCARF, TIE
from demo.drawing.kinds.boot import BOOT
from demo.drawing.kinds.cap import CAP
from demo.drawing.kinds.dress import DRESS
from demo.drawing.kinds.handbag import HANDBAG
from demo.drawing.kinds.heel import HEEL
from demo.drawing.kinds.hoodie import HOODIE
from demo.drawing.kinds.jackets import JACKET
from demo.drawing.kinds.jeans import JEANS
from demo.drawing.kinds.sandal import SANDAL
from demo.drawing.kinds.skirt import SKIRT
from demo.drawing.kinds.sneaker import SNEAKER
from demo.drawing.kinds.sunglasses import SUNGLASSES
from demo.drawing.kinds.tops import POLO, SHIRT, SWEATER, T_SHIRT
from demo.drawing.kinds.trousers import SHORTS, TROUSERS
from demo.drawing.kinds.umbrella import UMBRELLA
from demo.drawing.kinds.watch import WATCH
from demo.drawing.palette import COLOURS, partner
from demo.drawing.product import Kind, Product, Weights

_ALL = (
    T_SHIRT,
    SHIRT,
    POLO,
    SWEATER,
    HOODIE,
    JACKET,
    DRESS,
    SKIRT,
    TROUSERS,
    JEANS,
    SHORTS,
    SNEAKER,
    BOOT,
    SANDAL,
    HEEL,
    HANDBAG,
    BACKPACK,
    CAP,
    SUNGLASSES,
    WATCH,
    SCARF,
    BELT,
    TIE,
    UMBRELLA,
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})
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
    colour = _any_of(chosen.colours or dict.fromkeys(COLOURS, 1), rng)
    pattern = _any_of(chosen.patterns, rng)
    return Product(
        kind=chosen.name,
        colour=colour,
        second_colour="" if pattern in _PATTERNS_OF_ONE_COLOUR else partner(colour, rng),
        pattern=pattern,
        material=_any_of(_materials_for(pattern, chosen.materials), rng),
        gender=_any_of(chosen.genders, rng),
        details={name: _any_of(values, rng) for name, values in chosen.details.items()},
    )


def _any_of(weights: Weights, rng: np.random.Generator) -> str:
    """Return one of the names, each as often as its weight says."""
    return str(rng.choice([name for name, weight in weights.items() for _ in range(weight)]))


def _materials_for(pattern: str, materials: Weights) -> Weights:
    """Return the materials that are made with such a pattern; all of them if none is."""
    woven = {
        name: weight for name, weight in materials.items() if name not in _UNPATTERNED_MATERIALS
    }
    return materials if pattern == "solid" else woven or materials
