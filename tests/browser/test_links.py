"""Every kind of link from a page to that page itself, followed by clicks that begin at home.

Such links are the ones that go wrong quietly: the page draws what was asked for, and forgets it
with the next click, because its address still says something else.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.runs import DataSource, TrainingSettings, create_run
from pages.shared.navigation import MENU
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, free_port, serving, wait_until

pytestmark = pytest.mark.browser

LINKED_WITHIN = ("text_search", "image_search", "words", "training")
DEEP = 2  # links in a row, each from where the last one led
Kind = tuple[str, frozenset[str], str]
APP = "[data-testid=stApp]"
MAIN = "document.querySelector('[data-testid=stMain]')"
SHOWN = """(main) => [...main.querySelectorAll("h1, h2, h3, label, p")]
  .map((each) => each.innerText).join("\\n").replace(/[\\d.,]+ m?s\\b/g, "some time")"""


@pytest.fixture
def app_with_a_run(home: Path, tmp_path: Path) -> Iterator[str]:
    """The app with a run that nobody has started, so that the list of runs has a link."""
    own = Path(shutil.copytree(home, tmp_path / "home"))
    create_run([DataSource(tmp_path)], TrainingSettings(name="A run"), home=own)
    with serving(own, free_port()) as (address, _):
        yield address


def test_a_link_to_the_page_one_is_on_keeps_its_address_and_the_way_back(
    chromium: Browser, app_with_a_run: str
):
    context = chromium.new_context(viewport=DESKTOP)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    page.goto(app_with_a_run)
    seen: set[Kind] = set()
    for name in LINKED_WITHIN:
        label, _ = MENU[f"pages/{name}.py"]
        page.get_by_role("navigation", name="Pages").get_by_role("link", name=label).click()
        settle(page)
        walk(page, seen, DEEP)
    context.close()
    own = {(path, name) for path, names, view in seen for name in (*names, view) if name}
    expected = {("/training", "new"), ("/training", "run"), ("/training", "compare")}
    expected |= {("/text_search", "q"), ("/image_search", "like"), ("/words", "q")}
    assert expected <= own, "these links were not there to be followed"


def walk(page: Page, seen: set[Kind], deep: int) -> None:
    """Follow each kind of link to this very page, and from where it leads those not seen yet."""
    here = page.url
    for kind, href in own_links(page):
        if kind in seen:
            continue
        seen.add(kind)
        page.locator(f'a[href="{href}"]').first.click()
        target = urljoin(here, href)
        shown = arrived(page, target)
        page.go_back()
        arrived(page, here)
        page.go_forward()
        arrived(page, target, shown)
        if deep > 1:
            walk(page, seen, deep - 1)
        page.go_back()
        arrived(page, here)


def own_links(page: Page) -> list[tuple[Kind, str]]:
    """Return the links from a page to itself, each with what kind it is."""
    page.locator("nav a[href]").first.wait_for()
    found = page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    path = urlsplit(page.url).path
    links = []
    for href in dict.fromkeys(found):
        target = urlsplit(urljoin(page.url, href))
        if target.path == path and not href.startswith("#"):
            asked = parse_qs(target.query)
            links.append(((path, frozenset(asked), asked.get("view", [""])[0]), href))
    return links


def arrived(page: Page, target: str, expected: str = "") -> str:
    """Wait until a page is drawn whose address is `target`, and return what it says."""
    expect(page).to_have_url(re.compile("^" + re.escape(target).replace("\\+", "(\\+|%20)") + "$"))
    if expected:
        wait_until(page, f"(expected) => ({SHOWN})({MAIN}) === expected", expected)
        expect(page.locator(APP)).to_have_attribute("data-test-script-state", "notRunning")
        return expected
    return settle(page)


def settle(page: Page) -> str:
    """Wait until the page's script has run and the page stays as it is; return what it says."""
    before, shown = None, ""
    while shown != before or not shown:
        page.wait_for_timeout(300)
        expect(page.locator(APP)).to_have_attribute("data-test-script-state", "notRunning")
        before, shown = shown, page.evaluate(f"({SHOWN})({MAIN})")
    return shown


def test_on_a_phone_the_menu_leads_on_and_gets_out_of_the_way(chromium: Browser, server: str):
    context = chromium.new_context(viewport=PHONE)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page = context.new_page()
    page.goto(server)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Training").click()
    expect(page.get_by_role("heading", name="Training", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport()
    context.close()
