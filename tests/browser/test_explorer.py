"""The explorer by clicks: what is chosen, filtered, saved and made, with a mouse and by touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from tests.benchmarks.map_in_browser import holds
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, wait_until

pytestmark = pytest.mark.browser

LONG_MS = 600_000  # a whole program starts, reads its libraries and draws
LOOP = [(0.3, 0.25), (0.65, 0.3), (0.75, 0.6), (0.5, 0.5), (0.35, 0.75)]
AROUND = [(0.02, 0.03), (0.98, 0.03), (0.98, 0.97), (0.02, 0.97), (0.02, 0.03)]
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => done()))"
STATE = """(root) => {
  const { points, lens, chosen, isVisible, lost } = root.kindredMap;
  const { left, top, scale } = lens;
  const box = root.querySelector(".stage").getBoundingClientRect();
  const visible = [...Array(points.length / 2).keys()].map(isVisible);
  return { points: [...points], lens: [left, top, scale, box.left, box.top], visible,
    chosen: [...chosen].sort((a, b) => a - b), isLost: !lost.hidden };
}"""
INKED = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  return data.some((value, k) => k % 4 === 3 && value > 60);
}"""
both_widths = pytest.mark.parametrize(
    "page", [DESKTOP, PHONE], ids=["1440px", "390px"], indirect=True
)


def explore(page: Page, collection: str = "squares") -> Locator:
    """Go from home to the explorer by the menu; return the map once it is drawn."""
    page.goto(f"/?collection={collection}")
    link = page.get_by_role("link", name="Explorer").first
    expect(page.get_by_role("heading").first).to_be_visible()
    if page.viewport_size == PHONE:
        page.get_by_test_id("stExpandSidebarButton").click()
    link.click()
    expect(page.get_by_role("heading", name="Explorer", exact=True)).to_be_visible()
    if page.viewport_size == PHONE and page.get_by_test_id("stSidebarCollapseButton").is_visible():
        page.get_by_test_id("stSidebarCollapseButton").locator("button").click()
    map_ = page.locator(".map")
    expect(map_.locator(".chip").first).to_be_visible()
    return map_


def resting_box(page: Page, stage: Locator) -> dict[str, float]:
    """Return where the map is, once the page about it has come to rest."""
    stage.evaluate("(stage) => stage.scrollIntoView({ block: 'center' })")
    before = None
    while (box := stage.bounding_box()) != before or box is None:
        before = box
        page.wait_for_timeout(300)
    return box


def lasso(page: Page, map_: Locator, loop=LOOP) -> tuple[list[int], list[int]]:
    """Draw a loop; return the points that the map chose, and those a polygon test chooses."""
    box = resting_box(page, map_.locator(".stage"))
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in loop]
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
    return state["chosen"], np.flatnonzero(inside & state["visible"]).tolist()


def until(page: Page, is_so: Callable[[], bool], patience_ms: int = PATIENCE_MS) -> None:
    """Look again and again; the map is in a tree of its own, where the page's script finds none."""
    for _ in range(patience_ms // 200):
        if is_so():
            return
        page.wait_for_timeout(200)
    pytest.fail("what was waited for did not happen")


def expect_agreement(page: Page, map_: Locator, n: int) -> None:
    """The panel tells of n photos, and so many points are highlighted, after everything settled."""
    told = f"{n:,} photo{'' if n == 1 else 's'} chosen" if n else "Nothing chosen yet"
    expect(page.get_by_role("heading", name=told, exact=True)).to_be_visible()
    expect(page.locator("[data-test-script-state=running]")).to_have_count(0)
    assert len(map_.evaluate(STATE)["chosen"]) == n


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
        expect_agreement(page, map_, len(inside))
    expect(page.locator("article")).to_have_count(min(len(inside), 24))


@both_widths
def test_a_loop_closed_where_it_began_chooses_and_panel_and_points_always_agree(page: Page):
    map_ = explore(page)
    map_.get_by_role("button", name="Lasso").click()
    assert lasso(page, map_, AROUND) == (list(range(20)), list(range(20)))
    expect_agreement(page, map_, 20)
    page.get_by_role("button", name="Choose none").click()
    expect_agreement(page, map_, 0)
    chosen, inside = lasso(page, map_)
    assert chosen == inside
    expect_agreement(page, map_, len(inside))
    map_.get_by_role("button", name="Zoom in").click()
    expect_agreement(page, map_, len(inside))
    map_.get_by_role("button", name="Fit").click()
    lasso(page, map_, AROUND)
    expect_agreement(page, map_, 20)


@both_widths
def test_histograms_filter_the_map_and_are_filtered_by_what_is_chosen(page: Page):
    """5 colours × 4 shades; the red ones alone are matt. Of the red, none is glossy."""
    map_ = explore(page)
    bars = page.locator(".histograms")
    bars.get_by_role("button", name="Red").click()
    expect(bars.locator(".left")).to_have_text("4 of 20 points")
    expect(bars.get_by_role("button", name="Matt")).to_have_text("Matt4")
    expect(bars.get_by_role("button", name="Glossy")).to_have_text("Glossy0 / 16")
    expect(page).to_have_url(re.compile("filter=colour%3DRed"))
    map_.get_by_role("button", name="Choose in view").click()
    expect_agreement(page, map_, 4)
    bars.get_by_role("button", name="Glossy").click()
    expect(map_.locator(".lost")).to_have_text("Nothing is left: clear the filters")
    expect_agreement(page, map_, 0)
    map_.locator(".lost").click()
    expect(bars.locator(".left")).to_have_text("20 of 20 points")
    expect_agreement(page, map_, 4)  # what was chosen is still chosen, now that it is seen again
    expect(bars.get_by_role("button", name="Blue")).to_have_text("Blue0 / 4")


@both_widths
def test_a_saved_view_brings_back_filters_zoom_and_choice(page: Page):
    map_ = explore(page)
    bars = page.locator(".histograms")
    bars.get_by_role("button", name="Violet").click()
    map_.get_by_role("button", name="Choose in view").click()
    expect_agreement(page, map_, 4)
    map_.get_by_role("button", name="Zoom in").click()
    lens = map_.evaluate(STATE)["lens"][2]
    name = f"Violet {page.viewport_size['width']}"
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Save this view as").fill(name)
    page.get_by_role("button", name="Save the view").click()
    expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    map_ = explore(page)
    assert len(map_.evaluate(STATE)["chosen"]) == 0
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".histograms .left")).to_have_text("4 of 20 points")
    expect_agreement(page, map_, 4)
    assert map_.evaluate(STATE)["lens"][2] == pytest.approx(lens, rel=1e-3)


def test_an_empty_part_of_the_map_offers_the_way_back(page: Page):
    map_ = explore(page)
    box = resting_box(page, map_.locator(".stage"))
    start = box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"]
    for _ in range(2):
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + 0.75 * box["width"], start[1], steps=4)
        page.mouse.up()
    lost = map_.get_by_role("button", name="Nothing here: show the whole map")
    lost.click()
    expect(lost).to_be_hidden()
    assert not map_.evaluate(STATE)["isLost"]


def test_lines_lie_above_the_pictures_with_their_legend_in_sight(page: Page):
    map_ = explore(page)
    page.get_by_role("radio", name="Both").click()
    lines = map_.get_by_label("Lines from captions to photos")
    lines.select_option("All pairs")
    expect(map_.locator(".line-key")).to_contain_text("finds its photo first")
    stage, key = map_.locator(".stage").bounding_box(), map_.locator(".line-key").bounding_box()
    assert stage["y"] < key["y"] < stage["y"] + stage["height"]
    assert map_.locator("canvas.links").evaluate(INKED)
    order = map_.locator(".stage > canvas").evaluate_all("(all) => all.map((c) => c.className)")
    assert order.index("links") > order.index("mid") > order.index("front")


def test_making_the_map_tells_its_time_and_leaves_the_quick_one_standing(page: Page):
    map_ = explore(page)
    expect(page.get_by_text(re.compile("^About .+ in the background"))).to_be_visible()
    before = map_.evaluate(STATE)["points"]
    page.get_by_role("button", name="Make the map").click()
    expect(page.get_by_text("t-SNE of photos, perplexity 30").first).to_be_visible()
    assert map_.evaluate(STATE)["points"] == before
    until(page, lambda: map_.evaluate(STATE)["points"] != before, LONG_MS)
    expect(page.get_by_role("button", name="Make the map")).to_have_count(0)
    assert len(map_.evaluate(STATE)["points"]) == 40


@pytest.fixture
def phone(chromium: Browser, server: str) -> Iterator[Page]:
    """A page that is touched."""
    context = chromium.new_context(viewport=PHONE, base_url=server, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    context.close()


def touch(devtools: CDPSession, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
    devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_on_a_phone_the_map_comes_first_a_tap_shows_a_photo_and_a_drag_scrolls(phone: Page):
    map_ = explore(phone)
    stage = map_.locator(".stage")
    controls, panel = phone.locator(".st-key-map-controls"), phone.locator(".st-key-map-panel")
    tops = [each.bounding_box()["y"] for each in (stage, panel, controls)]
    assert tops == sorted(tops)
    assert tops[0] < PHONE["height"] / 2
    devtools = phone.context.new_cdp_session(phone)
    box = resting_box(phone, stage)
    state = map_.evaluate(STATE)
    left, top, scale, at_x, at_y = state["lens"]
    x, y = state["points"][:2]
    phone.touchscreen.tap(x * scale + left + at_x, top - y * scale + at_y)
    expect(map_.locator(".card")).to_be_visible()
    expect(phone.get_by_role("heading", name="1 photo chosen")).to_be_in_viewport()
    box = resting_box(phone, stage)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lens = map_.evaluate(STATE)["lens"][:3]
    scroll = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = phone.evaluate(scroll)
    touch(devtools, "touchStart", middle)
    for way in range(30, 181, 30):
        touch(devtools, "touchMove", (middle[0], middle[1] - way))
    touch(devtools, "touchEnd")
    wait_until(phone, f"{scroll} > {before + 50}")
    assert map_.evaluate(STATE)["lens"][:3] == lens
    box = resting_box(phone, stage)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = phone.evaluate(scroll)
    apart = [(middle[0] - 40, middle[1]), (middle[0] + 40, middle[1])]
    touch(devtools, "touchStart", *apart)
    touch(devtools, "touchMove", (apart[0][0] - 40, apart[0][1]), (apart[1][0] + 40, apart[1][1]))
    touch(devtools, "touchEnd")
    until(phone, lambda: map_.evaluate(STATE)["lens"][2] > lens[2] * 1.5)
    assert phone.evaluate(scroll) == before
    map_.get_by_role("button", name="Move").click()
    box = resting_box(phone, stage)
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lens, before = map_.evaluate(STATE)["lens"][:3], phone.evaluate(scroll)
    touch(devtools, "touchStart", middle)
    touch(devtools, "touchMove", (middle[0], middle[1] - 60))
    touch(devtools, "touchEnd")
    assert map_.evaluate(STATE)["lens"][1] == pytest.approx(lens[1] - 60, abs=2)
    assert phone.evaluate(scroll) == before
