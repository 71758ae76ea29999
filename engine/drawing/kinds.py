"""Every kind in one place, and how a product of some kind is chosen by chance."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from engine.drawing.accessories import ACCESSORIES
from engine.drawing.bags import BAGS
from engine.drawing.bottoms import BOTTOMS
from engine.drawing.palette import COLOURS, partner
from engine.drawing.product import Kind, Product
from engine.drawing.shoes import SHOES
from engine.drawing.tops import TOPS

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for kind in (*TOPS, *BOTTOMS, *SHOES, *BAGS, *ACCESSORIES)}
)
"""Name → kind, for all twenty-four."""

_PLAIN_MATERIALS = frozenset({"leather", "suede", "rubber", "corduroy", "straw"})
_OWN_SECOND = frozenset({"solid", "camouflage", "herringbone"})


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
    materials = [m for m in chosen.materials if pattern == "solid" or m not in _PLAIN_MATERIALS]
    return Product(
        kind=chosen.name,
        colour=colour,
        second_colour="" if pattern in _OWN_SECOND else partner(colour, rng),
        pattern=pattern,
        material=str(rng.choice(materials or list(chosen.materials))),
        gender=str(rng.choice(chosen.genders)),
        details={name: str(rng.choice(values)) for name, values in chosen.details.items()},
    )
