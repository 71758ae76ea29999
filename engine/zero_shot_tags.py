"""Tags for any photo: the words of a model's vocabulary whose vectors are nearest to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.encoders.model_folder import no_text_side
from engine.encoders.word_embeddings import WordEmbeddings, telling_words
from engine.errors import CollectionError
from engine.selection import even_places
from engine.storage import Collection
from engine.text import singular, words

N_TAGS = 10
_MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class TagCoverage:
    """How often the true label's word is among the first tags.

    Parameters
    ----------
    key
        The attribute that holds the label.
    n_photos
        Photos tagged.
    n_tags
        Tags of each.
    share
        Of the photos whose label's last word is among them, 0 to 1.
    """

    key: str
    n_photos: int
    n_tags: int
    share: float


def tags_of(
    encoder: Encoder, photos: NDArray[np.float32], k: int = N_TAGS
) -> list[list[tuple[str, float]]]:
    """Return the `k` nearest words of each photo with their cosine, the nearest first.

    Parameters
    ----------
    encoder
        A model that understands words.
    photos
        Unit rows, shape (n, n_dims).

    Raises
    ------
    ModelError
        It understands none.
    """
    if encoder.tokenizer is None:
        raise no_text_side(encoder.name)
    return WordEmbeddings(encoder, telling_words(encoder, _MOST_WORDS)).nearest(photos, k)


def measure_tags(
    collection: Collection, encoder: Encoder, key: str, *, n_photos: int = 200, k: int = N_TAGS
) -> TagCoverage:
    """Measure how often a photo's label is among its tags.

    A label counts as found when its last word, which in English names the thing ("sports *shoes*"),
    is among the tags in either number.

    Parameters
    ----------
    collection
        Its photos are tagged, at most `n_photos` of those labelled, evenly spread.
    encoder
        The model of the collection.
    key
        Attribute that holds the label.

    Raises
    ------
    CollectionError
        No photo has that attribute.
    """
    labelled = [p for p in collection.catalogue.all_photos() if words(p.attributes.get(key, ""))]
    if not labelled:
        raise CollectionError(
            "no photo has this attribute", value=key, remedy="'info' and 'search' name others"
        )
    chosen = [labelled[place] for place in even_places(len(labelled), n_photos)]
    rows = np.asarray(collection.embeddings[[photo.row for photo in chosen]], np.float32)
    tagged = tags_of(encoder, rows, k)
    hits = [
        singular(words(photo.attributes[key])[-1]) in {word for word, _ in tags}
        for photo, tags in zip(chosen, tagged, strict=True)
    ]
    return TagCoverage(key, len(chosen), k, float(np.mean(hits)))
