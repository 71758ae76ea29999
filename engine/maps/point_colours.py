"""What the colours of a map mean: groups of points, or a scale from low to high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.maps.map_files import DrawnMap
from engine.maps.photo_table import PhotoTable

# As many as the numbers of a map's groups can tell apart.
MAX_GROUPS = 32_000
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Colouring:
    """One way to colour the points of a map.

    Parameters
    ----------
    kind
        ``"groups"`` or ``"scale"``.
    labels
        Of the groups; of a scale, its low and its high end in words.
    codes
        int16 (n,): group of each point; −1 for none. Empty for a scale.
    values
        float32 (n,), 0 to 1. Empty for groups.
    kept
        Mean share of kept neighbours of each group; empty for a scale.
    """

    kind: Literal["groups", "scale"]
    labels: Sequence[str]
    codes: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    values: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    kept: Sequence[float] = ()

    @property
    def counts(self) -> list[int]:
        """Points of each group."""
        inside = self.codes[self.codes >= 0]
        return np.bincount(inside, minlength=len(self.labels)).tolist()


def groups(drawn: DrawnMap, codes: NDArray[np.int16], labels: Sequence[str]) -> Colouring:
    """Colour groups of points, and tell of each how much of its neighbourhoods was kept."""
    kept = drawn.kept_by(codes, len(labels)).tolist()
    return Colouring("groups", list(labels), codes=codes, kept=kept)


def by_attribute(drawn: DrawnMap, table: PhotoTable, key: str) -> Colouring:
    """Colour points by a value of their photo: every value a group of its own."""
    labels, codes = values_of(drawn, table, key)
    return groups(drawn, codes, labels)


def values_of(drawn: DrawnMap, table: PhotoTable, key: str) -> tuple[list[str], NDArray[np.int16]]:
    """Return an attribute's values, and which of them each point has; −1 for no photo."""
    column = table.column(key)
    places = table.places(drawn.rows)
    codes = np.where(places >= 0, np.minimum(column.codes, MAX_GROUPS)[places], -1)
    labels = list(column.labels)
    if len(labels) > MAX_GROUPS:
        labels = [*labels[:MAX_GROUPS], OTHER]
    return labels, codes.astype(np.int16)


def by_side(drawn: DrawnMap) -> Colouring:
    """Colour photos and captions."""
    return groups(drawn, (~drawn.is_photo).astype(np.int16), ["photos", "captions"])


def by_cluster(drawn: DrawnMap) -> Colouring:
    """Colour clusters, named by their telling words."""
    return groups(drawn, drawn.clusters, cluster_names(drawn))


def cluster_names(drawn: DrawnMap) -> list[str]:
    """Return a different name for each cluster."""
    names: list[str] = []
    for number, telling in enumerate(drawn.record.clusters, start=1):
        name = ", ".join(telling) or f"cluster {number}"
        names.append(name if name not in names else f"{name} ({number})")
    return names


def by_trust(drawn: DrawnMap) -> Colouring:
    """Colour points by the share of their ten true neighbours that the map kept."""
    return Colouring("scale", ["lost", "kept"], values=drawn.kept)


def by_likeness(likeness: NDArray[np.float32]) -> Colouring:
    """Colour points by how near they are to a query: the map glows where it leads.

    The scale runs from the median to the largest similarity, so that half of the map stays dark.
    """
    low, high = (float(np.median(likeness)), float(likeness.max())) if len(likeness) else (0, 1)
    values = np.clip((likeness - low) / max(high - low, 1e-6), 0.0, 1.0)
    labels = [f"similarity {low:.2f}", f"{high:.2f}"]
    return Colouring("scale", labels, values=values.astype(np.float32))
