"""Heat: which places of a photo gave its similarity to a part."""

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
    """Where one part was found in one photo.

    Parameters
    ----------
    part
        The part.
    places
        (height, width) over the square that the model saw of the photo: what each place gave to
        the photo's similarity, in the same unit; below zero where it spoke against the part.
    rest
        What no place gave; places and rest add up to what the part gave.
    """

    part: QueryPart
    places: NDArray[np.float32]
    rest: float


def explain_places(engine: SearchEngine, parts: Sequence[QueryPart], row: int) -> list[Heat]:
    """Tell, for every part, which places of a photo it was found in.

    Parameters
    ----------
    engine
        Whose collection has the photo.
    parts
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
    for part in parts:
        heat, rest = places.heat(part.embedding)
        found.append(Heat(part, heat * part.coefficient, rest * part.coefficient))
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
