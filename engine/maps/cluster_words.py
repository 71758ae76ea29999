"""The words that tell a group of photos from the rest."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.text import singular, words

_MIN_SHARE = 0.15
# Words that join others and tell nothing of a photo.
_SMALL = frozenset(words("and are for from her his its not our that the their this with you your"))
_SEEN_IN_MIND = 1.0


def words_of(photo: Photo) -> frozenset[str]:
    """Return the different words of a photo's captions and values, in the singular.

    Tags are left out: who tags a lasso has named it already, and groups must not be called by it.
    """
    told = [*photo.captions, *photo.attributes.values()]
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
    overall = share_of_words(told)
    sizes = np.bincount(groups, minlength=n_groups).tolist()
    return [
        most_telling(
            share_of_words([told[i] for i in np.flatnonzero(groups == group).tolist()]),
            overall,
            sizes[group],
            len(told),
        )[:n_words]
        for group in range(n_groups)
    ]


def share_of_words(told: Sequence[frozenset[str]]) -> dict[str, float]:
    """Return the share of photos that have each word."""
    return {word: n / len(told) for word, n in Counter(w for each in told for w in each).items()}


def most_telling(
    inside: Mapping[str, float], overall: Mapping[str, float], n_inside: int, n_all: int
) -> list[str]:
    """Return the words of a group, the most telling first.

    Parameters
    ----------
    inside, overall
        Share of the group's photos, and of all photos, that have a word; of many photos, of a
        sample of them.
    n_inside, n_all
        Photos of the group, and all.
    """

    def worth(word: str, share: float) -> float:
        n_outside = max(overall.get(word, 0.0) * n_all - share * n_inside, 0.0)
        outside = (n_outside + _SEEN_IN_MIND) / (n_all - n_inside + 2 * _SEEN_IN_MIND)
        return share * math.log(share / outside)

    worths = {word: worth(word, share) for word, share in inside.items() if share >= _MIN_SHARE}
    found = sorted(worths, key=lambda word: (-round(worths[word], 12), word))
    return [word for word in found if worths[word] > 0]
