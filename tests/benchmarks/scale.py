"""Search at scale: python -m tests.benchmarks.scale [--rows 3000 100000 1000000] [--peers].

The demo's photos over and over, each embedding with a little noise, asked in three words of their
captions. Whatever is compared is done in turns, in one process; medians are told as wall time and,
in brackets, as processor time, and it is the latter that ratios are made of: others on the machine
slow it down less. *Cold* is the first time that a query is asked, *warm* every later one: Kindred
keeps some of what it has learned of a query's words, others nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from demo.questions import WORDINGS, ask_questions, looks_of
from engine.config import DEMO_COLLECTION
from engine.encoders import FASHION, bundled_model, load_encoder
from engine.errors import QueryError
from engine.maps.choice import in_common, words_in_common
from engine.maps.photo_table import PhotoTable
from engine.search import SearchEngine
from engine.storage import Collection
from engine.text import words
from tests.benchmarks import peers
from tests.benchmarks.material import blurred, repeated_demo
from tests.benchmarks.report import Row, print_each, print_machine, print_rows, say

K = 9
SIZES = (3_000, 100_000)
N_ASKED, N_WARMING, N_RECALLED, N_QUESTIONS = 100, 20, 300, 300
N_LASSO = 10_000
LARGE = 100_000  # what a thousand photos cost says nothing of scale: bounds begin here
COLOUR = "red"
PAIRS = {
    "dense / text tower + bare hnswlib": ("dense", "bare"),
    "hybrid / dense": ("hybrid", "dense"),
    "hybrid with a filter / without": ("filter", "hybrid"),
    "hybrid with a minus / without": ("minus", "hybrid"),
}
CEILINGS = {
    "dense / text tower + bare hnswlib": 1.8,
    "hybrid / dense": 3,
    "hybrid / Qdrant edge": 1,
    "hybrid with a filter / without": 2,
    "hybrid with a minus / without": 2,
}
OPENING_S, LASSO_S, MEMORY_MIB = 2.0, 0.5, 110
MEBIBYTE = 2**20

Way = Callable[[str], object]
Work = tuple[Way, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Spent:
    """Median milliseconds of one query, by the clock and of the processor."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} ms ({self.cpu:.2f})"


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.scale")
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="photos, ascending")
    parser.add_argument("--peers", action="store_true", help="ask other engines the same")
    parser.add_argument("--folder", type=Path, help="keep the drawn collections, or find them here")
    return parser.parse_args()


def drawn_queries(n: int) -> list[str]:
    """Draw three words of one caption each, every query once and none that the model lacks."""
    draw = random.Random(1)
    found: dict[str, None] = {}
    with Collection.open(DEMO_COLLECTION) as demo:
        engine = SearchEngine(demo, load_encoder(bundled_model(FASHION)))
        captions = [caption for _, caption in demo.catalogue.captions()]
        while len(found) < n:
            said = [word for word in dict.fromkeys(words(draw.choice(captions))) if len(word) > 2]
            if len(said) > 3 and COLOUR not in said:
                query = " ".join(draw.sample(said, 3))
                if _is_known(engine, query):
                    found[query] = None
    return list(found)


def _is_known(engine: SearchEngine, query: str) -> bool:
    try:
        engine.search(query, k=1, mode="dense")
    except QueryError:
        return False
    return True


def in_turns(works: Mapping[str, Work]) -> dict[str, Spent]:
    """Measure works, each over its own texts; the next text begins with the next work."""
    todo = list(works.values())
    n = min(len(texts) for _, texts in todo)
    spent = np.empty((n, len(todo), 2))
    for i in range(n):
        for j in np.roll(range(len(todo)), i):
            work, texts = todo[j]
            wall, cpu = time.perf_counter(), time.process_time()
            work(texts[i])
            spent[i, j] = time.perf_counter() - wall, time.process_time() - cpu
    wall_and_cpu = 1000 * np.median(spent, axis=0)
    return {name: Spent(*each) for name, each in zip(works, wall_and_cpu.tolist(), strict=True)}


class Ours:
    """The ways in which Kindred is asked here; each returns the rows that it finds."""

    name = "Kindred"

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine

    def dense(self, text: str, k: int = K) -> list[int]:
        return self._rows(text, k, mode="dense")

    def hybrid(self, text: str, k: int = K) -> list[int]:
        return self._rows(text, k)

    def filtered(self, text: str) -> list[int]:
        return self._rows(text, K, filters={"colour": [COLOUR]})

    def minus(self, text: str) -> list[int]:
        return self._rows(f"{text} - {COLOUR}", K)

    def _rows(self, text: str, k: int, **fields: object) -> list[int]:
        return [match.photo.row for match in self._engine.search(text, k=k, **fields).matches]


def bare_index(collection: Collection) -> tuple[hnswlib.Index, int]:
    """Return hnswlib alone over the same rows, with its ef: the collection's own graph or alike."""
    folder = collection.build / "index"
    settings = json.loads((folder / "index.json").read_text(encoding="utf-8"))["settings"]
    rows = collection.embeddings
    bare = hnswlib.Index("ip", rows.shape[1])
    if (folder / "graph.hnsw").is_file():
        bare.load_index(str(folder / "graph.hnsw"))
    else:
        construction = settings["ef_construction"]
        bare.init_index(len(rows), M=settings["m"], ef_construction=construction)
        bare.add_items(rows)
    bare.set_ef(collection.index.ef)
    bare.set_num_threads(1)
    return bare, collection.index.ef


def size_rows(
    n: int, folder: Path, queries: Sequence[str], with_peers: bool, costs: dict[str, Spent]
) -> Iterator[Row]:
    """Measure one size; `costs` is filled with what our queries took, as "dense, cold"."""
    photos = f"{n:,} photos"
    if not (folder / "manifest.json").is_file():
        say(f"drawing {photos}")
        repeated_demo(n, folder)
    yield from program_rows(folder, n)
    with ExitStack() as opened:
        collection = opened.enter_context(Collection.open(folder))
        collection.wait_until_verified()
        engine = SearchEngine(collection, load_encoder(collection.model_folder))
        bare, ef = bare_index(collection)
        others = opened.enter_context(others_on(engine, ef)) if with_peers else []
        say(f"asking {photos}")
        ways = our_ways(engine)
        own = ways | {"bare": lambda text: bare.knn_query(engine.encoder.embed_texts([text]), K)}
        new = iter(queries)
        in_turns({name: (way, list(islice(new, N_WARMING))) for name, way in own.items()})
        cold, warm = cold_and_warm(own, new)
        costs |= {
            f"{way}, {when}": spent
            for when, told in (("cold", cold), ("warm", warm))
            for way, spent in told.items()
            if way in ways
        }
        yield from query_rows(photos, cold, warm, PAIRS, is_bound=n >= LARGE)
        for other in others:  # one by one: some have threads that go on for a while
            say(f"asking {other.name} in turns")
            theirs = peer_ways(other)
            beside = {f"{way} / {other.name}": (way, f"its {way}") for way in theirs}
            both = {way: ways[way] for way in theirs}
            both |= {f"its {way}": theirs[way] for way in theirs}
            cold, warm = cold_and_warm(both, new)
            yield from query_rows(photos, cold, warm, beside, is_bound=n >= LARGE)
        yield from recall_rows(photos, engine, others, queries)
        yield from lasso_rows(photos, collection)
        if n <= SIZES[0]:
            yield from ndcg_rows(photos, engine, [Ours(engine), *others])


def our_ways(engine: SearchEngine) -> dict[str, Way]:
    """Return the ways in which Kindred is asked."""
    ours = Ours(engine)
    return {
        "dense": ours.dense,
        "hybrid": ours.hybrid,
        "filter": ours.filtered,
        "minus": ours.minus,
    }


def peer_ways(peer: peers.Peer) -> dict[str, Way]:
    """Return the same ways where another engine has them."""
    ways: dict[str, Way] = {"dense": partial(peer.dense, k=K)}
    if isinstance(peer, peers.HybridPeer):
        ways["hybrid"] = partial(peer.hybrid, k=K)
        ways["filter"] = partial(peer.hybrid, k=K, only=COLOUR)
        ways["minus"] = partial(peer.hybrid, k=K, without=COLOUR)
    return ways


def cold_and_warm(
    ways: Mapping[str, Way], new: Iterator[str]
) -> tuple[dict[str, Spent], dict[str, Spent]]:
    """Ask in both modes what nobody has asked, then in all ways what was asked before."""
    texts = {mode: list(islice(new, N_ASKED)) for mode in ("dense", "hybrid")}
    modes = {name: name.removeprefix("its ").replace("bare", "dense") for name in ways}
    cold = in_turns(
        {name: (ways[name], texts[mode]) for name, mode in modes.items() if mode in texts}
    )
    again = {name: (way, texts["dense"]) for name, way in ways.items()}
    in_turns(again)
    return cold, in_turns(again)


def query_rows(
    photos: str,
    cold: Mapping[str, Spent],
    warm: Mapping[str, Spent],
    pairs: Mapping[str, tuple[str, str]],
    is_bound: bool,
) -> Iterator[Row]:
    """Compare pairs of ways to ask: our own with each other, or with another engine's."""
    for when, spent in (("warm", warm), ("cold", cold)):
        for what, (one, other) in pairs.items():
            if one in spent and other in spent:
                ours, beside = spent[one], spent[other]
                ceiling = CEILINGS.get(what) if is_bound else None
                ratio = ours.cpu / beside.cpu
                yield Row(
                    f"{photos}, {when}: {what}", str(ours), str(beside), ratio, ceiling=ceiling
                )


@contextmanager
def others_on(engine: SearchEngine, ef: int) -> Iterator[list[peers.Peer]]:
    """Give other engines the collection's rows and texts."""
    say("giving other engines the same photos")
    collection, encoder = engine.collection, engine.encoder
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        given = collection, encoder, ef
        with closing(peers.Qdrant(*given, Path(scratch) / "qdrant")) as qdrant:
            yield [
                peers.Faiss(*given),
                qdrant,
                peers.Lance(*given, Path(scratch) / "lance"),
            ]


def recall_rows(
    photos: str, engine: SearchEngine, others: Sequence[peers.Peer], queries: Sequence[str]
) -> Iterator[Row]:
    """Compare the nearest nine with the exact ones: of texts, and of photos not among them."""
    say("comparing with exact answers")
    index = engine.collection.index
    with Collection.open(DEMO_COLLECTION) as demo:
        near = np.asarray(demo.embeddings[:: max(1, len(demo.embeddings) // N_RECALLED)])
    asked = {
        "text": engine.encoder.embed_texts(list(queries[:N_RECALLED])),
        "photo": blurred(near, np.random.default_rng(3)),
    }
    for kind, rows in asked.items():
        exact = [index.nearest(row, K, exact=True).rows for row in rows]
        found = recall(exact, [index.nearest(row, K, exact=False).rows for row in rows])
        told = [
            f"{other.name} {recall(exact, [other.nearest(row, K) for row in rows]):.4f}"
            for other in others
        ]
        what = f"{photos}: index_recall@{K}, {len(rows)} {kind} queries / exact"
        yield Row(what, f"{found:.4f}", ", ".join(told) or "1", found, floor=0.99)


def recall(exact: Sequence[NDArray[np.int64]], found: Sequence[NDArray[np.int64]]) -> float:
    """Return the share of the exact rows that were found."""
    shared = sum(len(np.intersect1d(a, b)) for a, b in zip(exact, found, strict=True))
    return shared / sum(map(len, exact))


def lasso_rows(photos: str, collection: Collection) -> Iterator[Row]:
    """Measure what is said of photos that lie together, chosen for the first time and again."""
    say("choosing photos on a map")
    table = PhotoTable(collection)
    n = min(len(table) // 10, N_LASSO)
    for when, row in (("first", 0), ("then", len(table) // 2)):
        away = collection.embeddings @ collection.embeddings[row]
        places = np.sort(np.argpartition(-away, n)[:n])
        begin, cpu = time.perf_counter(), time.process_time()
        in_common(table, places)
        words_in_common(table, places)
        spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
        what = f"{photos}: a lasso of {n:,}, {when} / wanted at most"
        yield Row(what, f"{spent:.2f} s ({cpu:.2f})", f"{LASSO_S} s", cpu / LASSO_S, ceiling=1)


def program_rows(folder: Path, n: int) -> Iterator[Row]:
    """Measure opening and memory in a program of its own."""
    photos = f"{n:,} photos"
    say(f"opening {photos}")
    model = str(bundled_model(FASHION))
    command = [sys.executable, "-m", "tests.benchmarks.memory", str(folder), model]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    told = json.loads(answer.stdout)
    what = f"{photos}: opening, with the first answer / wanted at most"
    ours = f"{told['answered']:.2f} s ({told['cpu']:.2f}, with the check {told['all_cpu']:.2f})"
    yield Row(what, ours, f"{OPENING_S:g} s", told["cpu"] / OPENING_S, ceiling=1)
    if n >= LARGE:
        each = told["bytes"] / n * 100_000 / MEBIBYTE
        what = f"{photos}: memory per 100,000 / wanted at most"
        mapped = told["mapped"] / n * 100_000 / MEBIBYTE
        ours = f"{each:,.0f} MiB, {mapped:,.0f} of them pages of mapped files"
        yield Row(what, ours, f"{MEMORY_MIB} MiB", each / MEMORY_MIB, ceiling=1)


def ndcg(is_true: Sequence[bool], n_true: int) -> float:
    """Return the normalised discounted cumulative gain of an answer, of K at most.

    Examples
    --------
    Of two true photos the second place shows one: log2(2) / log2(3) of the best of two,
    1 / 1 + 1 / log2(3).

    >>> round(ndcg([False, True, False], n_true=2), 4)
    0.3869
    """
    gains = [1 / math.log2(place + 2) for place in range(K)]
    best = sum(gains[: min(K, n_true)])
    return sum(gain for gain, each in zip(gains, is_true, strict=False) if each) / best


def ndcg_rows(
    photos: str, engine: SearchEngine, asked: Sequence[Ours | peers.Peer]
) -> Iterator[Row]:
    """Ask questions with known answers; every engine may read the attributes that they are of."""
    say("asking questions with known answers")
    kept = list(engine.collection.catalogue.all_photos())
    looks = {photo.row: looks_of(photo.attributes) for photo in kept}
    questions = ask_questions([photo.attributes for photo in kept], N_QUESTIONS)
    for mode in ("dense", "hybrid"):
        for wording in WORDINGS:
            told = {}
            for each in asked:
                answer = getattr(each, mode, None)
                if answer is not None:
                    scores = []
                    for question in questions:
                        found = _answered(answer, getattr(question, wording))
                        is_true = [question.looks.items() <= looks[row].items() for row in found]
                        scores.append(ndcg(is_true, question.n_true))
                    told[each.name] = f"{np.mean(scores):.3f}"
            what = f"{photos}: nDCG@{K} of {len(questions)} questions, {wording}, {mode}"
            ours = told.pop(Ours.name)
            yield Row(what, ours, ", ".join(f"{name} {score}" for name, score in told.items()))


def _answered(answer: Callable[[str, int], Iterable[int]], text: str) -> list[int]:
    try:
        return [int(row) for row in answer(text, K)]
    except QueryError:  # none of the words is known: nothing is found
        return []


def growth_rows(costs: Mapping[int, Mapping[str, Spent]]) -> Iterator[Row]:
    """Compare sizes: how many times as dear, and as which power of the number of photos."""
    for small, large in pairwise(costs):
        for way in costs[small]:
            before, after = costs[small][way].cpu, costs[large][way].cpu
            power = math.log(after / before) / math.log(large / small)
            is_bound = way.startswith("hybrid") and (small, large) == (LARGE, 10 * LARGE)
            yield Row(
                f"{way}, {large:,} photos / {small:,}; power {power:.2f} of their number",
                f"{after:.2f} ms CPU",
                f"{before:.2f} ms CPU",
                after / before,
                ceiling=1.6 if is_bound else None,
            )


def main() -> int:
    """Print the machine, each row when it is measured, and the table; 1 when a bound is missed."""
    options = parsed()
    if options.peers and peers.missing():
        print(peers.missing(), file=sys.stderr)
        return 2
    print_machine()
    n_engines = 1 + (len(peers.MODULES) if options.peers else 0)
    queries = drawn_queries(5 * N_WARMING + 2 * N_ASKED * n_engines)
    costs: dict[int, dict[str, Spent]] = {}
    table: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        home = options.folder or Path(scratch)
        for n in sorted(set(options.rows)):
            costs[n] = {}
            table += print_each(size_rows(n, home / str(n), queries, options.peers, costs[n]))
    table += print_each(growth_rows(costs))
    print("\nsearch at scale\n")
    print_rows(table)
    return int(any(row.is_kept is False for row in table))


if __name__ == "__main__":
    sys.exit(main())
