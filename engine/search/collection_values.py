"""What a collection says of its own photos: the values they share, found again in a query."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.encoders import Encoder
from engine.search.query_expansion import PhraseValues, Usage
from engine.text import singular, words

# Values of more words than this are sentences.
_MAX_WORDS = 4
# Longer texts are titles: what their words stand for is seen in the captions that say them.
_MAX_EXPLAINED = 8
# An attribute with more values than this is no quality that a photo has one of.
_MAX_REMEMBERED = 10_000
_MAX_FAMILY = 64
_LEAST_FAMILY = 3
_MAX_DIRECTIONS = 8
# Directions that hold less of a family's variance than this are noise of the encoder.
_LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Mention:
    """A value of the collection that a text names: attribute, value, and photos that have it."""

    attribute: str
    value: str
    n_photos: int


@dataclass(frozen=True, slots=True)
class Place:
    """The words of a query from one to before another, and the values they may mean."""

    start: int
    end: int
    mentions: list[Mention]

    def tells(self, attribute: str) -> bool:
        """Tell whether these words mean a value of an attribute."""
        return any(mention.attribute == attribute for mention in self.mentions)


class CollectionValues:
    """The shared values of a collection, by their words.

    Parameters
    ----------
    catalogue
        Whose values.
    encoder
        Reads the values for `family`.
    phrases
        What its words stand for, where that was learned.
    """

    def __init__(
        self, catalogue: Catalogue, encoder: Encoder, phrases: PhraseValues | None = None
    ) -> None:
        self._catalogue = catalogue
        self._encoder = encoder
        self._phrases = phrases
        self._said: dict[str, bool] = {}
        self._families: dict[str, NDArray[np.float32] | None] = {}

    @cached_property
    def values(self) -> list[Mention]:
        """Values that two or more photos have, the commonest first."""
        return [Mention(*found) for found in self._catalogue.shared_values()]

    @cached_property
    def counts(self) -> dict[tuple[str, str], int]:
        """Number of photos by attribute and shared value."""
        return {(each.attribute, each.value): each.n_photos for each in self.values}

    @cached_property
    def extent(self) -> Counter[str]:
        """Number of photos that have a shared value, by attribute."""
        extent: Counter[str] = Counter()
        for each in self.values:
            extent[each.attribute] += each.n_photos
        return extent

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], list[Mention]]:
        found: dict[tuple[str, ...], list[Mention]] = defaultdict(list)
        for mention in self.values:
            key = folded(mention.value)
            if 0 < len(key) <= _MAX_WORDS:
                found[key].append(mention)
        return dict(found)

    def mentions(self, text: str) -> list[list[Mention]]:
        """Return the values that a text names or, as the collection uses its words, stands for.

        Returns
        -------
        list of list of Mention
            One list per place in the text: ``navy blue`` may be a colour and a brand. The longest
            names count where they overlap, and no value is found twice.
        """
        found: list[list[Mention]] = []
        for place in self.places(text):
            if place.mentions not in found:
                found.append(place.mentions)
        return found

    def places(self, text: str) -> list[Place]:
        """Return the same with the words that each is found in, in order."""
        asked = folded(text)
        told = self._named(asked)
        if len(asked) <= _MAX_EXPLAINED:
            told = self._explained(asked, told)
        return sorted(told, key=lambda place: (place.start, place.end))

    def _named(self, asked: tuple[str, ...]) -> list[Place]:
        """Return the values that words are."""
        places, start = [], 0
        while start < len(asked):
            for length in range(min(_MAX_WORDS, len(asked) - start), 0, -1):
                here = self._by_words.get(asked[start : start + length])
                if here:
                    places.append(Place(start, start + length, here))
                    start += length - 1
                    break
            start += 1
        return places

    def _explained(self, asked: tuple[str, ...], named: list[Place]) -> list[Place]:
        """Add what other words stand for, and put right what neighbours mean only together."""
        # Neighbours that mean something by themselves are corrected, not added to: their company
        # says what usually follows them.
        inside = {n for place in named for n in range(place.start, place.end)}
        others = [(n, n + 1) for n in range(len(asked)) if n not in inside]
        told = list(named)
        for span in others:
            for place in self._stands_for(asked, *span):
                if not any(each.tells(place.mentions[0].attribute) for each in named):
                    told.append(place)
        spans = sorted([*others, *((place.start, place.end) for place in named)])
        for (start, _), (_, end) in itertools.pairwise(spans):
            for whole in self._stands_for(asked, start, end):
                (meant,) = whole.mentions
                within = [place for place in told if start <= place.start and place.end <= end]
                parts = [place for place in within if place.tells(meant.attribute)]
                is_told = any(place.tells(meant.attribute) for place in told)
                is_new = not within and not is_told
                is_other = any(meant not in place.mentions for place in parts)
                if is_new or is_other:
                    told = [place for place in told if place not in parts] + [whole]
        return told

    def _stands_for(self, asked: tuple[str, ...], start: int, end: int) -> list[Place]:
        values = self._usage.stands_for(" ".join(asked[start:end]))
        return [
            Place(start, end, [Mention(name, value, self.counts[name, value])])
            for name, value in values.items()
        ]

    def chief(self, place: Sequence[Mention]) -> Mention:
        """Return the value that is meant where a word is one of several attributes.

        A photo's colour, not its second one: the attribute that most photos have.
        """
        return max(place, key=lambda mention: self.extent[mention.attribute])

    @cached_property
    def _usage(self) -> Usage:
        return Usage(self._catalogue, self.counts, self.extent, self._phrases)

    @cached_property
    def says_anything(self) -> bool:
        """Whether the photos have captions or shared values at all."""
        catalogue = self._catalogue
        return bool(self.values) or any(
            p.captions for p in catalogue.photos(catalogue.live_rows()[:50])
        )

    def is_said(self, text: str) -> bool:
        """Whether any photo says all words of a text, in its captions or in one value."""
        if text not in self._said:
            if len(self._said) >= _MAX_REMEMBERED:
                self._said.clear()
            self._said[text] = bool(self.whole(text)) or self._catalogue.says(text)
        return self._said[text]

    def whole(self, text: str) -> list[Mention]:
        """Return the values that a text is, and nothing beside them."""
        return self._by_words.get(folded(text), [])

    def family(self, attribute: str) -> NDArray[np.float32] | None:
        """Return the directions in which the values of an attribute differ, (n, n_dims), or None.

        "This, but red" asks a photo to give up its colour, whatever it is: what the words for
        colours differ in. The rows are orthonormal.
        """
        if attribute not in self._families:
            self._families[attribute] = self._differ(
                [each.value for each in self.values if each.attribute == attribute]
            )
        return self._families[attribute]

    def _differ(self, values: Sequence[str]) -> NDArray[np.float32] | None:
        tokenizer = self._encoder.tokenizer
        if tokenizer is None or len(values) > _MAX_FAMILY:
            return None
        known = [value for value in values if words(value) and not tokenizer.unknown(value)]
        if len(known) < _LEAST_FAMILY:
            return None
        rows = self._encoder.embed_texts(known)
        _, sizes, directions = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
        kept = sizes**2 > _LEAST_SHARE * (sizes**2).sum()
        return directions[:_MAX_DIRECTIONS][kept[:_MAX_DIRECTIONS]]


def folded(text: str) -> tuple[str, ...]:
    """Return the words by which values and queries are compared.

    Examples
    --------
    >>> folded("Navy-Blue Shirts")
    ('navy', 'blue', 'shirt')
    """
    return tuple(singular(word) for word in words(text))
