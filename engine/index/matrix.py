"""The matrix of unit rows, which of them are live, and every check before a row is let in."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.index.exact import Rows

_UNIT_TOLERANCE = 1e-3
_ROWS_PER_CHECK = 16_384  # of a matrix that may be a mapped file


class LiveMatrix:
    """Embeddings (n, n_dims) and a mark on every row that can be found.

    The matrix handed in is never written to: the first change moves it into memory of our own,
    with room to grow.
    """

    def __init__(self, embeddings: NDArray[np.float32], live_rows: Rows) -> None:
        self.embeddings = np.asarray(embeddings)  # a memmap stays mapped, minus slow operators
        self.live_rows = live_rows
        self._is_live = np.zeros(len(embeddings), dtype=bool)
        self._is_live[live_rows] = True
        self._room: NDArray[np.float32] | None = None

    @classmethod
    def checked(cls, embeddings: NDArray[np.float32], rows: ArrayLike | None) -> LiveMatrix:
        """Take a matrix from a caller; raise `ValueError` naming what is wrong with it."""
        if embeddings.ndim != 2 or embeddings.dtype != np.float32:
            raise ValueError(
                "embeddings must be float32 with two axes, not "
                f"{embeddings.dtype} of shape {embeddings.shape}"
            )
        live_rows = np.arange(len(embeddings)) if rows is None else np.sort(_row_numbers(rows))
        if len(live_rows) and live_rows[-1] >= len(embeddings):
            raise ValueError(f"row {live_rows[-1]} is not among {len(embeddings)} embeddings")
        for start in range(0, len(live_rows), _ROWS_PER_CHECK):
            batch = live_rows[start : start + _ROWS_PER_CHECK]
            _check_unit_rows(embeddings[batch], batch)
        return cls(embeddings, live_rows)

    @property
    def n_dims(self) -> int:
        """Numbers in a row."""
        return int(self.embeddings.shape[1])

    def live_among(self, allowed: ArrayLike) -> NDArray[np.bool_]:
        """Return (n,) flags: which rows, given by number or as flags, are allowed and live."""
        rows = np.asarray(allowed)
        n_rows = len(self._is_live)
        if rows.dtype == bool:
            if rows.shape != (n_rows,):
                raise ValueError(f"flags of allowed rows must be ({n_rows},), not {rows.shape}")
            return rows & self._is_live
        flags = np.zeros(n_rows, dtype=bool)
        if rows.size:
            if rows.dtype.kind not in "iu" or rows.min() < 0 or rows.max() >= n_rows:
                raise ValueError(f"allowed rows must be whole numbers in 0 … {n_rows - 1}")
            flags[rows] = True
        return flags & self._is_live

    def check_query(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the query, contiguous float32, once it is safe to compare with rows."""
        query = np.ascontiguousarray(query, dtype=np.float32)
        if query.shape != (self.n_dims,):
            raise ValueError(f"a query must have shape ({self.n_dims},), not {query.shape}")
        length = float(query @ query) ** 0.5
        if not abs(length - 1.0) <= _UNIT_TOLERANCE:  # so written, NaN is refused as well
            raise ValueError(f"a query must have length 1, not {length}")
        return query

    def check_new(self, rows: ArrayLike, embeddings: NDArray[np.float32]) -> Rows:
        """Return row numbers, none of them live, that may be put with these embeddings."""
        numbers = self._check_fit(rows, embeddings)
        known = numbers[numbers < len(self._is_live)]
        live = known[self._is_live[known]]
        if len(live):
            raise ValueError(f"row {live[0]} is in the index already; update it instead")
        return numbers

    def check_changed(self, rows: ArrayLike, embeddings: NDArray[np.float32]) -> Rows:
        """Return row numbers, all of them live, that may be put with these embeddings."""
        self._check_fit(rows, embeddings)
        return self.check_live(rows)

    def check_live(self, rows: ArrayLike) -> Rows:
        """Return row numbers, all of them live."""
        numbers = _row_numbers(rows)
        is_missing = ~np.isin(numbers, self.live_rows)
        if is_missing.any():
            raise ValueError(f"row {numbers[is_missing][0]} is not in the index")
        return numbers

    def _check_fit(self, rows: ArrayLike, embeddings: NDArray[np.float32]) -> Rows:
        numbers = _row_numbers(rows)
        if embeddings.dtype != np.float32 or embeddings.shape != (len(numbers), self.n_dims):
            raise ValueError(
                f"embeddings must be float32 of shape ({len(numbers)}, {self.n_dims}), "
                f"not {embeddings.dtype} of shape {embeddings.shape}"
            )
        _check_unit_rows(embeddings, numbers)
        return numbers

    def put(self, rows: Rows, embeddings: NDArray[np.float32]) -> None:
        """Write rows, extending the matrix if need be, and mark them live."""
        n_rows = max(len(self.embeddings), int(rows.max()) + 1)
        if self._room is None or n_rows > len(self._room):
            self._room = np.zeros((n_rows + n_rows // 2, self.n_dims), dtype=np.float32)
            self._room[: len(self.embeddings)] = self.embeddings
        self.embeddings = self._room[:n_rows]
        self.embeddings[rows] = embeddings
        self._is_live = np.pad(self._is_live, (0, n_rows - len(self._is_live)))
        self._is_live[rows] = True
        self.live_rows = np.flatnonzero(self._is_live)

    def retire(self, rows: Rows) -> None:
        """Unmark rows; their numbers stay taken."""
        self._is_live[rows] = False
        self.live_rows = np.flatnonzero(self._is_live)


def _row_numbers(rows: ArrayLike) -> Rows:
    numbers = np.asarray(rows)
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
        raise ValueError("rows must be one axis of whole numbers")
    numbers = numbers.astype(np.int64)
    if numbers.size and numbers.min() < 0:
        raise ValueError(f"row {numbers.min()} is below 0")
    if len(np.unique(numbers)) < len(numbers):
        raise ValueError("a row is named twice")
    return numbers


def _check_unit_rows(embeddings: NDArray[np.float32], rows: Rows) -> None:
    lengths = np.sqrt(np.einsum("ij,ij->i", embeddings, embeddings))
    is_wrong = ~(np.abs(lengths - 1.0) <= _UNIT_TOLERANCE)  # so written, NaN is wrong as well
    if is_wrong.any():
        first = int(np.flatnonzero(is_wrong)[0])
        raise ValueError(f"row {rows[first]} must have length 1, not {lengths[first]}")
