"""Spelling: known words that a slip of the finger may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

# Up to here, two slips make another word out of almost any.
_SHORT = 4


def spelt_nearly(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words that a slip or two make of a word, the fewest slips first.

    A slip leaves out a letter, adds one, takes a wrong one, or exchanges two neighbours. Words of
    four letters are nobody's neighbours beyond one slip; equally near words keep their order.

    References
    ----------
    Damerau, "A technique for computer detection and correction of spelling errors", Communications
    of the ACM 1964: four misspellings of five are one such slip.

    Examples
    --------
    >>> spelt_nearly("snekaer", ["shirt", "speaker", "sneaker"])
    ['sneaker', 'speaker']
    """
    # A first letter is seldom mistyped, and keeping it leaves a twentieth of the work.
    alike = [each for each in known if each[:1] == word[:1]]
    most = 1 if len(word) <= _SHORT else 2
    near = extract(word, alike, scorer=OSA.distance, score_cutoff=most, limit=None)
    return [each for each, _, _ in sorted(near, key=lambda found: found[1])]


def slips(word: str, known: str) -> int:
    """Return how many slips lie between two spellings; see `spelt_nearly`.

    Examples
    --------
    >>> slips("nvay", "navy"), slips("canvas", "canvas")
    (1, 0)
    """
    return int(OSA.distance(word, known))
