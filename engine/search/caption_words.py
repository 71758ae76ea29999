"""Caption words: whether photos show what their captions say, or only say it in passing."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.relevance import Background
from engine.search.vocabulary import ModelVocabulary
from engine.selection import even_sample
from engine.storage import Collection
from engine.text import singular, words

# Of the first photos that say a word, so many are found, and so many of these read.
_N_READ, _N_LOOKED_AT = 256, 24
# A word is part of another where so large a share of what follows it is that one.
_ALWAYS = 0.9
# Photos that show a word stand at least so many spreads above all others, in the mean.
_LEAST_ABOVE = 0.5
_MAX_REMEMBERED = 10_000
_NEGATIONS = ("no ", "not ", "non ", "non-", "without ")


class CaptionWords:
    """What it is worth that captions say a word: whether the photos show it.

    Parameters
    ----------
    collection, encoder
        Whose photos and captions, and what embeds texts.
    background, vocabulary
        Of the collection and of the model.
    """

    def __init__(
        self,
        collection: Collection,
        encoder: Encoder,
        background: Background,
        vocabulary: ModelVocabulary,
    ) -> None:
        self._collection = collection
        self._encoder = encoder
        self._background = background
        self._vocabulary = vocabulary
        self.part_of = lru_cache(_MAX_REMEMBERED)(self._follower)
        self.is_in_passing = lru_cache(_MAX_REMEMBERED)(self._is_usual)

    def is_set_phrase(self, text: str) -> bool:
        """Tell whether captions mostly say a word after "no", as in *No Show* socks."""
        said = words(text)
        if len(said) != 2 or not text.lower().startswith(_NEGATIONS):
            return False
        catalogue, last = self._collection.catalogue, said[-1]
        n_together = len(catalogue.rows_saying(text, together=True, limit=_N_READ))
        return 2 * n_together > len(catalogue.rows_saying(last, limit=_N_READ))

    def _rows(self, word: str) -> NDArray[np.int64]:
        rows = self._collection.catalogue.rows_saying(word, limit=_N_READ)
        return even_sample(rows, _N_LOOKED_AT)

    def _follower(self, word: str) -> str:
        """Return the word that always follows a word in captions, "" where several do."""
        # *Snow* that is only ever said in *snow white* is no snow.
        after: Counter[str] = Counter()
        for photo in self._collection.catalogue.photos(self._rows(word)):
            for caption in photo.captions:
                said = [singular(each) for each in words(caption)]
                after.update(b for a, b in pairwise([*said, ""]) if a == singular(word))
        follower, n = after.most_common(1)[0] if after else ("", 0)
        return follower if n > 1 and n >= _ALWAYS * after.total() else ""

    def _is_usual(self, word: str) -> bool:
        """Tell whether photos whose captions say a word look to the model like any others."""
        # "Ships in a gift box" shows no box. What the model does not know it cannot tell.
        encoder, collection = self._encoder, self._collection
        rows = self._rows(word)
        if not len(rows) or not self._vocabulary.knows(word):
            return False
        row, background = encoder.embed_texts([word])[0], self._background
        similarities = np.asarray(collection.embeddings[rows], np.float32) @ row
        above = (float(similarities.mean()) - background.level(row)) / background.spread(row)
        return above < _LEAST_ABOVE
