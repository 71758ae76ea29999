"""The map's element in a real Chromium: python -m tests.benchmarks.map_in_browser [--points …].

The element runs in a page of its own, with drawn points, photos and pairs. What is measured is the
element and the browser, not the server.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from engine.config import PROJECT
from engine.images import encode_jpeg
from pages.map.element import SCRIPTS, WORDS
from pages.map.parts import packed
from tests.benchmarks.report import Row, print_machine, print_rows, say
from tools.browser import find

PAGES = PROJECT / "pages"
CELL_PX, ACROSS = 32, 32
SIZE = {"width": 1100, "height": 800}
N_FRAMES = 60
LOOP = [(0.35, 0.3), (0.62, 0.22), (0.7, 0.55), (0.5, 0.5), (0.4, 0.74), (0.28, 0.5)]

HARNESS = """<!doctype html><meta charset="utf-8"><style>body{margin:8px}%s</style>
<div id="here"></div><script type="module">
const sent = []; window.sent = sent;
const run = await import(URL.createObjectURL(new Blob([%s], { type: "text/javascript" })));
window.draw = (data) => run.default({ data, parentElement: document.getElementById("here"),
  setTriggerValue: (name, value) => sent.push([name, value]) });
window.ready = true;
</script>"""

PAN = """async (n) => {
  const map = document.querySelector(".map").kindredMap, times = [];
  let last = performance.now();
  for (let i = 0; i < n; i++) {
    map.look((lens) => lens.move(i % 2 ? 9 : -7, 5 * Math.sin(i)));
    map.look((lens) => lens.zoom(i % 3 ? 1.03 : 0.97));
    await new Promise((done) => requestAnimationFrame(done));
    map.painter.finish();
    const now = performance.now(); times.push(now - last); last = now;
  }
  return times;
}"""
HOVER = """async ([x, y]) => {
  const map = document.querySelector(".map").kindredMap, stage = document.querySelector(".stage");
  const box = stage.getBoundingClientRect(), began = performance.now();
  stage.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, clientX: box.left + x,
    clientY: box.top + y, bubbles: true }));
  const picture = document.querySelector(".card canvas").getContext("2d");
  while (performance.now() - began < 5000) {
    const seen = picture.getImageData(72, 72, 1, 1).data[3];
    if (!document.querySelector(".card").hidden && seen) return performance.now() - began;
    await new Promise((done) => setTimeout(done, 2));
  }
  return null;
}"""


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.map_in_browser")
    parser.add_argument("--points", type=int, default=70_000)
    parser.add_argument("--pairs", type=int, default=5_000)
    return parser.parse_args()


def harness() -> str:
    """Return a page that runs the element's own script and style."""
    names = ["shared/elements.js", *(f"map/{name}.js" for name in SCRIPTS.split())]
    script = "\n".join((PAGES / name).read_text(encoding="utf-8") for name in names)
    style = (PAGES / "map" / "map.css").read_text(encoding="utf-8")
    return HARNESS % (style, json.dumps(script).replace("</", "<\\/"))


def material(n: int, n_pairs: int) -> tuple[dict[str, Any], dict[str, Any], NDArray[np.float32]]:
    """Draw points in groups, their captions, colours, pairs, and the sheets of their pictures."""
    draw = np.random.default_rng(0)
    group = draw.integers(12, size=n)
    points = (draw.normal(0, 40, (12, 2))[group] + draw.normal(0, 6, (n, 2))).astype(np.float32)
    ranks = draw.geometric(0.02, n_pairs)
    parts: dict[str, Any] = {
        "p": {"xy": packed(points, np.float32), "photos": packed(np.arange(n), np.int32)},
        "t": [f"Caption of point {i}" for i in range(n)],
        "c": {
            "kind": "groups",
            "labels": [f"group {i}" for i in range(12)],
            "counts": np.bincount(group).tolist(),
            "codes": packed(group, np.int16),
        },
        "l": {
            "photos": packed(np.arange(n_pairs), np.int32),
            "captions": packed(np.arange(n - n_pairs, n), np.int32),
            "ranks": packed(ranks, np.float32),
        },
    }
    parts["p"]["n_photos"] = n
    cells = ACROSS**2
    pixels = draw.integers(0, 255, (ACROSS, ACROSS, 3), dtype=np.uint8)
    sheet = encode_jpeg(np.repeat(np.repeat(pixels, CELL_PX, 0), CELL_PX, 1), quality=78)
    n_sheets = -(-n // cells)
    parts |= {f"s/{i}": b64encode(sheet).decode() for i in range(n_sheets)}
    sheets = {
        "id": "s",
        "n_cells": cells,
        "n_across": ACROSS,
        "cell": CELL_PX,
        "n_sheets": n_sheets,
    }
    data = {
        "map": "m",
        "parts": {"points": "p", "told": "t", "colour": "c", "pairs": "l", "sheets": sheets},
        "names": [],
        "query": None,
        "shown": [],
        "chosen": {"serial": "", "points": []},
        "state": "",
        "height": 640,
        "words": {**WORDS, "described": "drawn points"},
    }
    return data, parts, points


def holds(loop: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Test every point against a polygon by its winding number, another way than the page does."""
    from_, to = loop, np.roll(loop, -1, axis=0)
    winding = np.zeros(len(points), int)
    for (x0, y0), (x1, y1) in zip(from_, to, strict=True):
        left = (x1 - x0) * (points[:, 1] - y0) - (points[:, 0] - x0) * (y1 - y0)
        winding += (y0 <= points[:, 1]) & (y1 > points[:, 1]) & (left > 0)
        winding -= (y0 > points[:, 1]) & (y1 <= points[:, 1]) & (left < 0)
    return winding != 0


def lasso(page: Page, points: NDArray[np.float32], visible: NDArray[np.bool_]) -> bool:
    """Draw a loop with the mouse; tell whether exactly the points inside were chosen."""
    box = page.locator(".stage").bounding_box()
    assert box is not None
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in LOOP]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner)
    page.mouse.up()
    lens = page.evaluate(
        "(() => { const { left, top, scale } = document.querySelector('.map').kindredMap.lens;"
        " const b = document.querySelector('.stage').getBoundingClientRect();"
        " return [left, top, scale, b.left, b.top]; })()"
    )
    loop = np.array(
        [
            ((x - lens[3] - lens[0]) / lens[2], (lens[1] - (y - lens[4])) / lens[2])
            for x, y in corners
        ]
    )
    expected = np.flatnonzero(holds(loop, points.astype(float)) & visible).tolist()
    name, told = page.evaluate("sent.filter(([name]) => name === 'chosen').at(-1)")
    return name == "chosen" and told["points"] == expected and len(expected) > 0


def measure(page: Page, n: int, n_pairs: int) -> list[Row]:
    """Draw, pan, hover and choose."""
    data, parts, points = material(n, n_pairs)
    page.evaluate(
        "(parts) => Object.entries(parts).forEach(([n, b]) => kindredParts.set(n, b))", parts
    )
    page.evaluate("(data) => draw(data)", data)
    map_ = "document.querySelector('.map').kindredMap"
    page.wait_for_function(f"{map_}.timings.drawn > 0")
    page.wait_for_timeout(500)
    drawn = page.evaluate(f"{map_}.timings.drawn")
    painter = page.evaluate(f"{map_}.painter.constructor.name")
    frames = np.array(page.evaluate(PAN, N_FRAMES))
    page.evaluate(f"{map_}.fit()")
    page.wait_for_timeout(500)
    whole = page.evaluate(f"{map_}.cost")
    hovers = [hover(page, points[i]) for i in (5, 5000 % n, n // 2, n - 9)]
    page.evaluate(f"{map_}.setLines('all')")
    lines = np.array(page.evaluate(PAN, N_FRAMES))
    n_lines = page.evaluate(f"{map_}.lines.n")
    page.evaluate(f"{map_}.setLines('none'); {map_}.fit()")
    return [
        Row(
            f"{n:,} points drawn ({painter})",
            f"{drawn:.0f} ms",
            "3 s",
            drawn / 3000,
            ceiling=1,
        ),
        Row("frame while panning and zooming, median", f"{np.median(frames):.0f} ms"),
        Row("the same, 95 of 100", f"{np.quantile(frames, 0.95):.0f} ms"),
        Row("all points drawn anew", f"{whole:.0f} ms"),
        Row(f"the same with {n_lines:,} lines, median", f"{np.median(lines):.0f} ms"),
        Row(
            "hover picture, slowest of 4",
            f"{max(hovers):.0f} ms",
            "150 ms",
            max(hovers) / 150,
            ceiling=1,
        ),
        *lasso_rows(page, points),
    ]


def hover(page: Page, point: NDArray[np.float32]) -> float:
    place = page.evaluate(
        "([x, y]) => { const { lens } = document.querySelector('.map').kindredMap;"
        " return [lens.screenX(x), lens.screenY(y)]; }",
        point.tolist(),
    )
    taken = page.evaluate(HOVER, place)
    return float("inf") if taken is None else float(taken)


def lasso_rows(page: Page, points: NDArray[np.float32]) -> list[Row]:
    """Choose by lasso at first sight, a second time, with a group hidden, and after a zoom."""
    map_ = "document.querySelector('.map').kindredMap"
    visible = np.ones(len(points), bool)
    page.evaluate(f"{map_}.setMode('lasso')")
    exact = {"first": lasso(page, points, visible), "second": lasso(page, points, visible)}
    page.evaluate(f"{map_}.toggleGroup(3)")
    hidden = page.evaluate(f"[...{map_}.colour.codes].map((code) => code !== 3)")
    exact["group hidden"] = lasso(page, points, np.array(hidden))
    page.evaluate(f"{map_}.toggleGroup(3)")
    page.evaluate(f"{map_}.look((lens) => lens.zoom(2.4, 300, 250))")
    exact["zoomed"] = lasso(page, points, visible)
    return [
        Row(f"lasso = polygon test: {name}", "exact" if held else "WRONG", "", float(held), floor=1)
        for name, held in exact.items()
    ]


def main() -> int:
    """Print the machine and the table; return 1 when a bound is missed."""
    options = parsed()
    print_machine()
    flags = ["--no-first-run", "--disable-background-networking", "--disable-gpu"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []
    say("starting Chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "map.html")
        file.write_text(harness(), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=find(), args=flags)
        page = browser.new_page(viewport=SIZE)
        page.goto(file.as_uri())
        page.wait_for_function("window.ready")
        rows = measure(page, options.points, options.pairs)
        browser.close()
    print_rows(rows)
    return int(any(row.is_kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
