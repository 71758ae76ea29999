"""Points on a Qdrant server: one machine, a cluster, or the cloud."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

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

KEY_VARIABLE = "QDRANT_API_KEY"
_TIMEOUT_SECONDS = 10
# A question that was not answered is asked again so often, each time after a longer pause.
_TRIES, _PAUSE_SECONDS = 3, 0.2
_PER_UPSERT = 500
_POLL_SECONDS = 0.5

_Answer = TypeVar("_Answer")


class ClientStore:
    """One collection on a server.

    Parameters
    ----------
    client
        A `qdrant_client.QdrantClient`.
    name
        The collection's there.
    place
        The server, for sentences.
    """

    def __init__(self, client: Any, name: str, place: str) -> None:
        self._client = client
        self._name = name
        self._place = place
        self._models = _library().models

    @classmethod
    def open(cls, address: Address, name: str) -> ClientStore:
        """Open a collection; see `engine.qdrant.adapters.open_store`."""
        store = cls(_client(address.place, os.environ.get(KEY_VARIABLE)), name, address.place)
        if not store._asked(lambda client: client.collection_exists(name)):
            raise CollectionError(
                "the collection's points are gone from the server",
                value=f"{name} at {address.place}",
                remedy="Move the collection there again",
            )
        return store

    @classmethod
    def create(cls, address: Address, name: str, layout: Layout) -> ClientStore:
        """Make a collection, in place of a half of that name."""
        store = cls(_client(address.place, os.environ.get(KEY_VARIABLE)), name, address.place)
        models = store._models
        if store._asked(lambda client: client.collection_exists(name)):
            store.drop()
        byte_each = models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(
                type=models.ScalarType.INT8, quantile=0.99, always_ram=True
            )
        )
        store._changed(
            lambda client: client.create_collection(
                name,
                vectors_config={
                    PHOTO: models.VectorParams(
                        size=layout.n_dims,
                        distance=models.Distance.DOT,
                        on_disk=layout.on_disk,
                        quantization_config=byte_each if layout.on_disk else None,
                    )
                },
                sparse_vectors_config={
                    WORDS: models.SparseVectorParams(),
                    VALUES: models.SparseVectorParams(),
                },
                shard_number=layout.n_shards,
                replication_factor=layout.n_replicas,
                on_disk_payload=True,
            )
        )
        for key in LISTS:
            store._index(key)
        return store

    def _index(self, key: str) -> None:
        models = self._models
        schema = models.KeywordIndexParams(
            type=models.KeywordIndexType.KEYWORD, enable_hnsw=key == VALUES
        )
        self._changed(
            lambda client: client.create_payload_index(
                self._name, key, field_schema=schema, wait=True
            )
        )

    @classmethod
    def point_alias(cls, address: Address, name: str) -> None:
        """Let the address's own name mean a collection, in one step."""
        store = cls(_client(address.place, os.environ.get(KEY_VARIABLE)), name, address.place)
        models = store._models
        named = store._asked(lambda client: client.get_aliases()).aliases
        operations: list[Any] = []
        if any(each.alias_name == address.name for each in named):
            gone = models.DeleteAlias(alias_name=address.name)
            operations.append(models.DeleteAliasOperation(delete_alias=gone))
        made = models.CreateAlias(collection_name=name, alias_name=address.name)
        operations.append(models.CreateAliasOperation(create_alias=made))
        store._changed(lambda client: client.update_collection_aliases(operations))

    @classmethod
    def reach(cls, address: Address) -> None:
        """Know that the server answers, and takes the key."""
        store = cls(_client(address.place, os.environ.get(KEY_VARIABLE)), "", address.place)
        store._asked(lambda client: client.get_collections())

    def search(self, queries: Sequence[PointQuery]) -> list[Hits]:
        """Ask all at once."""
        requests = [self._request(query) for query in queries]
        found = self._asked(lambda client: client.query_batch_points(self._name, requests))
        return [ordered((point.id, point.score) for point in each.points) for each in found]

    def _request(self, query: PointQuery) -> Any:
        models, vector = self._models, query.vector
        asked: Any = None
        params = None
        if isinstance(vector, np.ndarray):
            asked = vector.tolist()
            params = models.SearchParams(
                hnsw_ef=max(query.ef or EF, query.k),
                exact=query.is_exact,
                quantization=models.QuantizationSearchParams(
                    ignore=query.is_exact, rescore=True, oversampling=OVERSAMPLING
                ),
            )
        elif vector is not None:
            asked = models.SparseVector(indices=list(vector), values=list(vector.values()))
        return models.QueryRequest(
            query=None if asked is None else models.NearestQuery(nearest=asked),
            using=query.using or None,
            filter=self._filter(query.condition),
            params=params,
            limit=query.k,
            with_payload=False,
            with_vector=False,
        )

    def points(
        self, rows: Sequence[int], *, fields: Sequence[str] = (), vectors: Sequence[str] = ()
    ) -> list[StoredPoint]:
        """Retrieve points."""
        if not len(rows):
            return []
        found = self._asked(
            lambda client: client.retrieve(
                self._name,
                [int(row) for row in rows],
                with_payload=list(fields) or False,
                with_vectors=list(vectors) or False,
            )
        )
        return [stored(each) for each in found]

    def scroll(
        self, condition: Condition | None, *, start: int, limit: int, fields: Sequence[str]
    ) -> list[StoredPoint]:
        """Scroll."""
        found, _ = self._asked(
            lambda client: client.scroll(
                self._name,
                scroll_filter=self._filter(condition),
                limit=limit,
                offset=start,
                with_payload=list(fields) or False,
                with_vectors=False,
            )
        )
        return [stored(each) for each in found]

    def count(self, condition: Condition | None) -> int:
        """Count exactly."""
        asked = self._filter(condition)
        return self._asked(
            lambda client: client.count(self._name, count_filter=asked, exact=True)
        ).count

    def facet(self, key: str, condition: Condition | None, limit: int) -> list[tuple[str, int]]:
        """Count texts, exactly under a condition; else as the index has it, which is sooner."""
        asked = self._filter(condition)
        found = self._asked(
            lambda client: client.facet(
                self._name, key, asked, limit=limit, exact=asked is not None
            )
        )
        return [(str(hit.value), hit.count) for hit in found.hits]

    def upsert(self, points: Iterable[StoredPoint]) -> None:
        """Put points, a few hundred at a time."""
        left = iter(points)
        while some := list(islice(left, _PER_UPSERT)):
            self._put(some)

    def _put(self, points: Sequence[StoredPoint]) -> None:
        put = [
            self._models.PointStruct(id=each.row, vector=self._vectors(each), payload=each.payload)
            for each in points
        ]
        self._changed(lambda client: client.upsert(self._name, put, wait=True))

    def _vectors(self, point: StoredPoint) -> dict[str, Any]:
        assert point.embedding is not None
        sparse = {WORDS: point.words or {}, VALUES: point.values or {}}
        return {
            PHOTO: point.embedding.tolist(),
            **{
                name: self._models.SparseVector(
                    indices=list(weights), values=list(weights.values())
                )
                for name, weights in sparse.items()
                if weights
            },
        }

    def delete(self, rows: Sequence[int]) -> None:
        """Remove points."""
        numbers = self._models.PointIdsList(points=[int(row) for row in rows])
        self._changed(lambda client: client.delete(self._name, numbers, wait=True))

    def set_payload(self, row: int, payload: Payload) -> None:
        """Change fields of a point."""
        self._changed(
            lambda client: client.set_payload(self._name, payload, points=[row], wait=True)
        )

    def finish(self) -> None:
        """Wait until the server has indexed what was put: it says ``yellow`` until then."""
        while self.state().status == "yellow":
            time.sleep(_POLL_SECONDS)

    def state(self) -> StoreState:
        """Ask how the collection is."""
        told = self._asked(lambda client: client.get_collection(self._name))
        params = told.config.params
        shards = self._asked(lambda client: client.collection_cluster_info(self._name))
        remote = {shard.peer_id for shard in shards.remote_shards}
        return StoreState(
            told.status.value, told.points_count or 0, params.shard_number or 1, 1 + len(remote)
        )

    def drop(self) -> None:
        """Remove the collection."""
        self._changed(lambda client: client.delete_collection(self._name))
        self.close()

    def close(self) -> None:
        """Nothing is held: the client is shared by all collections of the server."""

    def _filter(self, condition: Condition | None) -> Any:
        if not condition:
            return None
        lists = (condition.must, condition.should, condition.must_not)
        must, should, must_not = ([self._clause(c) for c in each] or None for each in lists)
        return self._models.Filter(must=must, should=should, must_not=must_not)

    def _clause(self, clause: Clause) -> Any:
        models = self._models
        if isinstance(clause, Match):
            match = models.MatchAny(any=list(clause.any_of))
            return models.FieldCondition(key=clause.key, match=match)
        if isinstance(clause, Numbers):
            return models.HasIdCondition(has_id=list(clause.rows))
        return self._filter(clause)

    def _asked(self, ask: Callable[[Any], _Answer]) -> _Answer:
        """Ask, and ask again where the server was busy or away: nothing is changed by it."""
        for left in reversed(range(_TRIES)):
            try:
                return ask(self._client)
            except Exception as error:  # the client raises what its transports raise
                if not left or not _is_passing(error):
                    raise self._fault(error) from error
                time.sleep(_PAUSE_SECONDS * 2 ** (_TRIES - left - 1))
        raise AssertionError("unreachable")

    # Every change says all of what shall be, so that it may be made twice.
    _changed = _asked

    def _fault(self, error: Exception) -> CollectionError:
        status = getattr(error, "status_code", None)
        if status in (401, 403):
            return CollectionError(
                "the server does not know this key",
                value=self._place,
                remedy=f"Set {KEY_VARIABLE} to one that may read and write there",
            )
        if status == 404:
            return CollectionError(
                "the collection's points are gone from the server",
                value=f"{self._name} at {self._place}",
                remedy="Move the collection there again",
            )
        if _is_passing(error):
            return CollectionError(
                "the server with the collection's photos does not answer",
                value=self._place,
                remedy="Check that it runs and can be reached, then try again; nothing was changed",
            )
        return CollectionError(
            f"the server refused what was asked ({_said(error)})",
            value=f"{self._name} at {self._place}",
            remedy="Check that its version is one that Kindred was tested with (1.20)",
        )


def _is_passing(error: Exception) -> bool:
    """Tell whether asking again may help: the server was away, slow, or busy."""
    status = getattr(error, "status_code", None)
    is_unheard = status is None and not isinstance(error, ValueError | TypeError)
    return is_unheard or status in (429, 500, 502, 503, 504)


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


@lru_cache(8)
def _client(url: str, key: str | None) -> Any:
    return _library().QdrantClient(
        url=url, api_key=key, timeout=_TIMEOUT_SECONDS, check_compatibility=False
    )


def _library() -> Any:
    with optional_library("The client for Qdrant's server", REQUIREMENTS):
        import qdrant_client
    return qdrant_client
