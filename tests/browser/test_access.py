"""Every page for those who do not see it, do not use a mouse, or do not want the net to know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PATIENCE_MS, Witness

pytestmark = pytest.mark.browser

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
PATHS = (
    "/",
    "/text_search",
    "/text_search?q=red",
    "/image_search",
    "/explorer",
    "/training",
    "/training?view=new",
    "/words",
    "/words?q=red",
    "/compare",
    "/collections",
)


@pytest.fixture(params=["light", "dark"])
def themed(
    chromium: Browser, server: str, witness: Witness, request: pytest.FixtureRequest
) -> Iterator[Page]:
    context = chromium.new_context(
        viewport=DESKTOP, base_url=server, color_scheme=request.param, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("request", witness.request)
    yield page
    context.close()


def opened(page: Page, path: str) -> Page:
    """Open a page of the collection and wait until it has been drawn."""
    page.goto(f"{path}{'&' if '?' in path else '?'}collection=squares")
    expect(page.get_by_role("heading").first).to_be_visible()
    app = page.locator('[data-testid="stApp"]')
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    return page


def serious_faults(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical, each with the first element that has it."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{fault['id']}: {len(fault['nodes'])} × {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def test_no_page_has_a_serious_fault_of_access_and_none_asks_another_host(
    themed: Page, witness: Witness
):
    faults = {path: serious_faults(opened(themed, path)) for path in PATHS}
    assert not {path: told for path, told in faults.items() if told}
    assert not witness.elsewhere


def test_axe_sees_a_button_without_a_name(themed: Page):
    opened(themed, "/")
    themed.evaluate("document.body.append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in serious_faults(themed))


def test_a_wall_of_photos_is_one_stop_of_the_tab_key_and_arrows_walk_on(page: Page):
    opened(page, "/text_search")
    photos = page.locator("a.photo")
    expect(photos).to_have_count(20)
    stops = "all => all.map((each) => each.tabIndex).filter((stop) => stop === 0).length"
    assert photos.evaluate_all(stops) == 1
    photos.first.focus()
    page.keyboard.press("ArrowRight")
    expect(photos.nth(1)).to_be_focused()
    page.keyboard.press("Home")
    expect(photos.first).to_be_focused()
    assert photos.evaluate_all(stops) == 1


def test_the_focus_can_be_seen_on_a_photo(page: Page):
    opened(page, "/text_search")
    photo = page.locator("a.photo").first
    photo.focus()
    page.keyboard.press("ArrowRight")
    outline = page.locator("a.photo").nth(1).evaluate("each => getComputedStyle(each).outlineStyle")
    assert outline == "solid"
