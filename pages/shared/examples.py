"""Queries worth trying, read from what the collection's own captions say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

N_CANDIDATES = 60
WORD = re.compile(r"[^\W\d_]{3,}")
EMPTY_WORDS = frozenset(
    """
    a an and are at for from his her in is into its of off on onto other over some that the their
    them through two under while with pack set size
    """.split()  # noqa: SIM905
)


def examples_from(
    captions: Iterable[str], strength: Callable[[str], float], n_examples: int = 6
) -> list[str]:
    """Return short queries that the photos themselves answer.

    English puts the thing last ("navy blue *shirt*", "across a grassy *field*"), so the last two
    words of a caption name it with its nearest quality. Of the most frequent such pairs the
    strongest win, each thing and each quality once. The last example shows a minus: the thing
    of most qualities without one of them.

    Parameters
    ----------
    captions
        What photos are called.
    strength
        How well a query is answered; larger is better, and below zero it is not to be shown.
    n_examples
        At least 2.

    Examples
    --------
    >>> captions = ["Men Black Shoes", "Women Black Shoes", "Boys White Shoes", "A Red Dress"]
    >>> examples_from(captions, strength=len, n_examples=3)
    ['black shoes', 'red dress', 'shoes - black']
    """
    pairs = Counter(pair for caption in captions if (pair := _last_pair(caption)))
    frequent = [pair for pair, _ in pairs.most_common(N_CANDIDATES)]
    strengths = {pair: strength(" ".join(pair)) for pair in frequent}
    strongest = sorted(
        (pair for pair in frequent if strengths[pair] >= 0), key=lambda pair: -strengths[pair]
    )
    chosen: list[tuple[str, str]] = []
    for pair in strongest:
        if len(chosen) < n_examples - 1 and not any(_alike(pair, other) for other in chosen):
            chosen.append(pair)
    variety = Counter(thing for _, thing in frequent)
    minus = sorted(chosen, key=lambda pair: -variety[pair[1]])[:1]
    return [" ".join(pair) for pair in chosen] + [
        f"{thing} - {quality}" for quality, thing in minus
    ]


def _last_pair(caption: str) -> tuple[str, str] | None:
    words = [word.lower() for word in WORD.findall(caption)]
    if len(words) < 2 or EMPTY_WORDS & set(words[-2:]):
        return None
    return words[-2], words[-1]


def _alike(pair: tuple[str, str], other: tuple[str, str]) -> bool:
    """Singular and plural are one thing."""
    return pair[0] == other[0] or pair[1].rstrip("s") == other[1].rstrip("s")
