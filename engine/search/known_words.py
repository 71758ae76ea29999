"""Word honesty: what the model makes of each word, and how often training showed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.search.language import language_of
from engine.search.vocabulary import SELDOM
from engine.text import Tokenizer, singular, slips, words
from engine.text.stopwords import FILLER, GLUE, PRAISE
from engine.words import WordVectors

# One slip makes a *car* a *cap*: in words of so few letters, slips are believed only for words that
# training showed often, and with a vowel in three letters only an exchange. Two slips are believed
# of long words alone.
_SHORTEST, _SHORT, _LONG = 3, 4, 8
_COMMON = 200
_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class WordReading:
    """One word of a query that is worth a remark.

    Parameters
    ----------
    word
        As it was typed, in lower case.
    n_seen
        How often the training texts had it, or the word it was read as.
    read_as
        The known word it was read as, the word itself, or "" where there is none.
    swaps
        Other known words that it may be a slip for, the nearest first.
    language
        The language or script that it looks like, "" for English and for what is not recognised.
    """

    word: str
    n_seen: int
    read_as: str
    swaps: tuple[str, ...] = ()
    language: str = ""

    @property
    def is_unknown(self) -> bool:
        """Whether the word played no part."""
        return not self.read_as

    @property
    def is_misread(self) -> bool:
        """Whether another word was put in its place."""
        return bool(self.read_as) and self.read_as != self.word


def read_words(tokenizer: Tokenizer, text: str) -> tuple[str, list[WordReading]]:
    """Return a text as the model will read it, and its words that are worth a remark.

    Examples
    --------
    >>> tokenizer = Tokenizer([("sneaker", 900), ("red", 800), ("mauve", 3)], n_tokens=8)
    >>> as_read, readings = read_words(tokenizer, "Red snekers in mauve")
    >>> as_read
    'red sneaker in mauve'
    >>> [(each.word, each.n_seen, each.read_as) for each in readings]
    [('snekers', 900, 'sneaker'), ('mauve', 3, 'mauve')]
    """
    unknown = frozenset(tokenizer.unknown(text))
    readings = [
        _read(tokenizer, word, word in unknown)
        for word in dict.fromkeys(words(text))
        if not (word in FILLER or word in PRAISE or word.isdigit())
        and (word in unknown or tokenizer.count(word) < SELDOM)
    ]
    spoken = {each.language for each in readings if each.language and not each.n_seen}
    if spoken:  # beside a foreign word, another unknown one is hardly a slip
        readings = [
            WordReading(each.word, 0, "", (), min(spoken)) if each.is_misread else each
            for each in readings
        ]
    swapped = {each.word: each.read_as for each in readings if each.is_misread}
    if not swapped:
        return text, readings
    return " ".join(swapped.get(word, word) for word in words(text)), readings


def _read(tokenizer: Tokenizer, word: str, is_unknown: bool) -> WordReading:
    n_seen = tokenizer.count(word)
    if language := language_of(word):
        return WordReading(word, n_seen, "" if is_unknown else word, (), language)
    swaps = tuple(
        swap
        for swap in _swaps(tokenizer, word)
        if swap not in FILLER and _is_misspelling(word, swap, tokenizer.count(swap))
    )
    if n_seen:
        return WordReading(word, n_seen, word, swaps)
    near = swaps[0] if swaps else ""
    # A word that training never showed whole may still be read piece by piece.
    return WordReading(word, tokenizer.count(near), near or ("" if is_unknown else word), swaps)


def _is_misspelling(word: str, known: str, n_seen: int) -> bool:
    """Tell whether a word that training never showed is most likely a slip for a known one."""
    # The typed one must be no word of its own: a *chair* is no misspelt *chain*, even where
    # training showed no chairs.
    folded = singular(word)
    if not known or any(c.isdigit() for c in word) or folded in _everyday_words():
        return False
    if len(word) <= _SHORT:
        is_word = len(word) < _SHORT and not _VOWELS.isdisjoint(word)
        is_exchange = sorted(word) == sorted(known)
        if n_seen < _COMMON or len(word) < _SHORTEST or (is_word and not is_exchange):
            return False
    n_slips = min(slips(word, known), slips(folded, known))
    return n_slips <= (2 if len(folded) >= _LONG else 1)


@lru_cache(maxsize=1)
def _everyday_words() -> frozenset[str]:
    """Return the words of the bundled vectors: they come from many captions, not from one shop."""
    return frozenset(singular(word) for word in WordVectors.open().words)


@lru_cache(maxsize=1024)
def _swaps(tokenizer: Tokenizer, word: str) -> tuple[str, ...]:
    return tuple(near for near in tokenizer.suggest(word) if near != singular(word))


def telling_words(text: str) -> list[str]:
    """Return the words of a text that do more than hold it together.

    Examples
    --------
    >>> telling_words("a scarf for the cold")
    ['scarf', 'cold']
    """
    return [word for word in words(text) if word not in GLUE]


def unknown_words(readings: Sequence[WordReading]) -> list[str]:
    """Return the words that played no part, each once."""
    return list(dict.fromkeys(each.word for each in readings if each.is_unknown))
