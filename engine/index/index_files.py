"""An index as files: what it was built with, which rows are live, and the graph, if any."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import MALFORMED, read_record, write_json
from engine.errors import CollectionError
from engine.index.copies import Copies
from engine.index.exact import Rows
from engine.index.hnsw import Graph, damaged
from engine.index.matrix import LiveMatrix

_FORMAT = 1
_SETTINGS_FILE, _LIVE_FILE, _GRAPH_FILE = "index.json", "live.npy", "graph.hnsw"
_COPIES_FILE = "copies.npy"
_N_COMPARED = 16


# Up to so many rows one `ef` serves, where nobody has measured which does.
USUAL_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What is decided when an index is built; see `PhotoIndex.build`.

    Of more rows than `ef_rows`, the more are looked at.
    """

    exact_below: int
    m: int
    ef_construction: int
    ef: int
    ef_rows: int = USUAL_ROWS

    def ef_of(self, n_rows: int) -> int:
        """Return how many candidates a search of so many rows keeps.

        Examples
        --------
        >>> [Settings(20_000, 16, 200, ef=320).ef_of(n) for n in (50_000, 400_000)]
        [320, 640]
        """
        return round(self.ef * math.sqrt(max(1.0, n_rows / self.ef_rows)))

    def __post_init__(self) -> None:
        """Refuse what hnswlib would take and fail on later."""
        if self.m < 2 or min(self.exact_below, self.ef_construction, self.ef, self.ef_rows) < 1:
            raise ValueError(f"m must be at least 2 and the others at least 1: {self}")


@dataclass(frozen=True, slots=True)
class Loss:
    """That a graph was given up, because of some sampled photos so many did not find themselves."""

    n_lost: int
    n_sampled: int

    def __str__(self) -> str:
        return (
            f"every photo is compared, because in a graph {self.n_lost:,} of {self.n_sampled:,}"
            " sampled photos did not find themselves: answers are complete, and take longer"
        )


@dataclass(frozen=True, slots=True)
class SavedIndex:
    """The parts of an index that `PhotoIndex` is made of."""

    matrix: LiveMatrix
    graph: Graph | None
    settings: Settings
    copies: Copies
    loss: Loss | None = None


def write_index(folder: Path, saved: SavedIndex) -> None:
    """Write every file, the settings last: an index without them does not load."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SETTINGS_FILE).unlink(missing_ok=True)
    np.save(folder / _LIVE_FILE, saved.matrix.live_rows, allow_pickle=False)
    if saved.graph is not None:
        saved.graph.save(folder / _GRAPH_FILE)
        np.save(folder / _COPIES_FILE, saved.copies.pairs(), allow_pickle=False)
    settings = asdict(saved.settings)
    facts = {
        "format": _FORMAT,
        "n_dims": saved.matrix.n_dims,
        "n_live": len(saved.matrix.live_rows),
        "has_graph": saved.graph is not None,
        "settings": {name: told for name, told in settings.items() if name != "ef_rows"},
        "ef_rows": saved.settings.ef_rows,
        "loss": asdict(saved.loss) if saved.loss else None,
    }
    write_json(folder / _SETTINGS_FILE, facts, flush=False)


def read_index(folder: Path, embeddings: NDArray[np.float32]) -> SavedIndex:
    """Read what `write_index` wrote and compare it with the embeddings it must belong to."""
    n_rows, n_dims = embeddings.shape
    try:
        facts = _facts(folder)
        ef_rows = int(facts.get("ef_rows", USUAL_ROWS))
        settings = Settings(**facts["settings"], ef_rows=ef_rows)
        saved_n_dims, n_live = int(facts["n_dims"]), int(facts["n_live"])
        live_rows = np.load(folder / _LIVE_FILE, allow_pickle=False)
        pairs = _read_pairs(folder / _COPIES_FILE, live_rows)
        has_graph = bool(facts["has_graph"])
        loss = _loss(facts)
    except OSError as error:
        raise damaged(folder, (error.strerror or str(error)).lower()) from error
    except MALFORMED as error:
        raise damaged(folder, "its files are not what was written") from error
    if saved_n_dims != n_dims:
        raise damaged(folder, f"its rows have {saved_n_dims} numbers, the embeddings {n_dims}")
    if not _is_rising(live_rows, n_rows) or len(live_rows) != n_live:
        raise damaged(folder, f"its rows do not fit {n_rows} embeddings")
    graph = Graph.load(folder / _GRAPH_FILE, n_dims=n_dims) if has_graph else None
    matrix = LiveMatrix(embeddings, live_rows)
    copies = Copies(pairs)
    if graph is not None:
        _compare(folder, graph, matrix, copies.nodes(live_rows))
    return SavedIndex(matrix, graph, settings, copies, loss)


def read_loss(folder: Path) -> Loss | None:
    """Return what made a saved index give its graph up, if anything did; no graph is loaded.

    Raises
    ------
    CollectionError
        When its settings cannot be read.
    """
    try:
        return _loss(_facts(folder))
    except (OSError, *MALFORMED) as error:
        raise damaged(folder, "its settings cannot be read") from error


def _facts(folder: Path) -> dict[str, Any]:
    return read_record(folder / _SETTINGS_FILE, _FORMAT, refuse=CollectionError, version="format")


def _loss(facts: Mapping[str, Any]) -> Loss | None:
    """Return a noted loss; an index of before such were noted has none."""
    noted = facts.get("loss")
    return Loss(int(noted["n_lost"]), int(noted["n_sampled"])) if noted else None


def _read_pairs(path: Path, live_rows: Rows) -> NDArray[np.int64]:
    """Return which rows hang behind which; none in an index of before there were any."""
    if not path.exists():
        return np.empty((0, 2), np.int64)
    pairs = np.load(path, allow_pickle=False)
    if pairs.dtype != np.int64 or pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError("no pairs of rows")
    if not np.isin(pairs, live_rows).all():
        raise ValueError("a pair of rows that are not live")
    return pairs


def _is_rising(rows: Rows, n_rows: int) -> bool:
    """Tell whether these are row numbers below `n_rows`, each once and in order."""
    if rows.dtype != np.int64 or rows.ndim != 1:
        return False
    bounded = not len(rows) or (rows[0] >= 0 and rows[-1] < n_rows)
    return bool(bounded and (np.diff(rows) > 0).all())


def _compare(folder: Path, graph: Graph, matrix: LiveMatrix, nodes: Rows) -> None:
    """Refuse a graph of other rows; a few vectors show whether it is of this matrix."""
    if graph.n_rows < len(nodes):  # removed rows stay in it
        raise damaged(folder, "its graph lacks rows")
    rows = nodes[:: max(1, len(nodes) // _N_COMPARED)]
    if len(rows) and not np.array_equal(graph.vectors(rows), matrix.embeddings[rows]):
        raise damaged(folder, "its graph is of other embeddings")
