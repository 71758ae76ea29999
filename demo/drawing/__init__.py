"""Drawing: product pictures made from a seed, with their true attributes and a shop's words.

``draw_product`` makes one, ``draw_collection`` a folder of them. The rooms inside, bottom up:

- `outline` (curves), `noise` and `blur` (fields), `stencil` (what a shape covers), `pose`, `light`;
- `palette`, `pattern`, `motif`, `weave` and `cloth`: what things are made of;
- `canvas`: pieces of cloth laid one over another, then lit;
- `product` (true attributes) and `kinds` (one function per kind that draws it);
- `words` and `captions` (what a shop says), `held_out` (what training must not see);
- `studio` (one picture) and `collection` (many).

No picture is read and none is learned from: everything is computed here.
"""

from __future__ import annotations

from demo.drawing.captions import write_captions
from demo.drawing.cloth import FABRICS
from demo.drawing.collection import draw_collection, product_seed
from demo.drawing.held_out import is_held_out, pattern_family
from demo.drawing.kinds import KINDS, choose_product
from demo.drawing.palette import COLOURS
from demo.drawing.pattern import PATTERNS
from demo.drawing.product import Kind, Product
from demo.drawing.studio import Drawing, draw_product
from demo.drawing.words import COLOUR_WORDS, KIND_WORDS, MATERIAL_WORDS, PATTERN_WORDS

__all__ = [
    "COLOURS",
    "COLOUR_WORDS",
    "FABRICS",
    "KINDS",
    "KIND_WORDS",
    "MATERIAL_WORDS",
    "PATTERNS",
    "PATTERN_WORDS",
    "Drawing",
    "Kind",
    "Product",
    "choose_product",
    "draw_collection",
    "draw_product",
    "is_held_out",
    "pattern_family",
    "product_seed",
    "write_captions",
]
