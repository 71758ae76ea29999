"""Tags for any photo: the words of a model's vocabulary whose vectors are nearest to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.encoders.model_folder import no_text_side
from engine.errors import CollectionError
from engine.selection import even_places, top_k
from engine.storage import Collection
from engine.text import singular, words
from engine.text.stopwords import is_telling

N_TAGS = 10
_MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A word said of a photo.

    Parameters
    ----------
    rank
        From 1, the nearest.
    word
        In the singular, as the vocabulary has it.
    similarity
        Cosine of the word and the photo, −1 to 1.
    """

    rank: int
    word: str
    similarity: float


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


class Tagger:
    """The words of a model as rows of its space, ready to be compared with photos.

    Parameters
    ----------
    encoder
        A model that understands words.

    Raises
    ------
    ModelError
        It understands none.
    """

    def __init__(self, encoder: Encoder) -> None:
        if encoder.tokenizer is None:
            raise no_text_side(encoder.name)
        self.words = list(filter(is_telling, encoder.tokenizer.frequent(_MOST_WORDS)))
        self._rows = encoder.embed_texts(self.words)

    def tags(self, photos: NDArray[np.float32], k: int = N_TAGS) -> list[list[Tag]]:
        """Return the `k` nearest words of each photo, nearest first.

        Parameters
        ----------
        photos
            Unit rows, shape (n, n_dims).
        """
        similarities = photos @ self._rows.T
        order = top_k(similarities, k)
        return [
            [Tag(rank, self.words[i], float(row[i])) for rank, i in enumerate(places, start=1)]
            for row, places in zip(similarities, order, strict=True)
        ]


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
    tagged = Tagger(encoder).tags(rows, k)
    hits = [
        singular(words(photo.attributes[key])[-1]) in {tag.word for tag in tags}
        for photo, tags in zip(chosen, tagged, strict=True)
    ]
    return TagCoverage(key, len(chosen), k, float(np.mean(hits)))
