"""The map's element alone in a real browser: what it draws, and what it does while it moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from pages.map.parts import packed
from tests.benchmarks.map_in_browser import harness, material
from tests.browser.conftest import PATIENCE_MS

pytestmark = pytest.mark.browser

N_POINTS, N_PAIRS = 1_500, 40
MAP = "document.querySelector('.map').kindredMap"
A_CARD = """WebGL2RenderingContext.prototype.getParameter = new Proxy(
  WebGL2RenderingContext.prototype.getParameter, { apply: (given, gl, [name]) =>
    name === 0x9246 ? "a card" : Reflect.apply(given, gl, [name]) });"""
LOOK = f"""() => {{
  const map = {MAP}, {{ width, height }} = map.front;
  const seen = new OffscreenCanvas(width, height).getContext("2d");
  map.setLines("all");
  map.draw();
  seen.drawImage(map.front, 0, 0);
  return [map.painter.constructor.name, width, ...seen.getImageData(0, 0, width, height).data];
}}"""
FRAMES = """async (n) => {
  for (; n; n--) await new Promise((done) => requestAnimationFrame(() => done()));
}"""


@pytest.fixture
def pages(chromium: Browser, tmp_path: Path) -> Iterator:
    """Open pages of the element alone, each with a map that has settled."""
    file = tmp_path / "map.html"
    file.write_text(harness(), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 500, "height": 400})
    context.set_default_timeout(PATIENCE_MS)

    def opened(script: str = "") -> Page:
        page = context.new_page()
        if script:
            page.add_init_script(script)
        page.goto(file.as_uri())
        page.wait_for_function("window.ready")
        data, parts, _ = material(N_POINTS, N_PAIRS)
        page.evaluate(
            "(parts) => Object.entries(parts).forEach(([n, b]) => kindredParts.set(n, b))", parts
        )
        page.evaluate("(data) => draw(data)", data)
        page.wait_for_function(f"{MAP}.timings.drawn > 0 && {MAP}.settled === 1")
        return page

    yield opened
    context.close()


def picture(page: Page) -> tuple[str, np.ndarray]:
    """Return who painted the points, and what they look like on white, (height, width, 3)."""
    painter, width, *bytes_ = page.evaluate(LOOK)
    pixels = np.array(bytes_, float).reshape(-1, width, 4)
    alpha = pixels[..., 3:] / 255
    return painter, pixels[..., :3] * alpha + 255 * (1 - alpha)


def test_without_a_graphics_card_the_same_picture_is_drawn(pages):
    painter, plain = picture(pages())
    other, by_card = picture(pages(A_CARD))
    assert (painter, other) == ("PixelPainter", "CardPainter")
    difference = np.abs(plain - by_card)
    assert difference.mean() < 1  # of 255; a line may lie one pixel beside
    assert (by_card < 250).any(axis=2).mean() > 0.05  # and there is something to see


def test_a_map_that_takes_long_to_draw_slides_while_it_moves_and_is_sharp_at_rest(pages):
    """Moved by (30, 10) and then grown by 2 about (0, 0): what was at x is now at 2 (x + 30)."""
    page = pages()
    page.evaluate(f"{MAP}.cost = 1e6; {MAP}.look((lens) => lens.move(30, 10))")
    page.evaluate(f"{MAP}.look((lens) => lens.zoom(2, 0, 0))")
    page.evaluate(FRAMES, 2)
    assert page.evaluate(f"{MAP}.front.style.transform") == "translate(60px, 20px) scale(2)"
    assert page.evaluate(f"{MAP}.over.style.transform") == ""
    page.evaluate(f"{MAP}.cost = 0; {MAP}.retouch()")
    page.evaluate(FRAMES, 2)
    assert page.evaluate(f"{MAP}.front.style.transform") == ""
    assert not page.evaluate(f"{MAP}.lens.moved({MAP}.seen)")


def test_a_run_of_the_script_that_brings_nothing_new_paints_nothing(pages):
    page = pages()
    page.evaluate(f"() => {{ {MAP}.painter.colour = () => (window.painted += 1); }}")
    data, _, _ = material(N_POINTS, N_PAIRS)
    page.evaluate("window.painted = 0")
    page.evaluate("(data) => draw(data)", data)
    assert page.evaluate("window.painted") == 0
    page.evaluate("(data) => draw(data)", {**data, "shown": [3]})
    assert page.evaluate("window.painted") == 1


def test_each_of_forty_values_has_a_colour_of_its_own_and_is_named_on_hover(pages):
    page = pages()
    data, parts, _ = material(N_POINTS, N_PAIRS)
    codes = np.arange(N_POINTS) % 40
    labels = [f"value {code}" for code in range(40)]
    counts = np.bincount(codes).tolist()
    body = {**parts["c"], "labels": labels, "counts": counts, "codes": packed(codes, np.int16)}
    page.evaluate("(body) => kindredParts.set('c40', body)", body)
    page.evaluate("(data) => draw(data)", {**data, "parts": {**data["parts"], "colour": "c40"}})
    forty = "[...Array(40).keys()]"
    assert page.evaluate(f"new Set({forty}.map((i) => {MAP}.colourOf(i))).size") == 40
    assert page.evaluate(f"{forty}.map((i) => {MAP}.factsOf(i))") == labels
    chips = page.locator(".legend .chip")
    assert chips.count() == 13  # twelve values, and a way to the other 28
    chips.last.click()
    assert chips.count() == 41


def test_what_comes_back_late_from_the_server_takes_no_choice_away(pages):
    """Two choices follow one another fast; the answer to the first arrives after the second."""
    page = pages()
    data, _, _ = material(N_POINTS, N_PAIRS)
    page.evaluate(f"{MAP}.choose([1, 2, 3], false)")
    first = page.evaluate("sent.filter(([name]) => name === 'chosen').at(-1)[1]")
    page.evaluate(f"{MAP}.choose([4], false)")
    second = page.evaluate("sent.filter(([name]) => name === 'chosen').at(-1)[1]")
    chosen = f"[...{MAP}.chosen]"
    for told in (first, second, second):
        page.evaluate("(data) => draw(data)", {**data, "chosen": told})
        assert page.evaluate(chosen) == [4]
    page.evaluate("(data) => draw(data)", {**data, "chosen": {"serial": "page 1", "points": []}})
    assert page.evaluate(chosen) == []
    page.evaluate(f"{MAP}.choose([5], false)")
    page.evaluate("(data) => draw(data)", {**data, "chosen": {"serial": "page 1", "points": []}})
    assert page.evaluate(chosen) == [5]
    other = {**data, "map": "another", "chosen": {"serial": "page 1", "points": [7]}}
    page.evaluate("(data) => draw(data)", other)
    assert page.evaluate(chosen) == [7]


def test_a_message_that_follows_at_once_carries_the_choice_the_server_has_not_heard(pages):
    page = pages()
    data, _, _ = material(N_POINTS, N_PAIRS)
    last = "sent.at(-1)[1].unheard.chosen?.points"
    page.evaluate(f"{MAP}.choose([1, 2], false)")
    page.evaluate(f"{MAP}.send('needs', {{ numbers: [0] }})")
    assert page.evaluate(last) == [1, 2]
    chosen = page.evaluate("sent.at(-1)[1].unheard.chosen")
    page.evaluate("(data) => draw(data)", {**data, "chosen": chosen})
    page.evaluate(f"{MAP}.send('needs', {{ numbers: [0] }})")
    assert page.evaluate(last) is None
