"""Occlusion: what a photo's embedding is without each part of it.

A tower that mixes all places into one row cannot say which of them gave what. So each part is
covered with the mean colour in turn, and what the similarity loses by that is what the part gave
(Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.encoders.places import LeftOutPlaces

N_PARTS = 7  # a side


def left_out(
    embed: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    pixels: NDArray[np.uint8],
    colour: NDArray[np.float32],
) -> LeftOutPlaces:
    """Cover each part of one photo in turn.

    Parameters
    ----------
    embed
        Turns photos into unit rows.
    pixels
        (size_px, size_px, 3).
    colour
        (3,), in shares of 255: what a part is covered with.
    """
    edges = np.linspace(0, len(pixels), N_PARTS + 1).round().astype(int)
    spans = [slice(start, stop) for start, stop in pairwise(edges)]
    covered = np.repeat(pixels[None], 1 + N_PARTS * N_PARTS, axis=0)
    for number, (down, across) in enumerate(((d, a) for d in spans for a in spans), start=1):
        covered[number, down, across] = np.rint(colour * 255)
    rows = embed(covered)
    return LeftOutPlaces(rows[0], rows[1:].reshape(N_PARTS, N_PARTS, -1))
