"""Queries worth trying, read from what the collection's own captions say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

WORD = re.compile(r"[^\W\d_]{3,}")
EMPTY_WORDS = frozenset(
    """
    a an and are at for from his her in is into its of off on onto other over some that the their
    them through two under while with pack set size
    """.split()  # noqa: SIM905
)


def examples_from(captions: Iterable[str], n_examples: int = 6) -> list[str]:
    """Return short queries that the captions themselves answer.

    English puts the thing last ("navy blue *shirt*", "across a grassy *field*"), so the last two
    words of a caption name it with its nearest quality. The most frequent such pairs win, each
    thing once; the last example shows a minus: the commonest thing without its commonest quality.

    Examples
    --------
    >>> examples_from(["Men Black Shoes", "Women Black Shoes", "Boys White Shoes", "Red Dress"], 3)
    ['black shoes', 'red dress', 'shoes - black']
    """
    pairs = Counter(pair for caption in captions if (pair := _last_pair(caption)))
    chosen: list[tuple[str, str]] = []
    for quality, thing in (pair for pair, _ in pairs.most_common(40 * n_examples)):
        if not _seen(chosen, thing) and sum(q == quality for q, _ in chosen) < 2:
            chosen.append((quality, thing))
    examples = [f"{quality} {thing}" for quality, thing in chosen[: max(n_examples - 1, 1)]]
    return examples + [f"{thing} - {quality}" for quality, thing in chosen[:1]]


def _last_pair(caption: str) -> tuple[str, str] | None:
    words = [word.lower() for word in WORD.findall(caption)]
    if len(words) < 2 or EMPTY_WORDS & set(words[-2:]):
        return None
    return words[-2], words[-1]


def _seen(chosen: Sequence[tuple[str, str]], thing: str) -> bool:
    """Singular and plural are one thing."""
    return any(thing.rstrip("s") == other.rstrip("s") for _, other in chosen)
