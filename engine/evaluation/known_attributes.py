"""What is true of each photo: its attributes, as arrays that trials compare answers with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.errors import CollectionError
from engine.evaluation.metrics import entropy
from engine.search import SearchEngine

_FEW, _MANY = 3, 200


class Truth:
    """The attributes of a collection's photos, by catalogue row.

    Parameters
    ----------
    engine
        Over the collection.

    Raises
    ------
    CollectionError
        Its photos share no values, so nothing is known to be true.
    """

    def __init__(self, engine: SearchEngine) -> None:
        self.photos: list[Photo] = list(engine.collection.catalogue.all_photos())
        self.place = {photo.row: place for place, photo in enumerate(self.photos)}
        self._columns: dict[str, NDArray[np.str_]] = {}
        tokenizer = engine.encoder.tokenizer
        self.values: dict[str, list[str]] = {}
        for mention in engine.collection_values.values:
            if tokenizer is None or not tokenizer.unknown(mention.value):
                self.values.setdefault(mention.attribute, []).append(mention.value)
        self.values = {k: v for k, v in self.values.items() if _FEW <= len(v) <= _MANY}
        if not self.values:
            raise CollectionError(
                "the photos share no values to judge answers by",
                value=engine.collection.name,
                remedy="Try a collection with attributes",
            )

    def column(self, attribute: str) -> NDArray[np.str_]:
        """Return the value of every photo, "" where it has none."""
        if attribute not in self._columns:
            said = [photo.attributes.get(attribute, "") for photo in self.photos]
            self._columns[attribute] = np.array(said)
        return self._columns[attribute]

    def has(self, value: str) -> NDArray[np.bool_]:
        """Return which photos have a value in any attribute: a second colour is a colour."""
        found = [self.column(attribute) == value for attribute in self.attributes]
        return np.logical_or.reduce(found)

    @property
    def attributes(self) -> list[str]:
        """Names of all attributes that photos share values of."""
        return list(self.values)

    def thing(self, embeddings: NDArray[np.float32]) -> str:
        """Return the attribute that says what a photo shows: neighbours agree on it best."""
        draw = np.random.default_rng(0)
        rows = np.array([photo.row for photo in self.photos])
        places = draw.permutation(len(rows))[: min(400, len(rows))]
        near = embeddings[rows[places]] @ embeddings[rows].T
        near[np.arange(len(places)), places] = -1
        nearest = near.argmax(axis=1)
        return max(self.attributes, key=lambda name: self._worth(name, places, nearest))

    def are_free(self, one: str, other: str) -> bool:
        """Return whether neither of two attributes tells more than half of the other.

        What one tells of the other is their mutual information; all of it is the other's entropy,
        both over the photos that have values of both. A photo's subcategory cannot change while
        its type stays the same; its colour can.
        """
        first, second = self.column(one), self.column(other)
        both = (first != "") & (second != "")
        pairs = np.char.add(np.char.add(first[both], "\n"), second[both])
        alone = [_entropy(first[both]), _entropy(second[both])]
        return sum(alone) - _entropy(pairs) <= min(alone) / 2

    def _worth(self, name: str, places: NDArray[np.int64], nearest: NDArray[np.int64]) -> float:
        column = self.column(name)
        mine = column[places]
        _, counts = np.unique(mine[mine != ""], return_counts=True)
        variety = 1 - float(((counts / max(counts.sum(), 1)) ** 2).sum())
        return float(((mine == column[nearest]) & (mine != "")).mean()) * variety

    def found(self, rows: Sequence[int], true: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether each of some rows is true."""
        return true[[self.place[row] for row in rows]]


def _entropy(values: NDArray[np.str_]) -> float:
    return entropy(np.unique(values, return_counts=True)[1])
