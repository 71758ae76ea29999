"""Photos chosen on a map: what they have in common, in values and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalogue.postings import fold
from engine.encoders import Encoder
from engine.encoders.word_embeddings import WordEmbeddings
from engine.maps.cluster_words import most_telling, share_of_words
from engine.maps.photo_table import PhotoTable
from engine.selection import top_k

_MIN_SHARE = 0.3
_MIN_LIFT = 1.15
_WORDS_ASKED = 600


@dataclass(frozen=True, slots=True)
class Common:
    """A value that the chosen photos share more than the others do.

    Parameters
    ----------
    key, value
        Attribute and value.
    share, overall
        Share of the chosen photos that have it, and of all photos, 0 to 1.
    """

    key: str
    value: str
    share: float
    overall: float


def in_common(table: PhotoTable, places: NDArray[np.integer]) -> list[Common]:
    """Return the values that stand out among chosen photos, the most telling first.

    Parameters
    ----------
    table
        The collection's photos.
    places
        Which of them are chosen.

    Returns
    -------
    list of Common
        Values that at least 3 in 10 have, and 15 % more of them than of all photos. Of a choice
        of everything nothing stands out.
    """
    if not len(places):
        return []
    found = []
    for key, values in table.counts_among(places).items():
        for value, n in values:
            share = n / len(places)
            everywhere = table.shares.get(key, {}).get(fold(value), 0.0)
            if share >= _MIN_SHARE and share >= _MIN_LIFT * everywhere:
                found.append(Common(key, value, share, everywhere))
    return sorted(found, key=lambda each: (each.overall - each.share, each.key))


def words_in_common(table: PhotoTable, places: NDArray[np.integer], n_words: int = 6) -> list[str]:
    """Return the words that tell chosen photos from the others."""
    if not len(places):
        return []
    inside, overall = share_of_words(table.words_at(places)), share_of_words(table.words)
    return most_telling(inside, overall, len(places), len(table))[:n_words]


def words_of_the_model(
    encoder: Encoder, chosen: NDArray[np.float32], everything: NDArray[np.float32], n_words: int = 6
) -> list[str]:
    """Describe photos by the words whose rows lie nearest to theirs.

    Parameters
    ----------
    encoder
        A model that understands words; one that does not gives none.
    chosen, everything
        (n, n_dims), unit rows. What all photos have in common is taken away, or every choice
        would be called by the same words.
    """
    if encoder.tokenizer is None or not len(chosen):
        return []
    direction = chosen.mean(axis=0)
    if len(chosen) < len(everything):
        direction = direction - everything.mean(axis=0)
    known = WordEmbeddings(encoder, encoder.tokenizer.frequent(_WORDS_ASKED))
    return [word for word, _ in known.nearest(direction[None], n_words)[0]]


def most_typical(embeddings: NDArray[np.float32], n: int) -> list[int]:
    """Return the n rows nearest to the mean of all: those that stand for the others.

    Examples
    --------
    >>> most_typical(np.array([[1, 0], [0.8, 0.6], [0, 1]], "float32"), 1)
    [1]
    """
    return top_k(embeddings @ embeddings.mean(axis=0), n).tolist()
