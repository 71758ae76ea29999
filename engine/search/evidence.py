"""Evidence: what speaks for a text having an answer, before it is weighed.

The model's nearness is one witness; the collection's own words are the other. A photo that names
the thing is a strong sign; a word of the query that other photos name and this one does not speaks
against it (a denim *watch*, where there is denim and there are watches); a word that nobody names
says little either way, because captions leave things out, unless it is the thing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.search.reading import knows
from engine.search.subject import Subject

if TYPE_CHECKING:
    from engine.search.engine import SearchEngine


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """What is known of a text before it is weighed; shares are of the subject's words.

    Parameters
    ----------
    nearness
        Mean similarity of the nine photos nearest to the subject.
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
        self._places = engine.lexicon.places(subject.text)

    @property
    def _head(self) -> NDArray[np.bool_]:
        """Which words are the thing; where none is, all are."""
        words = self.subject.words
        return np.array([word == self.subject.head or not self.subject.head for word in words])

    def of(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which words each row names, (n_rows, n_words)."""
        rows = np.asarray(rows, np.int64)
        catalogue = self._engine.collection.catalogue
        named = np.zeros((len(rows), len(self.subject.words)), bool)
        for number, word in enumerate(self.subject.words):
            named[:, number] = catalogue.saying_among(word, rows)
        for place in self._places:
            for each in place.mentions:
                having = np.isin(rows, catalogue.rows_where({each.attribute: [each.value]}))
                named[having, place.start : place.end] = True
        return named

    def said(self) -> NDArray[np.bool_]:
        """Return which words any photo of the collection names, (n_words,)."""
        lexicon = self._engine.lexicon
        said = np.array([lexicon.is_said(word) for word in self.subject.words], bool)
        for place in self._places:
            said[place.start : place.end] = True
        return said

    def answers(self, named: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows name the thing and miss nothing that the collection tells of."""
        if not named.size:
            return np.zeros(len(named), bool)
        missed = self.said() & ~named
        return (named & self._head).any(axis=1) & ~missed.any(axis=1)

    def evidence(self, named: NDArray[np.bool_], nearness: float) -> TextEvidence:
        """Return what speaks for the subject having an answer among rows that name words of it."""
        tokenizer = self._engine.encoder.tokenizer
        words, said = self.subject.words, self.said()
        known = [tokenizer is not None and knows(tokenizer, word) for word in words]
        if len(named):
            thing = (named & self._head).any(axis=1)
            best = int(np.argmax(named.mean(axis=1) + thing))
            names_thing, missed = float(thing[best]), float((said & ~named[best]).mean())
        else:
            names_thing, missed = 0.0, float(said.mean())
        return TextEvidence(
            nearness, names_thing, missed, float((~said).mean()), float(np.mean(known))
        )

    def unknown_things(self) -> tuple[str, ...]:
        """Return the words that the model does not know and nobody names, if the thing is one."""
        tokenizer = self._engine.encoder.tokenizer
        if tokenizer is None:
            return ()
        dark = [
            word
            for word, said in zip(self.subject.words, self.said(), strict=True)
            if not said and not knows(tokenizer, word)
        ]
        thing = [self.subject.head] if self.subject.head else self.subject.words
        return tuple(dark) if any(word in dark for word in thing) else ()
