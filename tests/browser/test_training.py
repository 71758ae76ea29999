"""A run from the page's Start to a search with its model, past a killed server and a refresh."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.runs import read_run
from tests.browser.conftest import DESKTOP, PATIENCE_MS, free_port, serving

pytestmark = pytest.mark.browser
MANY_EPOCHS = 200


@pytest.fixture
def tabs(chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Two tabs of one person."""
    context = chromium.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context.new_page(), context.new_page()
    context.close()


def test_a_run_outlives_the_page_and_its_server_and_is_stopped_resumed_and_promoted(
    tabs: tuple[Page, Page], tmp_path: Path
):
    page, other = tabs
    port = free_port()
    with serving(tmp_path, port) as (address, running):
        start_run(page, f"{address}/training?view=new")
        run = tmp_path / "runs" / page.url.split("run=")[1].split("&")[0]
        expect(page.get_by_text("Best R@10 of")).to_be_visible()
        page.reload()
        expect(page.get_by_text("Best R@10 of")).to_be_visible()
        other.goto(page.url)
        expect(other.get_by_text("Running", exact=True)).to_be_visible()
        running.kill()
        running.wait()
        seen = len(read_run(run, home=tmp_path).epochs)
    wait_until(lambda: len(read_run(run, home=tmp_path).epochs) > seen)
    with serving(tmp_path, port):
        # Both tabs find the new server by themselves, and the run as it went on.
        expect(other.get_by_text("Running", exact=True)).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        for tab in (page, other):
            expect(tab.get_by_text("Stopped", exact=True)).to_be_visible()
        stopped_at = len(read_run(run, home=tmp_path).epochs)
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_text("Running", exact=True)).to_be_visible()
        wait_until(lambda: len(read_run(run, home=tmp_path).epochs) > stopped_at)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Finish now").click()
        expect(page.get_by_text("Finished", exact=True)).to_be_visible()
        promote(page, "Little products")
        page.goto(f"{address}/text_search?collection=little-products&q=red+dress")
        expect(page.get_by_text("Little products").first).to_be_visible()
        expect(page.locator("img[alt]").first).to_be_visible()


def start_run(page: Page, address: str) -> None:
    """Fill in the form: few drawn products, small photos, more epochs than anyone waits for."""
    page.goto(address)
    page.get_by_role("combobox", name="Photos").first.click()
    page.get_by_role("option", name="Products drawn").click()
    fill(page, "How many", "200")
    fill(page, "Epochs", str(MANY_EPOCHS))
    fill(page, "Patience", "0")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**run=**")


def fill(page: Page, label: str, value: str) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")
    expect(page.locator("[data-testid=stApp]")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    expect(page.get_by_role("spinbutton", name=label, exact=True)).to_have_value(value)


def promote(page: Page, name: str) -> None:
    page.get_by_role("button", name="Promote").click()
    field = page.get_by_role("dialog").get_by_role("textbox", name="Name")
    field.fill(name)
    field.press("Enter")
    page.get_by_role("button", name="Promote it").click()
    expect(page.get_by_text(name).first).to_be_visible()


def wait_until(is_so: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.3)
