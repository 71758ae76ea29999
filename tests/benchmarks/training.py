"""Does input starve the model? Steps a second from photo files, beside ready tensors.

    python -m tests.benchmarks.training [--photos FOLDER]

Both are the same trainer with the same batches, measured in turns within one program. Beside it:
what normalising in one operation gains, how long decoding takes the first time, and how long a
second run over the same photos waits.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.drawing import draw_collection
from engine.encoders.model_settings import ModelSettings
from engine.lazy import hushed
from engine.progress import no_report
from engine.runs.launch import suited
from engine.text import Tokenizer
from engine.training.examples import Batches, load_examples
from engine.training.settings import DataSource
from tests.benchmarks.report import Row, print_machine, print_rows, say

N_DRAWN = 1500
N_STEPS = 12
N_TURNS = 3
FLOOR = 0.85


def main() -> int:
    """Print the machine and the table; return 1 when the bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.training")
    parser.add_argument("--photos", type=Path, help="photos with captions (default: drawn)")
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        rows = measure(options.photos, Path(scratch))
    print_rows(rows)
    return int(any(row.is_kept is False for row in rows))


def measure(photos: Path | None, scratch: Path) -> list[Row]:
    if photos is None:
        say("drawing photos")
        photos = scratch / "drawn"
        draw_collection(N_DRAWN, 0, photos, size_px=96)
    settings = suited(N_DRAWN)
    say("decoding")
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        examples = load_examples([DataSource(photos)], settings, scratch / "shelf", no_report)
        seconds.append(time.perf_counter() - began)
    rows, _ = examples.split(settings.validation_share, settings.seed)
    tokenizer = Tokenizer.fit(examples.texts(rows))
    batches = Batches(examples, rows, tokenizer, settings)
    with hushed():
        import keras

        from engine.encoders import towers
        from engine.training.loop import ahead
        from engine.training.machine import resolve_precision
        from engine.training.trainer import build_trainer
    shape = ModelSettings(size_px=settings.size_px, n_dims=settings.n_dims, n_ids=tokenizer.n_ids)
    precision = resolve_precision(settings.precision, settings.size_px)
    trainer = build_trainer(shape, settings, 1000, precision)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(towers, "BatchNormalization", keras.layers.BatchNormalization)
        in_pieces = build_trainer(shape, settings, 1000, precision)
    ready = list(islice(batches.of_epoch(0), N_STEPS))
    for each in (trainer, in_pieces):
        each.train_on_batch(ready[0])  # compiles
    say("training")
    from_files, from_memory, normalised_in_pieces = [], [], []
    for epoch in range(N_TURNS):
        with closing(ahead(batches.of_epoch(epoch))) as made:
            from_files.append(rate_of(trainer, islice(made, N_STEPS)))
        from_memory.append(rate_of(trainer, iter(ready)))
        normalised_in_pieces.append(rate_of(in_pieces, iter(ready)))
    ours, beside = float(np.median(from_files)), float(np.median(from_memory))
    slower = float(np.median(normalised_in_pieces))
    return [
        Row(
            f"steps of {settings.batch_size} pairs at {settings.size_px} px / ready tensors",
            f"{ours:.2f}/s",
            f"{beside:.2f}/s",
            ours / beside,
            floor=FLOOR,
        ),
        Row(
            "the same steps, normalisation as one operation / as Keras writes it",
            f"{beside:.2f}/s",
            f"{slower:.2f}/s",
            beside / slower,
        ),
        Row(
            f"wait of a first run, {len(examples):,} photos decoded / of a second run",
            f"{seconds[0]:.2f} s",
            f"{seconds[1]:.2f} s",
            seconds[0] / seconds[1],
        ),
    ]


def rate_of(trainer: Any, batches: Iterator[dict[str, Any]]) -> float:
    """Return steps a second over some batches."""
    began = time.perf_counter()
    n_steps = sum(1 for batch in batches if trainer.train_on_batch(batch) is not None)
    return n_steps / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
