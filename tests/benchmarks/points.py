"""Qdrant's engine beside the local index: python -m tests.benchmarks.points [--rows 20000].

The demo's photos over and over, as in `tests.benchmarks.scale`, once in a collection's own folder
and once as points. The same queries of every kind are put to both: how far the answers, verdicts
and explanations agree, and what each takes. Needs requirements-scale.txt.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

from engine.catalogue import Photo
from engine.errors import KindredError
from engine.qdrant import PointQuery
from engine.qdrant.point import PHOTO
from engine.query import Term
from engine.search import SearchEngine, SearchRequest, prepare
from engine.storage import Collection, Manifest, publish_collection
from engine.storage.publication import N_SAMPLED
from engine.text import words
from tests.benchmarks.material import repeated_demo
from tests.benchmarks.memory import resident_bytes
from tests.benchmarks.report import print_machine, say
from tests.benchmarks.scale import drawn_queries, in_turns, our_ways

KINDS = ("RssAnon", "RssFile")
K_RECALLED, N_RECALLED, N_TIMED = 10, 200, 100


@dataclass
class Agreement:
    """What two engines said to the same queries of one kind."""

    overlaps: list[float] = field(default_factory=list)
    verdicts: list[bool] = field(default_factory=list)
    adds_up: list[bool] = field(default_factory=list)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.points")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=300, help="of all kinds together")
    parser.add_argument("--sampled", type=int, default=N_SAMPLED, help="photos kept here")
    parser.add_argument("--local", type=Path, help="an own collection in place of the demo's")
    parser.add_argument("--folder", type=Path, help="keep both collections, or find them here")
    return parser.parse_args()


def requests_of(photos: Sequence[Photo], n_each: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield kinds and requests, made of what photos say of themselves."""
    draw = random.Random(1)
    captioned = [photo for photo in photos if photo.captions and photo.attributes]

    def some_words() -> str:
        said = words(draw.choice(captioned).captions[0])
        start = draw.randrange(max(1, len(said) - 2))
        return " ".join(said[start : start + 3])

    def value() -> tuple[str, str]:
        return draw.choice(sorted(draw.choice(captioned).attributes.items()))

    for _ in range(n_each):
        photo = draw.choice(captioned)
        one = Term(1.0, ids=(photo.photo_id,))
        name, wanted = value()
        yield "dense", {"query": some_words(), "mode": "dense"}
        yield "lexical", {"query": some_words(), "mode": "lexical"}
        yield "hybrid", {"query": some_words()}
        yield "minus", {"query": f"{some_words()} - {words(value()[1])[0]}"}
        yield "filter", {"query": some_words(), "filters": {name: [wanted]}}
        yield "photo", {"query": (one,)}
        yield "photo and word", {"query": (one, Term(1.0, text=value()[1]))}
        others = [draw.choice(captioned).photo_id for _ in range(2)]
        liked, disliked = others[:1], others[1:]
        yield "feedback", {"query": some_words(), "liked": liked, "disliked": disliked}
        yield "third page", {"query": some_words(), "offset": 18}
        yield "exact title", {"query": photo.captions[0]}


def compared(here: SearchEngine, there: SearchEngine, n: int) -> dict[str, Agreement]:
    """Ask both the same."""
    found: dict[str, Agreement] = {}
    photos = list(islice(here.collection.catalogue.all_photos(), 20_000))
    for kind, fields in requests_of(photos, n // 10):
        told = found.setdefault(kind, Agreement())
        try:
            request = SearchRequest(**fields)
            answers = [engine.search(request) for engine in (here, there)]
        except KindredError as error:
            say(f"passed over: {error}")
            continue
        ids = [{match.photo.photo_id for match in answer.matches} for answer in answers]
        told.overlaps.append(len(ids[0] & ids[1]) / max(map(len, ids), default=1) if ids[0] else 1)
        filters = fields.get("filters")
        verdicts = [
            engine.judge(answer, filters).has_answer
            for engine, answer in zip((here, there), answers, strict=True)
        ]
        told.verdicts.append(verdicts[0] == verdicts[1])
        told.adds_up += [
            abs(sum(match.parts) - match.similarity) < 1e-3
            and (not match.shares or abs(sum(match.shares.values()) - 1) < 1e-3)
            for match in answers[1].matches
        ]
    return found


def recalled(engine: SearchEngine, texts: Sequence[str]) -> float:
    """Return the share of the exact nearest that the points' graph returns."""
    store = engine.collection.store
    assert store is not None
    shares = []
    for row in engine.encoder.embed_texts(list(texts)):
        exact, near = (
            {number for number, _ in hits}
            for hits in store.search(
                [
                    PointQuery(row, K_RECALLED, PHOTO, is_exact=True),
                    PointQuery(row, K_RECALLED, PHOTO),
                ]
            )
        )
        shares.append(len(exact & near) / K_RECALLED)
    return mean(shares)


def main() -> None:
    """Make both collections and compare them."""
    asked = parsed()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        folder = asked.folder or Path(scratch)
        local = asked.local or folder / f"{asked.rows}"
        if not (local / "manifest.json").is_file():
            say(f"drawing {asked.rows:,} photos")
            repeated_demo(asked.rows, local)
            prepare(local)
        points = folder / f"{asked.rows}-points"
        if not points.is_dir():
            shutil.copytree(local, points)
        if Manifest.load(points).remote is None:
            say("publishing")
            begun, spent = time.perf_counter(), time.process_time()
            to = f"edge:{folder / f'{asked.rows}-edge'}"
            manifest = publish_collection(points, to, n_sampled=asked.sampled)
            seconds, busy = time.perf_counter() - begun, time.process_time() - spent
            rate = manifest.n_photos / seconds
            say(f"{rate:,.0f} photos/s, {1000 * busy / manifest.n_photos:.2f} ms of processor each")
            prepare(points)
        with Collection.open(local) as collection:
            report(SearchEngine.open(local), points, asked.queries, collection.n_photos)


def report(here: SearchEngine, points: Path, n_queries: int, n_photos: int) -> None:
    """Print how both agree, and what they take."""
    before = {kind: resident_bytes(kind) for kind in KINDS}
    there = SearchEngine.open(points)
    told = compared(here, there, n_queries)
    print(f"\n{n_photos:,} photos, {n_queries} queries: local index and Qdrant's engine\n")
    print(f"{'kind':<16}{'overlap@9':>10}{'verdicts':>10}{'adding up':>11}")
    for kind, each in told.items():
        numbers = (mean(each.overlaps), mean(each.verdicts), mean(each.adds_up or [True]))
        print(f"{kind:<16}{numbers[0]:>10.3f}{numbers[1]:>10.3f}{numbers[2]:>11.3f}")
    overlaps = [overlap for each in told.values() for overlap in each.overlaps]
    verdicts = [is_same for each in told.values() for is_same in each.verdicts]
    print(f"{'all':<16}{mean(overlaps):>10.3f}{mean(verdicts):>10.3f}")
    texts = drawn_queries(4 * N_TIMED)
    ways = {f"local {way}": work for way, work in our_ways(here).items()}
    ways |= {f"points {way}": work for way, work in our_ways(there).items()}
    in_turns({way: (work, texts[:20]) for way, work in ways.items()})
    for when in ("cold", "warm"):
        spent = in_turns({way: (work, texts[100 : 100 + N_TIMED]) for way, work in ways.items()})
        print(f"\n{when}: " + ", ".join(f"{way} {each}" for way, each in spent.items()))
    say("comparing with every photo")
    print(f"recall@{K_RECALLED}: {recalled(there, texts[:N_RECALLED]):.4f}")
    for kind, n_bytes in before.items():
        print(
            f"{kind}: {(resident_bytes(kind) - n_bytes) / 2**20:,.0f} MiB more, asked all of this"
        )


if __name__ == "__main__":
    main()
