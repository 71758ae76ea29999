"""Plain language that takes something away: "without stripes", "no laces", "not red".

Joint models read these words as if they were not there, and find what was to be left out
("cat without glasses" shows glasses). So they become a sign, where everybody can see it.
"""

from __future__ import annotations

import re

# "no 5" is a name, and "not" before a sign is nobody's wish.
_NEGATION = re.compile(
    r"\b(?:(?:without|except|excluding)(?:\s+(?:any|an?|the|for))?|not|no)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
# What is taken away ends where the sentence turns.
_TURN = re.compile(
    r"\s*[,;]\s*(?:but\s+)?|\s+(?:but(?:\s+with)?|with|in|for|from)\s+", re.IGNORECASE
)
_MORE = re.compile(r"\s+(?:and|or|nor)\s+(?:(?:no|not|without)\s+)?", re.IGNORECASE)


def split_negations(text: str) -> tuple[str, list[str]]:
    """Return what a text asks for, and what it asks to leave out.

    Examples
    --------
    >>> split_negations("shoes without laces or buckles, in red")
    ('shoes red', ['laces', 'buckles'])
    >>> split_negations("dress, not floral")
    ('dress', ['floral'])
    >>> split_negations("Chanel No 5")
    ('Chanel No 5', [])
    """
    first, *rest = _NEGATION.split(text)
    if not rest:
        return text, []
    wanted = [_TURN.sub(" ", first)]
    unwanted: list[str] = []
    for part in rest:
        taken, *after = _TURN.split(part, maxsplit=1)
        unwanted += [phrase for phrase in map(_bare, _MORE.split(taken)) if phrase]
        wanted += [re.sub(r"^(?:in|with)\s+", "", words) for words in after]
    return " ".join(filter(None, map(_bare, wanted))), unwanted


def _bare(phrase: str) -> str:
    return re.sub(r"\s+(?:and|or|but|with|in)$", "", phrase.strip(" ,;."))
