"""Nothing leaves the machine, and nothing is left in a person's home: seen from outside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.config import DEMO_COLLECTION, PROJECT, SILENCE
from engine.storage import Collection

STRACE = shutil.which("strace")
# Reports are sent some time after a library was first used.
LIFE_SECONDS = 30

LIBRARIES = "import hnswlib, keras, onnxruntime, openTSNE, plotly, sklearn, streamlit, tf2onnx"
ENGINE = f"""
import time
from dataclasses import replace
from pathlib import Path
from engine import SearchEngine, build_collection, bundled_model, train
from engine.training import DataSource
from tests.engine.conftest import SMALL

def life():
    begin = time.monotonic()
    home = Path({{home!r}})
    build_collection({{photos!r}}, model=bundled_model(), out=home / "collections" / "mine")
    assert SearchEngine.open(home / "collections" / "mine").search("red").matches
    settings = replace(SMALL, epochs=1, batch_size=8, attributes=())
    train([DataSource(Path({{photos!r}}))], settings, home / "runs" / "one")
    {LIBRARIES}
    time.sleep(max(0, begin + {LIFE_SECONDS} - time.monotonic()))

life()
"""
APP = f"""
import time
from streamlit.testing.v1 import AppTest
begin = time.monotonic()
app = AppTest.from_file("app.py", default_timeout=600).run()
app.query_params["q"] = "red dress"
assert not app.switch_page("pages/text_search.py").run().exception
time.sleep(max(0, begin + {LIFE_SECONDS} - time.monotonic()))
"""
SHELL = f"""
import subprocess, sys, time
begin = time.monotonic()
subprocess.run([sys.executable, "-m", "engine", "search", "assets/demo", "red dress"], check=True)
time.sleep(max(0, begin + {LIFE_SECONDS} - time.monotonic()))
"""
# The name service, and every address that is not this machine's own.
LOOKED_UP = re.compile(
    r"sin6?_port=htons\(53\)|io\.systemd\.Resolve"
    r'|AF_INET, .*inet_addr\("(?!127\.)|AF_INET6, .*inet_pton\(AF_INET6, "(?!::1")'
)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty photos of the demo with a caption each: enough to learn one step from."""
    folder = tmp_path_factory.mktemp("demo") / "photos"
    folder.mkdir()
    lines = ["id,title"]
    with Collection.open(DEMO_COLLECTION) as demo:
        for photo in demo.catalogue.photos(list(range(40))):
            (folder / f"{photo.row}.jpg").write_bytes(demo.thumbnail(photo.row) or b"")
            lines.append(f'{photo.row},"{photo.captions[0]}"')
    (folder / "table.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def live(program: str, person: Path) -> list[str]:
    """Run a program in the home of somebody new; return what it asked the network for."""
    trace = person.with_suffix(".trace")
    watched = [STRACE, "-f", "-q", "-o", str(trace), "-e", "trace=%network"] if STRACE else []
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(person.parent), "HOME": str(person)}
    environment |= {"KINDRED_HOME": str(person / "kindred"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*watched, sys.executable, "-c", program],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = trace.read_text("utf-8", "replace").splitlines() if STRACE else []
    return [line for line in lines if LOOKED_UP.search(line)]


@pytest.fixture(scope="module")
def lives(
    photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Path, Future[list[str]]]]]:
    """Each program with the home of the person who runs it: side by side, they wait but once."""
    lives = {}
    with ThreadPoolExecutor() as people:
        for name, program in {"engine": ENGINE, "app": APP, "shell": SHELL}.items():
            person = tmp_path_factory.mktemp(name) / "person"
            person.mkdir()
            if name == "engine":
                program = program.format(home=str(person / "kindred"), photos=str(photos))
            lives[name] = person, people.submit(live, program, person)
        yield lives


@pytest.mark.parametrize("program", ["engine", "app", "shell"])
def test_nothing_is_asked_of_the_network_and_nothing_left_outside_our_own_folder(
    program, photos, lives
):
    """Asked of files always, of the network where strace can watch."""
    person, asked = lives[program]
    assert asked.result() == []
    assert {path.name for path in person.iterdir()} <= {"kindred"}
    left = {path.name for path in person.parent.iterdir()} - {"person", "person.trace"}
    assert not left, left
    assert {path.name for path in photos.parent.iterdir()} == {"photos"}


def test_the_watch_sees_a_name_that_is_looked_up(tmp_path):
    if STRACE is None:
        pytest.skip("strace is not installed")
    person = tmp_path / "person"
    person.mkdir()
    program = "import socket\ntry: socket.getaddrinfo('name.invalid', 80)\nexcept OSError: pass"
    assert live(program, person)


def test_libraries_are_silenced_even_where_the_environment_says_otherwise():
    program = "import os, engine; print([os.environ[name] for name in engine.config.SILENCE])"
    environment = os.environ | dict.fromkeys(SILENCE, "yes please")
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == str(list(SILENCE.values()))


def test_what_the_shell_writes_is_for_one_person_alone(photos, tmp_path):
    """Whatever the umask: here nothing is kept from anybody."""
    out = tmp_path / "mine"
    command = [sys.executable, "-m", "engine", "index", str(photos), "--out", str(out)]
    before = os.umask(0)
    try:
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    finally:
        os.umask(before)
    modes = {path: path.stat().st_mode & 0o777 for path in [out, *out.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
