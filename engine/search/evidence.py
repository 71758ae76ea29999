"""Evidence: what speaks for a text having an answer, before it is weighed.

The model's nearness is one witness; the collection's own words are the other. A photo that names
the thing is a strong sign; a word of the query that other photos name and this one does not speaks
against it (a denim *watch*, where there is denim and there are watches); a word that nobody names
says little either way, because captions leave things out, unless it is the thing itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.catalogue.photo import TAG
from engine.search.collection_values import Mention, Place, folded
from engine.search.subject import Subject
from engine.text import singular, words

if TYPE_CHECKING:
    from engine.search.engine import SearchEngine

# Of the first photos that say a word, so many are found, and so many of these read.
_N_READ, _N_LOOKED_AT = 256, 24
# A word is part of another where so large a share of what follows it is that one.
_ALWAYS = 0.9
# Photos that show a word stand at least so many spreads above all others, in the mean.
_LEAST_ABOVE = 0.5
_MAX_REMEMBERED = 10_000
_LEAST_SAID = 0.5
_NEGATIONS = ("no ", "not ", "non ", "non-", "without ")


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """What is known of a text before it is weighed; shares are of the subject's words.

    Parameters
    ----------
    nearness
        How near the photos nearest to the subject are; see `Calibrations.nearness`.
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
    engine
        Over the collection.
    subject
        Whose words.
    """

    def __init__(self, engine: SearchEngine, subject: Subject) -> None:
        self._engine = engine
        self.subject = subject
        self._places = [
            place for place in engine.lexicon.places(subject.text) if not self._is_guessed(place)
        ]
        covered = {n for place in self._places for n in range(place.start, place.end)}
        self._by_captions = [n for n in range(len(subject.words)) if n not in covered]
        self._said = np.ones(len(subject.words), bool)
        for number in self._by_captions:
            word = subject.words[number]
            self._said[number] = engine.lexicon.is_said(word) and self._shows(number)

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
        return self._engine.collection.catalogue.saying_among(word, rows)

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
        captions = self._engine.caption_words
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
        known = list(map(self._engine.vocabulary.knows, self.subject.words))
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
        if self._engine.encoder.tokenizer is None:
            return ()
        dark = [
            word
            for word, said in zip(self.subject.words, self.said(), strict=True)
            if not said and not self._engine.vocabulary.knows(word)
        ]
        return tuple(dark) if self.subject.head in dark else ()


def _has(photo: Photo, mention: Mention) -> bool:
    """Tell whether a photo has a value; tags are values of the attribute ``tag``."""
    value = mention.value.casefold()
    if mention.attribute == TAG:
        return value in map(str.casefold, photo.tags)
    return photo.attributes.get(mention.attribute, "").casefold() == value


class CaptionWords:
    """What it is worth that captions say a word: whether the photos show it.

    Parameters
    ----------
    engine
        Over the collection.
    """

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self.part_of = lru_cache(_MAX_REMEMBERED)(self._follower)
        self.is_in_passing = lru_cache(_MAX_REMEMBERED)(self._is_usual)

    def is_set_phrase(self, text: str) -> bool:
        """Tell whether captions mostly say a word after "no", as in *No Show* socks."""
        said = words(text)
        if len(said) != 2 or not text.lower().startswith(_NEGATIONS):
            return False
        catalogue, last = self._engine.collection.catalogue, said[-1]
        n_together = len(catalogue.rows_saying(text, together=True, limit=_N_READ))
        return 2 * n_together > len(catalogue.rows_saying(last, limit=_N_READ))

    def _rows(self, word: str) -> NDArray[np.int64]:
        rows = self._engine.collection.catalogue.rows_saying(word, limit=_N_READ)
        places = np.linspace(0, len(rows) - 1, min(len(rows), _N_LOOKED_AT)).astype(np.int64)
        return np.unique(rows[places])

    def _follower(self, word: str) -> str:
        """Return the word that always follows a word in captions, "" where several do.

        *Snow* that is only ever said in *snow white* is no snow.
        """
        after: Counter[str] = Counter()
        for photo in self._engine.collection.catalogue.photos(self._rows(word)):
            for caption in photo.captions:
                said = [singular(each) for each in words(caption)]
                after.update(b for a, b in pairwise([*said, ""]) if a == singular(word))
        follower, n = after.most_common(1)[0] if after else ("", 0)
        return follower if n > 1 and n >= _ALWAYS * after.total() else ""

    def _is_usual(self, word: str) -> bool:
        """Tell whether photos whose captions say a word look to the model like any others.

        "Ships in a gift box" shows no box. What the model does not know it cannot tell.
        """
        encoder, collection = self._engine.encoder, self._engine.collection
        rows = self._rows(word)
        if not len(rows) or not self._engine.vocabulary.knows(word):
            return False
        row, background = encoder.embed_texts([word])[0], self._engine.background
        similarities = np.asarray(collection.embeddings[rows], np.float32) @ row
        above = (float(similarities.mean()) - background.level(row)) / background.spread(row)
        return above < _LEAST_ABOVE
