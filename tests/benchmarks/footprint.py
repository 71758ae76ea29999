"""What a small host must have: the server's memory, from a cold start to answers from the demo.

``python -m tests.benchmarks.footprint`` prints the peak after each step, and fails where TensorFlow
was loaded. As hosts count it: the pages a program holds, those of mapped files among them.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from tests.browser.conftest import free_port, serving
from tests.pages.socket_client import visiting

STEPS = [
    ("the home page", "", ""),
    ("a first answer", "text_search", "q=red+dress"),
    ("ten more answers", "text_search", "q=blue+shoes+{n}"),
    ("a search by photo", "image_search", "like={photo}"),
    ("the map", "explorer", ""),
    ("similar words", "words", "q=shoe"),
]
MOST_MB = 1000


def peak_mb(pid: int) -> float:
    """Return the most memory a program has held so far."""
    told = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", told)[1]) / 1024  # type: ignore[index]


def first_photo() -> str:
    from engine.config import DEMO_COLLECTION
    from engine.storage import Collection

    with Collection.open(DEMO_COLLECTION) as collection:
        return str(collection.catalogue.ids_of([0])[0])


def main() -> int:
    """Measure and print; return 0 where a gigabyte was enough, and nothing loaded TensorFlow."""
    photo, variables = first_photo(), {"KINDRED_ACCESS": "public"}
    with tempfile.TemporaryDirectory() as home:
        begin = time.monotonic()
        with serving(Path(home), free_port(), variables) as (address, running):
            started = time.monotonic()
            print(f"started in {started - begin:.1f} s: {peak_mb(running.pid):.0f} MB at the most")
            with visiting(address) as visitor:
                for name, page, query in STEPS:
                    begin = time.monotonic()
                    for n in range(10 if "{n}" in query else 1):
                        asked = query.format(n=n, photo=photo)
                        assert visitor.open(page, f"collection=demo&{asked}")
                    spent = time.monotonic() - begin
                    print(f"{name}, {spent:.1f} s: {peak_mb(running.pid):.0f} MB at the most")
            peak = peak_mb(running.pid)
            has_tensorflow = "tensorflow" in Path(f"/proc/{running.pid}/maps").read_text("utf-8")
    print(f"peak {peak:.0f} MB; TensorFlow was {'loaded' if has_tensorflow else 'never loaded'}")
    return int(has_tensorflow or peak > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
