"""Where in a photo each part of a query was found, and which words lie nearest to a photo.

What each part gave to a match is part of the match itself (`engine.search.Match.parts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders.places import SeesPlaces
from engine.encoders.word_embeddings import WordEmbeddings, telling_words
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


# Words that training showed less often than this, or than this share of the most frequent one, lie
# where chance put them.
_OFTEN = 40
_SHARE = 0.006
_MAX_WORDS = 3_000


class WordBook:
    """The model's frequent words, each set against the background of one collection.

    A word that lies near to every photo says nothing of any, so words are compared by how far
    above their own usual similarity they are, in spreads. Function words, filler and praise are
    left out: no photo shows them.

    Parameters
    ----------
    engine
        Its encoder's vocabulary and its collection's background.
    """

    def __init__(self, engine: SearchEngine) -> None:
        often = telling_words(engine.encoder, _MAX_WORDS)
        tokenizer = engine.encoder.tokenizer
        counts = [tokenizer.count(word) for word in often] if tokenizer else []
        least = max(_OFTEN, _SHARE * max(counts, default=0))
        known = [word for word, count in zip(often, counts, strict=True) if count >= least]
        self._words = WordEmbeddings(engine.encoder, known)
        background, rows = engine.background, self._words.embeddings
        self._levels = rows @ background.mean
        self._spreads = np.array([background.spread(row) for row in rows], np.float32)

    def nearest(self, embedding: NDArray[np.float32], n: int = 5) -> list[tuple[str, float]]:
        """Return the words nearest to a photo, and how many spreads above usual each lies."""
        return self.nearest_of(embedding[None], n)[0]

    def nearest_of(
        self, embeddings: NDArray[np.float32], n: int = 3
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest words of several photos, (n_photos, n_dims), as `nearest` does."""
        return self._words.nearest(embeddings, n, levels=self._levels, spreads=self._spreads)
