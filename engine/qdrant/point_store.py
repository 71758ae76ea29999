"""What is asked of a place for points, whichever it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.qdrant.condition import Condition, Numbers, both
from engine.qdrant.point import Payload, Sparse, StoredPoint

REQUIREMENTS = "requirements-scale.txt"
# How far a graph is searched; and of vectors of a byte a number, how many times as many as are
# wanted are compared once more by their own.
EF, OVERSAMPLING = 128, 2.0

Hits = list[tuple[int, float]]


def ordered(hits: Iterable[tuple[int, float]]) -> Hits:
    """Return hits by falling score, equal ones by number."""
    return sorted(hits, key=lambda hit: (-hit[1], hit[0]))


@dataclass(frozen=True, slots=True, eq=False)
class PointQuery:
    """One search: a dense vector among ``photo``, or a sparse one among ``words`` or ``values``.

    Parameters
    ----------
    vector
        (n_dims,) unit row, or weight by number; None to ask for the condition alone, by number.
    k
        How many points at most.
    using
        The name of the vector.
    condition
        Which points may be found; None for all.
    is_exact
        Compare every point.
    ef
        How far a graph is searched; None for the place's own.
    """

    vector: NDArray[np.float32] | Sparse | None
    k: int
    using: str = ""
    condition: Condition | None = None
    is_exact: bool = False
    ef: int | None = None


def among(
    condition: Condition | None,
    rows: Sequence[int] | NDArray[np.integer],
    weights: Sparse | None = None,
    using: str = "",
) -> PointQuery:
    """Ask which of some points meet a condition, and for what a sparse vector makes of them."""
    numbers = Condition(must=(Numbers(tuple(int(row) for row in rows)),))
    return PointQuery(weights, len(rows), using, both(condition, numbers))


@dataclass(frozen=True, slots=True)
class StoreState:
    """How a place is.

    Parameters
    ----------
    status
        ``green`` where all is in order, ``yellow`` where it is still at work, ``red`` else.
    n_points
        How many it holds.
    n_shards, n_nodes
        What they are spread over.
    """

    status: str
    n_points: int
    n_shards: int = 1
    n_nodes: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """How a new collection of points is laid out.

    Parameters
    ----------
    n_dims
        Length of an embedding.
    n_shards, n_replicas
        Parts of a cluster's collection, and copies of each.
    on_disk
        Whether vectors are read from the disk, and one byte a number of them kept in memory.
    """

    n_dims: int
    n_shards: int = 1
    n_replicas: int = 1
    on_disk: bool = True


class PointStore(Protocol):
    """One collection of points; any number of threads may ask it."""

    def search(self, queries: Sequence[PointQuery]) -> list[Hits]:
        """Return numbers and scores for each query, best first, equal ones by number."""

    def points(
        self, rows: Sequence[int], *, fields: Sequence[str] = (), vectors: Sequence[str] = ()
    ) -> list[StoredPoint]:
        """Return the points that there are, in no order, with some fields and vectors."""

    def scroll(
        self, condition: Condition | None, *, start: int, limit: int, fields: Sequence[str]
    ) -> list[StoredPoint]:
        """Return points from a number on, by number."""

    def count(self, condition: Condition | None) -> int:
        """Return how many points meet a condition, exactly."""

    def facet(self, key: str, condition: Condition | None, limit: int) -> list[tuple[str, int]]:
        """Return the commonest texts of a list, and how many points have each.

        Without a condition points that were deleted a moment ago may still count.
        """

    def upsert(self, points: Iterable[StoredPoint]) -> None:
        """Put points, in place of those with their numbers."""

    def delete(self, rows: Sequence[int]) -> None:
        """Remove points."""

    def set_payload(self, row: int, payload: Payload) -> None:
        """Change fields of a point."""

    def finish(self) -> None:
        """Wait until all that was put is indexed and on the disk."""

    def state(self) -> StoreState:
        """Return how the place is."""

    def drop(self) -> None:
        """Remove the collection of points."""

    def close(self) -> None:
        """Let it go; closing twice is no harm."""
