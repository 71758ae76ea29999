"""Attribute similarity: what a model takes photos for, in the words of their collection.

Photos of a collection have values, such as a kind and a colour. To the model these are texts, and
each photo is nearer to some of them than to others. So two photos are alike in an attribute as far
as it is probable that both have the same value. A cosine hears that as one whisper among many:
colours fill few of its directions. Asked by name, they count.

Nothing is read from the labels of the photos compared; the collection's labels only tell which
attributes there are, and how well the model tells their values apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.encoders import Encoder
from engine.evaluation.metrics import entropy
from engine.selection import even_sample
from engine.storage import Collection
from engine.text import words

# How much having the same value for sure counts, beside a cosine; from 3 on, hardly anything
# changes.
COUNTS = 4.0
# The inverse temperature at which models are taught values; see `engine.losses.attribute_values`.
_SCALE = 16.0
_MAX_VALUES, _LEAST_PHOTOS = 256, 5
_N_SAMPLED = 2_000
# A value that follows from another attribute's so often tells nothing new.
_FOLLOWS = 0.98
# An attribute that tells less than this part of what the foremost tells only blurs it.
_STRONG = 1 / 3


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """An attribute that the model can tell.

    Parameters
    ----------
    name, values
        As the collection has them.
    rows
        The values' unit rows, (n_values, n_dims).
    weight
        What having the same value for sure counts.
    """

    name: str
    values: tuple[str, ...]
    rows: NDArray[np.float32]
    weight: float

    def places(self, photos: Sequence[Photo]) -> NDArray[np.int64]:
        """Return the place of each photo's value among these, -1 where it has none of them."""
        return _places(self.values, self.name, photos)


class AttributeSimilarity:
    """Tells what photos are taken for, from their embeddings alone.

    Parameters
    ----------
    collection
        Whose attributes.
    encoder
        Its model.
    """

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        self._collection = collection
        self._encoder = encoder

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes asked, those that tell most first; none where the model knows no value.

        An attribute tells the entropy of its values, times the share of photos that have it, times
        the model's skill, which is 0 for always guessing the commonest value and 1 for always
        being right. Those that tell much less than the foremost, or what another tells, are left
        out; the others weigh by the skill. All of it is taken over a sample of the photos.
        """
        photos, embeddings = self.sample()
        told: list[tuple[float, Attribute]] = []
        for name, (values, n_photos) in self._values().items():
            rows = self._encoder.embed_texts(values)
            skill = _skill(rows, values, name, photos, embeddings)
            having = sum(name in photo.attributes for photo in photos) / len(photos)
            if skill > 0:
                tells = skill * having * entropy(n_photos)
                told.append((tells, Attribute(name, values, rows, skill)))
        told.sort(key=lambda each: -each[0])
        kept: list[tuple[float, Attribute]] = []
        for tells, one in told:
            if not any(_follows(one.name, other.name, photos) for _, other in kept):
                kept.append((tells, one))
        strong = [one for tells, one in kept if tells >= _STRONG * kept[0][0]]
        return tuple(replace(one, weight=COUNTS * one.weight / len(strong)) for one in strong)

    def taken_for(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what photos are taken for, (n, number of all values); of any rows, (n, n_dims).

        The products of two such rows add up to how much alike the two are: for every attribute
        its weight, times the probability that both have the same value. A photo that might be
        anything is alike to nothing in particular, itself included.
        """
        parts = [
            np.float32(np.sqrt(attribute.weight)) * _probable(rows, attribute.rows)
            for attribute in self.attributes
        ]
        return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.float32)

    def extended(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return rows with what they are taken for beside them; their products add up both."""
        return np.hstack([np.asarray(rows, np.float32), self.taken_for(rows)])

    def sample(self) -> tuple[list[Photo], NDArray[np.float32]]:
        """An even sample of the photos, and their embeddings."""
        live = self._collection.catalogue.live_rows()
        chosen = even_sample(live, _N_SAMPLED)
        photos = self._collection.catalogue.photos(chosen)
        return photos, np.asarray(self._collection.embeddings[chosen], np.float32)

    def _values(self) -> dict[str, tuple[tuple[str, ...], list[int]]]:
        """Return every attribute's values that the model can read, with their numbers of photos."""
        tokenizer = self._encoder.tokenizer
        if tokenizer is None:
            return {}
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, value, n_photos in self._collection.catalogue.shared_values():
            if n_photos >= _LEAST_PHOTOS and words(value) and not tokenizer.unknown(value):
                found[name].append((value, n_photos))
        return {
            name: (tuple(value for value, _ in pairs), [n for _, n in pairs])
            for name, pairs in found.items()
            if 2 <= len(pairs) <= _MAX_VALUES
        }


def _probable(rows: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the probabilities of each value, (n, n_values)."""
    logits = np.float32(_SCALE) * (np.asarray(rows, np.float32) @ values.T)
    likely = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return likely / likely.sum(axis=1, keepdims=True)


def _places(values: Sequence[str], name: str, photos: Sequence[Photo]) -> NDArray[np.int64]:
    """Return where each photo's value is among some; see `Attribute.places`."""
    place = {value.casefold(): i for i, value in enumerate(values)}
    return np.array([place.get(photo.attributes.get(name, "").casefold(), -1) for photo in photos])


def _skill(
    rows: NDArray[np.float32],
    values: Sequence[str],
    name: str,
    photos: Sequence[Photo],
    embeddings: NDArray[np.float32],
) -> float:
    """Return by how much the model beats the commonest value, as a share of what is left to it."""
    truth = _places(values, name, photos)
    known = truth >= 0
    if not known.any():
        return 0.0
    right = float(((embeddings[known] @ rows.T).argmax(axis=1) == truth[known]).mean())
    commonest = float(np.bincount(truth[known]).max() / known.sum())
    return (right - commonest) / max(1 - commonest, 1e-9)


def _follows(name: str, other: str, photos: Sequence[Photo]) -> bool:
    """Tell whether an attribute's value follows from another's, nearly always."""
    seen: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for photo in photos:
        if name in photo.attributes and other in photo.attributes:
            seen[photo.attributes[other]][photo.attributes[name]] += 1
    n_seen = sum(sum(values.values()) for values in seen.values())
    return n_seen > 0 and sum(max(v.values()) for v in seen.values()) >= _FOLLOWS * n_seen
