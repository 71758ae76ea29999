"""The words that tell a group of photos from the rest."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.text import singular, words

_MIN_SHARE = 0.15
# Words that join others and tell nothing of a photo.
_SMALL = frozenset(words("and are for from her his its not our that the their this with you your"))
_SEEN_IN_MIND = 1.0


def words_of(photo: Photo) -> frozenset[str]:
    """Return the different words of a photo's captions, values and tags, in the singular."""
    told = [*photo.captions, *photo.attributes.values(), *photo.tags]
    found = {singular(word) for text in told for word in words(text)}
    return frozenset(
        word for word in found if len(word) > 2 and word not in _SMALL and not word[0].isdigit()
    )


def telling_words(
    told: Sequence[frozenset[str]], groups: NDArray[np.integer], n_words: int = 3
) -> list[list[str]]:
    """Return, for each group, the words that are common in it and rare elsewhere.

    A word's worth in a group is ``p log(p / q)``: its share of the group's photos times how much
    larger that is than its share of the others.

    Parameters
    ----------
    told
        Words of each photo.
    groups
        Group of each photo, from 0.
    n_words
        At most so many of each.

    Examples
    --------
    >>> told = [{"red", "shoe"}, {"blue", "shoe"}, {"red", "hat"}, {"blue", "hat"}]
    >>> telling_words([frozenset(each) for each in told], np.array([0, 0, 1, 1]), 1)
    [['shoe'], ['hat']]
    """
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    overall = count_words(told)
    return [
        _most_telling(
            [told[i] for i in np.flatnonzero(groups == group).tolist()], overall, len(told)
        )[:n_words]
        for group in range(n_groups)
    ]


def count_words(told: Iterable[frozenset[str]]) -> Counter[str]:
    """Count the photos that have each word."""
    return Counter(word for each in told for word in each)


def _most_telling(told: Sequence[frozenset[str]], overall: Counter[str], n_all: int) -> list[str]:
    n_inside, n_outside = len(told), n_all - len(told)

    def worth(word: str, n: int) -> float:
        inside = n / n_inside
        outside = (overall[word] - n + _SEEN_IN_MIND) / (n_outside + 2 * _SEEN_IN_MIND)
        return inside * math.log(inside / outside)

    worths = {
        word: worth(word, n) for word, n in count_words(told).items() if n >= _MIN_SHARE * n_inside
    }
    found = sorted(worths, key=lambda word: (-worths[word], word))
    return [word for word in found if worths[word] > 0]
