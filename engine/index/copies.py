"""Rows with the very same embedding: one of them is a node of the graph, the others hang behind it.

A graph of neighbours falls apart where thousands of rows lie in one point: each has only the others
for neighbours, and nothing leads on from there. With one node per distinct embedding that cannot
happen, and the graph is smaller and built sooner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.index.exact import Rows, Similarities

_ROWS_PER_BATCH = 16_384  # of a matrix that may be a mapped file
_HARDLY = 1 / 64


class Copies:
    """Which live rows share an embedding, and which of them is the node.

    Parameters
    ----------
    pairs
        (n, 2), int64: each hanging row and its node.

    Examples
    --------
    >>> copies = Copies.among(np.ones((3, 2), np.float32), np.array([0, 1, 2]))
    >>> copies.pairs().tolist(), copies.nodes(np.array([0, 1, 2])).tolist()
    ([[1, 0], [2, 0]], [0])
    """

    def __init__(self, pairs: NDArray[np.int64]) -> None:
        self._members: dict[int, Rows] = {}
        self._node_of: dict[int, int] = {}
        self._hang(pairs)

    @classmethod
    def among(cls, embeddings: NDArray[np.float32], rows: Rows) -> Copies:
        """Find the copies among these rows of a matrix; the lowest row of each kind is its node."""
        _, first, kind = np.unique(_keys(embeddings, rows), return_index=True, return_inverse=True)
        nodes = rows[first][kind]
        return cls(np.column_stack([rows, nodes])[rows != nodes])

    def __len__(self) -> int:
        return len(self._node_of)

    def pairs(self) -> NDArray[np.int64]:
        """Return (n, 2): each hanging row and its node, by row."""
        return np.array(sorted(self._node_of.items()), np.int64).reshape(-1, 2)

    def nodes(self, rows: Rows) -> Rows:
        """Return those of the rows that are nodes."""
        hanging = np.fromiter(self._node_of, np.int64, len(self._node_of))
        return rows[~np.isin(rows, hanging)]

    def expand(
        self, nodes: Rows, similarities: Similarities, k: int, is_allowed: NDArray[np.bool_] | None
    ) -> tuple[Rows, Similarities]:
        """Return found nodes with what hangs behind them: of each as many rows as may be wanted.

        Parameters
        ----------
        nodes, similarities
            What the graph found.
        k
            How many rows are wanted at most.
        is_allowed
            (n_rows,) flags of the rows that may be returned; None allows all.
        """
        if not self._members:
            rows = nodes if is_allowed is None else nodes[is_allowed[nodes]]
            return rows, similarities if is_allowed is None else similarities[is_allowed[nodes]]
        found: list[Rows] = []
        repeats: list[int] = []
        for node in nodes.tolist():
            members = self._members.get(node)
            rows = np.array([node]) if members is None else members
            rows = rows[:k] if is_allowed is None else rows[is_allowed[rows]][:k]
            found.append(rows)
            repeats.append(len(rows))
        return np.concatenate(found or [nodes]), np.repeat(similarities, repeats)

    def take_out(self, rows: Rows) -> tuple[Rows, Rows]:
        """Take rows away that are live no more, or lie elsewhere from now on.

        Returns
        -------
        gone : ndarray
            The nodes that stand for nothing any more.
        risen : ndarray
            The rows that must become nodes in their place, for those that hung behind them.
        """
        gone, risen = [], []
        leaving = set(rows.tolist())
        for node in {self._node_of.get(row, row) for row in leaving}:
            members = self._members.pop(node, np.array([node]))
            left = members[[row not in leaving for row in members.tolist()]]
            for row in members.tolist():
                self._node_of.pop(row, None)
            if node in leaving:
                gone.append(node)
                risen += left[:1].tolist()
            if len(left) > 1:
                self._hang(np.column_stack([left[1:], np.full(len(left) - 1, left[0])]))
        return np.array(gone, np.int64), np.array(risen, np.int64)

    def take_in(self, embeddings: NDArray[np.float32], rows: Rows, live: Rows) -> Rows:
        """Let rows in, of which `live` were there before; return those that must become nodes."""
        nodes = self.nodes(live)
        keys = np.concatenate([_keys(embeddings, nodes), _keys(embeddings, rows)])
        both = np.concatenate([nodes, rows])
        _, first, kind = np.unique(keys, return_index=True, return_inverse=True)
        node_of = both[first][kind][len(nodes) :]
        self._hang(np.column_stack([rows, node_of])[rows != node_of])
        return rows[rows == node_of]

    def _hang(self, pairs: NDArray[np.int64]) -> None:
        behind: dict[int, list[int]] = {}
        for row, node in pairs.tolist():
            self._node_of[row] = node
            behind.setdefault(node, []).append(row)
        for node, rows in behind.items():
            members = self._members.get(node, np.array([node]))
            self._members[node] = np.sort(np.concatenate([members, rows]))


def dissimilar(embeddings: NDArray[np.float32], rows: Rows) -> Rows:
    """Return of these rows one of each kind, where those are one kind that hardly differ.

    Examples
    --------
    >>> near = np.array([[1, 0], [1, 1e-6], [0, 1]], np.float32)
    >>> dissimilar(near, np.array([0, 1, 2])).tolist()
    [0, 2]
    """
    _, first = np.unique(_keys(embeddings, rows, step=_HARDLY), return_index=True)
    return rows[np.sort(first)]


def _keys(
    embeddings: NDArray[np.float32], rows: Rows, step: float | None = None
) -> NDArray[np.uint64]:
    """Return a number for each row: rows within one `step` share theirs, others hardly ever."""
    weights = np.random.default_rng(0).integers(
        1, 2**63, embeddings.shape[1], dtype=np.uint64, endpoint=False
    )
    weights |= np.uint64(1)
    keys = np.empty(len(rows), np.uint64)
    for start in range(0, len(rows), _ROWS_PER_BATCH):
        batch = np.ascontiguousarray(embeddings[rows[start : start + _ROWS_PER_BATCH]])
        if step is not None:
            batch = np.floor(batch / np.float32(step) + np.float32(0.5))
        bits = batch.view(np.uint32).astype(np.uint64)
        bits ^= bits << np.uint64(29)
        keys[start : start + len(batch)] = (bits * weights).sum(axis=1)
    return keys
