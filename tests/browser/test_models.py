"""A published model got over the network by clicks, put to work, asked beside another, removed.

The network is a server on this machine that speaks the hub's paths.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import free_port, serving
from tests.engine.hub_server import LARGE, Hub
from tests.engine.hub_server import serving as serving_hub

pytestmark = pytest.mark.browser

TINY = Path(__file__).parent.parent / "engine" / "published" / "clip"
LONG_MS = 600_000


@pytest.fixture(scope="module")
def hub() -> Hub:
    """A hub with one tiny model, whose larger file arrives damaged at first."""
    found = Hub(TINY)
    found.altered = {max(LARGE, key=lambda name: len(found.files[name]))}
    return found


@pytest.fixture(scope="module")
def server(home: Path, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("models")
    own = Path(shutil.copytree(home, root / "home"))
    with serving_hub(hub) as address:
        variables = {"HF_ENDPOINT": address, "HF_HOME": str(root / "cache")}
        with serving(own, free_port(), variables) as (app, _):
            yield app


def job(page: Page, title: str) -> Locator:
    return page.locator("[class*='st-key-job-']").filter(has_text=title)


def test_a_model_is_got_over_the_network_used_compared_and_removed(page: Page, hub: Hub):
    page.goto("/?collection=squares")
    menu = page.get_by_role("navigation", name="Pages")
    menu.get_by_role("link", name="Models").click()
    get(page)
    expect(job(page, "Get owner/tiny")).to_contain_text("thrown away", timeout=LONG_MS)
    hub.altered.clear()
    page.get_by_role("button", name="Dismiss").click()
    expect(job(page, "Get owner/tiny")).to_have_count(0)
    get(page)
    expect(job(page, "Get owner/tiny")).to_contain_text("Done", timeout=LONG_MS)
    here = page.locator(".st-key-here-tiny")
    expect(here).to_contain_text("photos a second here")
    expect(here).to_contain_text("licence mit")

    here.get_by_role("button", name="Use for a collection").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("20 photos are embedded anew")
    dialog.get_by_role("button", name="Use it").click()
    move = job(page, "Move Coloured squares to tiny")
    expect(move).to_contain_text("Done", timeout=LONG_MS)

    page.get_by_role("textbox", name="Words").fill("red")
    page.get_by_role("textbox", name="Words").press("Enter")
    expect(page.get_by_text("Among 20 photos, evenly chosen.")).to_be_visible(timeout=LONG_MS)

    menu.get_by_role("link", name="Collections").click()
    card = page.locator(".st-key-card-squares")
    expect(card).to_contain_text("model tiny")
    card.get_by_role("link", name="Search").click()
    page.get_by_label("Words", exact=True).fill("red")
    page.get_by_label("Words", exact=True).press("Enter")
    expect(page.locator("article")).to_have_count(9)

    menu.get_by_role("link", name="Models").click()
    here.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove it").click()
    expect(dialog).to_contain_text("answers with this model")
    dialog.get_by_role("button", name="Keep it").click()
    menu.get_by_role("link", name="Collections").click()
    card.get_by_role("button", name="Roll back").click()
    expect(card).to_contain_text("model colours")
    menu.get_by_role("link", name="Models").click()
    here.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove it").click()
    expect(here).to_have_count(0)


def get(page: Page) -> None:
    """Ask for the model by its repository, and see the download under way."""
    box = page.get_by_role("textbox", name="Another model")
    box.fill("owner/tiny")
    page.get_by_role("button", name="Get it").click()
    expect(job(page, "Get owner/tiny")).to_be_visible()
