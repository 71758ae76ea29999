"""A selection from many: the k largest, and an even sample."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def top_k(values: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Return the places of the k largest numbers, largest first, equal ones by place.

    Parameters
    ----------
    values
        (n,), or (n_rows, n): then of each row. Finite, or infinite in one direction.
    k
        How many; all n, where there are no more.

    Returns
    -------
    ndarray
        (min(k, n),), or (n_rows, min(k, n)).

    Examples
    --------
    >>> top_k(np.array([3, 9, 5, 9]), 3).tolist(), top_k(np.array([[1, 2], [4, 3]]), 1).tolist()
    ([1, 3, 2], [[1], [0]])
    """
    if values.ndim > 1:
        k = min(k, values.shape[1])
        return np.array([top_k(row, k) for row in values], np.int64).reshape(len(values), k)
    places = np.arange(len(values))
    if 0 < k < len(values):
        places = np.flatnonzero(values >= np.partition(values, -k)[-k])
    return places[np.argsort(-values[places], kind="stable")[:k]]


def largest_of_rows(
    values: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return columns and values of the k largest of each row, largest first, equals in any order.

    Faster than `top_k` where there are many rows.

    Examples
    --------
    >>> largest_of_rows(np.array([[3, 9, 5]], "float32"), 2)
    (array([[1, 2]], dtype=int32), array([[9., 5.]], dtype=float32))
    """
    columns = np.argpartition(values, -k, axis=1)[:, -k:]
    found = np.take_along_axis(values, columns, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return (
        np.take_along_axis(columns, order, axis=1).astype(np.int32),
        np.take_along_axis(found, order, axis=1),
    )


def even_places(n: int, n_wanted: int) -> NDArray[np.int64]:
    """Return places of an even sample of n things, ascending, each once: all, where n is less.

    Examples
    --------
    >>> even_places(10, 4).tolist(), even_places(2, 4).tolist(), even_places(0, 4).tolist()
    ([0, 3, 6, 9], [0, 1], [])
    """
    return np.linspace(0, n - 1, min(n, n_wanted)).astype(np.int64)


def even_sample(values: NDArray[Any], n_wanted: int) -> NDArray[Any]:
    """Return an even sample of an array, in its order; see `even_places`.

    Examples
    --------
    >>> even_sample(np.array([7, 8, 9, 10]), 2).tolist()
    [7, 10]
    """
    return values[even_places(len(values), n_wanted)]
