"""Plain language that takes something away: "without stripes", "no laces", "anything but red".

Joint models read these words as if they were not there, and find what was to be left out
("cat without glasses" shows glasses). So they become a sign, where everybody can see it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_SMALL = r"(?:\s+(?:any|an?|the|for|in|with|it|them|me|those|these|ones?|anything|something))*"
_NO_SHOWING = r"(?:do\s+not|don['’]?t|never)\s+(?:show|want|include|like|need|give|have)"
# "no 5" is a name, "not" before a sign is nobody's wish, and "not too dear" takes nothing away.
_NEGATION = re.compile(
    r"(?:\b(?:any(?:thing)?|everything|all)(?:\s+(?!but\b)\w+)?\s+but"
    r"|\bneither"
    rf"|(?:\b(?:i|and|please|but|just)\s+)*\b{_NO_SHOWING}"
    r"|\b(?:(?:any(?:thing)?|something|everything)\s+)?(?:other|rather)\s+than"
    r"|\b(?:apart|aside)\s+from|\binstead\s+of"
    r"|\b(?:(?:that|which)\s+)?(?:is|are)(?:\s+not|n['’]t)"
    r"|\b(?:without|except|excepting|excluding|minus|not|no))"
    rf"{_SMALL}\s+(?=[^\W\d_])(?!(?:too|very|so|only|just|sure|really|that)\b)"
    r"|\bnon[-\s](?=[^\W\d_])",
    re.IGNORECASE,
)
_NON = re.compile(r"non[-\s]$", re.IGNORECASE)
# What is taken away ends where the sentence turns.
_TURN = re.compile(
    r"\s*[,;]\s*(?:but\s+)?|\s+(?:but(?:\s+with)?|with|in|for|from)\s+", re.IGNORECASE
)
_MORE = re.compile(r"\s+(?:and|or|nor)\s+(?:(?:no|not|without)\s+)?", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def split_negations(text: str, is_name: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Return what a text asks for, and what it asks to leave out.

    Parameters
    ----------
    text
        What a person wrote between two signs.
    is_name
        Tells that words such as "no boundaries" are a name, which takes nothing away.

    Examples
    --------
    >>> nobody = lambda name: False
    >>> split_negations("shoes without laces or buckles, in red", nobody)
    ('shoes red', ['laces', 'buckles'])
    >>> split_negations("a scarf, anything but red", nobody)
    ('a scarf', ['red'])
    >>> split_negations("non-red dress", nobody)
    ('dress', ['red'])
    >>> split_negations("Chanel No 5", nobody)
    ('Chanel No 5', [])
    """
    found = [match for match in _NEGATION.finditer(text) if not is_name(_named(text, match))]
    if not found:
        return text, []
    wanted = [_TURN.sub(" ", text[: found[0].start()])]
    unwanted: list[str] = []
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        part = text[match.end() : end]
        if _NON.search(match[0]):  # only the next word: a non-red dress is a dress
            taken, _, rest = part.partition(" ")
            after = [rest]
        else:
            taken, *after = _TURN.split(part, maxsplit=1)
        unwanted += [phrase for phrase in map(_bare, _MORE.split(taken)) if phrase]
        wanted += [re.sub(r"^(?:in|with)\s+", "", words) for words in after]
    return " ".join(filter(None, map(_bare, wanted))), unwanted


def _named(text: str, match: re.Match[str]) -> str:
    """Return the negation and the word after it, which together may be a name."""
    following = _WORD.match(text, match.end())
    return text[match.start() : following.end() if following else match.end()]


def _bare(phrase: str) -> str:
    """Return a phrase without what is left hanging at its end."""
    hanging = r"(?:\s+|^)(?:and|or|but|nor|with|in|that|which|is|are|it['’]?s|please)$"
    before, phrase = "", phrase.strip(" ,;.")
    while before != phrase:
        before, phrase = phrase, re.sub(hanging, "", phrase, flags=re.IGNORECASE).strip(" ,;.")
    return phrase
