"""A small real collection for the pages: coloured squares, and a model that knows colours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from engine.config import PROJECT
from engine.storage import build_collection
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares


@pytest.fixture(scope="session", autouse=True)
def packages_read_once() -> Iterator[None]:
    """Let Streamlit look for components in what is installed once, not once for each page.

    Reading what a hundred packages say of themselves takes ten times as long as drawing a page.
    """
    scan = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session")
def colour_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_colour_model(tmp_path_factory.mktemp("models") / "colours")


@pytest.fixture(scope="session")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of photos, their table, and one file that is no photo."""
    return draw_squares(tmp_path_factory.mktemp("photos") / "squares")


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
        app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=300)
        app.query_params.update({"collection": "squares", **parameters})
        if page:
            app.switch_page(f"pages/{page}.py")
        return app.run()

    return opened
