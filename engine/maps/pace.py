"""How long a map will take on this machine, by drawing a small part of it first."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from engine.maps.map_settings import MapSettings
from engine.projection import MIN_TSNE_ROWS, fit_tsne, nearest_neighbours
from engine.projection.neighbours import MAX_EXACT
from engine.projection.projector import n_neighbours_for
from engine.selection import even_sample
from engine.storage import Collection

# From here on t-SNE takes its other way to repel points: a sample must go the way of the whole.
_SAMPLE = 3_000
# A third of the steps is exaggerated, and a look is taken after every tenth: three looks in all.
_STEPS = 30
# Measured at 3,000 to 70,000 points: a step costs as much as this many points before the first.
_POINTS_BEFORE = 6_000
# The program starts and reads its libraries, in seconds of one core.
_START = 5.0
# Above this the machine has other work to do.
_BUSY = 1.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long a map takes.

    Parameters
    ----------
    seconds
        From its start to its end, on the machine as it was while this was measured.
    seconds_alone
        The same were nothing else at work.
    """

    seconds: float
    seconds_alone: float

    @property
    def is_busy(self) -> bool:
        """Whether other work slows this machine down by half or more."""
        return self.seconds > _BUSY * self.seconds_alone


@dataclass(frozen=True, slots=True)
class Pace:
    """What the first steps of a sample took.

    Parameters
    ----------
    n_sample
        Its points.
    step, neighbours
        Seconds of one core for a step, and to find all neighbours.
    slowdown
        Seconds that went by for each second of one core, at least 1.
    """

    n_sample: int
    step: float
    neighbours: float
    slowdown: float

    def estimate(self, n_points: int, settings: MapSettings) -> Estimate:
        """Estimate a map of so many points.

        Examples
        --------
        >>> pace = Pace(n_sample=3000, step=0.02, neighbours=0.2, slowdown=3.0)
        >>> found = pace.estimate(3000, MapSettings(iterations=600))
        >>> round(found.seconds_alone, 1), round(found.seconds, 1), found.is_busy
        (17.4, 52.2, True)
        """
        steps = settings.iterations * self.step if settings.method == "tsne" else 0.0
        if n_points > self.n_sample:
            steps *= (n_points + _POINTS_BEFORE) / (self.n_sample + _POINTS_BEFORE)
        pairs = min(n_points, MAX_EXACT) * n_points / self.n_sample**2
        alone = _START + steps + 2 * self.neighbours * pairs  # as much again to measure the map
        return Estimate(alone * self.slowdown, alone)


def measure_pace(collection: Collection, settings: MapSettings) -> Pace:
    """Draw a part of a collection's photos, and note what it takes: under a second when idle.

    Parameters
    ----------
    collection
        At least one photo.
    settings
        Of the map; its perplexity decides much.
    """
    rows = collection.catalogue.live_rows()
    some = even_sample(rows, _SAMPLE)
    some = np.resize(some, max(len(some), MIN_TSNE_ROWS))  # few photos may have many captions
    embeddings = np.asarray(collection.embeddings[some], np.float32)
    fit_tsne(embeddings[:16], nearest_neighbours(embeddings[:16], 5), iterations=1)  # libraries
    k = n_neighbours_for(len(some), settings.perplexity)
    began = time.thread_time()
    neighbours = nearest_neighbours(embeddings, k, seed=settings.seed)
    found, clock = time.thread_time(), time.perf_counter()
    looks: list[tuple[int, float]] = []
    fit_tsne(
        embeddings,
        neighbours,
        perplexity=settings.perplexity,
        iterations=_STEPS,
        metric=settings.metric,
        watch=lambda step, points: looks.append((step, time.thread_time())),
    )
    spent, gone = time.thread_time() - found, time.perf_counter() - clock
    (first, before), (last, after) = looks[0], looks[-1]
    step = (after - before) / (last - first)
    return Pace(len(some), max(step, 1e-5), found - began, max(gone / max(spent, 1e-6), 1.0))
