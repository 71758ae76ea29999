"""A small real collection for the pages: coloured squares, and a model that knows colours."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from engine.config import PROJECT
from engine.images import encode_png
from engine.storage import build_collection
from tests.pages.colour_model import COLOURS, write_colour_model

N_SHADES = 4
STRANGE_CAPTION = "*violet* <b>square</b> [3](https://example.org)"


def square(colour: str, shade: int, side_px: int = 32) -> bytes:
    """Return a PNG of one colour; each shade lifts its dark channels by 30 of 255."""
    pixel = [255 if value > 0 else 30 * shade for value in COLOURS[colour]]
    return encode_png(np.full((side_px, side_px, 3), pixel, np.uint8))


@pytest.fixture(scope="session")
def colour_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colour_model(tmp_path_factory.mktemp("models") / "colours")


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 5 colours × 4 shades, their table, and one file that is no photo."""
    folder = tmp_path_factory.mktemp("squares")
    (folder / "images").mkdir()
    rows = [["image", "caption", "colour", "shade", "finish"]]
    for colour in COLOURS:
        for shade in range(N_SHADES):
            name = f"{colour}-{shade}.png"
            (folder / "images" / name).write_bytes(square(colour, shade))
            caption = STRANGE_CAPTION if name == "violet-3.png" else f"A {colour} square {shade}"
            finish = "Matt" if colour == "red" else "Glossy"
            rows.append([name, caption, colour.capitalize(), f"shade {shade}", finish])
    (folder / "images" / "broken.jpg").write_bytes(b"<svg>not a photo</svg>")
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="session")
def built(squares: Path, colour_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "squares"
    build_collection(squares, model=colour_model, out=folder, name="Coloured squares")
    return folder


@pytest.fixture
def shelf(built: Path, kindred_home: Path) -> Path:
    """The folder of the collection in this test's own home."""
    return Path(shutil.copytree(built, kindred_home / "collections" / "squares"))


@pytest.fixture
def photo_id(shelf: Path):
    """Return the id of a photo by its file's name."""
    from engine.storage import Collection

    with Collection.open(shelf) as collection:
        ids = {Path(p.path).name: p.photo_id for p in collection.catalogue.all_photos()}
    return ids.__getitem__


@pytest.fixture
def open_page(shelf: Path):
    """Open a page of the app as a link does: its name, and what stands after the question mark."""

    def opened(page: str = "", /, **parameters: str | list[str]) -> AppTest:
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=30)
        app.query_params.update({"collection": "squares", **parameters})
        if page:
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened
