"""The search engine: a question in words, photos or both becomes ranked photos.

A query is a sum of terms in the joint space: ``q = Σ wᵢ eᵢ``, brought to length one, so each
photo's similarity is linear in what the terms gave.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.config import DEFAULT_K
from engine.encoders import Encoder, load_encoder
from engine.errors import ModelError, QueryError
from engine.images import DecodedPhoto, read_photo
from engine.query import Term, format_query, parse_query
from engine.storage import Collection, ModelCard

# Terms that cancel leave a direction made of rounding; no photo should be ranked by it.
_SHORTEST = 1e-3

Filters = Mapping[str, Sequence[str]]
Facets = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Match:
    """One photo of an answer.

    Parameters
    ----------
    rank
        From 1, counted over all pages.
    similarity
        Cosine of the photo and the query, −1 to 1; larger is nearer.
    photo
        The photo, with its captions and attributes.
    """

    rank: int
    similarity: float
    photo: Photo


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search returned, and how it came about.

    Parameters
    ----------
    query
        The query in the query language; ``photo``, ``photo2`` … stand for what was attached.
    terms
        The same, taken apart.
    k, offset
        How many matches were asked for, and how many before them were left out.
    matches
        At most k, nearest first.
    n_searched
        Photos that could have been matches: those that pass the filters.
    seconds
        Time of each step: ``parse``, ``encode``, ``filter``, ``index``, ``catalogue``, ``total``.
    unknown_words
        Words the model does not know; they played no part.
    is_exact
        Whether no better match exists; otherwise a few in a thousand may be missed.
    """

    query: str
    terms: tuple[Term, ...]
    k: int
    offset: int
    matches: list[Match]
    n_searched: int
    seconds: dict[str, float]
    unknown_words: list[str]
    is_exact: bool


class _Stopwatch:
    """Seconds of each step of an answer."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Book the time since the last lap to a step."""
        now = time.perf_counter()
        self.seconds[step] = now - self._last
        self._last = now

    def total(self) -> dict[str, float]:
        """Close the watch and return all times."""
        self.seconds["total"] = time.perf_counter() - self._started
        return self.seconds


def _named(model: ModelCard | Encoder) -> str:
    """Name a model so that another training of the same name is told from it."""
    return f"{model.name} ({model.fingerprint[:8]})"


class SearchEngine:
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

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        if encoder.fingerprint != collection.manifest.model.fingerprint:
            raise ModelError(
                "the collection was made with another model",
                value=f"{_named(collection.manifest.model)}, not {_named(encoder)}",
                remedy="Index the photos again, or open the collection with its own model",
            )
        self.collection = collection
        self.encoder = encoder

    @classmethod
    def open(cls, folder: Path, model: Path | None = None) -> SearchEngine:
        """Open a collection's folder with the model it names, or with the one given."""
        collection = Collection.open(folder)
        return cls(collection, load_encoder(model or collection.model_folder))

    def search(
        self,
        query: str | Sequence[Term] = "",
        *,
        images: Sequence[bytes | Path] = (),
        inside: Sequence[str] = (),
        filters: Filters | None = None,
        k: int = DEFAULT_K,
        offset: int = 0,
        exact: bool | None = None,
    ) -> Answer:
        """Find the photos nearest to words and photos, with signs and weights.

        Parameters
        ----------
        query
            In the query language (see `engine.query`), or its terms. The words ``photo``,
            ``photo2`` … name what is attached, first `images`, then `inside`; what is not named
            counts once.
        images
            Photos from outside, as files or their bytes.
        inside
            Ids of photos of the collection. They are left out of their own answer.
        filters
            Key to accepted values; every key must hold. The key ``tag`` means tags.
        k
            Matches wanted, at least 1.
        offset
            Matches to leave out at the start, for further pages.
        exact
            True compares with every photo; None lets the index choose.

        Raises
        ------
        QueryError
            The query is empty, none of its words is known, or its terms cancel each other.
        PhotoError
            An attached photo cannot be read.
        CatalogueError
            An id or a filter names what does not exist.
        """
        if k < 1 or offset < 0:
            raise ValueError(
                f"k must be at least 1 and offset at least 0, not k={k}, offset={offset}"
            )
        watch = _Stopwatch()
        n_attached = len(images) + len(inside)
        terms = parse_query(query, n_attached) if isinstance(query, str) else tuple(query)
        watch.lap("parse")
        rows_inside = [self.collection.catalogue.photo(photo_id).row for photo_id in inside]
        vector, unknown = self._compose(terms, images, rows_inside)
        watch.lap("encode")
        allowed = self.collection.catalogue.rows_where(filters) if filters else None
        watch.lap("filter")
        nearest = self.collection.index.nearest(
            vector, offset + k + len(rows_inside), allowed=allowed, exact=exact
        )
        watch.lap("index")
        found = zip(nearest.rows.tolist(), nearest.similarities.tolist(), strict=True)
        wanted = [pair for pair in found if pair[0] not in rows_inside][offset : offset + k]
        photos = self.collection.catalogue.photos([row for row, _ in wanted])
        matches = [
            Match(rank, max(-1.0, min(1.0, similarity)), photo)
            for rank, (photo, (_, similarity)) in enumerate(
                zip(photos, wanted, strict=True), start=offset + 1
            )
        ]
        watch.lap("catalogue")
        return Answer(
            query=format_query(terms),
            terms=terms,
            k=k,
            offset=offset,
            matches=matches,
            n_searched=self._n_searched(allowed, rows_inside),
            seconds=watch.total(),
            unknown_words=unknown,
            is_exact=nearest.is_exact,
        )

    def facets(self, filters: Filters | None = None) -> Facets:
        """Count attribute values among the photos that pass the filters."""
        catalogue = self.collection.catalogue
        return catalogue.facets(catalogue.rows_where(filters) if filters else None)

    def read(self, image: bytes | Path) -> DecodedPhoto:
        """Return an attached photo as the model will see it: upright, whole, in a white square."""
        return read_photo(image, self.encoder.size_px)

    def _n_searched(self, allowed: NDArray[np.int64] | None, rows_inside: Sequence[int]) -> int:
        if allowed is None:
            return self.collection.n_photos - len(set(rows_inside))
        return len(allowed) - len(set(rows_inside) & set(allowed.tolist()))

    def _compose(
        self, terms: Sequence[Term], images: Sequence[bytes | Path], rows_inside: Sequence[int]
    ) -> tuple[NDArray[np.float32], list[str]]:
        """Return the query's unit row, and the words that could play no part in it."""
        said = [term for term in terms if term.text]
        spoken, unknown = self._known(said) if said else ([], [])
        shown = [term for term in terms if not term.text]
        parts = []
        if spoken:
            parts.append(self.encoder.embed_texts([term.text for term in spoken]))
        if shown:
            attached = self._attached(images, rows_inside)
            parts.append(attached[[term.photo - 1 for term in shown]])
        if not parts:
            raise self._nothing_known(unknown)
        rows = parts[0] if len(parts) == 1 else np.concatenate(parts)
        vector = np.array([term.weight for term in (*spoken, *shown)], np.float32) @ rows
        length = math.sqrt(float(vector @ vector))
        if length < _SHORTEST:
            raise QueryError(
                "the parts of the query cancel each other",
                value=format_query(terms),
                remedy="Change a sign or a weight",
            )
        return vector / np.float32(length), unknown

    def _known(self, said: Sequence[Term]) -> tuple[list[Term], list[str]]:
        """Return the text terms with at least one known word, and all unknown words."""
        tokenizer = self.encoder.tokenizer
        if tokenizer is None:
            raise QueryError(
                "this collection's model understands no words",
                value=self.encoder.name,
                remedy="Search with a photo instead",
            )
        known: list[Term] = []
        unknown: list[str] = []
        for term in said:
            known_words, unknown_words = tokenizer.sort_words(term.text)
            unknown += unknown_words
            if known_words:
                known.append(term)
        return known, list(dict.fromkeys(unknown))

    def _nothing_known(self, unknown: Sequence[str]) -> QueryError:
        """Say that no word is known, with words that are: near ones, else frequent ones."""
        tokenizer = self.encoder.tokenizer
        assert tokenizer is not None  # only a text could bring us here
        near = [word for asked in unknown for word in tokenizer.suggest(asked)]
        suggestions = ", ".join(list(dict.fromkeys(near or tokenizer.frequent(6)))[:6])
        remedy = f"{'Did you mean' if near else 'Words it knows:'} {suggestions}"
        return QueryError(
            "the model knows none of these words",
            value=", ".join(unknown) or "no word at all",
            remedy=remedy if suggestions else "Search with a photo instead",
        )

    def _attached(
        self, images: Sequence[bytes | Path], rows_inside: Sequence[int]
    ) -> NDArray[np.float32]:
        """Return unit rows of what is attached: photos from outside first, then those inside."""
        inside = np.asarray(self.collection.embeddings[list(rows_inside)], np.float32)
        if not images:
            return inside
        pixels = np.stack([self.read(image).pixels for image in images])
        return np.concatenate(
            [self.encoder.embed_photos(pixels), inside.reshape(-1, self.encoder.n_dims)]
        )
