"""The held-out photos of a run, epoch by epoch: where they lie, what finds them, how they rank."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import read_arrays, read_json
from engine.encoders import Encoder
from engine.selection import top_k
from engine.training.record import HELD_OUT
from engine.training.validation import BEST, CONTENT, PICTURES

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Moment:
    """The watched pairs and queries after one epoch.

    Attributes
    ----------
    photos, texts, queries
        Unit rows.
    ranks
        Rank of each photo for its own caption, among all held-out photos.
    pool
        How many these are.
    """

    photos: Rows
    texts: Rows
    queries: Rows
    ranks: NDArray[np.float32]
    pool: int


@dataclass(frozen=True, slots=True)
class Found:
    """A photo that answers a query: its place among the held-out photos, and how near it is."""

    place: int
    similarity: float


class HeldOut:
    """What a run keeps of the photos it measures with.

    Parameters
    ----------
    run
        The run's folder.
    """

    def __init__(self, run: Path) -> None:
        self.folder = run / HELD_OUT

    @property
    def is_there(self) -> bool:
        """Whether the run has chosen them yet."""
        return (self.folder / CONTENT).is_file()

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Hashes and captions of all, which of them are pictured and watched, and the queries."""
        return read_json(self.folder / CONTENT)

    @property
    def queries(self) -> list[str]:
        """The watched queries."""
        return list(self.content["queries"])

    @property
    def pairs(self) -> list[int]:
        """Places of the watched pairs among all held-out photos."""
        return list(self.content["pairs"])

    def caption(self, place: int) -> str:
        """Return the first caption of a photo."""
        return str(self.content["captions"][place][0])

    def picture(self, place: int) -> bytes | None:
        """Return a photo as JPEG bytes, as large as the model sees it."""
        try:
            with zipfile.ZipFile(self.folder / PICTURES) as file:
                return file.read(f"{place:06d}.jpg")
        except (OSError, KeyError, zipfile.BadZipFile):
            return None

    def epochs(self) -> list[int]:
        """Return the epochs that are kept, from 1."""
        return sorted(int(path.stem[6:]) for path in self.folder.glob("epoch-*.npz"))

    def moment(self, epoch: int) -> Moment:
        """Return how the watched pairs stood after an epoch."""
        with np.load(self.folder / f"epoch-{epoch:04d}.npz", allow_pickle=False) as kept:
            return Moment(
                kept["photos"].astype(np.float32),
                kept["texts"].astype(np.float32),
                kept["queries"].astype(np.float32),
                kept["ranks"],
                int(kept["pool"]),
            )

    def best(self) -> Mapping[str, NDArray[Any]] | None:
        """Return rows of all held-out photos and captions in the best epoch, or None before any.

        ``photos`` and ``texts``, photo by photo; ``ranks``, that of its own photo for each text.
        """
        return read_arrays(self.folder / BEST)

    def answers(self, moment: Moment, query: int, k: int = 6) -> list[Found]:
        """Return which of the watched photos answered a watched query."""
        return nearest(moment.queries[query], moment.photos, self.pairs, k)

    def search(self, encoder: Encoder, words: str, k: int = 8) -> list[Found]:
        """Answer any words with the pictured photos, as the run's best model sees them.

        Parameters
        ----------
        encoder
            The run's model.
        words
            What is looked for.
        k
            Photos wanted.
        """
        kept = self.best()
        if kept is None:
            return []
        places = list(self.content["pictures"])
        rows = kept["photos"][places].astype(np.float32)
        return nearest(encoder.embed_texts([words])[0], rows, places, k)


def nearest(query: Rows, photos: Rows, places: list[int], k: int) -> list[Found]:
    """Return the `k` nearest of some photos, the nearest first.

    Examples
    --------
    >>> nearest(np.array([1, 0], "f4"), np.array([[0, 1], [1, 0]], "f4"), [7, 9], k=1)
    [Found(place=9, similarity=1.0)]
    """
    similarities = photos @ query
    return [Found(places[i], float(similarities[i])) for i in top_k(similarities, k)]


@dataclass(frozen=True, slots=True)
class Plane:
    """Two directions that show most of how some rows differ; the same for every epoch.

    Projections of one run are only comparable when all of its epochs are drawn on one plane.
    """

    centre: Rows
    directions: Rows

    @classmethod
    def through(cls, moment: Moment) -> Plane:
        """Lay the plane through photos and captions of one epoch (principal components)."""
        rows = np.concatenate([moment.photos, moment.texts])
        centre = rows.mean(axis=0)
        _, _, directions = np.linalg.svd(rows - centre, full_matrices=False)
        return cls(centre, directions[:2].T)

    def project(self, rows: Rows) -> Rows:
        """Return places on the plane, shape (n, 2)."""
        return np.asarray((rows - self.centre) @ self.directions, np.float32)
