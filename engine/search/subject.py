"""The subject of a query: the words that say what is to be seen, apart from all else people write.

"I'm looking for a red dress for a summer wedding" is about a red dress. The wedding may decide
between two dresses, but a photo without one is no wrong answer, so what the dress is *for* is no
evidence against it; nor are filler and praise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from engine.text import singular, words
from engine.text.stopwords import FILLER, is_telling

# What follows one of these tells what a thing is for, against, or to be worn with.
_PURPOSE = frozenset(
    ("against", "as", "because", "for", "if", "since", "so", "that", "to", "when", "where", "which")
)
# Right after a thing, one of these begins a clause about it: "sandals *my* grandma could wear".
_CLAUSE = frozenset(
    ("he", "her", "his", "i", "my", "our", "she", "their", "they", "we", "you", "your")
)
# Between the thing itself and what is on, in or beside it; "of" joins: a map of Paris.
_BESIDE = frozenset(
    ("above", "across", "and", "around", "at", "behind", "below", "beside", "between", "by", "from")
    + ("in", "inside", "into", "like", "near", "next", "on", "onto", "or", "over", "through")
    + ("under", "with", "without")
)
# Words in -ing are what a thing does, but for short ones (a ring, a string) and these.
_SHORTEST_DEED = 6
_THINGS_IN_ING = frozenset(
    ("awning", "building", "ceiling", "clothing", "crossing", "drawing", "earring", "evening")
    + ("lighting", "lightning", "morning", "painting", "railing", "stocking", "wedding")
)
# What stands for a thing: "something for winter" is about winter.
_STAND_INS = frozenset(
    ("anything", "article", "gift", "idea", "item", "one", "outfit", "present", "something")
    + ("stuff", "thing")
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a query is about.

    Parameters
    ----------
    words
        The words that photos can be held to, in order, each once.
    head
        The word among them that names the thing; "" where none does: "something for winter".
    """

    words: tuple[str, ...]
    head: str

    @property
    def text(self) -> str:
        """The words as a text."""
        return " ".join(self.words)


@lru_cache(maxsize=4096)
def subject_of(text: str) -> Subject:
    """Return what a text is about.

    Where it has no word that says anything, all its words count.

    Examples
    --------
    >>> subject_of("I'm looking for a nice red dress for a summer wedding")
    Subject(words=('red', 'dress'), head='dress')
    >>> subject_of("ankle boots in brown suede")
    Subject(words=('ankle', 'boots', 'brown', 'suede'), head='boots')
    >>> subject_of("sandals my grandma could wear")
    Subject(words=('sandals',), head='sandals')
    >>> subject_of("a boy with his dog")
    Subject(words=('boy', 'dog'), head='boy')
    >>> subject_of("something warm for winter")
    Subject(words=('winter',), head='')
    >>> subject_of("the best")
    Subject(words=('the', 'best'), head='best')
    """
    typed = words(text)
    thing, circumstance = _parted(typed)
    told = _telling(thing)
    if told:
        return Subject(tuple(dict.fromkeys(told)), _head(thing))
    told = _telling(circumstance)
    if told:
        return Subject(tuple(dict.fromkeys(told)), "")
    praise = [word for word in typed if word not in FILLER]
    return Subject(tuple(dict.fromkeys(typed)), (praise or typed or [""])[-1])


def _parted(typed: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cut a text where it begins to say what the thing is for."""
    for place, word in enumerate(typed):
        before = typed[:place]
        names_something = bool(_telling(before)) or not _STAND_INS.isdisjoint(map(singular, before))
        begins_clause = word in _CLAUSE and place > 0 and is_telling(typed[place - 1])
        if names_something and (word in _PURPOSE or begins_clause):
            return list(before), list(typed[place + 1 :])
    return list(typed), []


def _telling(typed: Sequence[str]) -> list[str]:
    return [word for word in typed if is_telling(word)]


def _head(thing: Sequence[str]) -> str:
    """Return the last telling word before anything that is only beside the thing, or done by it."""
    head = ""
    for word in thing:
        if head and word in _BESIDE:
            break
        if is_telling(word) and not (head and _is_deed(word)):
            head = word
    return head


def _is_deed(word: str) -> bool:
    """Tell whether a word says what something does: a dog *sitting*."""
    return len(word) > _SHORTEST_DEED and word.endswith("ing") and word not in _THINGS_IN_ING
