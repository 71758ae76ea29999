"""Shown values: whether a photo from outside shows a kind of thing that a collection has.

A kind is a value of the attribute that the model tells best. A photo of a thing that the collection
lacks is near to no kind; but another camera's photos lie farther off than the collection's own, and
what one shop calls a sneaker another calls sports shoes. So two nearnesses are added up: to the
nearest value above the usual one, because what is near to all of them is none of them, and to the
nearest name that captions have for a value.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.attribute_similarity import Attribute
from engine.catalogue import Photo
from engine.search.context import SearchContext
from engine.search.subject import subject_of
from engine.text import words
from engine.text.stopwords import is_telling

# Of the way between two usual nearnesses: where odds are even, and log odds over all of it. Both
# came out on real photos among 3,000 drawn products and in six halves of a shop.
_EVEN, _STEEPNESS = 0.45, 8.0
# A name that captions have for a value: how many photos of it bear the name, what share of them,
# and how many of those that bear the name have the value.
_LEAST_NAMED, _LEAST_SHARE, _LEAST_SURE = 5, 0.03, 0.8
_MAX_NAMES = 24


@dataclass(frozen=True, slots=True, eq=False)
class ShownValue:
    """Tells how likely a photo shows some value of the foremost attribute.

    Parameters
    ----------
    values, names
        Unit rows, (n_values, n_dims) and (n_names, n_dims).
    value_of
        (n_names,): which value each name stands for; a value is a name of itself.
    usual
        (2,): the median nearness of the collection's photos to the values, their own left out, and
        with it; the first is less.
    """

    values: NDArray[np.float32]
    names: NDArray[np.float32]
    value_of: NDArray[np.int64]
    usual: NDArray[np.float32]

    def likelihood(self, row: NDArray[np.float32]) -> float:
        """Return how likely the photo of a unit row shows one of the values."""
        other, own = self.usual.tolist()
        nearness = float(_nearness(self.values, self.names, self.value_of, row[None])[0])
        odds = _STEEPNESS * ((nearness - other) / (own - other) - _EVEN)
        return 1 / (1 + math.exp(-max(min(odds, 30.0), -30.0)))


def shown_value(context: SearchContext) -> ShownValue | None:
    """Learn it from a sample; None where the model tells no attribute's values apart."""
    if not context.attribute_similarity.attributes:
        return None
    foremost = context.attribute_similarity.attributes[0]
    photos, embeddings = context.attribute_similarity.sample()
    own = foremost.places(photos)
    photos, embeddings = [photos[n] for n in np.flatnonzero(own >= 0)], embeddings[own >= 0]
    own = own[own >= 0]
    told = names_of_values(foremost, photos)
    value_of = np.repeat(np.arange(len(told)), list(map(len, told)))
    names = context.encoder.embed_texts([name for names in told for name in names])
    usual = np.array(
        [
            np.median(_nearness(foremost.rows, names, value_of, embeddings, left_out))
            for left_out in (own, None)
        ],
        np.float32,
    )
    return ShownValue(foremost.rows, names, value_of, usual) if usual[0] < usual[1] else None


def names_of_values(attribute: Attribute, photos: Sequence[Photo]) -> list[list[str]]:
    """Return what each value is called: by itself, and by the things captions name beside it.

    Examples
    --------
    >>> rows = np.eye(2, dtype=np.float32)
    >>> kind = Attribute("kind", ("sneaker", "boot"), rows, 1.0)
    >>> def photo(value):
    ...     said, told = ("red sports shoes",), {"kind": value}
    ...     return Photo(0, "", "", said, told, (), 1, 1, 1, 0, "")
    >>> names_of_values(kind, [photo("sneaker")] * 5 + [photo("boot")])
    [['sneaker', 'shoes', 'sports shoes'], ['boot']]
    """
    places = attribute.places(photos)
    every: Counter[str] = Counter()
    by_value: list[Counter[str]] = [Counter() for _ in attribute.values]
    for photo, place in zip(photos, places.tolist(), strict=True):
        named = {name for caption in photo.captions for name in _things(caption)}
        every.update(named)
        by_value[place].update(named)
    n_photos = np.bincount(places, minlength=len(attribute.values))
    found = []
    for value, counts, n in zip(attribute.values, by_value, n_photos.tolist(), strict=True):
        usual = [
            name
            for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
            if count >= max(_LEAST_NAMED, _LEAST_SHARE * n) and count >= _LEAST_SURE * every[name]
        ]
        found.append(list(dict.fromkeys([value.lower(), *usual]))[:_MAX_NAMES])
    return found


def _things(caption: str) -> list[str]:
    """Return the thing a caption names, alone and with the word before it."""
    typed, thing = words(caption), subject_of(caption).head
    place = typed.index(thing) if thing in typed else 0
    before = [f"{typed[place - 1]} {thing}"] if place and is_telling(typed[place - 1]) else []
    return [thing, *before]


def _nearness(
    values: NDArray[np.float32],
    names: NDArray[np.float32],
    value_of: NDArray[np.int64],
    rows: NDArray[np.float32],
    left_out: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """Return how near rows are to values and their names, (n,); one value of each left out."""
    to_values, to_names = rows @ values.T, rows @ names.T
    n_values = len(values)
    total = to_values.sum(axis=1)
    if left_out is not None:
        each = np.arange(len(rows))
        total, n_values = total - to_values[each, left_out], n_values - 1
        to_values[each, left_out] = -1
        to_names[value_of == left_out[:, None]] = -1
    return to_values.max(axis=1) - total / n_values + to_names.max(axis=1)
