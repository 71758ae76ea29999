"""A folder of drawn photos, a model that needs no training, and a collection made with both."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.storage import build_collection
from tests.engine.storage.colour import ColourEncoder, draw_folder


@pytest.fixture
def encoder() -> ColourEncoder:
    return ColourEncoder()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Ten photos, 000.jpg to 009.jpg."""
    return draw_folder(tmp_path / "photos", 10)


@pytest.fixture
def shelf(tmp_path: Path, photos: Path, encoder: ColourEncoder) -> Path:
    """A collection of those photos."""
    build_collection(photos, model=encoder, out=tmp_path / "shelf")
    return tmp_path / "shelf"
