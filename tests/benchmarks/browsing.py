"""From pressing Enter to the first card, in a real Chromium, alone and among others.

``python -m tests.benchmarks.browsing [COLLECTION]`` starts the app on a free port of this machine;
without a collection it makes one of 70,000 photos as `make bench` does (``--photos``: of another
size). It takes a quiet machine.
"""

from __future__ import annotations

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.config import PROJECT
from engine.encoders import FASHION, bundled_model, load_encoder
from engine.search import SearchEngine
from tests.benchmarks.material import big_collection, read_sample, small_photos
from tests.browser.conftest import wait_for
from tools.browser import find

N_ROWS = 70_000
N_ASKED = 20
N_WARMING = 4
WAIT_MS = 120_000
# How long a person looks at an answer, in the mean: a moment; and not at all, as machines do.
PAUSES_S = (3, 0)
BOX = 'input[type="search"]'
# Resolves with the milliseconds until a gallery with another first photo has been painted. Looking
# through the whole page each frame would take the time from what is measured: it looks where the
# gallery was, and elsewhere only once that is gone.
WAIT_FOR_CARD = """(patience) => new Promise((resolve) => {
  const CAPTION = "article .caption";
  const home = (root) => {
    if (root.querySelector(CAPTION)) return root;
    for (const each of root.querySelectorAll("*")) {
      const inside = each.shadowRoot && home(each.shadowRoot);
      if (inside) return inside;
    }
  };
  let gallery = home(document);
  const first = () => {
    if (!gallery?.querySelector(CAPTION)) gallery = home(document);
    return gallery?.querySelector(CAPTION)?.textContent;
  };
  const before = first();
  const begun = performance.now();
  const look = () => {
    const now = first();
    const done = (now && now !== before) || performance.now() - begun > patience;
    requestAnimationFrame(done ? () => resolve(performance.now() - begun) : look);
  };
  look();
})"""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Run the app over a home, as a person runs it; stop it by its own number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "KINDRED_HOME": str(home)}
    with (home / "server.log").open("wb") as log:
        running = subprocess.Popen(
            [*command, "--server.headless=true"],
            cwd=PROJECT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(f"http://localhost:{port}", running, home / "server.log")
            yield f"http://localhost:{port}"
        finally:
            running.terminate()
            running.wait(timeout=20)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the browser of the browser tests."""
    from playwright.sync_api import sync_playwright

    flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=flags)
        yield browser
        browser.close()


def enter_to_card(page: Any, queries: Sequence[str]) -> list[float]:
    """Return milliseconds from Enter to the first new card, for each query."""
    spent = []
    for query in queries:
        page.locator(BOX).fill(query)
        waiting = page.evaluate_handle(
            f"(patience) => ({{ done: ({WAIT_FOR_CARD})(patience) }})", WAIT_MS
        )
        page.locator(BOX).press("Enter")
        spent.append(page.evaluate("(waiting) => waiting.done", waiting))
    return spent


def telling_apart(engine: SearchEngine, queries: Sequence[str]) -> list[str]:
    """Leave out queries whose first card would look like the one before them."""
    kept: list[str] = []
    shown = ""
    for query in queries:
        photo = engine.search(query, deduplicate=True, k=1).matches[0].photo
        if photo.captions[0] != shown:
            kept.append(query)
            shown = photo.captions[0]
    return kept


def shares(engine: SearchEngine, queries: Sequence[str]) -> dict[str, float]:
    """Return the median milliseconds of the engine's steps."""
    answers = [engine.search(query, deduplicate=True) for query in queries]
    return {
        step: statistics.median(answer.seconds[step] for answer in answers) * 1000
        for step in answers[0].seconds
    }


def page_run(connection: ClientConnection, query: str) -> float:
    """Run the page for a query, as its link would; return the milliseconds to its end.

    Nothing is drawn: this is what the people of a server share.

    Raises
    ------
    RuntimeError
        The page showed an error, or its script did not end well.
    """
    asking = BackMsg()
    asking.rerun_script.query_string = urlencode({"collection": "big", "q": query})
    asking.rerun_script.page_name = "text_search"
    begun = time.monotonic()
    connection.send(asking.SerializeToString())
    while True:
        told = ForwardMsg()
        told.ParseFromString(connection.recv(timeout=WAIT_MS / 1000))
        element = told.delta.new_element
        if element.HasField("exception") or element.alert.format == Alert.ERROR:
            raise RuntimeError(f"the page failed, asked {query}: {element}")
        if told.WhichOneof("type") == "script_finished":
            if told.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError(f"the script ended early, asked {query}")
            return (time.monotonic() - begun) * 1000


def person(
    address: str, queries: Sequence[str], until: float, pause: float, spent: list[float]
) -> None:
    """Search again and again, each time for something else, and look at the answer in between."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    looks = random.Random(queries[0])
    with connect(url, subprotocols=[Subprotocol("streamlit")], max_size=None) as connection:
        for query in cycle(queries):
            time.sleep(looks.uniform(0, 2 * pause))
            if time.monotonic() > until:
                return
            spent.append(page_run(connection, query))


def together(
    address: str, n_people: int, seconds: float, pause: float, queries: Sequence[str]
) -> list[float]:
    """Return the milliseconds of every page run while `n_people` search at once.

    Each looks at an answer for `pause` seconds in the mean before searching on.
    """
    spent: list[float] = []
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(n_people) as people:
        searching = [
            people.submit(person, address, [*queries[n:], *queries[:n]], until, pause, spent)
            for n in range(n_people)
        ]
    for each in searching:
        each.result()  # raises what one person met
    return spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", nargs="?", type=Path)
    parser.add_argument("--photos", type=int, default=N_ROWS)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        (home / "collections").mkdir(parents=True)
        folder = options.collection or _made(Path(scratch), options.photos)
        (home / "collections" / "big").symlink_to(folder.absolute())
        os.environ["KINDRED_HOME"] = str(home)
        report(home, options.people, options.seconds)


def _made(scratch: Path, n_photos: int) -> Path:
    encoder = load_encoder(bundled_model(FASHION))
    sample = read_sample(small_photos(None, scratch), encoder, 1500, os.cpu_count() or 1)
    return big_collection(sample, encoder, n_photos, scratch)


def report(home: Path, n_people: int, seconds: float) -> None:
    """Print what was measured over the collection ``big`` of a home."""
    engine = SearchEngine.open(home / "collections" / "big")
    captions = [p.captions[0] for p in engine.collection.catalogue.photos(range(200)) if p.captions]
    asked = dict.fromkeys(" ".join(caption.split()[-2:]) for caption in captions)
    queries = telling_apart(engine, list(asked))
    print(f"{engine.collection.n_photos:,} photos")
    told = ", ".join(
        f"{step} {ms:.1f} ms" for step, ms in shares(engine, queries[:N_ASKED]).items()
    )
    print(f"engine, median: {told}")
    with serving(home) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/text_search?collection=big&q={queries[0]}")
        page.locator("article .caption").first.wait_for(timeout=300_000)
        enter_to_card(page, queries[1:N_WARMING])
        spent = enter_to_card(page, queries[N_WARMING : N_WARMING + N_ASKED])
        page.close()
        alone = together(address, 1, min(seconds, 15), 0, queries)
        crowds = {pause: together(address, n_people, seconds, pause, queries) for pause in PAUSES_S}
    late = sum(ms >= WAIT_MS for ms in spent)
    told = f", {late} never came" if late else ""
    print(f"Enter to first card, median of {len(spent)}: {statistics.median(spent):.0f} ms{told}")
    usual = p95(alone)
    print(f"page runs, 95th percentile: alone {usual:.0f} ms")
    for pause, crowd in crowds.items():
        print(
            f"{n_people} people, {pause} s from an answer to the next query: {p95(crowd):.0f} ms, "
            f"{p95(crowd) / usual:.1f} times as long, over {len(crowd)} searches, no error"
        )


def p95(spent: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(spent, n=20)[-1]


if __name__ == "__main__":
    main()
