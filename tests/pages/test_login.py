"""People log in with a provider of this machine, in a real browser, and get their roles.

It needs requirements-login.txt, which is installed apart, and Chromium.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine.storage import build_collection
from tests.browser.conftest import (
    AT_WORK,
    PATIENCE_MS,
    chromium,  # noqa: F401 - a fixture
    free_port,
    look,
    serving,
)
from tests.pages.openid_provider import CLIENT, SECRET, providing
from tests.pages.squares import draw_squares

pytestmark = pytest.mark.skipif(
    find_spec("authlib") is None, reason="requirements-login.txt is not installed"
)
PEOPLE = {
    "Ada": {"email": "ada@example.org", "email_verified": True},
    "Bo": {"email": "bo@shop.example", "email_verified": True},
    "Cleo": {"email": "cleo@partner.example", "email_verified": True},
    "Mallory": {"email": "ada@example.org", "email_verified": False},
}
SECRETS = """
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "a long text that nobody guesses"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{issuer}/.well-known/openid-configuration"

[access]
owners = ["ada@example.org"]
editors = ["@shop.example"]
visitors = ["@partner.example"]
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, colour_model: Path) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    photos, home = draw_squares(folder / "squares"), folder / "home"
    build_collection(photos, model=colour_model, out=home / "collections" / "squares", name="S")
    address = f"http://localhost:{port}"
    with providing(PEOPLE) as provider:
        told = {"client": CLIENT, "secret": SECRET, "issuer": provider.issuer}
        (folder / "secrets.toml").write_text(SECRETS.format(address=address, **told))
        variables = {"STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml")}
        with serving(home, port, variables):
            yield address


@pytest.fixture
def page(chromium: Browser, app: str) -> Iterator[Page]:  # noqa: F811
    context = chromium.new_context(base_url=app)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.add_locator_handler(page.locator(AT_WORK), look, no_wait_after=True)
    yield page
    context.close()


def log_in(page: Page, name: str) -> None:
    page.goto("/")
    expect(page.get_by_text("Log in to search these photos.")).to_be_visible()
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=name).click()


def menu(page: Page) -> set[str]:
    pages = page.get_by_role("navigation", name="Pages")
    expect(pages.get_by_role("link", name="Collections")).to_be_visible()
    return set(pages.get_by_role("link").all_inner_texts())


def test_who_is_not_logged_in_sees_nothing_but_the_way_in(page: Page):
    for path in ("/", "/collections", "/training"):
        page.goto(path)
        expect(page.get_by_text("Log in to search these photos.")).to_be_visible()
        expect(page.get_by_role("link", name="Collections")).to_have_count(0)


def test_the_owner_is_told_by_a_proved_address_and_may_leave_again(page: Page):
    log_in(page, "Ada")
    expect(page.get_by_text("Logged in as Ada")).to_be_visible()
    assert any("Training" in each for each in menu(page))
    page.get_by_role("link", name="Collections").first.click()
    expect(page.get_by_role("button", name="Remove")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Log in to search these photos.")).to_be_visible()


def test_an_editor_is_told_by_the_domain(page: Page):
    log_in(page, "Bo")
    expect(page.get_by_text("Logged in as Bo")).to_be_visible()
    assert not any("Training" in each for each in menu(page))
    page.get_by_role("link", name="Collections").first.click()
    expect(page.get_by_role("button", name="Update")).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)


def test_a_visitor_searches_and_is_offered_nothing_else(page: Page):
    log_in(page, "Cleo")
    expect(page.get_by_text("Logged in as Cleo")).to_be_visible()
    page.get_by_role("link", name="Collections").first.click()
    expect(page.get_by_role("heading", name="Collections")).to_be_visible()
    expect(page.get_by_role("button", name="Update")).to_have_count(0)


def test_an_address_that_nobody_proved_opens_no_door(page: Page):
    log_in(page, "Mallory")
    expect(page.get_by_text("This account is not among those that may come in.")).to_be_visible()
    expect(page.get_by_role("link", name="Collections")).to_have_count(0)
