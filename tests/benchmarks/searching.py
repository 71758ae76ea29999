"""One query, how much of the truth it finds, and the memory it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.search import SearchEngine
from tests.benchmarks.material import Sample
from tests.benchmarks.report import Row, say

K = 9
N_QUERIES = 300
N_USUAL = 40
MEBIBYTE = 2**20


def milliseconds(works: Sequence[Callable[[str], object]], texts: Sequence[str]) -> list[float]:
    """Return the median time of each work over the texts, doing them in turns."""
    spent = np.empty((len(texts), len(works)))
    for i, text in enumerate(texts):
        for j in np.roll(range(len(works)), i):
            begin = time.perf_counter()
            works[j](text)
            spent[i, j] = time.perf_counter() - begin
    return list(np.median(spent, axis=0) * 1000)


def query_row(engine: SearchEngine, texts: Sequence[str], tower: Encoder | None = None) -> Row:
    """Compare a text query with a text tower and a bare call of hnswlib.

    The tower is the engine's own, or the same one as Keras runs it.
    """
    say("asking in words")
    collection, encoder = engine.collection, tower or engine.encoder
    bare = hnswlib.Index("ip", encoder.n_dims)
    index = collection.build / "index"
    bare.load_index(str(index / "graph.hnsw"))
    bare.set_ef(json.loads((index / "index.json").read_text())["settings"]["ef"])
    bare.set_num_threads(1)

    def ours(text: str) -> None:
        engine.search(text, k=K, mode="dense")

    def tower_and_hnswlib(text: str) -> None:
        bare.knn_query(encoder.embed_texts([text]), K)

    milliseconds([ours, tower_and_hnswlib], texts[:20])
    asked, least = milliseconds([ours, tower_and_hnswlib], texts[:N_QUERIES])
    which = "Keras text tower" if tower else "portable text tower"
    what = f"text query, {collection.n_photos:,} photos / {which} + hnswlib"
    return Row(what, f"{asked:.2f} ms", f"{least:.2f} ms", asked / least, ceiling=1.5)


def usual_row(engine: SearchEngine, towers: tuple, texts: Sequence[str]) -> Row:
    """Compare a text query with Keras `predict` and every similarity sorted in NumPy."""
    say("asking the usual way")
    embeddings = np.array(engine.collection.embeddings)
    tokenizer = engine.encoder.tokenizer

    def ours(text: str) -> None:
        engine.search(text, k=K, mode="dense")

    def usual(text: str) -> NDArray[np.int64]:
        query = towers[1].predict(tokenizer.encode([text]), verbose=0)[0]
        return np.argsort(embeddings @ query)[::-1][:K]

    milliseconds([ours, usual], texts[:5])
    asked, slow = milliseconds([ours, usual], texts[:N_USUAL])
    what = "Keras predict + brute-force NumPy / text query"
    return Row(what, f"{asked:.2f} ms", f"{slow:.1f} ms", slow / asked)


def recall_row(engine: SearchEngine, sample: Sample, texts: Sequence[str]) -> Row:
    """Return the share of the exact nearest nine that the graph finds, for words and photos."""
    say("comparing with exact answers")
    index = engine.collection.index
    said = engine.encoder.embed_texts(list(texts[:N_QUERIES]))
    queries = np.concatenate([said, sample.embeddings[:N_QUERIES]])
    found = 0
    for query in queries:
        exact = index.nearest(query, K, exact=True)
        found += len(np.intersect1d(exact.rows, index.nearest(query, K, exact=False).rows))
    recall = found / (K * len(queries))
    what = f"index_recall@{K}, {index.n_live:,} rows, {len(queries)} queries / exact"
    return Row(what, f"{recall:.4f}", "1", recall, floor=0.99)


def memory_row(collection: Path, model: Path, n_photos: int) -> Row:
    """Measure the memory of an open collection in a program of its own."""
    say("measuring memory")
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(collection), str(model)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    n_bytes = json.loads(answer.stdout)["bytes"]
    each = n_bytes / n_photos * 100_000 / MEBIBYTE
    return Row("memory per 100,000 photos, ready to answer", f"{each:,.0f} MiB")
