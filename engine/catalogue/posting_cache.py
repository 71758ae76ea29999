"""Postings that were read lately, so that usual words and values are not read for every query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar


class Sized(Protocol):
    """What tells how many bytes it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory."""


Kind = TypeVar("Kind", bound=Sized)


class PostingCache:
    """Postings by key, the least lately used forgotten first; safe from any number of threads.

    Parameters
    ----------
    max_bytes
        What all of them together may take; with 0 nothing is kept.

    Examples
    --------
    >>> import numpy as np
    >>> cache = PostingCache(100)
    >>> cache.get("red", lambda: np.arange(3)), cache.get("red", lambda: np.arange(9))
    (array([0, 1, 2]), array([0, 1, 2]))
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._kept: OrderedDict[Hashable, Sized] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, read: Callable[[], Kind]) -> Kind:
        """Return what is kept under a key, else read it; what is empty or too large is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]  # each key has its own kind
        found = read()
        with self._lock:
            if key not in self._kept and 0 < found.nbytes <= self._max_bytes // 4:
                self._kept[key] = found
                self._n_bytes += found.nbytes
                while self._n_bytes > self._max_bytes:
                    self._n_bytes -= self._kept.popitem(last=False)[1].nbytes
        return found
