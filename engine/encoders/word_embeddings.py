"""Words as embeddings of a model, and which of them lie nearest to photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.selection import top_k
from engine.text.stopwords import is_telling


class WordEmbeddings:
    """Words as unit rows of a model's space, to be compared with photos.

    Parameters
    ----------
    encoder
        A model; one without words has none.
    words
        Which; none is fine.
    """

    def __init__(self, encoder: Encoder, words: Sequence[str]) -> None:
        self.words = list(words) if encoder.tokenizer else []
        empty = np.empty((0, encoder.n_dims), np.float32)
        self.embeddings = encoder.embed_texts(self.words) if self.words else empty

    def nearest(
        self,
        photos: NDArray[np.float32],
        n: int,
        *,
        levels: NDArray[np.float32] | float = 0.0,
        spreads: NDArray[np.float32] | float = 1.0,
    ) -> list[list[tuple[str, float]]]:
        """Return the `n` nearest words of each photo with their similarity, the nearest first.

        Parameters
        ----------
        photos
            Embeddings, (n_photos, n_dims).
        levels, spreads
            Of each word, (n_words,): similarities are told by how many spreads they lie above a
            level of the word's own, since a word near to every photo says nothing of any.
        """
        similarities = (photos @ self.embeddings.T - levels) / spreads
        return [
            [(self.words[place], float(row[place])) for place in places]
            for row, places in zip(similarities, top_k(similarities, n).tolist(), strict=True)
        ]


def telling_words(encoder: Encoder, n: int) -> list[str]:
    """Return those of a model's `n` most frequent words that a photo can be held to."""
    return list(filter(is_telling, encoder.tokenizer.frequent(n))) if encoder.tokenizer else []
