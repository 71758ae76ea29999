"""A person has a folder watched by one click, and it goes on without page and server."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.jobs import JobState, jobs, stop_job
from engine.storage import build_collection
from tests.browser.conftest import AT_WORK, DESKTOP, PATIENCE_MS, free_port, look, serving
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares, square

pytestmark = pytest.mark.browser


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return draw_squares(tmp_path / "squares")


@pytest.fixture
def own_home(tmp_path: Path, photos: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    model = write_colour_model(tmp_path / "model")
    build_collection(photos, model=model, out=home / "collections" / "squares", name="Squares")
    yield home
    for job in jobs(home):
        if not job.is_over:
            stop_job(job.job_id, home=home)


def opened(browser: Browser, address: str) -> Page:
    """Come to the collections by a click from the home page."""
    page = browser.new_context(viewport=DESKTOP, base_url=address).new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.add_locator_handler(page.locator(AT_WORK), look, no_wait_after=True)
    page.goto("/")
    page.get_by_role("link", name="Collections").first.click()
    return page


def watch_of(home: Path) -> JobState:
    (job,) = [job for job in jobs(home) if job.kind == "watch"]
    return job


def test_a_watched_folder_is_taken_in_while_nobody_looks(
    chromium: Browser, own_home: Path, photos: Path
):
    """One photo with the page open; the server ends; another photo; a new server tells of both."""
    with serving(own_home, free_port()) as (address, _):
        page = opened(chromium, address)
        card = page.locator('[class*="st-key-card-squares"]')
        expect(card.get_by_text("20 photos")).to_be_visible()
        switch = card.get_by_role("switch", name="Watch this folder")
        expect(switch).not_to_be_checked()
        card.get_by_text("Watch this folder").click()
        expect(card.get_by_text("Watching")).to_be_visible()
        (photos / "new.png").write_bytes(square("red", 3))
        expect(card.get_by_text("21 photos: 1 added")).to_be_visible()
        expect(card.get_by_text("21 photos · model")).to_be_visible()
        page.context.close()
    assert watch_of(own_home).state == "running"
    (photos / "newest.png").write_bytes(square("green", 5))
    with serving(own_home, free_port()) as (address, _):
        page = opened(chromium, address)
        card = page.locator('[class*="st-key-card-squares"]')
        expect(card.get_by_role("switch", name="Watch this folder")).to_be_checked()
        expect(card.get_by_text("22 photos · model")).to_be_visible()
        shutil.move(photos, photos.with_name("a disk that was taken out"))
        expect(card.get_by_text("no such folder")).to_be_visible()
        expect(card.get_by_text("22 photos · model")).to_be_visible()
        card.get_by_text("Watch this folder").click()
        expect(card.get_by_role("switch", name="Watch this folder")).not_to_be_checked()
        expect(card.get_by_text("no such folder")).to_have_count(0)
        page.context.close()
    while not watch_of(own_home).is_over:
        time.sleep(0.1)
    assert watch_of(own_home).state == "stopped"
