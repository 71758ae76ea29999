"""Other engines on the same rows and texts, each in this process and as its manual has it.

`tests/benchmarks/requirements.txt` pins them; Kindred needs none of them. An engine that takes
vectors is given those of our text tower, and the time of the tower counts. One that reads words is
given all that our own lexical search reads: captions, values of attributes and tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Photo
from engine.encoders import Encoder
from engine.storage import Collection
from engine.text import words

REQUIREMENTS = "tests/benchmarks/requirements.txt"
MODULES = {"faiss": "faiss-cpu", "lancedb": "lancedb", "qdrant_edge": "qdrant-edge-py"}
M, EF_CONSTRUCTION = 16, 200  # as in our graph
N_PREFETCHED = 100
RRF_K = 2  # Qdrant's own default; with the usual 60 its answers here are worse on the whole
_BATCH = 1_000
Rows = NDArray[np.int64]


class Peer(Protocol):
    """An engine that finds photos by their embeddings."""

    name: str

    def nearest(self, query: NDArray[np.float32], k: int) -> Rows:
        """Return the rows nearest to a unit row."""

    def dense(self, text: str, k: int) -> Rows:
        """Return the rows nearest to a text."""


@runtime_checkable
class HybridPeer(Peer, Protocol):
    """An engine that finds photos by their embeddings and by words, with a filter on colours."""

    def hybrid(self, text: str, k: int, *, only: str = "", without: str = "") -> Rows:
        """Return rows by both, of the colour `only`, none of the colour `without`."""


def missing() -> str:
    """Return what to do where an engine is not installed; "" where all are."""
    absent = [package for module, package in MODULES.items() if find_spec(module) is None]
    if not absent:
        return ""
    return (
        f"--peers compares with engines that are not installed: {', '.join(absent)}. "
        f"Install them with 'python -m pip install --requirement {REQUIREMENTS}'"
    )


def texts_of(photo: Photo) -> str:
    """Return all that our own search reads of a photo, as one text."""
    return " ".join([*photo.captions, *photo.attributes.values(), *photo.tags])


class Faiss:
    """FAISS's HNSW over the collection's embeddings: photos by vector, and nothing else."""

    name = "FAISS"

    def __init__(self, collection: Collection, encoder: Encoder, ef: int) -> None:
        import faiss

        self._encoder = encoder
        self._index = faiss.IndexHNSWFlat(encoder.n_dims, M, faiss.METRIC_INNER_PRODUCT)
        self._index.hnsw.efConstruction = EF_CONSTRUCTION
        self._index.add(np.ascontiguousarray(collection.embeddings))
        self._index.hnsw.efSearch = ef
        faiss.omp_set_num_threads(1)

    def nearest(self, query: NDArray[np.float32], k: int) -> Rows:
        return self._index.search(query[None], k)[1][0]

    def dense(self, text: str, k: int) -> Rows:
        return self.nearest(self._encoder.embed_texts([text])[0], k)


class Qdrant:
    """Qdrant's engine for one device: HNSW, BM25 as a sparse vector, fused by reciprocal ranks."""

    name = "Qdrant edge"

    def __init__(self, collection: Collection, encoder: Encoder, ef: int, folder: Path) -> None:
        import qdrant_edge

        self._api: Any = qdrant_edge
        self._encoder = encoder
        self._params = qdrant_edge.SearchParams(hnsw_ef=ef)
        photos = list(collection.catalogue.all_photos())
        length = float(np.mean([len(words(texts_of(photo))) for photo in photos[:3_000]]))
        self._bm25 = qdrant_edge.Bm25(qdrant_edge.Bm25Config(avg_len=length))
        folder.mkdir()
        self._shard = qdrant_edge.EdgeShard.create(str(folder), self._config(encoder.n_dims))
        keyword = qdrant_edge.PayloadSchemaType.Keyword
        self._change(qdrant_edge.UpdateOperation.create_field_index("attributes.colour", keyword))
        for begin in range(0, len(photos), _BATCH):
            self._put(photos[begin : begin + _BATCH], collection.embeddings)
        self._shard.optimize()

    def close(self) -> None:
        self._shard.close()

    def nearest(self, query: NDArray[np.float32], k: int) -> Rows:
        return self._ask(k, query=self._near(query), params=self._params)

    def dense(self, text: str, k: int) -> Rows:
        return self.nearest(self._encoder.embed_texts([text])[0], k)

    def hybrid(self, text: str, k: int, *, only: str = "", without: str = "") -> Rows:
        row = self._encoder.embed_texts([text])[0]
        passing = self._filter(only, without)
        ways = [(self._near(row), self._params), (self._words(text), None)]
        prefetched = [
            self._api.Prefetch(N_PREFETCHED, query=query, params=params, filter=passing)
            for query, params in ways
        ]
        return self._ask(k, query=self._api.Fusion.Rrf(k=RRF_K), prefetches=prefetched)

    def _config(self, n_dims: int) -> Any:
        api = self._api
        return api.EdgeConfig(
            vectors={"photo": api.EdgeVectorParams(size=n_dims, distance=api.Distance.Dot)},
            sparse_vectors={"text": api.EdgeSparseVectorParams(modifier=api.Modifier.Idf)},
            hnsw_config=api.HnswIndexConfig(M, EF_CONSTRUCTION, full_scan_threshold=10),
            optimizers=api.EdgeOptimizersConfig(indexing_threshold=10, default_segment_number=1),
        )

    def _put(self, photos: Sequence[Photo], embeddings: NDArray[np.float32]) -> None:
        points = [
            self._api.Point(
                photo.row,
                {
                    "photo": embeddings[photo.row].tolist(),
                    "text": self._bm25.embed_document(texts_of(photo)),
                },
                {
                    "path": photo.path,
                    "captions": list(photo.captions),
                    "attributes": dict(photo.attributes),
                },
            )
            for photo in photos
        ]
        self._change(self._api.UpdateOperation.upsert_points(points))

    def _change(self, operation: Any) -> None:
        self._shard.update(operation)

    def _near(self, row: NDArray[np.float32]) -> Any:
        return self._api.Query.Nearest(row.tolist(), using="photo")

    def _words(self, text: str) -> Any:
        return self._api.Query.Nearest(self._bm25.embed_query(text), using="text")

    def _filter(self, only: str, without: str) -> Any:
        api = self._api
        must, must_not = (
            [api.FieldCondition("attributes.colour", match=api.MatchValue(colour))]
            if colour
            else None
            for colour in (only, without)
        )
        return api.Filter(must=must, must_not=must_not) if must or must_not else None

    def _ask(self, k: int, **request: Any) -> Rows:
        found = self._shard.query(self._api.QueryRequest(k, with_payload=True, **request))
        return np.array([point.id for point in found], np.int64)


class Lance:
    """LanceDB: one HNSW partition, its full-text index, fused by reciprocal ranks."""

    name = "LanceDB"

    def __init__(self, collection: Collection, encoder: Encoder, ef: int, folder: Path) -> None:
        import lancedb
        import pyarrow as pa
        from lancedb.index import FTS, Bitmap, HnswFlat
        from lancedb.rerankers import RRFReranker

        self._encoder, self._ef = encoder, ef
        self._fusion = RRFReranker()
        photos = list(collection.catalogue.all_photos())
        rows = [photo.row for photo in photos]
        embeddings = pa.array(collection.embeddings[rows].ravel())
        columns = {
            "row": rows,
            "photo": pa.FixedSizeListArray.from_arrays(embeddings, encoder.n_dims),
            "text": [texts_of(photo) for photo in photos],
            "colour": [photo.attributes.get("colour", "") for photo in photos],
            "path": [photo.path for photo in photos],
        }
        self._table = lancedb.connect(folder).create_table("photos", pa.table(columns))
        graph = HnswFlat(
            distance_type="dot", num_partitions=1, m=M, ef_construction=EF_CONSTRUCTION
        )
        for column, index in (("photo", graph), ("text", FTS()), ("colour", Bitmap())):
            self._table.create_index(column, config=index)

    def nearest(self, query: NDArray[np.float32], k: int) -> Rows:
        asked = self._table.search(query, vector_column_name="photo").distance_type("dot")
        return self._rows(asked.ef(self._ef).limit(k))

    def dense(self, text: str, k: int) -> Rows:
        return self.nearest(self._encoder.embed_texts([text])[0], k)

    def hybrid(self, text: str, k: int, *, only: str = "", without: str = "") -> Rows:
        row = self._encoder.embed_texts([text])[0]
        asked = self._table.search(
            query_type="hybrid", vector_column_name="photo", fts_columns="text"
        )
        asked = asked.vector(row).text(text).distance_type("dot").ef(self._ef).limit(k)
        if only:
            asked = asked.where(f"colour = '{only}'", prefilter=True)
        if without:
            asked = asked.where(f"colour != '{without}'", prefilter=True)
        return self._rows(asked.rerank(self._fusion))

    def _rows(self, asked: Any) -> Rows:
        return asked.to_arrow()["row"].to_numpy()
