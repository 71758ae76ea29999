"""The query vector: parts become the one unit row that a query is.

A single part is its own row. Several are added after each is divided by the spread of all photos'
similarities to it: photos lie nearer to photos than to words, and without this a photo would
drown the words beside it. Words beside a photo count a quarter more, because they ask for what
the photo lacks. A minus counts three quarters, because what is unlike one thing is mostly unlike
the rest of the query too. All of it stays linear, so that each chip's part in a similarity is
exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import QueryError
from engine.query import format_query
from engine.relevance import Background
from engine.search.collection_values import Lexicon
from engine.search.result import QueryPart

# Terms that cancel leave a direction made of rounding; no photo should be ranked by it.
_SHORTEST = 1e-3
_MINUS, _BESIDE_PHOTO = 0.75, 1.25


def compose(
    chips: Sequence[QueryPart], background: Background | None, lexicon: Lexicon | None
) -> tuple[tuple[QueryPart, ...], NDArray[np.float32]]:
    """Give every chip its coefficient and return the query's unit row.

    Parameters
    ----------
    chips
        At least one, their coefficients not yet decided.
    background
        Of the collection; needed for more than one chip.
    lexicon
        Of the collection; None lets photos keep what the words name.

    Raises
    ------
    QueryError
        The chips cancel each other.
    """
    if len(chips) > 1 and background is not None:
        if lexicon is not None:
            chips = _set_aside(chips, lexicon, background)
        sizes = [_size(chip, chips) / background.spread(chip.embedding) for chip in chips]
    else:
        sizes = [chip.term.weight for chip in chips]
    row = np.array(sizes, np.float32) @ np.stack([chip.embedding for chip in chips])
    length = math.sqrt(float(row @ row))
    if length < _SHORTEST * max(map(abs, sizes)):
        raise QueryError(
            "the parts of the query cancel each other",
            value=format_query([chip.term for chip in chips]),
            remedy="Change a sign or a weight",
        )
    scaled = tuple(
        replace(chip, coefficient=size / length) for chip, size in zip(chips, sizes, strict=True)
    )
    return scaled, row / np.float32(length)


def parts_of(chips: Sequence[QueryPart], embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each chip gives each photo, (n_photos, n_chips); rows add up to similarities."""
    rows = np.stack([np.float32(chip.coefficient) * chip.embedding for chip in chips])
    return np.asarray(embeddings, np.float32) @ rows.T


def _size(chip: QueryPart, chips: Sequence[QueryPart]) -> float:
    weight = chip.term.weight
    if weight < 0:
        return _MINUS * weight
    return _BESIDE_PHOTO * weight if chip.term.text and _shows_a_photo(chips) else weight


def _shows_a_photo(chips: Sequence[QueryPart]) -> bool:
    return any(not chip.term.text and not chip.steers for chip in chips)


def _set_aside(
    chips: Sequence[QueryPart], lexicon: Lexicon, background: Background
) -> tuple[QueryPart, ...]:
    """Let photos leave to the words what the words name: "this, but red" forgets its colour."""
    asked = [chip.term.text for chip in chips if chip.term.text and chip.term.weight > 0]
    if not asked or not _shows_a_photo(chips):
        return tuple(chips)
    named = [lexicon.chief(place).attribute for text in asked for place in lexicon.mentions(text)]
    families = {name: lexicon.family(name) for name in dict.fromkeys(named)}
    for name, directions in families.items():
        if directions is not None:
            chips = [_without(chip, name, directions, background) for chip in chips]
    return tuple(chips)


def _without(
    chip: QueryPart, name: str, directions: NDArray[np.float32], background: Background
) -> QueryPart:
    """Take some directions out of a photo, down to what all photos have of them."""
    if chip.term.text or chip.steers:
        return chip
    own = directions @ (chip.embedding - background.mean)
    told = f"{chip.set_aside}, {name}" if chip.set_aside else name
    return replace(chip, embedding=chip.embedding - own @ directions, set_aside=told)
