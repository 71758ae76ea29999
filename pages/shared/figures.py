"""Figures of this one program, for those who watch over it: what Prometheus reads.

Several programs over one home have figures each, which their watcher adds up. What lies in the home
itself (`kindred_jobs`, `kindred_collections`) each of them tells the same.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from engine.jobs import jobs
from engine.memory import resident_bytes
from engine.search import SearchEngine, SearchRequest, SearchResult
from engine.storage import list_collections
from pages.shared.log import logs_queries, note

disable_created_metrics()
FIGURES = CollectorRegistry()
_STEPS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

SEARCHES = Counter(
    "kindred_searches",
    "Searches answered, by mode and by what was searched with.",
    ("mode", "asked_with"),
    registry=FIGURES,
)
SEARCH_SECONDS = Histogram(
    "kindred_search_seconds",
    "Time of a search by step; total is all of it.",
    ("step",),
    buckets=_STEPS_S,
    registry=FIGURES,
)
PAGE_SECONDS = Histogram(
    "kindred_page_seconds",
    "Time in which a page, or a part of it, is drawn, waiting included.",
    buckets=_STEPS_S,
    registry=FIGURES,
)
PAGE_FAILURES = Counter(
    "kindred_page_failures", "Pages that failed for a reason nobody foresaw.", registry=FIGURES
)
REFUSALS = Counter(
    "kindred_refusals",
    "What was refused because too much was asked, by what it was of.",
    ("kind",),
    registry=FIGURES,
)
TURNED_AWAY = Counter(
    "kindred_turned_away", "Requests of those whom nobody knows.", registry=FIGURES
)
VISITS = Gauge("kindred_open_visits", "Pages that are open in a browser now.", registry=FIGURES)
CACHE_REQUESTS = Counter(
    "kindred_cache_requests", "Times a cache was asked.", ("cache",), registry=FIGURES
)
CACHE_MISSES = Counter(
    "kindred_cache_misses", "Times it did not have it yet.", ("cache",), registry=FIGURES
)
MEMORY = Gauge("kindred_resident_memory_bytes", "Memory that this program holds.", registry=FIGURES)
MEMORY.set_function(resident_bytes)
ProcessCollector(registry=FIGURES)


class _OfTheHome:
    """What lies on disk, read when it is asked for."""

    def collect(self) -> Iterable[Metric]:
        same = "in the home; the same from each program over it."
        at_work = GaugeMetricFamily("kindred_jobs", f"Jobs by state, {same}", labels=("state",))
        for state, number in Tally(job.state for job in jobs()).items():
            at_work.add_metric((state,), number)
        there = GaugeMetricFamily(
            "kindred_collections", f"Collections by health, {same}", labels=("health",)
        )
        for health, number in Tally(each.health for each in list_collections()).items():
            there.add_metric((health,), number)
        return at_work, there


FIGURES.register(_OfTheHome())


def answer_of(engine: SearchEngine, request: SearchRequest) -> SearchResult:
    """Search for somebody, and note how it went; what was asked only where that is asked for."""
    answer = engine.search(request)
    has_photo = bool(request.images or any(term.ids or term.photo for term in answer.terms))
    has_words = any(term.text for term in answer.terms)
    asked_with = "both" if has_photo and has_words else "photo" if has_photo else "words"
    SEARCHES.labels(request.mode, asked_with).inc()
    for step, seconds in answer.seconds.items():
        SEARCH_SECONDS.labels(step).observe(seconds)
    note(
        "search",
        collection=engine.collection.folder.name,
        mode=request.mode,
        asked_with=asked_with,
        matches=len(answer.matches),
        seconds={step: round(seconds, 6) for step, seconds in answer.seconds.items()},
        **({"query": answer.query} if logs_queries() else {}),
    )
    return answer


@contextmanager
def timed() -> Iterator[None]:
    """Note how long a page takes, however it ends."""
    begin = perf_counter()
    try:
        yield
    finally:
        PAGE_SECONDS.observe(perf_counter() - begin)


def told() -> bytes:
    """Return all figures in Prometheus' text format."""
    return generate_latest(FIGURES)
