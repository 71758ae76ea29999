"""Every page for those who do not see it, do not use a mouse, or do not want the net to know."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, Witness, free_port, serving
from tests.pages.test_training import write_run

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
    "/training?view=compare",
    "/words",
    "/words?q=red",
    "/compare",
    "/models",
    "/collections",
)
DIALOGS = {
    "a photo": ("/text_search?q=red", lambda page: page.locator("a.photo").first),
    "a folder": ("/collections", lambda page: page.get_by_role("button", name="Choose a folder…")),
    "a removal": ("/collections", lambda page: card(page).get_by_role("button", name="Remove")),
    "a name": ("/collections", lambda page: card(page).get_by_role("button", name="Rename")),
    "a model": ("/models", lambda page: page.get_by_role("button", name="Use for a").first),
}
RUN = Path("runs", "a-run")
APP = "[data-testid=stApp]"
GROUNDS = {"dark": "rgb(23, 21, 18)", "light": "rgb(251, 249, 245)"}  # last what comes first
TABS = ("Curves", "Space", "Pairs", "Settings", "Log")


def card(page: Page) -> Locator:
    return page.locator(".st-key-card-squares")


@pytest.fixture(scope="module")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app of the squares, with a run that has ended."""
    own = Path(shutil.copytree(home, tmp_path_factory.mktemp("access") / "home"))
    shutil.move(write_run(own), own / RUN)
    with serving(own, free_port()) as (address, _):
        yield address


@pytest.fixture(params=[DESKTOP, PHONE], ids=["1440px", "390px"])
def themed(
    chromium: Browser, server: str, witness: Witness, request: pytest.FixtureRequest
) -> Iterator[Page]:
    context = chromium.new_context(
        viewport=request.param, base_url=server, color_scheme="light", reduced_motion="reduce"
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
    settled(page)
    return page


def settled(page: Page) -> None:
    expect(page.locator(APP)).to_have_attribute("data-test-script-state", "notRunning")


def serious_faults(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical, light and dark, each with its first element.

    The page changes its colours as it stands, when the machine does.
    """
    page.evaluate(AXE)
    faults = []
    for scheme, ground in GROUNDS.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator(APP)).to_have_css("background-color", ground)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        faults += [
            f"{scheme} {fault['id']}: {len(fault['nodes'])} × {fault['nodes'][0]['html'][:200]}"
            for fault in found
            if fault["impact"] in ("serious", "critical")
        ]
    return faults


def test_no_page_and_no_dialog_has_a_serious_fault_of_access_and_none_asks_another_host(
    themed: Page, witness: Witness
):
    faults = {path: serious_faults(opened(themed, path)) for path in PATHS}
    for tab in TABS:
        path = f"/training?run={RUN.name}&show={tab}"
        faults[path] = serious_faults(opened(themed, path))
    for name, (path, button) in DIALOGS.items():
        button(opened(themed, path)).click()
        expect(themed.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        settled(themed)
        faults[name] = serious_faults(themed)
    assert not {path: told for path, told in faults.items() if told}
    assert not witness.elsewhere


def test_axe_sees_a_button_without_a_name(themed: Page):
    opened(themed, "/")
    themed.evaluate("document.body.append(document.createElement('button'))")
    assert any("button-name" in fault for fault in serious_faults(themed))


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
