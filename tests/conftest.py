"""What every test gets: a home of its own, and no excuse for a missing browser on CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.access import set_visit
from engine.locks import exclusive

if "PYTEST_XDIST_WORKER" in os.environ:  # each processor has tests of its own to run
    for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ.setdefault(threads, "1")
SECONDS_TO_MAKE = 3600  # an hour: somebody else may be making it on a machine with more to do
BROWSER_TESTS = Path(__file__).resolve().parent / "browser"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-browser",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="a skipped browser test is a failure (the default where CI=true)",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Run one process more than there are processors: a test waits for a page or a program."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Turn the skip of one browser test into a failure where a browser is required."""
    report = yield
    if item.get_closest_marker("browser"):
        refuse_skip(report, item.config)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """Do the same for a browser test module that skips as a whole."""
    report = yield
    if collector.path.is_relative_to(BROWSER_TESTS):
        refuse_skip(report, collector.config)
    return report


def refuse_skip(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    """Fail a skipped report where a browser is required; an expected failure is no skip."""
    if config.getoption("--require-browser") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"a browser test was skipped where a browser is required: {reason}"


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a folder that tests only look at: once for all processes that share their tests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, ready = shared / name, shared / f"{name}.ready"
        with exclusive(shared / f"{name}.lock", wait_seconds=SECONDS_TO_MAKE):
            if not ready.exists():
                shutil.rmtree(folder, ignore_errors=True)  # half made by one who failed
                make(folder)
                ready.touch()
        return folder

    return made


@pytest.fixture(autouse=True)
def everybody_is_the_owner(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let a page of one test lock no door for the next, and read what tests make."""
    monkeypatch.setenv("KINDRED_PHOTOS", str(tmp_path_factory.getbasetemp()))
    yield
    set_visit(None)


@pytest.fixture(autouse=True)
def kindred_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what tests make out of the project's own `.kindred`."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("KINDRED_HOME", str(home))
    return home
