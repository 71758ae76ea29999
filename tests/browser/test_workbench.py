"""The query workbench in a real browser: chips, thumbs, and a part of a photo.

Colours are corners of a cube around its middle: red (1, -1, -1), blue (-1, -1, 1), violet
(1, -1, 1) and yellow (1, 1, -1), each divided by √3.
"""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from engine.images import encode_png

pytestmark = pytest.mark.browser

RED, BLUE = (255, 0, 0), (0, 0, 255)


def chips(page: Page) -> Locator:
    return page.locator("ul.chips li.chip")


def order(page: Page) -> list[str]:
    return page.locator("article .caption").all_text_contents()


def press(page: Page, name: str) -> None:
    """Press a thumb and wait until the answer is drawn with it."""
    thumb = page.get_by_role("button", name=name, exact=True)
    before = thumb.get_attribute("aria-pressed")
    thumb.click()
    expect(thumb).to_have_attribute("aria-pressed", "false" if before == "true" else "true")


def test_words_that_take_away_become_a_minus_chip_and_a_turned_sign_is_in_the_link(page: Page):
    page.goto("/text_search?collection=squares&k=3")
    box = page.locator('input[type="search"]')
    box.fill("red without violet")
    box.press("Enter")
    expect(chips(page)).to_have_count(2)
    expect(chips(page).locator(".label")).to_have_text(["red", "violet"])
    expect(chips(page).nth(1)).to_have_class("chip minus")
    page.get_by_role("button", name="Turn into a plus: violet").click()
    expect(chips(page).nth(1)).to_have_class("chip")
    expect(page).to_have_url(re.compile(r"[?&]q=red(\+|%20)%2B(\+|%20)violet"))
    expect(box).to_have_value("red + violet")
    turned = order(page)
    page.reload()
    expect(chips(page)).to_have_count(2)
    expect(page.locator("ul.chips li.minus")).to_have_count(0)
    expect(page.locator("article .caption")).to_have_text(turned)


def test_thumbs_move_the_answer_at_once_and_can_be_taken_back(page: Page):
    """Red is as like violet as yellow, and less like blue: (1 - 1 + 1) / 3 and -1 / 3.

    With a thumb up for blue the query leans to (0.25, -1.75, -0.25), blue before yellow; with one
    down for violet to (0.75, -0.75, -1.25), yellow before violet.
    """
    page.goto("/text_search?collection=squares&q=red&mode=dense&k=20&deduplicate=0")
    blue, violet, yellow = (f"A {colour} square 0" for colour in ("blue", "violet", "yellow"))
    expect(page.locator("article .caption")).to_have_count(20)
    before = order(page)
    assert before.index(yellow) < before.index(blue)
    press(page, f"Thumb up: {blue}")
    assert order(page).index(blue) < order(page).index(yellow)
    assert "&liked=" in page.url
    press(page, f"Thumb up: {blue}")
    assert order(page) == before
    press(page, f"Thumb down: {violet}")
    assert order(page).index(yellow) < order(page).index(violet)
    assert "&disliked=" in page.url


def test_a_part_dragged_over_an_uploaded_photo_is_what_counts(page: Page):
    """Left red, right blue: a square within the right half, which needs no margin, is blue."""
    pixels = np.full((64, 64, 3), RED, np.uint8)
    pixels[:, 32:] = BLUE
    page.goto("/image_search?collection=squares")
    expect(page.locator("a.photo").first).to_be_visible()
    upload = {"name": "two.png", "mimeType": "image/png", "buffer": encode_png(pixels)}
    page.locator('input[type="file"]').set_input_files(upload)
    expect(chips(page).locator(".label")).to_have_text(["photo"])
    square = page.locator(".region")
    square.scroll_into_view_if_needed()
    sides = square.bounding_box()
    assert sides is not None
    page.mouse.move(sides["x"] + 0.55 * sides["width"], sides["y"] + 0.3 * sides["height"])
    page.mouse.down()
    page.mouse.move(sides["x"] + 0.95 * sides["width"], sides["y"] + 0.7 * sides["height"], steps=4)
    page.mouse.up()
    expect(chips(page).locator(".label")).to_have_text(["part of photo"])
    expect(page.locator("article .caption").first).to_have_text("A blue square 0")
    page.get_by_role("button", name="Use the whole photo").click()
    expect(chips(page).locator(".label")).to_have_text(["photo"])
