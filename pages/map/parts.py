"""A map as the page's own element gets it: big arrays as text, each under a name of its own."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.maps import (
    NONE,
    OTHER,
    Colouring,
    DrawnMap,
    PhotoTable,
    Preview,
    cluster_names,
    values_of,
)

Body = dict[str, Any]
_FEWEST_NAMED = 2


def packed(array: NDArray[Any], kind: type[np.generic]) -> str:
    """Return an array's bytes as text.

    Examples
    --------
    >>> packed(np.array([1, 2]), np.int16)
    'AQACAA=='
    """
    return b64encode(np.ascontiguousarray(array, kind).tobytes()).decode()


def lasting_parts(drawn: DrawnMap, table: PhotoTable) -> dict[str, Any]:
    """Return the bodies that stay the same as long as the map does, by kind."""
    bodies = {
        "points": points_body(drawn, table),
        "told": table.texts_of(drawn),
        "facts": facts_body(drawn),
        "pairs": pairs_body(drawn),
    }
    return {kind: body for kind, body in bodies.items() if body is not None}


def points_body(drawn: DrawnMap | Preview, table: PhotoTable) -> Body:
    """Return where the points are, and which photo's picture belongs to each."""
    return {
        "xy": packed(drawn.points, np.float32),
        "photos": packed(table.places(drawn.rows), np.int32),
        "n_photos": int((drawn.captions < 0).sum()),
    }


def facts_body(drawn: DrawnMap) -> list[str]:
    """Return what else is told of each point: how far to trust it, and a caption's rank."""
    facts = [f"{round(share * 10)} of 10 neighbours kept" for share in drawn.kept.tolist()]
    for place in np.flatnonzero(np.isfinite(drawn.ranks)).tolist():
        facts[place] += f" · finds its photo at rank {drawn.ranks[place]:g}"
    return facts


def pairs_body(drawn: DrawnMap) -> Body | None:
    """Return each caption's point, its photo's, and its rank; None where a side is missing."""
    captions = np.flatnonzero(np.isfinite(drawn.ranks))
    if not len(captions):
        return None
    photos = np.searchsorted(drawn.rows[drawn.is_photo], drawn.rows[captions])
    return {
        "photos": packed(photos, np.int32),
        "captions": packed(captions, np.int32),
        "ranks": packed(drawn.ranks[captions], np.float32),
    }


def colour_body(colouring: Colouring, scale: str) -> Body:
    """Return groups with their counts, or a scale with its ends."""
    told: Body = {"kind": colouring.kind, "labels": list(colouring.labels)}
    if colouring.kind == "groups":
        return {
            **told,
            "codes": packed(colouring.codes, np.int16),
            "counts": colouring.counts,
            "quiet": [OTHER, NONE],
        }
    return {**told, "values": packed(colouring.values, np.float32), "scale": scale}


def column_body(drawn: DrawnMap, table: PhotoTable, key: str) -> Body:
    """Return an attribute of the points, for its histogram and for filtering by it."""
    labels, codes = values_of(drawn, table, key)
    return {"kind": table.column(key).kind, "labels": labels, "codes": packed(codes, np.int16)}


def names_of(drawn: DrawnMap) -> list[Body]:
    """Return where each cluster's name stands: at the point nearest to its middle."""
    names = []
    for cluster, text in enumerate(cluster_names(drawn)):
        inside = drawn.points[drawn.clusters == cluster]
        if len(inside) < _FEWEST_NAMED or not drawn.record.clusters[cluster]:
            continue
        middle = np.median(inside, axis=0)
        x, y = inside[np.argmin(((inside - middle) ** 2).sum(axis=1))].tolist()
        names.append({"text": text, "x": x, "y": y})
    return names


def named(body: object, *about: object) -> str:
    """Return the name of a part: short, and another one for another content."""
    told = repr(about) if about else repr(body)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
