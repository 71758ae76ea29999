"""Modes: what dense, lexical and hybrid search find of real titles; exact names come first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Photo
from engine.errors import CollectionError, QueryError
from engine.search import MODES, Mode, SearchEngine

_N_TITLES = 300
_N_CODES = 200
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class ModesTrial:
    """What each mode found, every photo of the collection a candidate.

    Parameters
    ----------
    pool
        Photos of the collection.
    n_titles, n_codes
        Titles and ids asked.
    titles, halves
        recall_at_10 by mode, of whole titles and of every second word of them. Photos that share
        the title or the very bytes are one.
    title_first, code_first
        Share of whole titles, and of ids, whose photo came first in hybrid mode.
    """

    pool: int
    n_titles: int
    n_codes: int
    titles: dict[Mode, float]
    halves: dict[Mode, float]
    title_first: float
    code_first: float


def try_modes(engine: SearchEngine, *, seed: int = 0) -> ModesTrial:
    """Ask titles, halves of titles and ids of the collection's own photos.

    Raises
    ------
    CollectionError
        Its photos have no captions.
    """
    draw = np.random.default_rng(seed)
    every = list(engine.collection.catalogue.all_photos())
    titled = [photo for photo in every if photo.captions]
    if not titled:
        raise CollectionError("the photos have no captions", value=engine.collection.name)
    photos = [titled[place] for place in draw.permutation(len(titled))[:_N_TITLES]]
    long = [photo for photo in photos if len(photo.captions[0].split()) >= _LEAST_WORDS]
    whole = [(photo.captions[0], photo) for photo in photos]
    halves = [(" ".join(photo.captions[0].split()[::2]), photo) for photo in long]
    codes = [every[place] for place in draw.permutation(len(every))[:_N_CODES]]
    return ModesTrial(
        pool=len(every),
        n_titles=len(photos),
        n_codes=len(codes),
        titles={mode: _recall(engine, whole, mode, 10) for mode in MODES},
        halves={mode: _recall(engine, halves, mode, 10) for mode in MODES},
        title_first=_recall(engine, whole, "hybrid", 1),
        code_first=_recall(engine, [(photo.photo_id, photo) for photo in codes], "hybrid", 1),
    )


def _recall(
    engine: SearchEngine, questions: Sequence[tuple[str, Photo]], mode: Mode, k: int
) -> float:
    found = []
    for text, photo in questions:
        try:
            matches = engine.search(text, k=k, mode=mode).matches
        except QueryError:
            found.append(False)
            continue
        found.append(any(_is_partner(match.photo, photo) for match in matches))
    return float(np.mean(found)) if found else float("nan")


def _is_partner(photo: Photo, asked: Photo) -> bool:
    return (
        photo.row == asked.row
        or photo.content_hash == asked.content_hash
        or asked.captions[:1] == photo.captions[:1] != ()
    )
