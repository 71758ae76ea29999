"""The analyser: how a text becomes words, and words the stems that captions are found by.

A text is lower-cased, freed of accents and possessives and cut into words; a hyphen after a single
letter joins, so that *t-shirt* and *tshirt* are one word everywhere: for the model, for spelling,
for tags and values, and for full text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

from engine.text.stopwords import GLUE

# Stems looked up lately: few words make most texts.
_REMEMBERED = 65_536

_POSSESSIVE = re.compile(r"(?<=\w)['’]s?(?!\w)")
_INITIAL = re.compile(r"\b(\w)-(?=\w{2})")
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
# Endings after which the plural takes -es, and endings in -s that are no plural at all.
_ES = ("sses", "shes", "ches", "xes", "zes")
_NOT_PLURAL = ("ss", "us", "is")


def normalise(text: str) -> str:
    """Return `text` in lower case, without accents, possessives and odd Unicode forms.

    Examples
    --------
    >>> normalise("Women’s CAFÉ  Dress")
    'women cafe  dress'
    """
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text).casefold()
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _POSSESSIVE.sub("", plain) if "'" in plain or "’" in plain else plain


def words(text: str) -> list[str]:
    """Cut a text into lower-case words, in order.

    A hyphen after a single letter joins (*t-shirt*, *v-neck*); any other one separates.

    Examples
    --------
    >>> words("Men's V-Neck T-shirts, long-sleeve (2 pack)")
    ['men', 'vneck', 'tshirts', 'long', 'sleeve', '2', 'pack']
    """
    plain = normalise(text)
    return _WORD.findall(_INITIAL.sub(r"\1", plain) if "-" in plain else plain)


@lru_cache(_REMEMBERED)
def singular(word: str) -> str:
    """Fold an English plural to one form; other words come back as they are.

    The fold need not be correct English, only the same for both numbers of a word.

    Examples
    --------
    >>> [singular(w) for w in ("shirts", "dresses", "accessories", "shoes", "dress", "bus")]
    ['shirt', 'dress', 'accessory', 'shoe', 'dress', 'bus']
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(_NOT_PLURAL):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_ES) else word[:-1]


_IRREGULAR = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "person": "people",
    "knife": "knives",
    "leaf": "leaves",
    "wolf": "wolves",
    "shelf": "shelves",
    "loaf": "loaves",
    "calf": "calves",
    "scarf": "scarves",
    "ox": "oxen",
}
_SINGULAR = {many: one for one, many in _IRREGULAR.items()}
_OTHER_NUMBER = _IRREGULAR | _SINGULAR


def other_number(word: str) -> str:
    """Return the plural of an irregular singular and the other way round, else "".

    Vocabularies keep the two apart, since `singular` knows rules alone.

    Examples
    --------
    >>> other_number("men"), other_number("foot"), other_number("shirt")
    ('man', 'feet', '')
    """
    return _OTHER_NUMBER.get(word, "")


@lru_cache(_REMEMBERED)
def _stem(word: str) -> str:
    one = _SINGULAR.get(word, word)
    # A stemmer keeps what it has met, and is no business of two threads: each word has a new one.
    return Stemmer.Stemmer("porter", 0).stemWord(one)


def stems(text: str) -> list[str]:
    """Return the stems of a text's words, in order: what captions are kept and found by.

    References
    ----------
    Porter, "An algorithm for suffix stripping", Program 14(3), 1980.

    Examples
    --------
    >>> stems("Striped T-Shirts for women"), stems("stripes t-shirt woman")
    (['stripe', 'tshirt', 'for', 'woman'], ['stripe', 'tshirt', 'woman'])
    """
    return [_stem(word) for word in words(text)]


def has_run(said: list[str], asked: list[str]) -> bool:
    """Tell whether a list has another as a part of it.

    Examples
    --------
    >>> has_run(["an", "army", "green", "coat"], ["army", "green"])
    True
    """
    return f" {' '.join(asked)} " in f" {' '.join(said)} "


def asked_stems(text: str) -> list[str]:
    """Return the stems that a question asks captions for: without glue, where it is not all.

    Examples
    --------
    >>> asked_stems("a cat on the sofa"), asked_stems("to the")
    (['cat', 'sofa'], ['to', 'the'])
    """
    asked = [_stem(word) for word in words(text) if word not in GLUE]
    return list(dict.fromkeys(asked or stems(text)))
