"""The query vector: parts become the one unit row that a query is.

A single part is its own row. Several are added after each is divided by the spread of all photos'
similarities to it: photos lie nearer to photos than to words, and without this a photo would
drown the words beside it. Words beside a photo count a quarter more, because they ask for what
the photo lacks. A minus counts three quarters, because what is unlike one thing is mostly unlike
the rest of the query too. All of it stays linear, so that what each part gives a similarity is
exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from engine.errors import QueryError
from engine.query import format_query
from engine.relevance import Background
from engine.search.collection_values import CollectionValues
from engine.search.result import QueryPart

# Terms that cancel leave a direction made of rounding; no photo should be ranked by it.
_SHORTEST = 1e-3
_MINUS, _BESIDE_PHOTO = 0.75, 1.25


def compose(
    parts: Sequence[QueryPart],
    background: Background | None,
    collection_values: CollectionValues | None,
) -> tuple[tuple[QueryPart, ...], NDArray[np.float32]]:
    """Give every part its coefficient and return the query's unit row.

    Parameters
    ----------
    parts
        At least one, their coefficients not yet decided.
    background
        Of the collection; needed for more than one part.
    collection_values
        Of the collection; None lets photos keep what the words name.

    Raises
    ------
    QueryError
        The parts cancel each other.
    """
    if len(parts) > 1 and background is not None:
        if collection_values is not None:
            parts = _set_aside(parts, collection_values, background)
        sizes = [_size(part, parts) / background.spread(part.embedding) for part in parts]
    else:
        sizes = [part.term.weight for part in parts]
    # Term by term: a product this small costs BLAS more than it saves.
    row = reduce(
        np.add, (np.float32(size) * part.embedding for size, part in zip(sizes, parts, strict=True))
    )
    length = math.sqrt(float(np.vecdot(row, row)))
    if length < _SHORTEST * max(map(abs, sizes)):
        raise QueryError(
            "the parts of the query cancel each other",
            value=format_query([part.term for part in parts]),
            remedy="Change a sign or a weight",
        )
    scaled = tuple(
        replace(part, coefficient=size / length) for part, size in zip(parts, sizes, strict=True)
    )
    return scaled, row / np.float32(length)


def parts_of(parts: Sequence[QueryPart], embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each part gives each photo, (n_photos, n_parts); rows add up to similarities."""
    rows = np.stack([np.float32(part.coefficient) * part.embedding for part in parts])
    return np.asarray(embeddings, np.float32) @ rows.T


def _size(part: QueryPart, parts: Sequence[QueryPart]) -> float:
    weight = part.term.weight
    if weight < 0:
        return _MINUS * weight
    return _BESIDE_PHOTO * weight if part.term.text and _shows_a_photo(parts) else weight


def _shows_a_photo(parts: Sequence[QueryPart]) -> bool:
    return any(not part.term.text and not part.steers for part in parts)


def _set_aside(
    parts: Sequence[QueryPart], collection_values: CollectionValues, background: Background
) -> tuple[QueryPart, ...]:
    """Let photos leave to the words what the words name: "this, but red" forgets its colour."""
    asked = [part.term.text for part in parts if part.term.text and part.term.weight > 0]
    if not asked or not _shows_a_photo(parts):
        return tuple(parts)
    named = [
        collection_values.chief(place).attribute
        for text in asked
        for place in collection_values.mentions(text)
    ]
    families = {name: collection_values.family(name) for name in dict.fromkeys(named)}
    for name, directions in families.items():
        if directions is not None:
            parts = [_without(part, name, directions, background) for part in parts]
    return tuple(parts)


def _without(
    part: QueryPart, name: str, directions: NDArray[np.float32], background: Background
) -> QueryPart:
    """Take some directions out of a photo, down to what all photos have of them."""
    if part.term.text or part.steers:
        return part
    own = directions @ (part.embedding - background.mean)
    told = f"{part.set_aside}, {name}" if part.set_aside else name
    return replace(part, embedding=part.embedding - own @ directions, set_aside=told)
