"""The search engine: a question in words, photos or both becomes ranked photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.encoders import load_encoder
from engine.images import DecodedPhoto
from engine.progress import Report, Step, no_report
from engine.query import Term, format_query, group, parse_query
from engine.search.calibrations import CALIBRATIONS, Calibrations
from engine.search.context import SearchContext
from engine.search.fusion import Ranking
from engine.search.known_words import WordReading, unknown_words
from engine.search.query_expansion import PHRASE_VALUES, PhraseValues
from engine.search.query_parts import Attached, Attacher, explain_silence
from engine.search.query_vector import compose, parts_of
from engine.search.ranker import Ranker, ReadQuery
from engine.search.request import SearchRequest
from engine.search.result import Match, QueryPart, SearchResult, Stopwatch
from engine.search.retriever import Facets, Filters
from engine.search.upload import Uploads
from engine.search.verdict import Verdict, judge
from engine.search.verdict_calibration import calibrations_of
from engine.storage import Collection
from engine.text import words

# Thumbs move a query as Rocchio did: near the liked photos, less far from the disliked.
_LIKED, _DISLIKED = 0.75, -0.33


def _calls(photo: Photo, text: str) -> bool:
    return text in (photo.photo_id, *photo.captions, *photo.attributes.values())


class SearchEngine(SearchContext):
    """A collection and the encoder that made its embeddings, ready to answer.

    Searching changes nothing, so one engine serves any number of threads.

    Parameters
    ----------
    collection
        Photos, embeddings and index.
    encoder
        Must be the very model that embedded the collection.

    Raises
    ------
    ModelError
        The encoder is another model than the collection's.
    """

    @classmethod
    def open(cls, folder: Path, model: Path | None = None) -> SearchEngine:
        """Open a collection's folder with the model it names, or with the one given."""
        collection = Collection.open(folder)
        return cls(collection, load_encoder(model or collection.model_folder))

    @cached_property
    def calibrations(self) -> Calibrations:
        """What similarities mean in this collection; without any kept, learned in a second."""
        return calibrations_of(self)

    def judge(self, answer: SearchResult, filters: Filters | None = None) -> Verdict:
        """Weigh an answer: is there one, how strong is each match, where do answers end."""
        return judge(self, answer, self.calibrations, filters)

    def search(
        self, request: SearchRequest | str | Sequence[Term] = "", **fields: Any
    ) -> SearchResult:
        """Find the photos that a request asks for.

        Parameters
        ----------
        request
            A whole request, or its query alone: text in the query language (see `engine.query`),
            or terms.
        **fields
            Fields of `SearchRequest` by name; they take the place of the request's own.

        Raises
        ------
        QueryError
            The query is empty, none of its words is known, or its terms cancel each other.
        PhotoError
            An attached photo cannot be read.
        CatalogueError
            An id or a filter names what does not exist.
        DamageError
            The collection's files are known not to be what was written.

        Examples
        --------
        >>> from engine.config import DEMO_COLLECTION
        >>> engine = SearchEngine.open(DEMO_COLLECTION)
        >>> found = engine.search("yellow umbrella", k=3)
        >>> found.matches == engine.search(SearchRequest("yellow umbrella", k=3)).matches
        True
        """
        if not isinstance(request, SearchRequest):
            request = SearchRequest(request, **fields)
        elif fields:
            request = replace(request, **fields)
        self.collection.raise_if_damaged()
        watch = Stopwatch()
        terms = self._terms(request)
        watch.lap("parse")
        attached = self._attacher.attach(terms, request.images, request.inside)
        parts, row = self._composed(attached, request)
        watch.lap("encode")
        as_read = self._as_read(terms, attached.readings)
        read = ReadQuery(request, as_read, parts, row, frozenset(attached.own_rows))
        allowed = self._ranker.allowed(read)
        watch.lap("filter")
        ranking, is_exact = self._ranker.ranked(read, allowed)
        watch.lap("index")
        matches = self._matches(read, ranking)
        watch.lap("catalogue")
        if row is None and not matches:
            raise explain_silence(self.encoder, attached.readings)
        return SearchResult(
            request=request,
            query=format_query(terms),
            terms=terms,
            matches=matches,
            n_searched=allowed.n_photos,
            seconds=watch.total(),
            unknown_words=unknown_words(attached.readings),
            is_exact=is_exact,
            query_parts=parts,
            query_embedding=row,
            readings=tuple(attached.readings),
            n_excluded=allowed.n_excluded,
        )

    def _terms(self, request: SearchRequest) -> tuple[Term, ...]:
        if isinstance(request.query, str):
            return self.parse(request.query, len(request.images) + len(request.inside))
        return tuple(request.query)

    def parse(self, query: str, n_photos: int = 0) -> tuple[Term, ...]:
        """Read a query as its terms; what this collection calls a photo is words, signs and all.

        See `engine.query.parse_query`.
        """
        return parse_query(query, n_photos, self._is_name)

    def _is_name(self, text: str) -> bool:
        """Tell whether a text is a caption, value or id here, or "no" and a word are one name."""
        # Letter by letter: "Belt - Black" may be a title, "belt - black" takes black away.
        named = self.retriever.photos(self.retriever.named(text))
        return (
            any(_calls(photo, text) for photo in named)
            or any(each.value == text for each in self.collection_values.whole(text))
            or self.caption_words.is_set_phrase(text)
        )

    def facets(
        self,
        filters: Filters | None = None,
        *,
        near: NDArray[np.float32] | None = None,
        n: int = 300,
    ) -> Facets:
        """Count attribute values among the photos that pass the filters.

        Parameters
        ----------
        filters
            As in a request.
        near
            A query's unit row: count only among the `n` photos nearest to it.
        """
        return self.retriever.facets(filters or {}, near, n)

    def read(self, image: bytes | Path) -> DecodedPhoto:
        """Return an attached photo as a person chooses a part of it: whole, in a white square."""
        return self._uploads.read(image)

    @cached_property
    def _ranker(self) -> Ranker:
        return Ranker(self)

    @cached_property
    def _attacher(self) -> Attacher:
        return Attacher(self.collection, self.encoder, self._uploads)

    @cached_property
    def _uploads(self) -> Uploads:
        return Uploads(self.encoder)

    def _as_read(self, terms: Sequence[Term], readings: Sequence[WordReading]) -> tuple[Term, ...]:
        """Correct misspelt words as the model reads them, but none that the collection says."""
        slips = {
            each.word: each.read_as
            for each in readings
            if each.is_misread and not self.collection_values.is_said(each.word)
        }
        return tuple(
            replace(term, text=" ".join(slips.get(word, word) for word in words(term.text)))
            if not slips.keys().isdisjoint(words(term.text)) and not self.retriever.named(term.text)
            else term
            for term in terms
        )

    def _composed(
        self, attached: Attached, request: SearchRequest
    ) -> tuple[tuple[QueryPart, ...], NDArray[np.float32] | None]:
        """Return the parts with their coefficients, thumbs last, and the query's unit row."""
        thumbs = [
            self._attacher.steered(group(ids, weight))
            for ids, weight in ((request.liked, _LIKED), (request.disliked, _DISLIKED))
            if ids
        ]
        parts = [*attached.parts, *thumbs]
        if not attached.parts:
            if request.mode == "dense":
                raise explain_silence(self.encoder, attached.readings)
            if not thumbs:
                return (), None
        several = len(parts) > 1
        return compose(
            parts, self.background if several else None, self.collection_values if several else None
        )

    def _matches(self, query: ReadQuery, ranking: Ranking) -> list[Match]:
        """Deduplicate and diversify the ranking, and look up the page of it that is wanted."""
        rows, behind = self._ranker.arranged(query, ranking)
        offset = query.request.offset
        rows = rows[offset : offset + query.request.k]
        twins = [twin for row in rows for twin in behind.get(row, ())]
        ids = self.retriever.ids(twins) if twins else {}
        photos = self.retriever.photos(rows)
        embeddings = self.retriever.embeddings(rows)
        parts = parts_of(query.parts, embeddings).tolist() if query.parts else [[]] * len(rows)
        place_of = {row: place for place, row in enumerate(ranking.rows.tolist())}
        places = [place_of[row] for row in rows]
        return [
            Match(
                rank=rank,
                similarity=max(-1.0, min(1.0, sum(given))),
                photo=photo,
                parts=tuple(given),
                shares=ranking.shares(place),
                is_named=place < ranking.n_named,
                near_duplicates=tuple(ids[row] for row in behind.get(photo.row, ())),
                score=ranking.score(place, sum(given)),
            )
            for rank, (photo, given, place) in enumerate(
                zip(photos, parts, places, strict=True), start=offset + 1
            )
        ]


def prepare(folder: Path, progress: Report = no_report) -> None:
    """Learn what a collection's words and similarities mean, so that no question waits for it.

    Nothing is done where that is kept with its build already.
    """
    with Collection.open(folder) as collection:
        if PHRASE_VALUES.kept(collection) is None:
            step = Step(progress, "learning what words stand for", 1)
            catalogue = collection.catalogue
            PhraseValues.learned(catalogue, catalogue.shared_values()).keep(collection)
            step.at(1)
        if CALIBRATIONS.kept(collection) is None:
            step = Step(progress, "learning what similarities mean", 1)
            calibrations_of(SearchContext(collection, load_encoder(collection.model_folder)))
            step.at(1)
