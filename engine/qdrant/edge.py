"""Points in a folder, read by Qdrant's engine in this process."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import CollectionError, optional_library
from engine.qdrant.condition import Clause, Condition, Match, Numbers
from engine.qdrant.point import LISTS, PHOTO, VALUES, WORDS, Payload, StoredPoint, stored
from engine.qdrant.point_address import Address
from engine.qdrant.point_store import (
    EF,
    OVERSAMPLING,
    REQUIREMENTS,
    Hits,
    Layout,
    PointQuery,
    StoreState,
    ordered,
)

_M, _EF_CONSTRUCT, _FULL_SCAN_KB = 16, 128, 10_000
_PER_UPSERT = 1_000


class EdgeStore:
    """One shard in a folder; any number of programs may read it, and one at a time write.

    Parameters
    ----------
    folder
        The shard's.
    shard
        Opened.
    api
        The library.
    """

    def __init__(self, folder: Path, shard: Any, api: Any) -> None:
        self._folder = folder
        self._shard = shard
        self._api = api
        self._closing, self._is_closed = threading.Lock(), False

    @classmethod
    def open(cls, address: Address, name: str) -> EdgeStore:
        """Open a shard; see `engine.qdrant.adapters.open_store`."""
        folder = Path(address.place) / name
        api = _library()
        if not folder.is_dir() or Path(name).name != name:
            raise CollectionError(
                "the collection's points are missing",
                value=folder,
                remedy="Put that folder back, or move the collection there again",
            )
        with _translated(folder):
            return cls(folder, api.EdgeShard.load(str(folder)), api)

    @classmethod
    def create(cls, address: Address, name: str, layout: Layout) -> EdgeStore:
        """Make a shard, in place of a half of that name."""
        if layout.n_shards > 1 or layout.n_replicas > 1:
            raise CollectionError(
                "a folder holds one shard, once",
                value=f"{layout.n_shards} shards, {layout.n_replicas} replicas",
                remedy="Leave --shards and --replicas out, or name a server",
            )
        folder = Path(address.place) / name
        api = _library()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with _translated(folder):
            store = cls(folder, api.EdgeShard.create(str(folder), _config(api, layout)), api)
            for key in LISTS:
                # Only what photos are filtered by is worth links of its own in the graph.
                params = api.KeywordIndexParams(
                    enable_hnsw=key == "values", memory=api.Memory.Cached
                )
                store._change(api.UpdateOperation.create_field_index(key, params))
        return store

    @classmethod
    def reach(cls, address: Address) -> None:
        """Know that the engine is installed, and that no file stands where the folder shall be."""
        _library()
        if Path(address.place).is_file():
            raise CollectionError("this is a file", value=address.place, remedy="Name a folder")

    def search(self, queries: Sequence[PointQuery]) -> list[Hits]:
        """Ask all at once."""
        asked = self._api.QueryBatchRequest([self._query(query) for query in queries])
        with _translated(self._folder):
            found = self._shard.query_batch(asked)
        return [ordered((point.id, point.score) for point in points) for points in found]

    def _query(self, query: PointQuery) -> Any:
        api, vector = self._api, query.vector
        asked = params = None
        if isinstance(vector, np.ndarray):
            asked, params = (
                vector.tolist(),
                api.SearchParams(
                    hnsw_ef=max(query.ef or EF, query.k),
                    exact=query.is_exact,
                    quantization=api.QuantizationSearchParams(
                        ignore=query.is_exact, rescore=True, oversampling=OVERSAMPLING
                    ),
                ),
            )
        elif vector is not None:
            asked = api.SparseVector(list(vector), list(vector.values()))
        return api.QueryRequest(
            limit=query.k,
            query=None if vector is None else api.Query.Nearest(asked, using=query.using),
            filter=self._filter(query.condition),
            with_payload=False,
            with_vector=False,
            params=params,
        )

    def points(
        self, rows: Sequence[int], *, fields: Sequence[str] = (), vectors: Sequence[str] = ()
    ) -> list[StoredPoint]:
        """Retrieve points."""
        if not len(rows):
            return []
        with _translated(self._folder):
            found = self._shard.retrieve(
                [int(row) for row in rows],
                with_payload=self._api.PayloadSelector.Include(list(fields)) if fields else False,
                with_vector=list(vectors) or False,
            )
        return [stored(each) for each in found]

    def scroll(
        self, condition: Condition | None, *, start: int, limit: int, fields: Sequence[str]
    ) -> list[StoredPoint]:
        """Scroll."""
        asked = self._api.ScrollRequest(
            offset=start,
            limit=limit,
            filter=self._filter(condition),
            with_payload=self._api.PayloadSelector.Include(list(fields)) if fields else False,
            with_vector=False,
        )
        with _translated(self._folder):
            found, _ = self._shard.scroll(asked)
        return [stored(each) for each in found]

    def count(self, condition: Condition | None) -> int:
        """Count exactly."""
        with _translated(self._folder):
            return self._shard.count(self._api.CountRequest(filter=self._filter(condition)))

    def facet(self, key: str, condition: Condition | None, limit: int) -> list[tuple[str, int]]:
        """Count texts, exactly under a condition; else as the index has it, which is sooner."""
        asked = self._api.FacetRequest(
            key=key, limit=limit, exact=bool(condition), filter=self._filter(condition)
        )
        with _translated(self._folder):
            return [(hit.value, hit.count) for hit in self._shard.facet(asked).hits]

    def upsert(self, points: Iterable[StoredPoint]) -> None:
        """Put points, a thousand at a time."""
        api, left = self._api, iter(points)
        while some := list(islice(left, _PER_UPSERT)):
            put = [api.Point(each.row, _vectors(each, api), each.payload) for each in some]
            self._change(api.UpdateOperation.upsert_points(put))

    def delete(self, rows: Sequence[int]) -> None:
        """Remove points."""
        self._change(self._api.UpdateOperation.delete_points([int(row) for row in rows]))

    def set_payload(self, row: int, payload: Payload) -> None:
        """Change fields of a point."""
        self._change(self._api.UpdateOperation.set_payload([row], payload))

    def _change(self, operation: Any) -> None:
        with _translated(self._folder):
            self._shard.update(operation)

    def finish(self) -> None:
        """Index what was put, and write it out."""
        with _translated(self._folder):
            self._shard.flush()
            self._shard.optimize()
            self._shard.flush()

    def state(self) -> StoreState:
        """Return how many points there are; a folder that opened is in order."""
        return StoreState("green", self.count(None))

    def drop(self) -> None:
        """Remove the folder."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Let the files go."""
        with self._closing:
            if not self._is_closed:
                self._is_closed = True
                self._shard.close()

    def _filter(self, condition: Condition | None) -> Any:
        if not condition:
            return None
        lists = (condition.must, condition.should, condition.must_not)
        must, should, must_not = ([self._clause(c) for c in each] or None for each in lists)
        return self._api.Filter(must=must, should=should, must_not=must_not)

    def _clause(self, clause: Clause) -> Any:
        api = self._api
        if isinstance(clause, Match):
            one = len(clause.any_of) == 1
            match = api.MatchValue(clause.any_of[0]) if one else api.MatchAny(list(clause.any_of))
            return api.FieldCondition(key=clause.key, match=match)
        if isinstance(clause, Numbers):
            return api.HasIdCondition(set(clause.rows))
        return self._filter(clause)


def _config(api: Any, layout: Layout) -> Any:
    memory = api.Memory.Cold if layout.on_disk else api.Memory.Cached
    quantised = api.ScalarQuantizationConfig(
        api.ScalarType.Int8, quantile=0.99, memory=api.Memory.Cached
    )
    return api.EdgeConfig(
        vectors={
            PHOTO: api.EdgeVectorParams(
                size=layout.n_dims,
                distance=api.Distance.Dot,
                memory=memory,
                quantization_config=quantised if layout.on_disk else None,
            )
        },
        # Mapped, so that a program that opens them has not to read them first.
        sparse_vectors={
            name: api.EdgeSparseVectorParams(memory=api.Memory.Cached) for name in (WORDS, VALUES)
        },
        hnsw_config=api.HnswIndexConfig(_M, _EF_CONSTRUCT, _FULL_SCAN_KB),
        optimizers=api.EdgeOptimizersConfig(indexing_threshold=1, default_segment_number=1),
        wal_enabled=False,  # what was not finished is made anew
    )


def _vectors(point: StoredPoint, api: Any) -> dict[str, Any]:
    assert point.embedding is not None
    sparse = {WORDS: point.words or {}, VALUES: point.values or {}}
    return {
        PHOTO: point.embedding.tolist(),
        **{
            name: api.SparseVector(list(weights), list(weights.values()))
            for name, weights in sparse.items()
            if weights
        },
    }


def _library() -> Any:
    with optional_library("Qdrant's engine", REQUIREMENTS):
        import qdrant_edge
    return qdrant_edge


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Say what the engine says of a folder as a fault of the collection."""
    try:
        yield
    except (AttributeError, TypeError):
        raise  # ours, not the engine's
    except Exception as error:  # the engine raises nothing narrower
        raise CollectionError(
            f"Qdrant's engine cannot read or write its points ({error})",
            value=folder,
            remedy="Check that the folder is whole and its disk is well, or move the collection "
            "there again",
        ) from error
