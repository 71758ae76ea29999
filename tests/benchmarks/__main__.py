"""Measure everything once and print one table: python -m tests.benchmarks [--photos …]."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from engine.encoders import FASHION, bundled_model, load_encoder
from engine.encoders.model_folder import read_manifest
from engine.lazy import hushed
from engine.search import SearchEngine
from engine.storage import Collection
from tests.benchmarks import indexing, material, searching, starting
from tests.benchmarks.report import Row, print_machine, print_rows, say

N_SAMPLE = 2048


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--photos", type=Path, help="many small photos (default: drawn)")
    parser.add_argument("--full-size", type=Path, help="some big photos (default: drawn)")
    parser.add_argument("--model", type=Path, help="a model's folder (default: the bundled one)")
    parser.add_argument("--rows", type=int, default=70_000, help="rows of the big collection")
    return parser.parse_args()


def measure(options: argparse.Namespace, scratch: Path) -> list[Row]:
    """Return the rows of the table; Keras comes last, so that its threads disturb no other."""
    model = options.model or bundled_model(FASHION)
    encoder = load_encoder(model)
    n_threads = os.cpu_count() or 1
    starts = starting.measure(encoder)
    say("preparing photos")
    small = material.small_photos(options.photos, scratch)
    big = material.big_photos(options.full_size, small, scratch)
    sample = material.read_sample(small, encoder, N_SAMPLE, n_threads)
    texts = sample.captions or encoder.tokenizer.frequent(searching.N_QUERIES)
    rows = [
        *starts,
        indexing.small_row(small, sample, model, scratch),
        indexing.big_row(big, encoder, model, scratch, n_threads),
    ]
    say(f"building a collection of {options.rows:,} rows")
    large = material.big_collection(sample, encoder, options.rows, scratch)
    with Collection.open(large) as collection:
        engine = SearchEngine(collection, encoder)
        rows.append(searching.query_row(engine, texts))
        rows.append(searching.recall_row(engine, sample, texts))
        rows.append(searching.memory_row(large, model, options.rows))
        twin = keras_twin(model)
        towers = twin.photo_tower, twin.text_tower
        rows.append(searching.query_row(engine, texts, twin))
        rows.append(indexing.usual_row(sample, towers, encoder))
        rows.append(searching.usual_row(engine, towers, texts))
    return rows


def keras_twin(model: Path) -> Any:
    """Return the model as Keras runs it."""
    say("loading Keras")
    with hushed():
        from engine.encoders.joint import JointEncoder

        return JointEncoder.load(model, read_manifest(model))


def main() -> int:
    """Print the machine and the table; return 1 when a bound is missed."""
    options = parsed()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        rows = measure(options, Path(scratch))
    print_rows(rows)
    return int(any(row.is_kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
