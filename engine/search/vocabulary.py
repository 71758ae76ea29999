"""The words of a model: which it really knows, and how far above them all a text fits a photo.

Where no caption says what is on a photo, the model alone can tell whether a text has an answer. How
near the two lie says little: every text and every photo has a level of its own. But a photo of a
lion is nearer to *lion* than to most other words, and a photo that is merely the nearest there is
to *lion* has a word of its own that fits better. So a photo's words are asked against each other,
as in zero-shot classification.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.text import SubwordTokenizer, singular
from engine.text.stopwords import is_telling
from engine.words import WordVectors

# A word that training showed less often has hardly found its place; where words are read by their
# pieces, what the pieces mean helps.
SELDOM = 20
_SELDOM_IN_PIECES = 5
_MAX_WORDS, _LEAST_WORDS = 500, 100
# Words nearer to a text than this may mean the same, and are no rivals of it.
_SAME = 0.5
# Seen so often, a word is used for something; seen less, it is asked whether its neighbours are
# those of general English. Words of brands and slogans correlate by less than this.
_SURE, _LEAST_AGREEMENT = 400, 0.08
_SEVERAL = 3
_LEAST_SPREAD = 1e-4
_MAX_REMEMBERED = 10_000


class ModelVocabulary:
    """The frequent words of a model as rows of its space.

    Parameters
    ----------
    encoder
        A model; one without words knows none.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._tokenizer = encoder.tokenizer
        self.knows = lru_cache(_MAX_REMEMBERED)(self._knows)

    @cached_property
    def words(self) -> list[str]:
        """The words that training showed often and a photo can be held to, most frequent first."""
        if self._tokenizer is None:
            return []
        often = self._tokenizer.frequent(2 * _MAX_WORDS)
        found = [w for w in often if is_telling(w) and self._tokenizer.count(w) >= SELDOM]
        return found[:_MAX_WORDS]

    @property
    def can_contrast(self) -> bool:
        """Whether there are enough words to ask against each other."""
        return len(self.words) >= _LEAST_WORDS

    @cached_property
    def _rows(self) -> NDArray[np.float32]:
        if not self.words:
            return np.empty((0, self._encoder.n_dims), np.float32)
        return self._encoder.embed_texts(self.words)

    def margins(
        self, text: NDArray[np.float32], photos: NDArray[np.float32]
    ) -> NDArray[np.float64]:
        """Return how far above every other word a text fits each photo, in spreads.

        0 says that some other word fits as well; a spread is the standard deviation of the photo's
        similarities to all words, which makes models of any scale comparable.

        Parameters
        ----------
        text
            Its unit row, (n_dims,).
        photos
            Unit rows, (n, n_dims).
        """
        # On one core: see `engine.index.exact`.
        similarities = np.vecdot(self._rows, photos[:, None])
        rivals = np.vecdot(self._rows, text) < _SAME
        best = np.where(rivals, similarities, -1.0).max(axis=1)
        return ((np.vecdot(photos, text) - best) / similarities.std(axis=1)).astype(np.float64)

    def shown(self, photos: NDArray[np.float32]) -> list[str]:
        """Return the word that fits each photo best, of those that fit several, commonest first.

        Words are compared by how far above their own usual similarity they are here: a word that
        lies near to every photo says nothing of any.
        """
        if not self.can_contrast or len(photos) < _SEVERAL:
            return []
        similarities = np.vecdot(self._rows, photos[:, None])
        spreads = np.maximum(similarities.std(axis=0), _LEAST_SPREAD)
        above = (similarities - similarities.mean(axis=0)) / spreads
        best = Counter(self.words[place] for place in above.argmax(axis=1).tolist())
        return [word for word, n in best.most_common() if n >= _SEVERAL]

    def _knows(self, word: str) -> bool:
        """Tell whether the model can have learned what a word looks like; all who ask, ask here.

        Training must have shown it, and used it as others do: to a model of clothes, *dog* is a
        word of slogans, and stands among them. Its similarities to the other words are compared
        with those of word vectors that come from captions of all kinds. A model that reads words
        by their pieces learned them from more than its captions: of such, a word must be a piece
        of its own or be seen some times.

        References
        ----------
        Kriegeskorte, Mur and Bandettini, "Representational similarity analysis", Frontiers in
        Systems Neuroscience 2, 2008: two spaces agree as far as their similarities correlate.
        """
        if self._tokenizer is None:
            return False
        n_seen = self._tokenizer.count(word)
        if isinstance(self._tokenizer, SubwordTokenizer):
            return n_seen >= _SELDOM_IN_PIECES or self._tokenizer.is_whole(word)
        is_used = n_seen >= _SURE or self._agreement(word) >= _LEAST_AGREEMENT
        return n_seen >= SELDOM and is_used

    def _agreement(self, word: str) -> float:
        """Return the correlation with general English, 1 where there is nothing to compare."""
        if len(self._shared) < _LEAST_WORDS:
            return 1.0
        vectors, general, centred = self._general
        row, missing = vectors.vectors([word])
        if missing[0]:
            return 1.0
        here = centred @ (self._encoder.embed_texts([word])[0] - self._centre)
        other = np.array([singular(each) != singular(word) for each in self._shared])
        return float(np.corrcoef(here[other], (general @ row[0])[other])[0, 1])

    @cached_property
    def _shared(self) -> list[str]:
        vectors = WordVectors.open()
        return [word for word in self.words if word in vectors]

    @cached_property
    def _centre(self) -> NDArray[np.float32]:
        return self._rows.mean(axis=0)

    @cached_property
    def _general(self) -> tuple[WordVectors, NDArray[np.float32], NDArray[np.float32]]:
        """Word vectors, and the shared words as rows of both spaces."""
        vectors = WordVectors.open()
        general, _ = vectors.vectors(self._shared)
        shared = set(self._shared)
        rows = self._rows[[word in shared for word in self.words]] - self._centre
        return vectors, general, rows / np.linalg.norm(rows, axis=1, keepdims=True)
