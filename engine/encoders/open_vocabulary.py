"""The vocabulary of a published model: pieces of words, so that no word is unknown.

Its model read hundreds of millions of captions, and nobody counted their words. What asks for words
to try on a photo gets those of the models that come with Kindred, which are the words of captions.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.errors import ModelError
from engine.text import Tokenizer, words

# Often enough that nobody doubts a word: these models have met every word many times.
_OFTEN = 10_000
_MOST_WORDS = 2_000
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
CLEANINGS = ("whitespace", "lower", "canonicalize")


@dataclass(frozen=True, slots=True)
class Padding:
    """What fills a text up: a token, ``"right"`` or ``"left"`` of it."""

    token: str
    side: str = "right"

    def __post_init__(self) -> None:
        if self.side not in ("left", "right"):
            raise ValueError(f"padding_side {self.side!r} is not known")


class OpenWords(Tokenizer):
    """What is known of the words of a published model: none is unknown to it.

    Parameters
    ----------
    n_tokens
        Width of an encoded row.
    """

    def __init__(self, n_tokens: int) -> None:
        super().__init__(_caption_words(), n_tokens)

    def sort_words(self, text: str) -> tuple[list[str], list[str]]:
        """Return the words of `text`, each in order and once; none of them is unknown."""
        known = list(dict.fromkeys(words(text)))
        whole = text.strip()  # signs alone, such as 🐕, are read too
        return known or ([whole] if whole else []), []

    def count(self, word: str) -> int:
        """Return a number as large as that of any frequent word."""
        return _OFTEN

    def suggest(self, word: str, n: int = 3) -> list[str]:
        """Return nothing: a slip is read by its pieces, as the model has seen many."""
        return []

    def save(self, path: Path) -> None:
        """Refuse: the file it was read from is the vocabulary."""
        raise NotImplementedError("a published model's vocabulary is its own file")


class OpenVocabulary(OpenWords):
    """Token ids as a published model wants them.

    Parameters
    ----------
    file
        A ``tokenizer.json``; the `tokenizers` library reads it, and nothing in it is executed.
    n_tokens
        Width of an encoded row; what a text has beyond it is cut off.
    padding
        What a shorter text is filled up with, and on which side.
    clean
        What is done to a text first, by open_clip's names: ``"whitespace"`` (blanks are folded),
        ``"lower"`` or ``"canonicalize"`` (no punctuation, in lower case).

    Raises
    ------
    ModelError
        The file is damaged, or does not know its padding.
    """

    def __init__(self, file: Path, n_tokens: int, padding: Padding, clean: str) -> None:
        super().__init__(n_tokens)
        self._pieces = _read_pieces(file)
        self._clean = clean
        pad_id = self._pieces.token_to_id(padding.token)
        if pad_id is None:
            raise ModelError(
                "the tokenizer does not know its own padding",
                value=padding.token,
                remedy="Get the model again",
            )
        self._pieces.enable_truncation(max_length=n_tokens)
        self._pieces.enable_padding(
            direction=padding.side, length=n_tokens, pad_id=pad_id, pad_token=padding.token
        )

    @property
    def n_ids(self) -> int:
        """Number of ids in use, padding included."""
        return self._pieces.get_vocab_size()

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return token ids, shape (n_texts, n_tokens)."""
        return self.read(texts)[0]

    def read(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return token ids and the mask that is 0 where they are padding, (n_texts, n_tokens)."""
        found = self._pieces.encode_batch([cleaned(text, self._clean) for text in texts])
        shape = (len(texts), self.n_tokens)
        ids = np.array([each.ids for each in found], np.int32).reshape(shape)
        mask = np.array([each.attention_mask for each in found], np.int32).reshape(shape)
        return ids, mask


def cleaned(text: str, how: str) -> str:
    """Return a text as a model wants it cleaned; see `OpenVocabulary`.

    Examples
    --------
    >>> cleaned("A  Dog, running_fast!", "canonicalize")
    'a dog running fast'
    >>> cleaned("A  Dog!", "whitespace")
    'A Dog!'
    """
    if how == "canonicalize":
        text = text.replace("_", " ").translate(_NO_PUNCTUATION).lower()
    elif how == "lower":
        text = text.lower()
    return " ".join(text.split())


@cache
def _caption_words() -> list[tuple[str, int]]:
    """Return the most frequent words of the vocabularies that come with Kindred, each as often."""
    shares: Counter[str] = Counter()
    for file in sorted(config.MODELS.glob("*/vocabulary.json")):
        known = Tokenizer.load(file)
        total = sum(known.count(word) for word in known.words) or 1
        shares.update({word: known.count(word) / total for word in known.words})
    return [(word, _OFTEN) for word, _ in shares.most_common(_MOST_WORDS)]


def _read_pieces(file: Path) -> Any:
    from tokenizers import Tokenizer as Pieces

    try:
        return Pieces.from_str(file.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises plain exceptions for every damage
        raise ModelError(
            "the tokenizer cannot be read", value=file, remedy="Get the model again"
        ) from error
