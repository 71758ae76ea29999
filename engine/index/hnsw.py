"""The only door to hnswlib: a graph of neighbours that finds most of the nearest rows quickly.

hnswlib checks next to nothing: a query of the wrong width reads past its end, a wrong file
loads as nonsense, NaN is stored and returned. So every array is checked by `PhotoIndex` before
it comes here, and every file here before hnswlib sees it.

References
----------
Malkov, Yashunin: Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs. IEEE TPAMI 42 (2020).
"""

from __future__ import annotations

import struct
from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from engine.errors import CollectionError
from engine.index.exact import Rows, Similarities

# Rows have unit length, so inner product ranks as cosine does. hnswlib's own cosine space
# would normalise each row and each query once more, and it is the one that overwrites the heap
# when a query has the wrong width.
_SPACE = "ip"

_ROWS_PER_BATCH = 16_384  # rows copied at a time out of a matrix that may be a mapped file
_GROWTH = 1.5
_SEED = 1

# The first fields of a saved graph, in the order hnswlib writes them: offset of level 0,
# capacity, count, bytes per element, offset of the label, offset of the vector.
_HEADER = struct.Struct("<6Q")


class DisconnectedError(Exception):
    """The graph reached fewer rows than asked for; the answer must be found exactly."""


def graph_seconds(n_fetched: int, n_rows: int) -> float:
    """Predict how long `Graph.nearest` takes among so many rows.

    Measured with rows of 128 numbers: 0.45 microseconds for each that is fetched of 70,000, and
    1.3 of a million, which lie further apart in memory.
    """
    return 20e-6 + 0.45e-6 * n_fetched * max(1.0, n_rows / 70_000) ** 0.4


class Graph:
    """Rows and their neighbours inside hnswlib; labels are rows."""

    def __init__(self, index: hnswlib.Index) -> None:
        self._index = index
        # A search keeps max(ef, k) candidates, and `nearest` asks for as many rows as it wants
        # kept. So ef itself never changes, and queries in several threads cannot mix theirs up.
        index.set_ef(1)
        index.set_num_threads(1)

    @classmethod
    def build(
        cls,
        embeddings: NDArray[np.float32],
        rows: Rows,
        *,
        m: int,
        ef_construction: int,
        n_threads: int,
    ) -> Graph:
        """Connect the given rows of a matrix, with up to m neighbours each (2 m on level 0)."""
        index = hnswlib.Index(_SPACE, embeddings.shape[1])
        index.init_index(len(rows), M=m, ef_construction=ef_construction, random_seed=_SEED)
        graph = cls(index)
        for start in range(0, len(rows), _ROWS_PER_BATCH):
            batch = rows[start : start + _ROWS_PER_BATCH]
            graph.put(batch, embeddings[batch], n_threads=n_threads)
        return graph

    def reserve(self, n_rows: int) -> None:
        """Make room for so many more rows than there are."""
        capacity = self._index.get_max_elements()
        needed = self._index.get_current_count() + n_rows
        if needed > capacity:
            self._index.resize_index(max(needed, int(capacity * _GROWTH)))

    def put(self, rows: Rows, embeddings: NDArray[np.float32], *, n_threads: int) -> None:
        """Add rows, or move known ones to their new place."""
        if not len(rows):
            return
        self.reserve(len(rows))
        self._index.add_items(embeddings, rows, num_threads=n_threads)

    def remove(self, rows: Rows) -> None:
        """Keep rows as stepping stones, but never return them."""
        for row in rows.tolist():
            self._index.mark_deleted(row)

    def nearest(self, query: NDArray[np.float32], n_fetched: int) -> tuple[Rows, Similarities]:
        """Return about the `n_fetched` nearest live rows, which must be no more than there are."""
        try:
            labels, distances = self._index.knn_query(query, n_fetched, num_threads=1)
        except RuntimeError as error:
            raise DisconnectedError(str(error)) from error
        return labels[0].astype(np.int64), 1.0 - distances[0]

    def save(self, path: Path) -> None:
        """Write the graph, its vectors included, into one file."""
        self._index.save_index(str(path))

    @classmethod
    def load(cls, path: Path, *, n_dims: int) -> Graph:
        """Read a graph of rows of `n_dims` numbers; raise `CollectionError` if it is none."""
        _check_header(path, n_dims)
        index = hnswlib.Index(_SPACE, n_dims)
        try:
            index.load_index(str(path))
        except (RuntimeError, MemoryError) as error:
            raise damaged(path, "it is no graph any more") from error
        return cls(index)

    @property
    def n_rows(self) -> int:
        """How many rows are in the graph, removed ones included."""
        return int(self._index.get_current_count())

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        """Return (n, n_dims), the rows as the graph holds them; none of them may be removed."""
        return np.asarray(self._index.get_items(rows), dtype=np.float32)


def _check_header(path: Path, n_dims: int) -> None:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
    except OSError as error:
        raise damaged(path, error.strerror or "it cannot be read") from error
    if len(header) < _HEADER.size:
        raise damaged(path, "it is cut short")
    _, capacity, count, n_bytes, label_at, vector_at = _HEADER.unpack(header)
    if label_at - vector_at != 4 * n_dims or not vector_at < label_at < n_bytes:
        raise damaged(path, f"it does not hold vectors of {n_dims} numbers")
    if count > capacity or count * n_bytes > path.stat().st_size:
        raise damaged(path, "it is cut short")


def damaged(path: Path, reason: str) -> CollectionError:
    """Return the error for files that hold no index, or not this one."""
    return CollectionError(
        f"the index is damaged ({reason})", value=path, remedy="Build the collection again"
    )
