"""The line of pages that are to be drawn: so many at once, the first to come first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import streamlit as st

from engine.access import Role, may
from engine.errors import BusyError
from pages.shared.figures import REFUSALS, timed
from pages.shared.limits import n_programs

MOST_AT_ONCE, LONGEST_LINE = 8, 60


class Line:
    """Those who wait until a page of theirs is drawn, the first to come first."""

    def __init__(self, n_at_once: int, longest: int) -> None:
        self.n_at_once, self._longest = n_at_once, longest
        self._n_at_work, self._waiting = 0, deque[object]()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, tell: Callable[[int], None]) -> Iterator[None]:
        """Wait for one's turn, told one's place in the line, from 1, whenever it changes.

        Raises
        ------
        BusyError
            The line is too long to wait in.
        """
        ticket = object()
        with self._changed:
            if len(self._waiting) >= self._longest:
                REFUSALS.labels("line").inc()
                raise BusyError(
                    f"Kindred is busy: {len(self._waiting)} people are waiting",
                    remedy="Come again in a minute",
                )
            self._waiting.append(ticket)
        try:
            self._wait(ticket, tell)
        except BaseException:
            self._leave(ticket)
            raise
        try:
            yield
        finally:
            with self._changed:
                self._n_at_work -= 1
                self._changed.notify_all()

    def _wait(self, ticket: object, tell: Callable[[int], None]) -> None:
        told = 0
        while True:
            with self._changed:
                place = self._waiting.index(ticket) + 1
                if place == 1 and self._n_at_work < self.n_at_once:
                    self._waiting.popleft()
                    self._n_at_work += 1
                    self._changed.notify_all()
                    return
                if place == told:
                    self._changed.wait()
            if place != told:
                tell(place)  # a page that was left meanwhile ends here, at its next place
            told = place

    def _leave(self, ticket: object) -> None:
        with self._changed:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._changed.notify_all()


def line_of(n_sharing: int) -> Line:
    """Return the line of one program among those that share the machine: its part of all turns.

    Examples
    --------
    >>> line_of(2).n_at_once, line_of(100).n_at_once
    (4, 1)
    """
    return Line(max(MOST_AT_ONCE // n_sharing, 1), max(LONGEST_LINE // n_sharing, 1))


LINE = line_of(n_programs())
_turns = threading.local()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw a page or a part of it; the turn that was waited for within it ends with it."""
    if getattr(_turns, "held", None) is not None:  # within another one
        yield
        return
    with timed(), ExitStack() as _turns.held:
        try:
            yield
        finally:
            del _turns.held


def wait_for_turn() -> None:
    """Wait until this page may be drawn, and tell its place in the line; an owner never waits.

    Raises
    ------
    BusyError
        Too many wait.
    """
    held = getattr(_turns, "held", None)
    if held is None or may(Role.OWNER):
        return
    place = st.empty()

    def tell(number: int) -> None:
        if number > 1:
            place.caption(f"Many people are searching just now. You are number {number} in line…")

    held.enter_context(LINE.turn(tell))
    place.empty()
