"""A real server on a free port of this machine, and a real Chromium that looks at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as LateError

from engine.config import PROJECT
from engine.runs.estimate import note_speed
from engine.storage import build_collection
from engine.training import TrainingSettings
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares
from tools.browser import find

SECONDS_TO_START = 300
PATIENCE_MS = 180_000  # a machine may have more to do than this test
LOOKING_MS = 5_000  # how long a person looks at a page that is still being drawn
# What a window has besides its pages: a program of its own for each page that is opened. A list
# given here takes the place of Playwright's, so what asks the network of its own accord is in it.
NOT_NEEDED = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "PreloadTopChromeWebUI",
    "AimEnabled",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "Translate",
)
AT_WORK = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Opened by a link to an inner page, Streamlit first looks for its server below that page's name.
PROBES = ("/_stcore/health", "/_stcore/host-config")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a browser test twice: a click may fall into the moment in which its page is replaced."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the server: a collection of coloured squares, and how fast the machine trains."""
    root = tmp_path_factory.mktemp("browser")
    photos = draw_squares(root / "squares")
    model = write_colour_model(root / "model")
    out = root / "home" / "collections" / "squares"
    build_collection(photos, model=model, out=out, name="Coloured squares")
    note_speed(TrainingSettings(), {"photos_per_second": 300.0}, root / "home")
    return root / "home"


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[str]:
    """The address of the app, run as a person runs it."""
    with serving(home, free_port()) as (address, _):
        yield address


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serving(
    home: Path, port: int, variables: Mapping[str, str] | None = None
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run the app for a home; stopped by its own number, if nobody has killed it before."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    own = {"KINDRED_HOME": str(home), "KINDRED_PHOTOS": tempfile.gettempdir()}
    environment = {**os.environ, **own, **(variables or {})}
    with (home / "server.log").open("ab") as log:
        running = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://localhost:{port}"
            wait_for(address, running, home / "server.log")
            yield address, running
        finally:
            running.terminate()
            running.wait(timeout=SECONDS_TO_START)


def wait_for(address: str, running: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the app did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.skip("no Chromium or Chrome on this machine; tools/browser.py installs one")
    flags = ["--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags += [f"--disable-features={','.join(NOT_NEEDED)}"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@dataclass
class Witness:
    """What a page did besides showing something: requests elsewhere, words on the console."""

    address: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def message(self, message: ConsoleMessage) -> None:
        is_probe = message.location["url"].endswith(PROBES)
        if message.type == "error" and not is_probe:
            self.complaints.append(f"{message.text} ({message.location['url']})")


@pytest.fixture
def witness(server: str) -> Witness:
    return Witness(server)


@pytest.fixture(params=[DESKTOP], ids=["1440px"])
def page(
    chromium: Browser, server: str, witness: Witness, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A fresh page that must neither ask another host for anything nor report an error."""
    context = chromium.new_context(viewport=request.param, base_url=server)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.add_locator_handler(page.locator(AT_WORK), look, no_wait_after=True)
    page.on("request", witness.request)
    page.on("console", witness.message)
    page.on("pageerror", lambda error: witness.complaints.append(str(error)))
    yield page
    context.close()
    assert not witness.elsewhere
    assert not witness.complaints


def wait_until(page: Page, script: str, shown: object = None) -> None:
    """Wait until a script says yes: the app's own policy lets no page evaluate words itself."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(script, shown):
        if time.monotonic() > deadline:
            pytest.fail(f"it never came true: {script}")
        page.wait_for_timeout(100)


def look(at_work: Locator) -> None:
    """Before each click, let the page be drawn to its end, as a person does who reads it."""
    with suppress(LateError):  # some pages are never at rest: a run's curve is drawn as it grows
        at_work.wait_for(state="hidden", timeout=LOOKING_MS)
