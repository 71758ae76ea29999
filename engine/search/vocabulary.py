"""The words of a model: which it really knows, and how far above them all a text fits a photo.

Where no caption says what is on a photo, the model alone can tell whether a text has an answer. How
near the two lie says little: every text and every photo has a level of its own. But a photo of a
lion is nearer to *lion* than to most other words, and a photo that is merely the nearest there is
to *lion* has words of its own that fit better. So a photo's words are asked against each other,
as in zero-shot classification. Which words fit a photo best does not depend on what is asked, so
that is found out once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.selection import largest_of_rows
from engine.text import SubwordTokenizer, singular
from engine.text.stopwords import is_telling
from engine.words import WordVectors

# A word that training showed less often has hardly found its place; where words are read by their
# pieces, what the pieces mean helps.
SELDOM = 20
_SELDOM_IN_PIECES = 5
_MAX_WORDS, _LEAST_WORDS = 500, 100
# Rivals of a text: of so many frequent words, those that fit a photo best, and the best few among
# them that are no synonyms; the mean of a few does not hang on a narrower word for the same thing.
_MAX_RIVALS, _N_KEPT, _N_RIVALS = 1_000, 16, 3
_ROWS_AT_ONCE = 4_096
# Words nearer to a text than this may mean the same, and are no rivals of it.
_SAME = 0.5
# Seen so often, a word is used for something; seen less, it is asked whether its neighbours are
# those of general English. Words of brands and slogans correlate by less than this.
_SURE, _LEAST_AGREEMENT = 400, 0.08
_SEVERAL = 3
_LEAST_SPREAD = 1e-4
_MAX_REMEMBERED = 10_000


@dataclass(frozen=True, eq=False)
class BestWords:
    """The words that fit photos best, best first.

    Parameters
    ----------
    words
        (n_words, n_dims) float16: all words that were asked.
    places
        (n, 16) uint16: which of them fit each photo.
    similarities
        (n, 16) float16: theirs to each photo.
    spreads
        (n,) float32: standard deviation of each photo's similarities to all words.
    """

    words: NDArray[np.float16]
    places: NDArray[np.uint16]
    similarities: NDArray[np.float16]
    spreads: NDArray[np.float32]

    @classmethod
    def of(cls, words: NDArray[np.floating], photos: NDArray[np.float32]) -> BestWords:
        """Compare words, (n_words, n_dims), and photos, (n, n_dims): unit rows."""
        n_kept = min(_N_KEPT, len(words))
        found = cls(
            words.astype(np.float16),
            np.empty((len(photos), n_kept), np.uint16),
            np.empty((len(photos), n_kept), np.float16),
            np.empty(len(photos), np.float32),
        )
        for start in range(0, len(photos), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            similarities = np.asarray(photos[part], np.float32) @ words.T
            found.places[part], found.similarities[part] = largest_of_rows(similarities, n_kept)
            found.spreads[part] = np.maximum(similarities.std(axis=1), _LEAST_SPREAD)
        return found

    def margins(
        self,
        text: NDArray[np.float32],
        rows: NDArray[np.int64],
        similarities: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Return how far above its best rivals a text fits each photo, in spreads.

        0 says that other words fit as well; a spread is the standard deviation of the photo's
        similarities to all words, which makes models of any scale comparable.

        Parameters
        ----------
        text
            Its unit row, (n_dims,).
        rows, similarities
            (n,): the photos, and theirs to the text.
        """
        # On one core: see `engine.index.exact`.
        is_rival = (np.vecdot(self._rows, text) < _SAME)[self.places[rows]]
        is_asked = is_rival & (is_rival.cumsum(axis=1) <= _N_RIVALS)
        is_asked[~is_rival.any(axis=1), -1] = True  # all may mean the same: the least of them
        fit = self.similarities[rows].astype(np.float32)
        rivals = np.where(is_asked, fit, 0).sum(axis=1) / is_asked.sum(axis=1)
        return ((similarities - rivals) / self.spreads[rows]).astype(np.float64)

    @cached_property
    def _rows(self) -> NDArray[np.float32]:
        return self.words.astype(np.float32)


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
        return self._frequent(_MAX_WORDS)

    def _frequent(self, n: int) -> list[str]:
        if self._tokenizer is None:
            return []
        often = self._tokenizer.frequent(2 * n)
        return [w for w in often if is_telling(w) and self._tokenizer.count(w) >= SELDOM][:n]

    @property
    def can_contrast(self) -> bool:
        """Whether there are enough words to ask against each other."""
        return len(self.words) >= _LEAST_WORDS

    @cached_property
    def _rows(self) -> NDArray[np.float32]:
        if not self.words:
            return np.empty((0, self._encoder.n_dims), np.float32)
        return self._encoder.embed_texts(self.words)

    def log_count(self, words: Sequence[str]) -> float:
        """Return the mean logarithm of how often training showed words, each at least once."""
        counts = [self._tokenizer.count(word) if self._tokenizer else 0 for word in words]
        return sum(math.log1p(count) for count in counts) / max(len(counts), 1)

    def best_words(self, photos: NDArray[np.float32]) -> BestWords:
        """Return the words that fit each photo best; `photos` are unit rows, (n, n_dims)."""
        return BestWords.of(self._encoder.embed_texts(self._frequent(_MAX_RIVALS)), photos)

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
        """Tell whether the model can have learned what a word looks like; all who ask, ask here."""
        # Training must have shown it, and used it as others do: to a model of clothes, *dog* is a
        # word of slogans. Two spaces agree as far as their similarities correlate (Kriegeskorte,
        # Mur and Bandettini, 2008). Of a model that reads pieces of words, a word must be a piece
        # or seen at times.
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
