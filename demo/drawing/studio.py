"""The studio: from a seed to one finished picture with its attributes and captions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.drawing.canvas import Canvas, Pose
from demo.drawing.captions import write_captions
from demo.drawing.cloth import weave_cloth
from demo.drawing.held_out import shows_held_out
from demo.drawing.kinds import KINDS, choose_product
from demo.drawing.product import Product


@dataclass(frozen=True)
class Drawing:
    """A drawn product.

    Parameters
    ----------
    pixels
        uint8 (size_px, size_px, 3).
    attributes
        What is true of it: kind, colour, pattern, material, gender and the kind's own details.
    captions
        A title, a description and a short alternative text in a shop's words.
    """

    pixels: np.ndarray
    attributes: dict[str, str]
    captions: tuple[str, ...]


def draw_product(
    seed: int,
    size_px: int = 192,
    *,
    product: Product | None = None,
    without_held_out: bool = False,
) -> Drawing:
    """Draw the product that belongs to a seed.

    The same seed gives the same product, picture and words, at any size.

    Parameters
    ----------
    seed
        0 or more.
    size_px
        Width and height of the picture, at least 32.
    product
        Draw this one instead of choosing; the seed then decides only look and words.
    without_held_out
        Whether to choose again until the product is no combination of `demo.drawing.held_out`.

    Returns
    -------
    Drawing
        Pixels, true attributes, captions.

    Raises
    ------
    ValueError
        For a negative seed or a size below 32.

    Examples
    --------
    >>> drawing = draw_product(7, 64)
    >>> drawing.pixels.shape, sorted(drawing.attributes)[:2], len(drawing.captions)
    ((64, 64, 3), ['colour', 'gender'], 3)
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    choice, look, words = (np.random.default_rng([seed, stream]) for stream in range(3))
    if product is None:
        product = choose_product(choice)
        while without_held_out and shows_held_out(product):
            product = choose_product(choice)
    return Drawing(
        pixels=_photograph(product, size_px, look),
        attributes=product.attributes(),
        captions=write_captions(product, words),
    )


def _photograph(product: Product, size_px: int, rng: np.random.Generator) -> np.ndarray:
    """Return the picture of the product: uint8 (size_px, size_px, 3)."""
    kind = KINDS[product.kind]
    cloth = weave_cloth(
        product.colour,
        product.second_colour,
        product.pattern,
        product.material,
        rng,
        period=kind.pattern_period,
    )
    pose = Pose.at_random(rng, turn=kind.turn, zoom=kind.zoom, may_face_left=kind.may_face_left)
    canvas = Canvas(size_px, rng, pose, folds=cloth.fabric.folds)
    kind.draw(canvas, product, cloth, rng)
    return canvas.finish(standing=kind.standing)
