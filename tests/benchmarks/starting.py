"""The towers alone, and the first answers: of a cold `search` in the shell, and of a cold app.

    python -m tests.benchmarks.starting

Cold means a new process that has loaded nothing; the files may be in the system's memory. Each
first answer is told by its steps, which add up to it.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import DEMO_COLLECTION, PROJECT
from engine.encoders import FASHION, Encoder, bundled_model, load_encoder
from tests.benchmarks.browsing import BOX, WAIT_MS, chromium, serving
from tests.benchmarks.indexing import rate
from tests.benchmarks.report import Row, print_each, print_machine, say
from tools.browser import find

QUERY = "navy blue sneakers"
BATCH = 256
N_TIMED = 300
N_STARTS = 5
# Wanted: photos a second in batches, milliseconds for one photo, and for one query.
WANTED = (400.0, 8.0, 3.0)
# A search as `python -m engine search` makes it, its steps told apart.
STEPS = f"""
import json, sys, time
started = float(sys.argv[1])
marks = [time.time()]
from engine.encoders import load_encoder
from engine.search import SearchEngine
from engine.shell import main
from engine.storage import Collection
from pathlib import Path
marks.append(time.time())
collection = Collection.open(Path(sys.argv[2]))
marks.append(time.time())
engine = SearchEngine(collection, load_encoder(collection.model_folder))
marks.append(time.time())
answer = engine.search({QUERY!r})
assert answer.matches
marks.append(time.time())
print(json.dumps([now - before for before, now in zip([started, *marks], marks)]))
"""
TOLD = ("Python", "libraries", "the collection", "the model", "the search")


def tower_rows(encoder: Encoder) -> list[Row]:
    """Compare the towers' speed with what is wanted of them."""
    say("the towers alone")
    size_px = encoder.preprocessing.size_px
    pixels = np.random.default_rng(0).integers(0, 256, (BATCH, size_px, size_px, 3), dtype=np.uint8)
    a_second = rate(lambda: len(encoder.embed_photos(pixels)))
    one = median_ms(lambda n: encoder.embed_photos(pixels[n % BATCH][None]))
    text = median_ms(lambda n: encoder.embed_texts([f"{QUERY} {n}"]))
    least, most_for_one, most_for_text = WANTED
    return [
        Row(
            f"photo tower, batches of {BATCH} at {size_px} px / wanted",
            f"{a_second:,.0f}/s",
            f"{least:g}/s",
            a_second / least,
            floor=1,
        ),
        Row(
            "photo tower, one photo / wanted at most",
            f"{one:.2f} ms",
            f"{most_for_one:g} ms",
            one / most_for_one,
            ceiling=1,
        ),
        Row(
            "text tower, one query / wanted at most",
            f"{text:.2f} ms",
            f"{most_for_text:g} ms",
            text / most_for_text,
            ceiling=1,
        ),
    ]


def median_ms(work: Callable[[int], object]) -> float:
    """Return the median time of one call, given its number."""
    spent = []
    for n in range(N_TIMED):
        begun = time.perf_counter()
        work(n)
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def shell_row(collection: Path) -> Row:
    """Time the command as a person waits for it, and a process that tells its steps."""
    say("cold searches in the shell")
    command = [sys.executable, "-m", "engine", "search", str(collection), QUERY]
    whole, steps = [], []
    for _ in range(N_STARTS):
        begun = time.time()
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
        whole.append(time.time() - begun)
        telling = [sys.executable, "-c", STEPS, str(time.time()), str(collection)]
        told = subprocess.run(telling, cwd=PROJECT, check=True, capture_output=True, text=True)
        steps.append(json.loads(told.stdout))
    answer = statistics.median(whole)
    parts = list(np.median(steps, axis=0))
    return _told("cold `search` in the shell", answer, [*TOLD, "the rest"], parts)


def app_row(collection: Path) -> Row:
    """Time a new app from its start to the first card in a browser that was open already."""
    say("cold starts of the app")
    up, first, second = [], [], []
    with chromium() as browser:
        for _ in range(N_STARTS):
            with tempfile.TemporaryDirectory(prefix="kindred-bench-") as home:
                begun = time.monotonic()
                with serving(Path(home)) as address:
                    up.append(time.monotonic() - begun)
                    first.append(seconds_to_card(browser, address))
                    second.append(seconds_to_card(browser, address))
    answers = [sum(each) for each in zip(up, first, strict=True)]
    page = statistics.median(second)
    parts = [statistics.median(up), statistics.median(first) - page]
    steps = ["server", "libraries, collection and model", "page and browser as always"]
    return _told("cold app, start to first card", statistics.median(answers), steps, parts)


def seconds_to_card(browser: Any, address: str) -> float:
    """Open a query's address in a new window and return the seconds to its first card."""
    window = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = window.new_page()
        begun = time.monotonic()
        page.goto(f"{address}/text_search?q={QUERY.replace(' ', '+')}", wait_until="commit")
        page.locator("article .caption").first.wait_for(timeout=WAIT_MS)
        spent = time.monotonic() - begun
        assert page.locator(BOX).input_value() == QUERY
        return spent
    finally:
        window.close()


def _told(what: str, whole: float, steps: Sequence[str], parts: Sequence[float]) -> Row:
    """Return a row of seconds and shares; what the parts leave belongs to the last step."""
    told = [*parts, whole - sum(parts)]
    shares = ", ".join(f"{step} {part / whole:.0%}" for step, part in zip(steps, told, strict=True))
    return Row(what, f"{whole:.2f} s", shares)


def measure(encoder: Encoder, collection: Path = DEMO_COLLECTION) -> list[Row]:
    """Return all rows; that of the app only where there is a browser."""
    rows = [*tower_rows(encoder), shell_row(collection)]
    if find() is None:
        say("no Chromium or Chrome here: the app is not measured")
        return rows
    return [*rows, app_row(collection)]


def main() -> int:
    """Print the machine and the table; return 1 when a bound is missed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print_machine()
    rows = print_each(measure(load_encoder(bundled_model(FASHION))))
    return int(any(row.is_kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
