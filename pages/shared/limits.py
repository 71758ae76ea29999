"""What one visitor, and all of them together, may ask of a server that is there for many.

Whoever sits at the computer itself is not limited, nor is an owner but for uploads. Visitors are
told apart by their sessions, so the limits of all together are what the server rests on.
"""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from streamlit.runtime.scriptrunner import get_script_run_ctx

from engine.access import Role, may
from engine.errors import BusyError
from pages.shared.figures import REFUSALS

PROGRAMS = "KINDRED_PROCESSES"
Kind = Literal["queries", "pixels", "upload bytes", "jobs"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How much within some seconds: of one visitor, of all together, and what it is of."""

    each: float
    together: float
    seconds: float
    told: str


LIMITS: dict[Kind, Limit] = {
    "queries": Limit(120, 6000, 60, "questions"),  # the line slows a crowd; this stops a flood
    "pixels": Limit(400e6, 4e9, 60, "photos to search by"),
    "upload bytes": Limit(2**30, 4 * 2**30, 3600, "uploads"),
    "jobs": Limit(20, 200, 3600, "jobs"),
}
MOST_VISITORS_KNOWN = 10_000


def n_programs() -> int:
    """Return over how many programs of a home people are spread; no number from 1 is an error."""
    told = os.environ.get(PROGRAMS, "1")
    if not told.isdecimal() or int(told) < 1:
        raise ValueError(f"{PROGRAMS} must be a whole number from 1, not {told!r}")
    return int(told)


class Bucket:
    """Tokens that come back with time; it lets somebody in while it holds any, and may go in debt.

    Examples
    --------
    >>> seconds = iter([0, 0, 0, 0, 30])
    >>> bucket = Bucket(2, 60, clock=lambda: next(seconds))
    >>> [bucket.take(1), bucket.take(1), bucket.take(1), bucket.take(1)]
    [0.0, 0.0, 30.0, 0.0]
    """

    def __init__(self, n: float, seconds: float, clock: Callable[[], float] = time.monotonic):
        self._n, self._rate, self._clock = n, n / seconds, clock
        self._held, self._at = n, clock()

    def take(self, amount: float) -> float:
        """Take an amount, or return in how many seconds one may."""
        self.owe(0)
        needed = min(amount, 1)
        if self._held <= 0 or self._held < needed:
            return (needed - self._held) / self._rate
        self._held -= amount
        return 0.0

    def owe(self, amount: float) -> None:
        """Take an amount that is used already, whether it is there or not."""
        now = self._clock()
        self._held = min(self._n, self._held + (now - self._at) * self._rate) - amount
        self._at = now


@dataclass
class Meter:
    """The buckets of everybody, in the memory of this program."""

    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[tuple[Kind, str], Bucket] = field(default_factory=OrderedDict)
    _together: dict[Kind, Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, kind: Kind, amount: float, visitor: str) -> None:
        """Take an amount of a visitor's, and of what all have together.

        Raises
        ------
        BusyError
            One of them has no more; it says from when there is.
        """
        with self._lock:
            own, together = self._buckets_of(kind, visitor)
            wait = own.take(amount)
            who = "these were many" if wait else "many people are here"
            wait = wait or together.take(amount)
        if wait:
            REFUSALS.labels(kind).inc()
            raise BusyError(
                f"Kindred takes no more {LIMITS[kind].told} just now: {who}",
                remedy=f"Go on in {max(round(wait), 1)} s",
            )

    def owe(self, kind: Kind, amount: float, visitor: str) -> None:
        """Take an amount that a visitor has used already; `spend` refuses until it is paid off."""
        with self._lock:
            for bucket in self._buckets_of(kind, visitor):
                bucket.owe(amount)

    def _buckets_of(self, kind: Kind, visitor: str) -> tuple[Bucket, Bucket]:
        """Return a visitor's bucket, and that of all together, which is never forgotten."""
        limit, key = LIMITS[kind], (kind, visitor)
        if key not in self._buckets:
            self._buckets[key] = Bucket(limit.each, limit.seconds, self.clock)
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_VISITORS_KNOWN:
            self._buckets.popitem(last=False)
        if kind not in self._together:
            share = limit.together / n_programs()
            self._together[kind] = Bucket(share, limit.seconds, self.clock)
        return self._buckets[key], self._together[kind]


METER = Meter()


def spend(kind: Kind, amount: float = 1) -> None:
    """Take what whoever asks now is about to use; an owner uses what there is.

    Raises
    ------
    BusyError
        It was too much, of theirs or of all together; it says from when there is more.
    """
    ctx = get_script_run_ctx(suppress_warning=True)
    if ctx is not None and not may(Role.OWNER):
        METER.spend(kind, amount, ctx.session_id)
