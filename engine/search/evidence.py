"""Evidence: what speaks for a text having an answer, before it is weighed.

The model's nearness is one witness; the collection's own words are the other. A photo that names
the thing is a strong sign; a word of the query that other photos name and this one does not speaks
against it (a denim *watch*, where there is denim and there are watches); a word that nobody names
says little either way, because captions leave things out, unless it is the thing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.catalogue.photo import TAG
from engine.relevance import Background
from engine.search.collection_values import Mention, Place, folded
from engine.search.context import SearchContext
from engine.search.subject import Subject
from engine.text import singular

_LEAST_SAID = 0.5


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """What is known of a text before it is weighed; shares are of the subject's words.

    Parameters
    ----------
    nearness
        How near the photos nearest to the subject are: the mean of their similarities or margins.
    names_thing
        Whether the photo that names most of the subject names the thing: 0 or 1.
    missed
        Share that other photos name and that one does not.
    unsaid
        Share that no photo names.
    known
        Share that the model reads.
    """

    nearness: float
    names_thing: float
    missed: float
    unsaid: float
    known: float

    def figures(self) -> tuple[float, ...]:
        """Return all of it as one row for a calibration."""
        return astuple(self)


class Naming:
    """Which words of a subject photos name, in captions, values or tags.

    Parameters
    ----------
    context
        Over the collection.
    subject
        Whose words.
    """

    def __init__(self, context: SearchContext, subject: Subject) -> None:
        self._context = context
        self.subject = subject
        self._places = [
            place
            for place in context.collection_values.places(subject.text)
            if not self._is_guessed(place)
        ]
        covered = {n for place in self._places for n in range(place.start, place.end)}
        self._by_captions = [n for n in range(len(subject.words)) if n not in covered]
        self._said = np.ones(len(subject.words), bool)
        for number in self._by_captions:
            word = subject.words[number]
            self._said[number] = context.collection_values.is_said(word) and self._shows(number)

    @property
    def _head(self) -> NDArray[np.bool_]:
        """Which words are the thing; where none is, all are."""
        head = self.subject.head
        return np.array([word == head or not head for word in self.subject.words])

    def of(self, photos: Sequence[Photo]) -> NDArray[np.bool_]:
        """Return which words each photo names, (n_photos, n_words).

        Captions are asked only for words that are no values, or values that none of these photos
        has: most queries ask them nothing.
        """
        named = np.zeros((len(photos), len(self.subject.words)), bool)
        rows = [photo.row for photo in photos]
        for number in self._by_captions:
            if self._said[number]:
                named[:, number] = self._said_among(number, rows)
        for place in self._places:
            having = [any(_has(photo, each) for each in place.mentions) for photo in photos]
            named[having, place.start : place.end] = True
            if not any(having):
                for number in range(place.start, place.end):
                    named[:, number] = self._said_among(number, rows)
        return named

    def _said_among(self, number: int, rows: Sequence[int]) -> NDArray[np.bool_]:
        word = self.subject.words[number]
        return self._context.collection.catalogue.saying_among(word, rows)

    def said(self) -> NDArray[np.bool_]:
        """Return which words any photo of the collection names, (n_words,)."""
        return self._said

    def _is_guessed(self, place: Place) -> bool:
        """Tell whether a word means a value only because of what it is elsewhere a part of."""
        asked = folded(" ".join(self.subject.words[place.start : place.end]))
        if len(asked) > 1 or any(folded(mention.value) == asked for mention in place.mentions):
            return False
        return not self._shows(place.start)

    def _shows(self, number: int) -> bool:
        """Tell whether photos whose captions say a word show it."""
        word, *following = self.subject.words[number : number + 2]
        captions = self._context.caption_words
        whole = captions.part_of(word)
        return not captions.is_in_passing(word) and (not whole or whole in map(singular, following))

    def answers(self, named: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows name the thing and miss nothing that the collection tells of."""
        if not named.size:
            return np.zeros(len(named), bool)
        missed = (self.said() & ~named).any(axis=1)
        names_thing = (named & self._head).any(axis=1)
        return np.logical_and(names_thing, ~missed)

    def evidence(self, named: NDArray[np.bool_], nearness: float) -> TextEvidence:
        """Return what speaks for the subject having an answer among rows that name words of it."""
        said = self.said()
        known = list(map(self._context.vocabulary.knows, self.subject.words))
        if len(named):
            thing = np.atleast_1d((named & self._head).any(axis=1))
            best = int(np.argmax(named.mean(axis=1) + thing))
            # Where most of a subject is nowhere named, one word of it is no sign of the thing.
            names_thing = float(thing[best] and said.mean() >= _LEAST_SAID)
            missed = float((said & ~named[best]).mean())
        else:
            names_thing, missed = 0.0, float(said.mean())
        return TextEvidence(
            nearness, names_thing, missed, float((~said).mean()), float(np.mean(known))
        )

    def unknown_things(self) -> tuple[str, ...]:
        """Return the words that the model does not know and nobody names, if they are the thing."""
        if self._context.encoder.tokenizer is None:
            return ()
        dark = [
            word
            for word, said in zip(self.subject.words, self.said(), strict=True)
            if not said and not self._context.vocabulary.knows(word)
        ]
        return tuple(dark) if self.subject.head in dark else ()


def _has(photo: Photo, mention: Mention) -> bool:
    """Tell whether a photo has a value; tags are values of the attribute ``tag``."""
    value = mention.value.casefold()
    if mention.attribute == TAG:
        return value in map(str.casefold, photo.tags)
    return photo.attributes.get(mention.attribute, "").casefold() == value


def match_evidence(
    background: Background, row: NDArray[np.float32], similarities: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return what speaks for single matches, (n, 2): similarity, and spreads above the usual."""
    level, spread = background.level(row), background.spread(row)
    return np.column_stack([similarities, (similarities - level) / spread]).astype(np.float64)
