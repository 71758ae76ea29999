"""What a newcomer sees: the page's defaults on drawn products, from Start to a model that finds.

    python -m tests.benchmarks.newcomer [--photos 3000] [--minutes 5]

Runs the very command that the page starts, and reads its files as the page does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from demo.drawing import draw_collection
from engine.config import PROJECT
from engine.runs import create_run, read_run, suited
from engine.runs.launch import DRAWN_PX
from engine.training.settings import DataSource
from tests.benchmarks.report import Row, print_machine, print_rows, say

FLOOR = 0.5


def main() -> int:
    """Print the machine and the table; return 1 when the bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.newcomer")
    parser.add_argument(
        "--photos", type=int, default=3000, help="products drawn (a tenth held out)"
    )
    parser.add_argument("--minutes", type=float, default=5.0, help="from Start to the model")
    options = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        rows = measure(options.photos, options.minutes, Path(scratch))
    print_rows(rows)
    return int(any(row.is_kept is False for row in rows))


def measure(n_photos: int, minutes: float, home: Path) -> list[Row]:
    say("drawing products")
    draw_collection(n_photos, 0, home / "drawn", size_px=DRAWN_PX)
    settings = replace(suited(n_photos), name="newcomer")
    run = create_run([DataSource(home / "drawn")], settings, home=home)
    command = [sys.executable, "-m", "engine", "train", "--resume", str(run), "--json"]
    environment = {**os.environ, "KINDRED_HOME": str(home)}
    say("training")
    began = time.time()
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL
    ) as trainer:
        first_minute = wait(trainer, run, began, 60.0)
        inside = wait(trainer, run, began, 60 * minutes)
        trainer.wait()
    seconds = time.time() - began
    state = read_run(run, home=home)
    best = state.best["text_to_image"] if state.best else {"recall_at_10": 0.0, "pool": 0}
    pool = best["pool"]
    chance = 10 / pool if pool else 0.0
    return [
        Row(
            f"best R@10 after one minute, pool {pool} / chance",
            f"{first_minute:.3f}",
            f"{chance:.3f}",
            first_minute / chance if chance else None,
            floor=2,
        ),
        Row(
            f"best R@10 within {minutes:g} min, pool {pool}",
            f"{inside:.3f}",
            "",
            inside,
            floor=FLOOR,
        ),
        Row(
            f"the whole run, {len(state.epochs)} epochs and its model; best R@10",
            f"{seconds:.0f} s",
            f"{best['recall_at_10']:.3f}",
        ),
    ]


def wait(trainer: subprocess.Popen, run: Path, began: float, seconds: float) -> float:
    """Wait until a moment after the start, or the end, and return the best R@10 so far."""
    while trainer.poll() is None and time.time() - began < seconds:
        time.sleep(0.5)
    best = read_run(run, home=run.parent.parent).best
    return float(best["text_to_image"]["recall_at_10"]) if best else 0.0


if __name__ == "__main__":
    sys.exit(main())
