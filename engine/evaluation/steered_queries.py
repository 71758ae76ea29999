"""Steering: a minus takes away what it names, and a photo beside a word gives both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import CollectionError
from engine.evaluation.known_attributes import Truth
from engine.query import group
from engine.query.grammar import format_body
from engine.search import Mode, SearchEngine

K = 9
_MAX_QUERIES = 300
_LEAST_BASE = 0.05
_LEAST_LEFT = 2 * K
_LEAST_RIGHT = 4
_LEAST_VALUES = 5


@dataclass(frozen=True, slots=True)
class MinusFigures:
    """What minus queries returned, over the first nine.

    Parameters
    ----------
    n_queries
        Queries such as "shirt - striped".
    base_rate
        Share of the photos of the thing that have what is taken away.
    excluded
        Share of the first nine that have it all the same.
    kept
        Share of the first nine that are the thing asked for.
    by_attribute
        `excluded` for each attribute that a value was taken away of.
    """

    n_queries: int
    base_rate: float
    excluded: float
    kept: float
    by_attribute: dict[str, float]


@dataclass(frozen=True, slots=True)
class SteeringTrial:
    """Both kinds of steering, dense and hybrid.

    Parameters
    ----------
    pool
        Photos of the collection.
    thing, quality
        The attribute that says what a photo shows, and the one that words ask to change: of those
        that neither tell the thing nor are told by it, the one that words find best.
    minus
        Figures of minus queries, by mode.
    photo_and_word
        Precision@9 of "this, but red", of the photo alone and of the word alone, by mode: right
        photos are of the same thing and of the new quality; where there are fewer than nine, of
        as many.
    n_mixed
        Queries of a photo and a word.
    """

    pool: int
    thing: str
    quality: str
    minus: dict[Mode, MinusFigures]
    photo_and_word: dict[Mode, dict[str, float]]
    n_mixed: int


def try_steering(engine: SearchEngine, *, seed: int = 0) -> SteeringTrial:
    """Ask minus queries and mixed queries with known answers.

    Raises
    ------
    CollectionError
        The photos share no values to judge answers by, or none that vary by themselves.
    """
    truth = Truth(engine)
    thing = truth.thing(np.asarray(engine.collection.embeddings))
    draw = np.random.default_rng(seed)
    minus = list(_minus_queries(truth, thing))
    minus = [minus[place] for place in sorted(draw.permutation(len(minus))[:_MAX_QUERIES])]
    quality = _quality(engine, truth, thing)
    mixed = _mixed_queries(truth, thing, quality, draw)
    modes: tuple[Mode, ...] = ("dense", "hybrid")
    return SteeringTrial(
        pool=len(truth.photos),
        thing=thing,
        quality=quality,
        minus={mode: _try_minus(engine, truth, thing, minus, mode) for mode in modes},
        photo_and_word={mode: _try_mixed(engine, truth, mixed, mode) for mode in modes},
        n_mixed=len(mixed),
    )


def _minus_queries(truth: Truth, thing: str) -> Iterator[tuple[str, str, str, float]]:
    """Yield thing, attribute, value taken away and its base rate, where enough is left."""
    for name in truth.values[thing]:
        shown = truth.column(thing) == name
        for attribute in truth.attributes:
            if attribute == thing:
                continue
            for value in truth.values[attribute]:
                has = truth.has(value)
                base = float((has & shown).sum() / max(shown.sum(), 1))
                if base >= _LEAST_BASE and (shown & ~has).sum() >= _LEAST_LEFT:
                    yield name, attribute, value, base


def _try_minus(
    engine: SearchEngine,
    truth: Truth,
    thing: str,
    queries: list[tuple[str, str, str, float]],
    mode: Mode,
) -> MinusFigures:
    excluded: dict[str, list[float]] = {}
    kept = []
    for name, attribute, value, _ in queries:
        typed = f"{name} - {value}"
        rows = [match.photo.row for match in engine.search(typed, k=K, mode=mode).matches]
        wrong = truth.found(rows, truth.has(value))
        excluded.setdefault(attribute, []).append(float(wrong.mean()) if len(wrong) else 0.0)
        right = truth.found(rows, truth.column(thing) == name)
        kept.append(float(right.mean()) if len(right) else 0.0)
    every = [share for shares in excluded.values() for share in shares]
    return MinusFigures(
        n_queries=len(queries),
        base_rate=_mean([base for *_, base in queries]),
        excluded=_mean(every),
        kept=_mean(kept),
        by_attribute={name: _mean(shares) for name, shares in excluded.items()},
    )


def _quality(engine: SearchEngine, truth: Truth, thing: str) -> str:
    """Return the attribute that a thing leaves open, and whose words find their photos best."""

    def gain(attribute: str) -> float:
        """Return precision@9 of the attribute's words above what chance would find."""
        column = truth.column(attribute)
        values = truth.values[attribute][:20]
        found = []
        for value in values:
            matches = engine.search(value, k=K, mode="dense").matches
            true = truth.found([match.photo.row for match in matches], column == value)
            found.append(float(true.mean()) - float((column == value).mean()))
        return _mean(found) * float((column != "").mean())

    open_ones = [
        name
        for name in truth.attributes
        if name != thing
        and len(truth.values[name]) >= _LEAST_VALUES
        and truth.are_free(thing, name)
    ]
    if not open_ones:
        raise CollectionError(
            "no attribute of the photos can change while what they show stays the same",
            value=f"{thing}, {', '.join(truth.attributes)}",
            remedy="Try a collection with colours or patterns beside kinds",
        )
    return max(open_ones, key=gain)


def _mixed_queries(
    truth: Truth, thing: str, quality: str, draw: np.random.Generator
) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Return photo, word and the photos that are both."""
    things, qualities = truth.column(thing), truth.column(quality)
    chosen = []
    for place in draw.permutation(len(truth.photos)).tolist():
        if not things[place] or not qualities[place]:
            continue
        for value in draw.permutation(truth.values[quality]).tolist():
            right = (things == things[place]) & (qualities == value)
            if value != qualities[place] and right.sum() >= _LEAST_RIGHT:
                chosen.append((truth.photos[place].photo_id, value, right))
                break
        if len(chosen) >= _MAX_QUERIES:
            break
    return chosen


def _try_mixed(
    engine: SearchEngine,
    truth: Truth,
    queries: list[tuple[str, str, NDArray[np.bool_]]],
    mode: Mode,
) -> dict[str, float]:
    ways: dict[str, Callable[[str, str], str]] = {
        "photo and word": lambda photo, word: f"{photo} + {word}",
        "photo alone": lambda photo, word: photo,
        "word alone": lambda photo, word: word,
    }
    found = {}
    for name, ask in ways.items():
        shares = []
        for photo_id, word, right in queries:
            matches = engine.search(
                ask(format_body(group([photo_id])), word), k=K, mode=mode
            ).matches
            hits = truth.found([match.photo.row for match in matches], right).sum()
            shares.append(float(hits) / min(K, int(right.sum())))
        found[name] = _mean(shares)
    return found


def _mean(numbers: list[float]) -> float:
    return float(np.mean(numbers)) if numbers else float("nan")
