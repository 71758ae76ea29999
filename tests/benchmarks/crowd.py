"""Thirty people who search without pause, on one program and on two behind nginx, in turns.

``python -m tests.benchmarks.crowd [COLLECTION]`` starts everything on free ports of this machine,
with deploy/nginx.conf; without a collection the demo is searched. It needs nginx and a quiet
machine: those who search take part of its cores too.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from engine.config import DEMO_COLLECTION, PROJECT
from engine.storage import Collection
from tests.browser.conftest import free_port, serving

CONFIGURATION = PROJECT / "deploy" / "nginx.conf"
PATIENCE_S = 120
# Messages with an error, and the one that ends a page, are short; pictures need not be read.
LONGEST_READ = 8_000
SECONDS_KEPT = 10  # how long a program keeps what a person who left may come back to


def configuration(ports: Sequence[int], listen: int, folder: Path) -> Path:
    """Write deploy/nginx.conf as a whole configuration: other ports, no right to write elsewhere.

    Examples
    --------
    >>> text = configuration([4001, 4002], 4000, Path(tempfile.mkdtemp())).read_text()
    >>> text.count("127.0.0.1:4001"), text.count("127.0.0.1:4002"), "listen 127.0.0.1:4000;" in text
    (3, 3, True)
    """
    here = CONFIGURATION.read_text("utf-8")
    first, second = ports[0], ports[-1]
    here = here.replace("127.0.0.1:8501", f"127.0.0.1:{first}")
    here = here.replace("127.0.0.1:8502", f"127.0.0.1:{second}").replace("~:8502$", f"~:{second}$")
    here = here.replace("listen 80;", f"listen 127.0.0.1:{listen};")
    own = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi")]
    own += [f"{kind}_temp_path {folder}/{kind};" for kind in ("uwsgi", "scgi")]
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; {' '.join(own)}\n{here}\n}}\n",
        encoding="utf-8",
    )
    return file


def nginx() -> str | None:
    """Return where nginx is, which Debian keeps from a user's path."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")


@contextmanager
def proxied(
    home: Path, n_programs: int, variables: Mapping[str, str]
) -> Iterator[tuple[str, list]]:
    """Run programs of one home behind nginx; give its address, and the programs."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(n_programs)]
        running = [stack.enter_context(serving(home, port, variables))[1] for port in ports]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        listen = free_port()
        command = [nginx() or "nginx", "-c", str(configuration(ports, listen, folder))]
        command += ["-p", str(folder), "-e", str(folder / "error.log")]
        proxy = subprocess.Popen(command)
        stack.callback(proxy.wait, 20)
        stack.callback(proxy.terminate)
        time.sleep(1)
        if proxy.poll() is not None:
            raise RuntimeError((folder / "error.log").read_text("utf-8"))
        yield f"http://127.0.0.1:{listen}", running


def page_run(connection: ClientConnection, page: str, **address: str) -> float:
    """Run a page to its end, as its link would; return the milliseconds.

    Raises
    ------
    RuntimeError
        The page showed an error, or its script did not end well.
    """
    asking = BackMsg()
    asking.rerun_script.query_string = urlencode(address)
    asking.rerun_script.page_name = page
    begun = time.monotonic()
    connection.send(asking.SerializeToString())
    while True:
        data = connection.recv(timeout=PATIENCE_S)
        if len(data) > LONGEST_READ or not isinstance(data, bytes):
            continue
        told = ForwardMsg.FromString(data)
        element = told.delta.new_element
        if element.HasField("exception") or element.alert.format == Alert.ERROR:
            raise RuntimeError(f"the page failed, asked {address}: {element}")
        if told.WhichOneof("type") == "script_finished":
            if told.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
                raise RuntimeError(f"the script ended early, asked {address}")
            return (time.monotonic() - begun) * 1000


def person(address: str, slug: str, queries: Sequence[str], until: float) -> list[float]:
    """Search again and again without pause; return the milliseconds of each."""
    spent = []
    place = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    with connect(
        place, subprotocols=[Subprotocol("streamlit")], max_size=None, compression=None
    ) as connection:
        for query in cycle(queries):
            if time.monotonic() > until:
                break
            spent.append(page_run(connection, "text_search", collection=slug, q=query))
    return spent


def crowd(
    address: str, slug: str, queries: Sequence[str], n_people: int, seconds: float
) -> tuple[list[float], list[str]]:
    """Return the milliseconds of every search, and each person's error."""
    until = time.monotonic() + seconds
    spent: list[float] = []
    errors: list[str] = []
    with ThreadPoolExecutor(n_people) as people:
        turned = [[*queries[n:], *queries[:n]] for n in range(n_people)]
        at_work = [people.submit(person, address, slug, each, until) for each in turned]
    for each in at_work:
        if (error := each.exception()) is not None:
            errors.append(repr(error))
        else:
            spent += each.result()
    return spent, errors


def resident_mb(running: Sequence[subprocess.Popen]) -> float:
    """Return the memory of some programs together."""
    found = [Path(f"/proc/{each.pid}/status").read_text("utf-8") for each in running]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", told)[1]) for told in found) / 1024  # type: ignore[index]


def busy_seconds(running: Sequence[subprocess.Popen]) -> tuple[float, float]:
    """Return the processor time of the whole machine so far, and what of it is ours."""
    tick = os.sysconf("SC_CLK_TCK")
    user, nice, system = map(int, Path("/proc/stat").read_text("utf-8").split()[1:4])
    ours = time.process_time()
    for each in running:
        told = Path(f"/proc/{each.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        ours += (int(told[11]) + int(told[12])) / tick
    return (user + nice + system) / tick, ours


def queries_of(folder: Path) -> list[str]:
    """Return what its captions say at their end, each once."""
    with Collection.open(folder) as collection:
        photos = collection.catalogue.photos(range(min(400, collection.n_photos)))
    told = [photo.captions[0] for photo in photos if photo.captions]
    return list(dict.fromkeys(" ".join(caption.split()[-2:]) for caption in told))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("collection", nargs="?", type=Path, default=DEMO_COLLECTION)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--turns", type=int, default=2)
    options = parser.parse_args()
    queries = queries_of(options.collection)
    slug, p95s = "demo", dict[int, list[float]]()
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        if options.collection != DEMO_COLLECTION:
            slug = "crowded"
            (home / "collections").mkdir()
            (home / "collections" / slug).symlink_to(options.collection.absolute())
        for n_programs in (1, 2) * options.turns:
            p95 = turn(home, slug, queries, n_programs, options.people, options.seconds)
            p95s.setdefault(n_programs, []).append(p95)
    one, two = (statistics.median(p95s[n]) for n in (1, 2))
    print(f"p95 of two programs is {two / one:.2f} of one's")


def turn(
    home: Path, slug: str, queries: Sequence[str], n_programs: int, n_people: int, seconds: float
) -> float:
    """Measure one turn, print it, and return its 95th percentile in milliseconds."""
    variables = {
        "KINDRED_ACCESS": "public",
        "KINDRED_PROCESSES": str(n_programs),
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(SECONDS_KEPT),
    }
    with proxied(home, n_programs, variables) as (address, running):
        crowd(address, slug, queries, n_people, 10)  # models wake, caches fill, memory is taken
        time.sleep(SECONDS_KEPT + 15)
        before = resident_mb(running)
        (all_before, ours_before), begin = busy_seconds(running), time.monotonic()
        spent, errors = crowd(address, slug, queries, n_people, seconds)
        (all_then, ours_then), most = busy_seconds(running), resident_mb(running)
        by_others = (all_then - all_before) - (ours_then - ours_before)
        by_others /= time.monotonic() - begin
        time.sleep(SECONDS_KEPT + 15)
        after = resident_mb(running)
    for error in errors[:3]:
        print(error, flush=True)
    p95 = statistics.quantiles(spent, n=20)[-1]
    print(
        f"{n_programs} program(s), {n_people} people, {seconds:.0f} s, others at work on "
        f"{by_others:.2f} cores: "
        f"{len(spent):,} searches, {len(spent) / seconds:.1f} a second, median "
        f"{statistics.median(spent):.0f} ms, p95 {p95:.0f} ms, {len(errors)} errors; memory "
        f"{before:.0f} MB before, {most:.0f} MB at the end, {after:.0f} MB after they left "
        f"({after / before - 1:+.1%})",
        flush=True,
    )
    return p95


if __name__ == "__main__":
    main()
