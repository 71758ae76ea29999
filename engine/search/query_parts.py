"""Query parts: what each term of a query points at, before anything is weighed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.errors import PhotoError, QueryError
from engine.query import Term
from engine.search.known_words import WordReading, read_words, unknown_words
from engine.search.result import QueryPart
from engine.search.upload import Uploads
from engine.storage import Collection


@dataclass(frozen=True, slots=True)
class Attached:
    """Chips in the order of their terms, and what is to be said of the words.

    Parameters
    ----------
    parts
        Of the terms that point anywhere; coefficients not yet decided.
    readings
        Words worth a remark.
    own_rows
        Rows of the photos that the query starts from; they are no answers to it.
    """

    parts: list[QueryPart]
    readings: list[WordReading]
    own_rows: list[int]


class Attacher:
    """Turns terms into rows of the joint space.

    Parameters
    ----------
    collection, encoder
        Where ids and words are looked up.
    uploads
        Looks at photos from outside.
    """

    def __init__(self, collection: Collection, encoder: Encoder, uploads: Uploads) -> None:
        self._collection = collection
        self._encoder = encoder
        self._uploads = uploads

    def attach(
        self, terms: Sequence[Term], images: Sequence[bytes | Path], inside: Sequence[str]
    ) -> Attached:
        """Return a part for every term that points anywhere.

        Raises
        ------
        QueryError
            There are words, and the model has no text side.
        PhotoError
            An attached photo cannot be read.
        CatalogueError
            An id names no photo.
        """
        said = [term for term in terms if term.text]
        spoken, readings = self._spoken(said) if said else ({}, [])
        parts: list[QueryPart] = []
        own: list[int] = []
        for term in terms:
            if term.text:
                if term.text in spoken:
                    parts.append(QueryPart(term, spoken[term.text], 0.0))
                continue
            row, rows_inside = self._shown(term, images, inside)
            own += rows_inside
            parts.append(QueryPart(term, row, 0.0))
        return Attached(parts, readings, own)

    def steered(self, term: Term) -> QueryPart:
        """Return the part of thumbs up or down."""
        return QueryPart(term, self._mean(self._rows(term.ids)), 0.0, steers=True)

    def _spoken(
        self, said: Sequence[Term]
    ) -> tuple[dict[str, NDArray[np.float32]], list[WordReading]]:
        """Return the row of every text with at least one readable word, and the remarks."""
        tokenizer = self._encoder.tokenizer
        if tokenizer is None:
            raise QueryError(
                "this collection's model understands no words",
                value=self._encoder.name,
                remedy="Search with a photo instead",
            )
        as_read: dict[str, str] = {}
        readings: list[WordReading] = []
        for term in said:
            text, remarks = read_words(tokenizer, term.text)
            readings += remarks
            if tokenizer.sort_words(text)[0]:
                as_read[term.text] = text
        rows = list(self._encoder.embed_texts(list(as_read.values()))) if as_read else []
        return dict(zip(as_read, rows, strict=True)), list(dict.fromkeys(readings))

    def _shown(
        self, term: Term, images: Sequence[bytes | Path], inside: Sequence[str]
    ) -> tuple[NDArray[np.float32], list[int]]:
        """Return the row of photos, and the collection's own rows among them."""
        if term.ids:
            rows = self._rows(term.ids)
        elif term.photo > len(images):
            rows = self._rows([inside[term.photo - len(images) - 1]])
        else:
            return self._uploads.embed(images[term.photo - 1], term.region), []
        if term.region is None:
            return self._mean(rows), rows
        return self._uploads.embed(self._picture(rows[0]), term.region), rows

    def _rows(self, ids: Sequence[str]) -> list[int]:
        return [self._collection.catalogue.photo(photo_id).row for photo_id in ids]

    def _mean(self, rows: Sequence[int]) -> NDArray[np.float32]:
        mean = np.asarray(self._collection.embeddings[list(rows)], np.float32).mean(axis=0)
        return mean / np.float32(max(float(np.linalg.norm(mean)), 1e-6))

    def _picture(self, row: int) -> bytes:
        try:
            return self._collection.photo_file(row).read_bytes()
        except OSError:
            thumbnail = self._collection.thumbnail(row)
        if thumbnail is None:
            raise PhotoError(
                "the photo's own file is gone, so no region of it can be looked at",
                value=self._collection.catalogue.photos([row])[0].path,
                remedy="Use the whole photo",
            )
        return thumbnail


def explain_silence(encoder: Encoder, readings: Sequence[WordReading]) -> QueryError:
    """Say that no word is known, with words that are: near ones, else frequent ones."""
    unknown = unknown_words(readings)
    tokenizer = encoder.tokenizer
    assert tokenizer is not None  # only a text could bring us here
    foreign = {each.word: each.language for each in readings if each.language}
    near = [word for asked in unknown if asked not in foreign for word in tokenizer.suggest(asked)]
    suggestions = ", ".join(list(dict.fromkeys(near or tokenizer.frequent(6)))[:6])
    remedy = f"{'Did you mean' if near else 'Words it knows:'} {suggestions}"
    return QueryError(
        "the model knows none of these words",
        value=", ".join(_with_language(word, foreign) for word in unknown) or "no word at all",
        remedy=remedy if suggestions else "Search with a photo instead",
    )


def _with_language(word: str, foreign: Mapping[str, str]) -> str:
    return f"{word} ({foreign[word]})" if word in foreign else word
