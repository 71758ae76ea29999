"""What visitors may ask of a server that is there for many: in what measure, and in which order."""

from __future__ import annotations

import threading

import pytest

from engine.access import Role
from engine.errors import BusyError
from pages.shared import limits
from pages.shared.access import Access
from pages.shared.limits import LIMITS, Meter
from pages.shared.line import Line
from tests.pages.reading import errors


def meter() -> tuple[Meter, list[float]]:
    now = [0.0]
    return Meter(clock=lambda: now[0]), now


def test_a_visitor_may_ask_so_much_and_then_again_with_time():
    """120 questions a minute: the 121st must wait for half a second, in which one comes back."""
    mine, now = meter()
    for _ in range(120):
        mine.spend("queries", 1, "ada")
    with pytest.raises(BusyError, match=r"these were many.*Go on in 1 s"):
        mine.spend("queries", 1, "ada")
    mine.spend("queries", 1, "bo")
    now[0] = 0.5
    mine.spend("queries", 1, "ada")


def test_all_visitors_together_may_ask_so_much():
    """Fifty times as many as one: of 51 visitors the last finds nothing left."""
    mine, _ = meter()
    for visitor in range(50):
        for _ in range(120):
            mine.spend("queries", 1, str(visitor))
    with pytest.raises(BusyError, match="many people are here"):
        mine.spend("queries", 1, "50")


def test_each_of_several_programs_gives_out_its_share(monkeypatch):
    """6,000 a minute over four programs: 1,500 from this one, 100 each for fifteen visitors."""
    monkeypatch.setenv("KINDRED_PROCESSES", "4")
    mine, _ = meter()
    for visitor in range(15):
        for _ in range(100):
            mine.spend("queries", 1, str(visitor))
    with pytest.raises(BusyError, match="many people are here"):
        mine.spend("queries", 1, "15")


@pytest.mark.parametrize("told", ["0", "two", "-1", ""])
def test_a_number_of_programs_that_is_none_is_refused(monkeypatch, told: str):
    monkeypatch.setenv("KINDRED_PROCESSES", told)
    with pytest.raises(ValueError, match="KINDRED_PROCESSES"):
        limits.n_programs()


def test_one_large_photo_is_let_in_and_paid_off_before_the_next():
    """400 million pixels a minute: a photo of 500 leaves a debt of 100, gone after 15 seconds."""
    mine, now = meter()
    mine.spend("pixels", 500e6, "ada")
    with pytest.raises(BusyError, match="Go on in 15 s"):
        mine.spend("pixels", 0, "ada")
    now[0] = 15.1
    mine.spend("pixels", 0, "ada")


def test_what_all_owe_together_is_never_forgotten(monkeypatch):
    """Others, as many as there may be, do not wash it away: of 4 GiB in an hour, 5 were used."""
    monkeypatch.setattr(limits, "MOST_VISITORS_KNOWN", 5)
    mine, _ = meter()
    mine.owe("upload bytes", 5 * 2**30, "ada")
    for visitor in range(50):
        mine.spend("queries", 0, str(visitor))
    with pytest.raises(BusyError, match="many people are here"):
        mine.spend("upload bytes", 0, "bo")


def test_visitors_who_are_gone_are_forgotten(monkeypatch):
    monkeypatch.setattr(limits, "MOST_VISITORS_KNOWN", 5)
    mine, _ = meter()
    for visitor in range(50):
        mine.spend("queries", 1, str(visitor))
    assert len(mine._buckets) <= 5


def test_everybody_waits_in_the_order_they_came_and_is_told_their_place():
    """One at a time: the second is told 1, the third 2 and then 1."""
    line, places = Line(1, 10), {2: [], 3: []}
    done: list[int] = []
    in_line = {2: threading.Event(), 3: threading.Event()}

    def come(number: int) -> None:
        def tell(place: int) -> None:
            places[number].append(place)
            in_line[number].set()

        with line.turn(tell):
            done.append(number)

    with line.turn(lambda place: None):
        waiting = []
        for number in (2, 3):
            waiting.append(threading.Thread(target=come, args=(number,)))
            waiting[-1].start()
            assert in_line[number].wait(60)
        assert not done
    for thread in waiting:
        thread.join(60)
    assert done == [2, 3]
    assert places[2] == [1] and places[3][0] == 2


def test_a_line_that_is_too_long_says_so():
    line = Line(0, 0)
    with pytest.raises(BusyError, match="Kindred is busy"), line.turn(lambda place: None):
        pass


def test_who_leaves_while_waiting_leaves_the_line():
    line = Line(0, 5)

    def leave(place: int) -> None:
        raise KeyboardInterrupt

    for _ in range(20):
        with pytest.raises(KeyboardInterrupt), line.turn(leave):
            pass


def test_a_turn_ends_with_its_page_also_where_that_fails():
    line = Line(1, 5)
    for _ in range(3):
        with pytest.raises(ValueError, match="page"), line.turn(lambda place: None):
            raise ValueError("page")


def test_a_visitor_who_asks_too_much_reads_one_sentence_and_the_owner_asks_on(
    open_page, monkeypatch
):
    monkeypatch.setitem(LIMITS, "queries", limits.Limit(1, 100, 3600, "questions"))
    monkeypatch.setattr(limits, "METER", Meter())
    page = open_page("text_search", q="red")
    assert not errors(page.run())
    monkeypatch.setattr(Access, "role", lambda *_: Role.VISITOR)
    assert not errors(page.run())
    (box,) = errors(page.run())
    assert "Kindred takes no more questions just now" in box
