"""The app as others meet it: every page within its own policy, and as a visitor from a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import (
    DESKTOP,
    PATIENCE_MS,
    PHONE,
    Witness,
    free_port,
    serving,
    wait_until,
)

pytestmark = pytest.mark.browser
AT_REST = "document.querySelector('[data-test-script-state]')?.dataset.testScriptState"
PAGES = [
    ("/", "Find the photo you have in mind"),
    ("/text_search?collection=squares&q=red", "Search by words"),
    ("/image_search?collection=squares", "Search by photo"),
    ("/explorer?collection=squares", "Explorer"),
    ("/words?collection=squares&q=shoe", "Similar words"),
    ("/compare?collection=squares", "Compare methods"),
    ("/collections?collection=squares", "Collections"),
    ("/models?collection=squares", "Models"),
    ("/training?collection=squares", "Training"),
    ("/training?collection=squares&view=new", "Training"),
]


@pytest.mark.parametrize(("address", "heading"), PAGES)
def test_every_page_stays_within_its_own_policy(page: Page, address: str, heading: str):
    """The fixture fails on a word on the console, and each breach of the policy is one."""
    answer = page.goto(address)
    assert answer is not None
    told = answer.headers
    assert "'unsafe-eval'" not in told["content-security-policy"]
    assert "frame-ancestors 'none'" in told["content-security-policy"]
    assert told["x-frame-options"] == "DENY"
    assert told["x-content-type-options"] == "nosniff"
    assert told["referrer-policy"] == "no-referrer"
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    wait_until(page, f"{AT_REST} === 'notRunning'")


def test_a_script_that_is_slipped_into_a_page_does_not_run(page: Page, witness: Witness):
    page.goto("/")
    expect(page.get_by_role("heading", name="Find the photo you have in mind")).to_be_visible()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.slippedIn = true";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("window.slippedIn") is None
    assert any("Content Security Policy" in each for each in witness.complaints)
    witness.complaints.clear()


@pytest.fixture(scope="module")
def public(home: Path) -> Iterator[str]:
    with serving(home, free_port(), {"KINDRED_ACCESS": "public"}) as (address, _):
        yield address


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["1440px", "390px"])
def test_a_visitor_searches_and_explores_and_is_offered_nothing_else(
    chromium: Browser, public: str, viewport
):
    """By clicks from the home page; what the owner's links lead to says so in one sentence."""
    witness = Witness(public)
    context = chromium.new_context(viewport=viewport, base_url=public)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("request", witness.request)
    page.on("console", witness.message)
    page.goto("/?collection=squares")
    ways = page.get_by_role("navigation", name="Ways on")
    ways.get_by_role("link", name="Collections").click()
    expect(page.get_by_role("heading", name="Coloured squares")).to_be_visible()
    for label in ("Update", "Rename", "Remove", "Choose a folder…"):
        expect(page.get_by_role("button", name=label)).to_have_count(0)
    expect(page.get_by_text("Add your photos")).to_have_count(0)
    page.get_by_role("link", name="Search", exact=True).first.click()
    page.get_by_label("Words", exact=True).fill("red square")
    page.get_by_label("Words", exact=True).press("Enter")
    expect(page.locator("article .caption").first).to_be_visible()
    page.goto("/explorer?collection=squares")
    expect(page.locator(".map")).to_be_visible()
    expect(page.get_by_role("button", name="Make the map")).to_have_count(0)
    for address in ("/training?collection=squares", "/models"):
        page.goto(address)
        expect(page.get_by_text("This page is for the owner of this Kindred.")).to_be_visible()
    assert str(Path.home()) not in page.content()
    context.close()
    assert not witness.elsewhere
    assert not witness.complaints


def test_who_comes_by_way_of_a_proxy_reads_why_nobody_is_let_in(chromium: Browser, server: str):
    context = chromium.new_context(extra_http_headers={"X-Forwarded-For": "203.0.113.9"})
    page = context.new_page()
    answer = page.goto(server)
    assert answer is not None and answer.status == 403
    expect(page.get_by_text("it lets nobody in")).to_be_visible()
    context.close()
