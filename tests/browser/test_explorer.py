"""The map in a real browser: a loop drawn with the mouse chooses exactly the points inside."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.benchmarks.map_in_browser import holds

pytestmark = pytest.mark.browser

LOOP = [(0.3, 0.25), (0.65, 0.3), (0.75, 0.6), (0.5, 0.5), (0.35, 0.75)]
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => done()))"
STATE = """(root) => {
  const { points, lens, colour, hidden, chosen } = root.kindredMap;
  const { left, top, scale } = lens;
  const box = root.querySelector(".stage").getBoundingClientRect();
  return { points: [...points], lens: [left, top, scale, box.left, box.top], chosen: [...chosen],
    visible: [...colour.codes].map((code) => !hidden.has(code)) };
}"""


def resting_box(page: Page, stage: Locator) -> dict[str, float]:
    """Return where the map is, once the page about it has come to rest."""
    stage.evaluate("(stage) => stage.scrollIntoView({ block: 'center' })")
    before = None
    while (box := stage.bounding_box()) != before or box is None:
        before = box
        page.wait_for_timeout(300)
    return box


def lasso(page: Page, map_: Locator) -> tuple[list[int], list[int]]:
    """Draw a loop; return the points that the map chose, and those a polygon test chooses."""
    box = resting_box(page, map_.locator(".stage"))
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in LOOP]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner)
        page.evaluate(NEXT_FRAME)
    page.mouse.up()
    state = map_.evaluate(STATE)
    left, top, scale, at_x, at_y = state["lens"]
    loop = [((x - at_x - left) / scale, (top - (y - at_y)) / scale) for x, y in corners]
    inside = holds(np.array(loop), np.array(state["points"]).reshape(-1, 2))
    return sorted(state["chosen"]), np.flatnonzero(inside & state["visible"]).tolist()


def test_a_lasso_chooses_exactly_what_lies_inside_and_the_photos_stand_beside(page: Page):
    page.goto("/explorer?collection=demo&method=pca&colour=cluster")
    map_ = page.locator(".map")
    expect(map_.locator(".chip").first).to_be_visible()
    map_.get_by_role("button", name="Lasso").click()
    for change in (None, "hide", "zoom"):
        if change == "hide":
            map_.locator(".chip").first.dispatch_event("click")  # a real one scrolls the map away
        if change == "zoom":
            map_.get_by_role("button", name="Zoom in").dispatch_event("click")
        chosen, inside = lasso(page, map_)
        assert chosen == inside
        assert inside
        noun = "photo" if len(inside) == 1 else "photos"
        expect(page.get_by_text(re.compile(rf"^{len(inside):,} {noun} chosen"))).to_be_visible()
    expect(page.locator("article")).to_have_count(min(len(inside), 24))
