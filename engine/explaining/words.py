"""The vocabulary as rows of the joint space, and a photo's nearest words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.search import SearchEngine
from engine.selection import top_k
from engine.text.stopwords import is_telling

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
        tokenizer = engine.encoder.tokenizer
        often = list(filter(is_telling, tokenizer.frequent(_MAX_WORDS))) if tokenizer else []
        counts = [tokenizer.count(word) for word in often] if tokenizer else []
        least = max(_OFTEN, _SHARE * max(counts, default=0))
        self.words = [word for word, count in zip(often, counts, strict=True) if count >= least]
        self._rows = (
            engine.encoder.embed_texts(self.words)
            if self.words
            else np.empty((0, engine.encoder.n_dims), np.float32)
        )
        background = engine.background
        self._levels = self._rows @ background.mean
        self._spreads = np.array([background.spread(row) for row in self._rows], np.float32)

    def nearest(self, embedding: NDArray[np.float32], n: int = 5) -> list[tuple[str, float]]:
        """Return the words nearest to a photo, and how many spreads above usual each lies."""
        return self.nearest_of(embedding[None], n)[0]

    def nearest_of(
        self, embeddings: NDArray[np.float32], n: int = 3
    ) -> list[list[tuple[str, float]]]:
        """Return the nearest words of several photos, (n_photos, n_dims), as `nearest` does."""
        if not self.words:
            return [[] for _ in embeddings]
        above = (embeddings @ self._rows.T - self._levels) / self._spreads
        first = top_k(above, n)
        return [
            [(self.words[place], float(line[place])) for place in places]
            for line, places in zip(above, first.tolist(), strict=True)
        ]
