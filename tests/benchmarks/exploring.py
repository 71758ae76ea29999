"""Maps measured: python -m tests.benchmarks.exploring [--part …] [--points …].

Rows are drawn: groups of unit rows of different tightness, and for the pairs a caption beside each
photo, on the other side of a gap. `--rows` takes an ``.npy`` file of unit rows instead.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.maps import MapSettings
from engine.projection import (
    Placer,
    fit_tsne,
    kept_neighbours,
    nearest_neighbours,
    trustworthiness,
)
from engine.projection.projector import n_neighbours_for
from tests.benchmarks.report import Row, print_each, print_machine, print_rows, say

PERPLEXITY, STEPS = 30.0, MapSettings().iterations
SKLEARN_STEPS = 1000  # its default; it counts 250 exaggerated steps as we do
N_DIMS = 128
N_ASKED, N_PLACED = 2_000, 500
MEBIBYTE = 2**20
Rows = NDArray[np.float32]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.exploring")
    parser.add_argument("--part", choices=("pairs", "large", "all"), default="all")
    parser.add_argument("--pairs", type=int, default=10_000, help="photos, and as many texts")
    parser.add_argument("--points", type=int, default=70_000, help="points of the large map")
    parser.add_argument("--rows", type=Path, help="unit rows (.npy) instead of drawn ones")
    parser.add_argument("--one", choices=tuple(FITS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def draw_rows(n: int, seed: int = 0) -> Rows:
    """Draw unit rows in 60 groups, some tight and some wide."""
    draw = np.random.default_rng(seed)
    middles = draw.normal(size=(60, N_DIMS))
    spread = draw.uniform(0.25, 0.9, size=60)
    group = draw.integers(60, size=n)
    return unit(middles[group] + spread[group, None] * draw.normal(size=(n, N_DIMS)))


def draw_pairs(n: int) -> Rows:
    """Draw photos and, a gap away, a text beside each."""
    photos = draw_rows(n)
    draw = np.random.default_rng(1)
    texts = unit(photos + 0.03 * draw.normal(size=photos.shape) + 0.05)
    return np.concatenate([photos, texts])


def unit(rows: NDArray[np.floating]) -> Rows:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def ours(rows: Rows) -> Rows:
    n_threads = os.cpu_count() or 1
    near = nearest_neighbours(rows, n_neighbours_for(len(rows), PERPLEXITY), n_threads=n_threads)
    return fit_tsne(rows, near, perplexity=PERPLEXITY, iterations=STEPS, n_threads=n_threads)


def theirs(rows: Rows) -> Rows:
    from sklearn.manifold import TSNE

    model = TSNE(perplexity=PERPLEXITY, max_iter=SKLEARN_STEPS, random_state=0, n_jobs=-1)
    return model.fit_transform(rows)


FITS: dict[str, Callable[[Rows], Rows]] = {"ours": ours, "theirs": theirs}


def fit_alone(name: str, file: Path) -> None:
    """Fit in this program, so that its memory is that of one fit; print what it took."""
    rows = np.load(file, allow_pickle=False)
    FITS[name](rows[:200])  # libraries are loaded before the clock runs
    begin = time.perf_counter()
    points = FITS[name](rows)
    seconds = time.perf_counter() - begin
    np.save(file.with_suffix(f".{name}.npy"), points, allow_pickle=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


def fit(name: str, rows: Rows, scratch: Path) -> tuple[Rows, float, float]:
    """Fit in a program of its own; return points, seconds and the most memory in MiB."""
    file = scratch / "rows.npy"
    np.save(file, rows, allow_pickle=False)
    command = [sys.executable, "-m", "tests.benchmarks.exploring", "--one", name]
    done = subprocess.run([*command, "--file", str(file)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told = json.loads(done.stdout.splitlines()[-1])
    points = np.load(file.with_suffix(f".{name}.npy"), allow_pickle=False)
    return points, told["seconds"], told["peak_mib"]


def pairs_rows(rows: Rows, scratch: Path) -> Iterator[Row]:
    """Compare with scikit-learn's TSNE on the same rows: time, and what the map keeps."""
    true = nearest_neighbours(rows, 10).rows
    what = f"t-SNE of {len(rows):,} rows"
    say(f"fitting {len(rows):,} rows")
    points, seconds, peak = fit("ours", rows, scratch)
    kept = float(kept_neighbours(points, true).mean())
    yield Row(f"{what}: time", f"{seconds:.1f} s")
    yield Row(f"{what}: memory at the most", f"{peak:,.0f} MiB")
    yield Row(f"{what}: kept 10", f"{kept:.3f}")
    say("the same in scikit-learn")
    points, slow, _ = fit("theirs", rows, scratch)
    theirs = float(kept_neighbours(points, true).mean())
    what += " / scikit-learn's TSNE"
    yield Row(f"{what}: time", f"{seconds:.1f} s", f"{slow:.1f} s", slow / seconds, floor=3)
    yield Row(f"{what}: kept 10", f"{kept:.3f}", f"{theirs:.3f}", kept / theirs, floor=0.9)


def large_rows(rows: Rows, scratch: Path) -> Iterator[Row]:
    """Measure a large map, and how queries are placed on it."""
    n = f"{len(rows):,} points"
    say(f"fitting {len(rows):,} rows")
    points, seconds, peak = fit("ours", rows, scratch)
    yield Row(f"{n}: time", f"{seconds:.0f} s")
    yield Row(f"{n}: memory at the most", f"{peak:,.0f} MiB")
    say("measuring the map")
    asked = np.sort(np.random.default_rng(2).choice(len(rows), N_ASKED, replace=False))
    kept = kept_of_some(rows, points, asked)
    yield Row(f"{n}: kept 10, {N_ASKED:,} asked", f"{kept:.3f}")
    yield Row(f"{n}: trustworthiness", f"{trustworthiness(rows, points):.3f}")
    say("placing queries on it")
    placer = Placer(rows, points)
    placer.place(rows[:1])
    begin = time.perf_counter()
    for row in asked[:100]:
        placer.place(rows[[row]])
    each = (time.perf_counter() - begin) / 100
    yield Row(f"{n}: place one query", f"{each * 1000:.1f} ms", "300 ms", each / 0.3, ceiling=1)
    rank = rank_again(placer, rows, points)
    yield Row(f"{n}: {N_PLACED} placed again", f"median rank {rank:g}")


def kept_of_some(rows: Rows, points: Rows, asked: NDArray[np.int64]) -> float:
    """Compare exact neighbours of some rows with their neighbours on the map."""
    from engine.projection.trust import nearest_on_map
    from engine.selection import largest_of_rows

    similarities = rows[asked] @ rows.T
    similarities[np.arange(len(asked)), asked] = -np.inf
    true = largest_of_rows(similarities, 10)[0]
    drawn = nearest_on_map(points, 10)[asked]
    return float((true[:, :, None] == drawn[:, None, :]).any(axis=2).mean())


def rank_again(placer: Placer, rows: Rows, points: Rows) -> float:
    """Place known points again, each without itself; rank the true place among all by distance."""
    asked = np.random.default_rng(3).choice(len(rows), N_PLACED, replace=False)
    placed, _ = placer.place(rows[asked], left_out=asked)
    ranks = [
        int((((points - at) ** 2).sum(axis=1) < ((points[i] - at) ** 2).sum()).sum()) + 1
        for i, at in zip(asked.tolist(), placed, strict=True)
    ]
    return float(np.median(ranks))


def main() -> int:
    """Print the machine, each row when it is measured, and the table; 1 when a bound is missed."""
    import tempfile

    options = parsed()
    if options.one:
        fit_alone(options.one, options.file)
        return 0
    print_machine()
    given = np.load(options.rows, allow_pickle=False) if options.rows else None
    table: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder:
        scratch = Path(folder)
        if options.part in ("pairs", "all"):
            pairs = draw_pairs(options.pairs) if given is None else given[: 2 * options.pairs]
            table += print_each(pairs_rows(pairs, scratch))
        if options.part in ("large", "all"):
            rows = draw_rows(options.points) if given is None else given[: options.points]
            table += print_each(large_rows(rows, scratch))
    print_rows(table)
    return int(any(row.is_kept is False for row in table))


if __name__ == "__main__":
    sys.exit(main())
