"""The retriever of collections whose photos lie in Qdrant (`engine.qdrant`).

Candidates by embedding, by BM25 and by values come from there, under a filter; what ranks them is
the same as everywhere, over what is read of those few points.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.catalogue.bm25 import K1, LEAST_IDF, TELLING, Gains
from engine.catalogue.postings import fold
from engine.index import Nearest
from engine.qdrant import Match, PointCatalogue, PointQuery, PointStore
from engine.qdrant.condition import Clause, Condition, both, having_words, matching
from engine.qdrant.point import (
    PHOTO,
    VALUES,
    WORDS,
    caption_name,
    id_name,
    shown_facet,
    value_key,
    value_name,
    value_number,
    word_key,
)
from engine.qdrant.point_store import Hits, among
from engine.search.collection_values import CollectionValues, Mention
from engine.search.known_words import telling_words
from engine.search.lexical import KNOWN, SECOND, LexicalScorer, LogOdds, Mask, Rows
from engine.search.retriever import Allowed, Facets, Filters, Restriction, values_by_word
from engine.storage import Collection
from engine.text import asked_stems, singular, stems, words

_MAX_REMEMBERED = 10_000
_MAX_NAMED = 500
# Of so many times as many points as are wanted those are picked that have every word.
_PER_WANTED = 2
_EVERY_VALUE = 20_000
_SHOWN_VALUES = 12


class PointRetriever:
    """Answers from the points of a collection; see `engine.search.retriever.Retriever`.

    Parameters
    ----------
    collection
        Whose photos lie elsewhere; it must stay open.
    collection_values
        What words mean among its values.
    """

    def __init__(self, collection: Collection, collection_values: CollectionValues) -> None:
        assert isinstance(collection.catalogue, PointCatalogue)
        assert collection.store is not None
        self._collection = collection
        self._catalogue = collection.catalogue
        self._store: PointStore = collection.store
        self._values = collection_values
        self._count = lru_cache(_MAX_REMEMBERED)(self._store.count)

    def allowed(self, restriction: Restriction) -> Allowed:
        """Return a restriction as a condition, and how many photos meet it."""
        if not restriction:
            return Allowed(None, self._collection.n_photos)
        must = [self._filter(name, values) for name, values in restriction.filters.items()]
        must += map(self._carrying, dict.fromkeys(words(restriction.carrying)))
        before = both(*must)
        taken = [clause for text in restriction.without for clause in self._saying(text)]
        condition = both(before, Condition(must_not=tuple(taken)))
        n_photos = self._count(condition)
        n_before = self._count(before) if taken else n_photos
        return Allowed(condition, n_photos, n_before - n_photos)

    def _filter(self, name: str, values: Sequence[str]) -> Condition | None:
        if not values:
            return None
        if isinstance(values, str):
            raise ValueError(f"the values of {name!r} must be a sequence of texts, not {values!r}")
        for value in values:
            if not self._count(matching("values", value_key(name, value))):
                # The sample knows what there is instead, and says it.
                self._catalogue.mask_where({name: [value]})
        return matching("values", *(value_key(name, value) for value in values))

    def _carrying(self, word: str) -> Condition | None:
        """Return the condition of carrying a word; None where nobody does."""
        values = self._values_by_word.get(singular(word), [])
        if values:
            return matching("values", *(value_key(*each) for each in values))
        asked = asked_stems(word)
        said = having_words(asked)
        return said if asked and self._count(said) else None

    @cached_property
    def _values_by_word(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        return values_by_word(self._catalogue)

    def _saying(self, text: str) -> list[Clause]:
        """Return what photos with a text have: all its words in captions, or it as a value."""
        asked = asked_stems(text)
        meant = [value_key(each.attribute, each.value) for each in self._values.whole(text)]
        clauses: list[Clause] = [having_words(asked)] if asked else []
        return [*clauses, Match("values", tuple(meant))] if meant else clauses

    def nearest(
        self,
        embedding: NDArray[np.float32],
        k: int,
        allowed: Allowed,
        *,
        exact: bool | None = None,
        ef: int | None = None,
    ) -> Nearest:
        """Ask for the nearest points."""
        k, ef = min(k, allowed.n_photos), ef or self._collection.ef
        query = PointQuery(embedding, k, PHOTO, allowed.condition, is_exact=bool(exact), ef=ef)
        hits = self._store.search([query])[0] if query.k else []
        rows = np.array([row for row, _ in hits], np.int64)
        return Nearest(rows, np.array([score for _, score in hits], np.float32), bool(exact))

    @contextmanager
    def by_words(
        self, text: str, k: int, allowed: Allowed, *, is_condition: bool
    ) -> Iterator[PointScorer]:
        """Ask for points by their words and values."""
        places = self._values.mentions(text)
        n_photos = self._catalogue.n_photos
        yield PointScorer(
            PointQuestion(text, self._store, self._catalogue.n_having, n_photos),
            [self._value(place) for place in places],
            n_words=max(len(telling_words(text)), len(places), 1),
            n_rows=n_photos,
            k=k,
            allowed=allowed.condition,
            is_condition=is_condition,
        )

    def _value(self, place: Sequence[Mention]) -> PointValue:
        chief = self._values.chief(place)
        keys = sorted({value_key(each.attribute, each.value) for each in place})
        return PointValue(
            tuple(keys),
            value_key(chief.attribute, chief.value),
            chief.n_photos if len(place) == 1 else self._count(matching("values", *keys)),
            self._values.extent[chief.attribute] >= KNOWN * self._catalogue.n_photos,
        )

    def passing(self, rows: Sequence[int] | Rows, allowed: Allowed) -> Mask:
        """Ask which of the rows meet the condition."""
        numbers = np.asarray(rows, np.int64)
        if allowed.condition is None or not len(numbers):
            return np.ones(len(numbers), bool)
        return self._catalogue.having_among(allowed.condition, numbers)

    def named(self, text: str) -> list[int]:
        """Ask for points that have the text among their names: ids first, then captions."""
        if not fold(text):
            return []
        names = [id_name(text.strip()), caption_name(text), value_name(text)]
        found = self._store.scroll(
            matching("names", *names), start=0, limit=_MAX_NAMED, fields=("names",)
        )
        order = {name: place for place, name in enumerate(names)}
        first = {
            point.row: min(order[each] for each in point.payload["names"] if each in order)
            for point in found
        }
        return sorted(first, key=lambda row: (first[row], row))

    def having(self, rows: Rows, name: str, value: str) -> Mask:
        """Look the value up among those of the points."""
        return self._catalogue.having_among(matching("values", value_key(name, value)), rows)

    def embeddings(self, rows: Rows | Sequence[int]) -> NDArray[np.float32]:
        """Return the rows of points."""
        return np.asarray(self._collection.embeddings[np.asarray(rows, np.int64)], np.float32)

    def photo(self, photo_id: str) -> Photo:
        """Ask for one photo."""
        return self._catalogue.photo(photo_id)

    def photos(self, rows: Sequence[int]) -> list[Photo]:
        """Ask for photos."""
        return self._catalogue.photos(rows)

    def ids(self, rows: Sequence[int]) -> dict[int, str]:
        """Ask for ids."""
        return self._catalogue.ids_of(rows)

    def facets(
        self, filters: Filters, near: NDArray[np.float32] | None = None, n_near: int = 0
    ) -> Facets:
        """Ask for counts under a filter, or count the values of the nearest points."""
        allowed = self.allowed(Restriction(filters))
        if near is not None:
            rows = self.nearest(near, n_near, allowed).rows.tolist()
            found = self._store.points(rows, fields=("facets",))
            counts = Counter(facet for point in found for facet in point.payload["facets"])
            counted = list(counts.items())
        elif not allowed.condition:
            return self._catalogue.facets(limit=_SHOWN_VALUES)
        else:
            counted = self._store.facet("facets", allowed.condition, _EVERY_VALUE)
        return self._catalogue.facets_of(
            [(*shown_facet(facet), n) for facet, n in counted], _SHOWN_VALUES
        )


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a question: its number among the weights, its rarity, and if all must have it."""

    number: int
    stem: str
    idf: float
    is_needed: bool


class PointQuestion:
    """One question to the captions of points; see `engine.catalogue.bm25.FullText`.

    Parameters
    ----------
    text
        Anything a person may type.
    store
        Whose captions.
    n_having
        How many points have a stem.
    n_photos
        Of the collection.
    """

    def __init__(
        self,
        text: str,
        store: PointStore,
        n_having: Callable[[str], int],
        n_photos: int,
    ) -> None:
        self.store = store
        self._found: Hits = []
        self._scores: dict[int, float] = {}
        self._having_every: list[int] = []
        needed, n = asked_stems(text), n_photos
        counts = {stem: n_having(stem) for stem in dict.fromkeys(stems(text))}
        self._words = [
            _Word(word_key(stem), stem, _idf(n, n_stem), stem in needed)
            for stem, n_stem in sorted(counts.items(), key=lambda pair: pair[1])
            if n_stem and (stem in needed or n_stem <= n / TELLING)
        ]
        self._needed = [word for word in self._words if word.is_needed]
        self._knows_all = 0 < len(needed) == len(self._needed)

    @property
    def _weights(self) -> dict[int, float]:
        return {word.number: (K1 + 1) * word.idf for word in self._words}

    def best(
        self, k: int, allowed: Condition | None = None, *, every_word: bool = False
    ) -> tuple[Rows, Gains]:
        """Ask for the points that match best.

        Those that have every word are picked from the best of all, where they stand first: a
        search for them alone would look at each point that has the commonest of the words.
        """
        if k < 1 or not self._words or (every_word and not self._knows_all):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if not every_word:
            return _arrays(self._best(k, allowed)[:k])
        hits = self._best(_PER_WANTED * k, allowed)
        every = having_words([word.stem for word in self._needed])
        (having,) = self.store.search([among(every, [row for row, _ in hits])]) if hits else ([],)
        if not having and len(hits) >= _PER_WANTED * k:
            # None of the best has: those that have are looked up, and scored afterwards.
            (having,) = self.store.search([PointQuery(None, k, condition=both(allowed, every))])
            if having:
                found = [row for row, _ in having]
                (hits,) = self.store.search([among(None, found, self._weights, WORDS)])
        rows = {row for row, _ in having}
        return _arrays([hit for hit in hits if hit[0] in rows][:k])

    def _best(self, k: int, allowed: Condition | None) -> Hits:
        if len(self._found) < k:
            (self._found,) = self.store.search([PointQuery(self._weights, k, WORDS, allowed)])
        return self._found

    def queries(self, rows: Rows) -> list[PointQuery]:
        """Return what to ask the store of some points."""
        every = having_words([word.stem for word in self._needed])
        return [among(None, rows, self._weights, WORDS), among(every, rows)] if self._words else []

    def hear(self, scores: Hits, having_every: Hits) -> None:
        """Take the answers."""
        self._scores = dict(scores)
        self._having_every = [row for row, _ in having_every] if self._knows_all else []

    def score(self, rows: Rows) -> tuple[Gains, Mask]:
        """Return the BM25 of points that were asked about, and which have every word."""
        scores = [self._scores.get(row, 0.0) for row in rows.tolist()]
        return np.array(scores, np.float32), np.isin(rows, self._having_every)


def _arrays(hits: Hits) -> tuple[Rows, Gains]:
    rows, scores = [row for row, _ in hits], [score for _, score in hits]
    return np.array(rows, np.int64), np.array(scores, np.float32)


def _idf(n_documents: int, n_having: int) -> float:
    return max(math.log((n_documents - n_having + 0.5) / (n_having + 0.5)), LEAST_IDF)


@dataclass(slots=True, eq=False)
class PointValue:
    """A value that words mean, by its texts among the points' values."""

    keys: Sequence[str]
    chief: str
    n_photos: int
    is_everywhere: bool
    _having: Sequence[int] = ()
    _having_chiefly: Sequence[int] = ()

    def queries(self, rows: Rows) -> list[PointQuery]:
        """Return what to ask the store of some points."""
        asked = (self.keys, [self.chief])
        return [among(matching("values", *keys), rows) for keys in asked[: len(self.keys)]]

    def hear(self, having: Hits, having_chiefly: Hits | None = None) -> None:
        """Take the answers."""
        self._having = [row for row, _ in having]
        chiefly = having if having_chiefly is None else having_chiefly
        self._having_chiefly = [row for row, _ in chiefly]

    def among(self, rows: Rows) -> tuple[Mask, Mask]:
        """Tell which points that were asked about have it, and which have it chiefly."""
        return np.isin(rows, self._having), np.isin(rows, self._having_chiefly)


class PointScorer(LexicalScorer):
    """Scores points by the words of one query."""

    _values: Sequence[PointValue]
    _question: PointQuestion

    def log_odds(self, rows: Rows) -> LogOdds:
        """Ask about the points, all at once; see `LexicalScorer.log_odds`."""
        all_asked: list[PointQuestion | PointValue] = [self._question, *self._values]
        asked = [(each, each.queries(rows)) for each in all_asked]
        queries = [query for _, some in asked for query in some]
        heard = iter(self._question.store.search(queries) if queries and len(rows) else ())
        for each, some in asked:
            if some and len(rows):
                each.hear(*islice(heard, len(some)))
        return super().log_odds(rows)

    def _having(self, k: int, allowed: Condition | None) -> Rows:
        """Ask for points with the values, those with the most and rarest of them first."""
        if not self._values:
            return np.empty(0, np.int64)
        store = self._question.store
        if self._is_condition:
            every = [matching("values", *value.keys) for value in self._values]
            found = store.scroll(both(allowed, *every), start=0, limit=k, fields=())
            return np.array([point.row for point in found], np.int64)
        weights: dict[int, float] = {}
        for value in self._values:
            for key in value.keys:
                share = 1.0 if key == value.chief else SECOND
                number = value_number(key)
                weights[number] = weights.get(number, 0.0) + share * self._worth(value)
        hits = store.search([PointQuery(weights, k, VALUES, allowed)])[0]
        return np.array([row for row, _ in hits], np.int64)
