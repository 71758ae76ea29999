"""Combinations kept out of training, so that answers to what no caption ever said can be measured.

Each is of things that often come with others: orange trousers and teal skirts are drawn, an orange
skirt is not. The lists were chosen among combinations that titles of two real shops lacked too.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from demo.drawing.product import Product

Names = tuple[str, ...]

HELD_OUT_COLOURS: Mapping[str, Names] = MappingProxyType(
    {
        "trousers": ("yellow", "orange"),
        "skirt": ("teal", "orange"),
        "scarf": ("olive", "orange"),
        "boot": ("yellow", "green", "purple"),
        "umbrella": ("maroon", "navy blue", "beige"),
        "hoodie": ("olive", "beige"),
        "backpack": ("teal", "maroon"),
        "cap": ("teal",),
        "sunglasses": ("navy blue",),
        "belt": ("orange",),
        "jeans": ("olive",),
        "watch": ("olive",),
    }
)
"""Kind → colours that no drawing for training shows it in."""

HELD_OUT_PATTERNS: Mapping[str, Names] = MappingProxyType(
    {
        "umbrella": ("checked",),
        "sneaker": ("floral",),
        "backpack": ("polka dot",),
        "trousers": ("herringbone",),
        "sweater": ("colour block",),
        "polo": ("camouflage",),
        "handbag": ("animal print",),
    }
)
"""Kind → patterns that no drawing for training shows on it, in any colour."""

HELD_OUT_LOOKS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "shorts": (("yellow", "colour block"), ("purple", "polka dot"), ("teal", "camouflage")),
        "jacket": (("brown", "herringbone"), ("green", "camouflage"), ("purple", "colour block")),
        "tie": (("brown", "floral"), ("maroon", "polka dot"), ("teal", "striped")),
        "polo": (("olive", "striped"), ("orange", "colour block"), ("teal", "polka dot")),
        "dress": (("olive", "animal print"), ("teal", "striped"), ("white", "checked")),
        "sweater": (("grey", "herringbone"), ("white", "argyle"), ("brown", "striped")),
        "scarf": (("navy blue", "polka dot"), ("black", "argyle"), ("beige", "animal print")),
        "skirt": (("black", "floral"), ("purple", "striped"), ("maroon", "polka dot")),
        "handbag": (("green", "striped"), ("yellow", "floral"), ("blue", "colour block")),
        "t-shirt": (("yellow", "checked"), ("grey", "polka dot"), ("green", "colour block")),
        "hoodie": (("teal", "graphic print"), ("navy blue", "colour block")),
        "belt": (("white", "herringbone"), ("navy blue", "animal print"), ("brown", "checked")),
        "sunglasses": (("white", "animal print"), ("orange", "striped")),
        "sandal": (("brown", "floral"), ("olive", "animal print"), ("yellow", "striped")),
        "umbrella": (("pink", "polka dot"), ("white", "striped"), ("purple", "floral")),
        "trousers": (("green", "striped"), ("pink", "checked"), ("red", "camouflage")),
        "cap": (("orange", "herringbone"), ("maroon", "checked"), ("navy blue", "floral")),
        "backpack": (("purple", "graphic print"), ("beige", "camouflage"), ("pink", "checked")),
        "sneaker": (("beige", "camouflage"), ("white", "checked"), ("black", "animal print")),
        "heel": (("olive", "polka dot"), ("brown", "floral"), ("navy blue", "animal print")),
        "shirt": (("orange", "camouflage"), ("maroon", "polka dot")),
    }
)
"""Kind → (colour, pattern) that no drawing for training shows together on it."""


def pattern_family(pattern: str) -> str:
    """Return what a person calls a pattern: stripes are striped, whichever way they run.

    >>> pattern_family("diagonal stripes"), pattern_family("floral")
    ('striped', 'floral')
    """
    return "striped" if pattern.endswith(" stripes") else pattern


def is_held_out(kind: str, colour: str = "", pattern: str = "") -> bool:
    """Return whether these together are a combination that training must not see.

    >>> is_held_out("skirt", "teal"), is_held_out("skirt", "red", "floral")
    (True, False)
    """
    family = pattern_family(pattern)
    return (
        colour in HELD_OUT_COLOURS.get(kind, ())
        or family in HELD_OUT_PATTERNS.get(kind, ())
        or (colour, family) in HELD_OUT_LOOKS.get(kind, ())
    )


def shows_held_out(product: Product) -> bool:
    """Return whether a product, by either of its colours, is a held-out combination.

    The second colour counts as well, for a caption may name both.
    """
    colours = {product.colour, product.second_colour}
    return any(is_held_out(product.kind, colour, product.pattern) for colour in colours)
