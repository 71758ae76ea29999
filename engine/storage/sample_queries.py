"""Sample queries: what a collection is likely to be asked, from its own captions and photos."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.encoders import Encoder
from engine.index import PhotoIndex
from engine.selection import even_places, even_sample
from engine.text import words
from engine.text.stopwords import GLUE

_N_WORDS, _N_TUNING = 3, 200


def tune(
    index: PhotoIndex, catalogue: Catalogue, embeddings: NDArray[np.float32], encoder: Encoder
) -> None:
    """Let an index look as far as photos and texts of its own collection need."""
    if not index.is_exact:
        index.tune(
            photo_queries(catalogue, embeddings, _N_TUNING),
            text_queries(catalogue, encoder, _N_TUNING),
        )


def photo_queries(
    catalogue: Catalogue, embeddings: NDArray[np.float32], n: int
) -> NDArray[np.float32]:
    """Return unit rows of an even sample of the photos, (at most n, n_dims)."""
    return np.asarray(embeddings[even_sample(catalogue.live_rows(), n)], np.float32)


def text_queries(catalogue: Catalogue, encoder: Encoder, n: int) -> NDArray[np.float32]:
    """Return unit rows of texts as people type them, (at most n, n_dims).

    They are a few words of each of a sample of captions; without captions, words that the model
    knows best; none without a text side.
    """
    if encoder.tokenizer is None:
        return np.empty((0, encoder.n_dims), np.float32)
    photos = catalogue.photos(even_sample(catalogue.live_rows(), n))
    said = [_few_words(photo.captions[0]) for photo in photos if photo.captions]
    known = [text for text in said if encoder.tokenizer.sort_words(text)[0]]
    return encoder.embed_texts(known or encoder.tokenizer.frequent(n))


def _few_words(caption: str) -> str:
    """Return some telling words of a caption.

    >>> _few_words("A women's red dress with long sleeves")
    'women dress sleeves'
    """
    said = [word for word in dict.fromkeys(words(caption)) if word not in GLUE]
    return " ".join(said[place] for place in even_places(len(said), _N_WORDS))
