"""The colours a view asks for, and the map in words."""

from __future__ import annotations

from engine.maps import (
    Colouring,
    DrawnMap,
    Landing,
    PhotoTable,
    by_attribute,
    by_cluster,
    by_likeness,
    by_side,
    by_trust,
)
from pages.map.view import ATTRIBUTE, CLUSTER, LIKENESS, SIDE, MapView
from pages.shared.phrases import count

MOST_DESCRIBED = 24


def colouring_of(
    drawn: DrawnMap, table: PhotoTable, here: MapView, landing: Landing | None = None
) -> Colouring:
    """Return the colours of a view; those of its clusters where nothing is asked to be near to."""
    if here.colour == LIKENESS and landing is not None:
        return by_likeness(landing.similarities)
    if here.colour.startswith(ATTRIBUTE):
        return by_attribute(drawn, table, here.colour.removeprefix(ATTRIBUTE))
    if here.colour == SIDE:
        return by_side(drawn)
    return by_cluster(drawn) if here.colour in (CLUSTER, LIKENESS) else by_trust(drawn)


def described(drawn: DrawnMap, colour: Colouring) -> str:
    """Return the map in words: what is on it, how its groups are called and how large they are."""
    record = drawn.record
    words = f"{record.settings.told()}: {count(record.n_points, 'point')}."
    if colour.kind == "groups":
        sizes = list(zip(colour.labels, colour.counts, strict=True))
        words += " " + "; ".join(f"{label}: {n:,}" for label, n in sizes[:MOST_DESCRIBED]) + "."
        if len(sizes) > MOST_DESCRIBED:
            words += f" And {count(len(sizes) - MOST_DESCRIBED, 'smaller group')}."
    return f"{words} On average {record.kept:.0%} of a point's ten neighbours are kept."
