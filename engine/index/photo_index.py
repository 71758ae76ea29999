"""PhotoIndex: which rows are nearest to a query, and whether that answer is exact."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.index.copies import Copies, dissimilar
from engine.index.exact import Rows, Similarities, exact_seconds, order, search_exactly
from engine.index.hnsw import DisconnectedError, Graph, graph_seconds
from engine.index.index_files import USUAL_ROWS, Loss, SavedIndex, Settings, read_index, write_index
from engine.index.matrix import LiveMatrix

# An exact answer is preferred wherever nobody would notice what it costs.
_UNNOTICED_SECONDS = 0.35e-3

# With a filter, more rows are fetched than the allowed share demands, since a filter and a query
# are seldom independent. Where that is not enough, the answer is found exactly.
_FILTER_MARGIN = 1.5

# After a change of the graph so many rows must find themselves, but for this share of them.
_N_CHECKED, _LOST_SHARE, _SELF_TOLERANCE = 200, 0.01, 1e-5

# What `tune` asks for: of the nearest nine so large a share, by as few candidates as will do.
_K_TUNED, _RECALL_TUNED = 9, 0.995
_EFS = tuple(round(320 * 1.25**step) for step in range(13))

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The answer to one query, most similar first, equal ones by row.

    Attributes
    ----------
    rows
        (m,), int64.
    similarities
        (m,), float32, −1 … 1 but for rounding.
    is_exact
        Whether no better row exists; else a few in a thousand may be missed.
    """

    rows: Rows
    similarities: Similarities
    is_exact: bool


class PhotoIndex:
    """The live rows of an embedding matrix, searchable.

    Few rows are searched exactly; from `exact_below` on a graph (HNSW) is kept beside the
    matrix and used where it is the cheaper way; rows with the same embedding share a node of it. A
    filter is answered exactly when it is narrow, else from the graph by fetching more and keeping
    what is allowed. A graph in which photos do not find themselves is given up.

    Any number of threads may ask at once. Changes (`add`, `update`, `remove`) belong on an
    object that nobody asks meanwhile: load a second one, change it, swap. They never write to
    the matrix that was handed in; the first change takes a copy.

    Examples
    --------
    >>> embeddings = np.eye(3, dtype=np.float32)
    >>> index = PhotoIndex.build(embeddings)
    >>> answer = index.nearest(np.array([0.6, 0.8, 0.0], dtype=np.float32), k=2)
    >>> answer.rows.tolist(), answer.similarities.round(2).tolist(), answer.is_exact
    ([1, 0], [0.800..., 0.600...], True)
    >>> index.nearest(embeddings[0], k=2, allowed=np.array([1, 2])).rows.tolist()
    [1, 2]
    """

    def __init__(
        self,
        matrix: LiveMatrix,
        graph: Graph | None,
        settings: Settings,
        copies: Copies | None = None,
        loss: Loss | None = None,
    ) -> None:
        """Join parts that fit; callers use `build` or `load`."""
        self._matrix = matrix
        self._graph = graph
        self._settings = settings
        self._copies = copies or Copies(np.empty((0, 2), np.int64))
        self._loss = loss

    @classmethod
    def build(
        cls,
        embeddings: NDArray[np.float32],
        *,
        rows: ArrayLike | None = None,
        exact_below: int = 20_000,
        m: int = 16,
        ef_construction: int = 200,
        ef: int = 320,
        n_threads: int | None = None,
    ) -> PhotoIndex:
        """Index the rows of a matrix.

        Parameters
        ----------
        embeddings
            (n, n_dims), float32, unit rows. Kept, not copied; may be a `numpy.memmap`.
        rows
            The live rows of `embeddings`, each once; None means all.
        exact_below
            With fewer live rows than this no graph is built: searching 20,000 rows of 128
            numbers exactly takes less than 0.4 ms.
        m
            Neighbours of a row in the graph, ≥ 2. More find better and weigh more.
        ef_construction
            Candidates kept while a row is connected. More build better and slower.
        ef
            Candidates kept during a search of 100,000 rows; of more, as many more as the root of
            their number. `tune` measures how many are needed.
        n_threads
            For building; None uses every core. More than one makes the graph, and so the
            rare misses of approximate answers, differ from build to build.

        Raises
        ------
        ValueError
            When a row is not finite or not of unit length, naming the first such row; when
            shapes, types or row numbers do not fit.
        """
        settings = Settings(exact_below, m, ef_construction, ef)
        index = cls(LiveMatrix.checked(embeddings, rows), None, settings)
        index._build_graph(n_threads)
        return index

    @property
    def n_dims(self) -> int:
        """Numbers in a row."""
        return self._matrix.n_dims

    @property
    def n_live(self) -> int:
        """Rows that can be found."""
        return len(self._matrix.live_rows)

    @property
    def ef(self) -> int:
        """Candidates that a search of the graph keeps, where nobody asks for another number."""
        return self._settings.ef_of(self.n_live)

    @property
    def is_exact(self) -> bool:
        """Whether every answer will be exact, because no graph is needed."""
        return self._graph is None

    @property
    def loss(self) -> Loss | None:
        """Why every answer is exact although there are rows enough for a graph; else None."""
        return self._loss

    def nearest(
        self,
        query: NDArray[np.float32],
        k: int,
        *,
        allowed: ArrayLike | None = None,
        ef: int | None = None,
        exact: bool | None = None,
    ) -> Nearest:
        """Return the live rows most similar to a query.

        Parameters
        ----------
        query
            (n_dims,), of unit length.
        k
            How many rows are wanted, ≥ 1; fewer come back when fewer are live and allowed.
        allowed
            Only these rows may be returned, given as numbers or as (n,) flags; removed ones among
            them are passed over. None allows all.
        ef
            Candidates kept while searching the graph; None takes the index's own `ef`.
        exact
            True demands an exact answer, False the graph where there is one, None the cheaper.

        Raises
        ------
        ValueError
            When the query has another width, is not finite or not of unit length; when k or ef
            is below 1; when `allowed` names a row that never was.
        """
        query = self._matrix.check_query(query)
        if k < 1 or (ef is not None and ef < 1):
            raise ValueError(f"k={k} and ef={ef} must be at least 1")
        is_allowed = None if allowed is None else self._matrix.live_among(allowed)
        n_candidates = self.n_live if is_allowed is None else int(np.count_nonzero(is_allowed))
        k = min(k, n_candidates)
        if k == 0:
            return Nearest(np.empty(0, np.int64), np.empty(0, np.float32), is_exact=True)
        if self._graph is not None and not exact:
            n_fetched = self._n_fetched(k, ef or self.ef, n_candidates)
            if exact is False or not self._is_exact_cheaper(n_candidates, n_fetched):
                found = self._search_graph(query, k, n_fetched, is_allowed)
                if found is not None:
                    return found
        candidates = self._matrix.live_rows if is_allowed is None else np.flatnonzero(is_allowed)
        rows, similarities = search_exactly(self._matrix.embeddings, query, k, candidates)
        return Nearest(rows, similarities, is_exact=True)

    def tune(self, *queries: NDArray[np.float32]) -> None:
        """Choose `ef` so that searches find nearly all of the rows that they should.

        How many candidates that takes depends on how the rows lie and on what is asked: texts lie
        apart from photos, and where thousands of rows are nearly the same, they fill the places of
        better ones. So it is measured; without a graph there is nothing to choose.

        Parameters
        ----------
        queries
            (n, n_dims) unit rows of each kind of query; each kind is served.
        """
        if self._graph is None:
            return
        asked = [query for kind in queries for query in kind]
        least = [float(self.nearest(each, _K_TUNED, exact=True).similarities[-1]) for each in asked]
        ends = np.cumsum([len(kind) for kind in queries])
        for ef in _EFS:
            self._settings = replace(self._settings, ef=ef, ef_rows=max(self.n_live, USUAL_ROWS))
            found = [
                float((self.nearest(query, _K_TUNED, exact=False).similarities >= at_least).mean())
                for query, at_least in zip(asked, np.array(least) - _SELF_TOLERANCE, strict=True)
            ]
            kinds = [kind for kind in np.split(found, ends[:-1]) if len(kind)]
            if min(map(np.mean, kinds), default=1.0) >= _RECALL_TUNED:
                return

    def _n_fetched(self, k: int, ef: int, n_candidates: int) -> int:
        """Return how many rows the graph must find for k of them to be among the candidates."""
        if n_candidates < self.n_live:
            k = int(_FILTER_MARGIN * k * self.n_live / n_candidates)
        return min(self.n_live - len(self._copies), max(k, ef))

    def _is_exact_cheaper(self, n_candidates: int, n_fetched: int) -> bool:
        seconds = exact_seconds(len(self._matrix.embeddings), n_candidates, self.n_dims)
        return seconds <= max(_UNNOTICED_SECONDS, graph_seconds(n_fetched, self.n_live))

    def add(
        self, rows: ArrayLike, embeddings: NDArray[np.float32], *, n_threads: int | None = None
    ) -> None:
        """Make new rows findable, or removed ones again.

        Parameters
        ----------
        rows
            (n,), each once and not live. Rows past the end of the matrix extend it.
        embeddings
            (n, n_dims), float32, unit rows.
        n_threads
            None uses every core.

        Raises
        ------
        ValueError
            As in `build`, and when a row is live already.
        """
        self._put(self._matrix.check_new(rows, embeddings), embeddings, n_threads)

    def update(
        self, rows: ArrayLike, embeddings: NDArray[np.float32], *, n_threads: int | None = None
    ) -> None:
        """Give live rows new embeddings; parameters and errors as in `add`."""
        numbers = self._matrix.check_changed(rows, embeddings)
        self._take_out(numbers)
        self._put(numbers, embeddings, n_threads)

    def remove(self, rows: ArrayLike) -> None:
        """Let live rows never be found again, until they are added again.

        Raises
        ------
        ValueError
            When a row is not live, naming it.
        """
        numbers = self._matrix.check_live(rows)
        self._take_out(numbers)
        self._matrix.retire(numbers)

    def _take_out(self, rows: Rows) -> None:
        """Let no row of these be found in the graph where it lies until now."""
        if self._graph is None:
            return
        gone, risen = self._copies.take_out(rows)
        self._graph.put(risen, self._matrix.embeddings[risen], n_threads=1)
        self._graph.remove(gone)

    def _put(self, rows: Rows, embeddings: NDArray[np.float32], n_threads: int | None) -> None:
        if not len(rows):
            return
        others = np.setdiff1d(self._matrix.live_rows, rows, assume_unique=True)
        self._matrix.put(rows, embeddings)
        if self._graph is None:
            self._build_graph(n_threads)
            return
        nodes = self._copies.take_in(self._matrix.embeddings, rows, others)
        self._graph.put(nodes, self._matrix.embeddings[nodes], n_threads=_cores(n_threads))
        self._check_graph()

    def _build_graph(self, n_threads: int | None) -> None:
        """Build the graph once there are rows enough to need one."""
        self._loss = None
        if self.n_live < self._settings.exact_below:
            return
        self._copies = Copies.among(self._matrix.embeddings, self._matrix.live_rows)
        self._graph = Graph.build(
            self._matrix.embeddings,
            self._copies.nodes(self._matrix.live_rows),
            m=self._settings.m,
            ef_construction=self._settings.ef_construction,
            n_threads=_cores(n_threads),
        )
        self._check_graph()

    def _check_graph(self) -> None:
        """Give the graph up where rows do not find themselves in it; exact search remains."""
        nodes = self._copies.nodes(self._matrix.live_rows)
        kinds = dissimilar(self._matrix.embeddings, nodes)
        sample = kinds[:: max(1, len(kinds) // _N_CHECKED)]
        lost = sum(not self._finds_itself(row) for row in sample.tolist())
        if lost > _LOST_SHARE * len(sample):
            self._loss = Loss(lost, len(sample))
            _log.warning("%s", self._loss)
            self._graph, self._copies = None, Copies(np.empty((0, 2), np.int64))

    def _finds_itself(self, row: int) -> bool:
        n_fetched = self._n_fetched(1, self.ef, self.n_live)
        found = self._search_graph(self._matrix.embeddings[row], 1, n_fetched, None)
        return found is not None and bool(found.similarities[0] > 1 - _SELF_TOLERANCE)

    def _search_graph(
        self,
        query: NDArray[np.float32],
        k: int,
        n_fetched: int,
        is_allowed: NDArray[np.bool_] | None,
    ) -> Nearest | None:
        """Return the graph's answer, or None when it did not reach k allowed rows."""
        assert self._graph is not None
        try:
            nodes, similarities = self._graph.nearest(query, n_fetched)
        except DisconnectedError:
            return None
        rows, similarities = self._copies.expand(nodes, similarities, k, is_allowed)
        return Nearest(*order(rows, similarities, k), is_exact=False) if len(rows) >= k else None

    def save(self, folder: Path) -> None:
        """Write the index into a folder, made if need be; the embeddings are not repeated there.

        Write into a new folder: a save that is cut off leaves a folder that does not load.
        """
        parts = (self._matrix, self._graph, self._settings, self._copies, self._loss)
        write_index(folder, SavedIndex(*parts))

    @classmethod
    def load(cls, folder: Path, embeddings: NDArray[np.float32]) -> PhotoIndex:
        """Read an index that belongs to these embeddings.

        Parameters
        ----------
        folder
            Where `save` wrote it.
        embeddings
            (n, n_dims), float32: the matrix it was saved beside, perhaps longer by now. Kept,
            not copied; may be a `numpy.memmap`.

        Raises
        ------
        CollectionError
            When a file is missing or damaged, or does not fit the embeddings.
        """
        saved = read_index(folder, embeddings)
        return cls(saved.matrix, saved.graph, saved.settings, saved.copies, saved.loss)


def _cores(n_threads: int | None) -> int:
    return n_threads if n_threads is not None else os.cpu_count() or 1
