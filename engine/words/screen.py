"""Words that are never suggested: as a neighbour, or as the tag of somebody's photo.

The list is short, English, and kept as hashes, so that nobody has to read it. It guards against
insult by machine, not against a person's own words: whoever types one gets its neighbours.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from engine import config
from engine.text import normalise, singular

SCREEN = config.ASSETS / "words" / "screened.txt"


def is_screened(word: str) -> bool:
    """Tell whether a word must not be suggested, in either number.

    Examples
    --------
    >>> is_screened("shirt")
    False
    """
    return digest(word) in _digests()


def digest(word: str) -> str:
    """Return what the list holds of a word: 16 hexadecimal digits of its folded form.

    Examples
    --------
    >>> digest("Shirts") == digest("shirt")
    True
    """
    folded = singular(normalise(word).strip())
    return hashlib.blake2b(folded.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1)
def _digests() -> frozenset[str]:
    lines = SCREEN.read_text("ascii").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
