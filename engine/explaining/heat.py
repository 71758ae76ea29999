"""Heat: which places of a photo gave its similarity to a chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders.places import SeesPlaces
from engine.errors import ModelError, PhotoError
from engine.images import read_photo
from engine.search import QueryPart, SearchEngine


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """Where one chip was found in one photo.

    Parameters
    ----------
    chip
        The chip.
    places
        (height, width) over the square that the model saw of the photo: what each place gave to
        the photo's similarity, in the same unit; below zero where it spoke against the chip.
    rest
        What no place gave; places and rest add up to the chip's part in the similarity.
    """

    chip: QueryPart
    places: NDArray[np.float32]
    rest: float


def explain_places(engine: SearchEngine, chips: Sequence[QueryPart], row: int) -> list[Heat]:
    """Tell, for every chip, which places of a photo it was found in.

    Parameters
    ----------
    engine
        Whose collection has the photo.
    chips
        Of an answer.
    row
        Of the photo.

    Raises
    ------
    ModelError
        The model cannot tell places apart.
    PhotoError
        Neither the photo's file nor a thumbnail of it is left.
    """
    encoder = engine.encoder
    if not isinstance(encoder, SeesPlaces):
        raise ModelError(
            "this model cannot tell where in a photo it saw something", value=encoder.name
        )
    places = encoder.feature_places(_pixels(engine, row))
    found = []
    for chip in chips:
        heat, rest = places.heat(chip.embedding)
        found.append(Heat(chip, heat * chip.coefficient, rest * chip.coefficient))
    return found


def _pixels(engine: SearchEngine, row: int) -> NDArray[np.uint8]:
    """Return what the model saw of a photo: its own file, or else its thumbnail."""
    wanted = engine.encoder.preprocessing
    try:
        return read_photo(engine.collection.photo_file(row), wanted).pixels
    except PhotoError:
        thumbnail = engine.collection.thumbnail(row)
        if thumbnail is None:
            raise
        return read_photo(thumbnail, wanted).pixels
