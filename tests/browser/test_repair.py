"""A person repairs a damaged collection by clicking, from the home page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.evaluation.judgements import Judgement, judgements_file, keep_judgement, read_judgements
from engine.storage import (
    Collection,
    build_collection,
    save_uploads,
    summarise,
    tag_photos,
    update_collection,
)
from tests.pages.colour_model import write_colour_model
from tests.pages.squares import draw_squares

pytestmark = pytest.mark.browser


@pytest.fixture
def damaged(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A collection of uploads, one tagged, one judged, whose catalogue is cut in half."""
    monkeypatch.setenv("KINDRED_HOME", str(home))
    drawn = draw_squares(tmp_path / "drawn")
    shelf = home / "collections" / "mine"
    files = [(path.name, path.read_bytes()) for path in sorted(drawn.rglob("*")) if path.is_file()]
    save_uploads(files, shelf / "photos")
    model = write_colour_model(home / "models" / "colours")
    build_collection(shelf / "photos", model=model, out=shelf, name="Mine")
    with Collection.open(shelf) as collection:
        tagged, judged = collection.catalogue.photos([3, 7])
    tag_photos(shelf, [tagged.photo_id], "favourite")
    keep_judgement(shelf, Judgement("red", judged.photo_id, 1))
    update_collection(shelf, model=model)
    catalogue = next(shelf.rglob("catalogue.sqlite"))
    catalogue.write_bytes(catalogue.read_bytes()[: catalogue.stat().st_size // 2])
    yield shelf
    judgements_file(shelf).unlink(missing_ok=True)
    shutil.rmtree(shelf)
    shutil.rmtree(model)


def test_a_damaged_collection_is_told_of_and_repaired_from_its_card(page: Page, damaged: Path):
    photos = sorted(path.name for path in (damaged / "photos").iterdir())
    judgements = read_judgements(damaged)
    assert judgements
    page.goto("/")
    page.get_by_role("link", name="Collections").first.click()
    card = page.locator('[class*="st-key-card-mine"]')
    expect(card.locator(".stMarkdownBadge")).to_contain_text("Damaged")
    expect(card.get_by_text("catalogue.sqlite")).to_be_visible()
    expect(card.get_by_role("link", name="Search")).to_have_count(0)

    card.get_by_role("button", name="Repair").click()
    expect(card.locator(".stMarkdownBadge")).to_contain_text("Ready", timeout=600_000)
    assert summarise(damaged).health == "ready"
    assert sorted(path.name for path in (damaged / "photos").iterdir()) == photos
    assert read_judgements(damaged) == judgements
    with Collection.open(damaged) as collection:
        collection.check()
        assert collection.catalogue.n_photos == 20
        tagged = [photo for photo in collection.catalogue.all_photos() if "favourite" in photo.tags]
    assert len(tagged) == 1

    card.get_by_role("link", name="Search").click()
    box = page.get_by_label("Words", exact=True)
    box.fill("red")
    box.press("Enter")
    expect(page.locator("article .caption").first).to_contain_text("red square")
