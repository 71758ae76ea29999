"""A run from the page's Start to a search with its model, past a killed server and a refresh."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as LateError

from engine.runs import kill_run, list_runs, read_run
from tests.browser.conftest import DESKTOP, PATIENCE_MS, free_port, serving

pytestmark = pytest.mark.browser
MANY_EPOCHS = 200
N_TRIES, A_MOMENT_MS = 10, 5_000
SLOW_MS = 600_000  # TensorFlow wakes and compiles before the first epoch


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own; a run that a failure left at work is ended by its own number."""
    yield tmp_path
    for run in list_runs(tmp_path):
        kill_run(run.folder, home=tmp_path)


@pytest.fixture
def tabs(chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Two tabs of one person."""
    context = chromium.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page(), context.new_page()
    context.close()


def test_a_run_outlives_the_page_and_its_server_and_is_stopped_finished_and_promoted(
    tabs: tuple[Page, Page], home: Path
):
    """That a stopped run goes on is clicked in the journey."""
    page, other = tabs
    port = free_port()
    with serving(home, port) as (address, running):
        start_run(page, address)
        run = home / "runs" / page.url.split("run=")[1].split("&")[0]
        expect(page.get_by_text("Best R@10 of")).to_be_visible(timeout=SLOW_MS)
        page.reload()
        expect(page.get_by_text("Best R@10 of")).to_be_visible()
        other.goto(page.url)
        expect(state(other, "Running")).to_be_visible()
        running.kill()
        running.wait()
        seen = len(read_run(run, home=home).epochs)
    wait_until(lambda: len(read_run(run, home=home).epochs) > seen)
    with serving(home, port):
        for tab in (
            page,
            other,
        ):  # they find the new server by themselves, and the run as it went on
            wait_until(lambda tab=tab: n_epochs_shown(tab) > seen)
        deed(page, "Stop").click()
        for tab in (page, other):
            expect(state(tab, "Stopped")).to_be_visible()
        deed(page, "Finish now").click()
        expect(state(page, "Finished")).to_be_visible()
        promote(page, "Little products")
        wait_until((home / "collections" / "little-products" / "manifest.json").is_file)
        page.goto(f"{address}/text_search?collection=little-products&q=red+dress")
        expect(page.locator("article").first).to_be_visible()


def state(page: Page, word: str) -> Locator:
    """The run's badge: an icon, then the word."""
    return page.get_by_role("paragraph").filter(has_text=re.compile(rf"{word}$"))


def n_epochs_shown(page: Page) -> int:
    """How many epochs the page says are done."""
    told = page.get_by_text(re.compile(rf"\d+ of {MANY_EPOCHS} epochs")).first.inner_text()
    return int(re.findall(rf"(\d+) of {MANY_EPOCHS} epochs", told)[0])


def deed(page: Page, name: str) -> Locator:
    """A button of the run's; Streamlit has a Stop of its own while the page works."""
    return page.locator(".st-key-deeds").get_by_role("button", name=name)


def start_run(page: Page, address: str) -> None:
    """From home by clicks to the form: few drawn products, more epochs than anyone waits for."""
    page.goto(address)
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Training").click()
    page.get_by_role("link", name="Start the first run").click()
    page.get_by_role("combobox", name="Photos").first.click()
    page.get_by_role("option", name="Products drawn").click()
    fill(page, "How many", "200")
    page.get_by_text("Expert settings").click()
    fill(page, "Epochs", str(MANY_EPOCHS))
    choose(page, page.get_by_role("combobox", name="Photo size"), "32 px")
    fill(page, "Early stopping", "0")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**run=**")


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)
    expect(page.get_by_role("spinbutton", name=label, exact=True)).to_have_value(value)


def choose(page: Page, box: Locator, option: str) -> None:
    """Choose as a person does, who opens a list again where a page still at work has closed it."""
    wanted = page.get_by_role("option", name=option, exact=True)
    for _ in range(N_TRIES):
        settle(page)
        box.first.click()
        try:
            wanted.click(timeout=A_MOMENT_MS)
            break
        except LateError:
            page.keyboard.press("Escape")
    settle(page)


def settle(page: Page) -> None:
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )


def promote(page: Page, name: str) -> None:
    deed(page, "Promote").click()
    field = page.get_by_role("dialog").get_by_role("textbox", name="Name")
    field.fill(name)
    field.press("Enter")
    page.get_by_role("button", name="Promote it").click()
    expect(page.get_by_text(name).first).to_be_visible()


def wait_until(is_so: Callable[[], bool], seconds: float = 600.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.3)
