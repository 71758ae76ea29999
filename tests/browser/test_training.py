"""A real run, seen in two tabs of a real browser: watched, stopped, and still there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from engine import runs
from engine.drawing import draw_collection
from engine.training import DataSource, TrainingSettings
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_a_run_is_seen_alike_in_two_tabs_and_after_a_refresh(
    page: Page, chromium: Browser, home: Path, server: str
):
    """The run is as long as a person's patience; stopped, it keeps what it has learned so far."""
    draw_collection(120, seed=1, folder=home / "drawn", size_px=32, n_workers=2)
    settings = TrainingSettings(
        name="Seen",
        size_px=16,
        n_dims=8,
        batch_size=16,
        epochs=500,
        minutes=1.0,
        patience=0,
        validation_share=0.3,
        precision="float32",
    )
    folder = runs.create_run([DataSource(home / "drawn")], settings, home=home)
    page.goto(f"/training?collection=squares&run={folder.name}")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Best R@10 of").first).to_be_visible()
    other = chromium.new_page(base_url=server, viewport=PHONE)
    other.goto(f"/training?collection=squares&run={folder.name}")
    expect(other.get_by_text("Running").first).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Stop", exact=True).click()
    for each in (page, other):
        expect(each.get_by_text("Stopped").first).to_be_visible()
        expect(each.get_by_role("button", name="Resume")).to_be_visible()
    other.close()
    run = runs.read_run(folder, home=home)
    assert run.stage == "stopped"
    assert run.epochs
    assert os.listdir(folder / "held-out")
