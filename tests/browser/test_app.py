"""The app in a real browser: one search of each kind, a collection from a zip, every width."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.drawing import draw_collection
from tests.browser.conftest import PHONE, wait_until
from tests.pages.squares import STRANGE_CAPTION, square

pytestmark = pytest.mark.browser

SLOW_MS = 600_000
PASTE = """([bytes, event]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  document.body.dispatchEvent(
    event === "paste"
      ? new ClipboardEvent("paste", { clipboardData: transfer, ...options })
      : new DragEvent("drop", { dataTransfer: transfer, ...options })
  );
}"""


def captions(page: Page):
    return page.locator("article .caption")


def test_words_typed_at_home_lead_to_photos_and_to_the_like_of_one(page: Page):
    page.goto("/?collection=squares")
    page.get_by_label("Words", exact=True).fill("red")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(captions(page)).to_have_count(9)
    expect(captions(page).first).to_have_text("A red square 0")
    expect(page.get_by_text(re.compile(r"9 of 20 photos, [\d.]+ ms"))).to_be_visible()
    assert page.url.endswith("/text_search?collection=squares&q=red")
    page.get_by_role("link", name="More like this").nth(1).click()
    expect(page.get_by_role("heading", name="Search by photo")).to_be_visible()
    expect(captions(page).first).to_have_text("A red square 0")
    page.go_back()
    expect(page.get_by_role("heading", name="Search by words")).to_be_visible()
    expect(captions(page).first).to_have_text("A red square 0")
    assert page.url.endswith("/text_search?collection=squares&q=red")


def test_a_link_with_filters_and_a_page_reproduces_the_view(page: Page):
    page.goto("/text_search?collection=squares&q=red&k=3&page=2&filter=colour%3DBlue")
    expect(captions(page)).to_have_count(1)
    expect(page.locator("article .rank")).to_have_text("4")
    page.reload()
    expect(page.locator("article .rank")).to_have_text("4")


def test_a_photo_opens_its_details_by_keyboard_and_its_caption_stays_text(page: Page):
    page.goto("/text_search?collection=squares&q=violet&k=3&page=2")
    photo = page.get_by_role("link", name=STRANGE_CAPTION, exact=True)
    photo.focus()
    photo.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("*violet* square < 1 [3](https:")
    assert dialog.locator("b, a[href*='example.org']").count() == 0
    assert "photo=" in page.url
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(captions(page)).to_have_count(3)


def test_results_are_downloaded_as_json(page: Page):
    page.goto("/text_search?collection=squares&q=red")
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert told["matches"][0]["caption"] == "A red square 0"


def test_an_uploaded_photo_finds_its_like(page: Page):
    page.goto("/image_search?collection=squares")
    expect(page.locator("a.photo").first).to_be_visible()
    upload = {"name": "mine.png", "mimeType": "image/png", "buffer": square("blue", 0)}
    page.locator('input[type="file"]').set_input_files(upload)
    expect(captions(page).first).to_have_text("A blue square 0")
    expect(
        page.get_by_text("As the model sees it: upright, whole, 32 × 32 pixels.")
    ).to_be_visible()
    assert "mine" not in page.url
    page.locator("a.photo").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(captions(page).first).to_have_text("A blue square 0")


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_photo_pasted_or_dropped_anywhere_on_the_page_finds_its_like(page: Page, event):
    page.goto("/image_search?collection=squares")
    expect(page.locator("a.photo").first).to_be_visible()
    page.evaluate(PASTE, [list(square("green", 0)), event])
    expect(captions(page).first).to_have_text("A green square 0")
    page.evaluate(PASTE, [list(square("red", 0)), event])
    expect(page.get_by_role("combobox", name="How much it counts")).to_have_count(2)


def test_a_photo_taken_with_the_camera_finds_its_like(page: Page):
    """Chromium's own test camera shows a green picture."""
    page.goto("/image_search?collection=squares")
    page.get_by_role("radio", name="Camera").click()
    wait_until(page, "document.querySelector('video')?.readyState === 4")
    page.get_by_role("button", name="Take Photo").click()
    expect(captions(page).first).to_have_text(re.compile("A green square"))


def test_a_collection_from_a_zip_survives_a_refresh_and_can_be_searched(page: Page, tmp_path):
    """The job is a child process: the page only reads its files, before and after a refresh."""
    draw_collection(60, seed=1, folder=tmp_path / "shop", size_px=96, n_workers=1)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted((tmp_path / "shop").rglob("*")):
            archive.write(path, path.relative_to(tmp_path))
        archive.writestr("../../escaped.png", square("red", 0))
        archive.writestr("shop/images/false.jpg", b"<svg></svg>")
    page.goto("/collections")
    upload = {"name": "shop.zip", "mimeType": "application/zip", "buffer": file.getvalue()}
    page.locator('input[type="file"]').set_input_files(upload)
    expect(page.get_by_text("61 photos in 1 folder")).to_be_visible()
    expect(page.get_by_text(re.compile("About .* on this computer"))).to_be_visible()
    page.get_by_label("Name").fill("My shop")
    page.get_by_label("Name").press("Enter")
    page.get_by_role("button", name="Make the collection").click()
    expect(page.get_by_text("Make My shop")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Make My shop")).to_be_visible()
    expect(page.get_by_role("heading", name="My shop")).to_be_visible(timeout=SLOW_MS)
    expect(page.get_by_text("1 file skipped").first).to_be_visible()
    page.get_by_role("link", name="Open it").click()
    expect(page.get_by_role("heading", name="Search by words")).to_be_visible()
    assert page.url.endswith("/text_search?collection=my-shop")
    page.get_by_label("Words", exact=True).fill("shoes")
    page.get_by_label("Words", exact=True).press("Enter")
    expect(captions(page)).to_have_count(9)
    page.goto("/collections?collection=my-shop")
    card = page.locator('[class*="st-key-card-my-shop"]')
    card.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="My shop")).to_have_count(0)


@pytest.mark.parametrize("page", [PHONE], ids=["390px"], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "/?collection=squares",
        "/text_search?collection=squares",
        "/text_search?collection=squares&q=red&filter=colour%3DRed",
        "/image_search?collection=squares",
        "/collections",
    ],
)
def test_nothing_is_wider_than_a_phone(page: Page, path):
    page.goto(path)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    expect(page.get_by_role("heading").first).to_be_visible()
    main = '[data-testid="stMain"]'
    widths = page.eval_on_selector(main, "main => [main.scrollWidth, main.clientWidth]")
    assert widths[0] <= widths[1] == PHONE["width"]


@pytest.mark.parametrize("page", [PHONE], ids=["390px"], indirect=True)
def test_a_phone_shows_two_columns_and_opens_the_filters(page: Page):
    page.goto("/text_search?collection=squares&q=red")
    expect(captions(page)).to_have_count(9)
    lefts = page.eval_on_selector_all(
        "article", "all => all.map(each => each.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 2
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_role("heading", name="Filters")).to_be_in_viewport()
