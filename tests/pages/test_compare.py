"""The page that compares recipes, state by state; the comparison is written by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.encoders import load_encoder
from engine.evaluation.recipe_comparison import write_comparison
from engine.evaluation.recipe_figures import Row
from engine.images import read_photo
from engine.training.recipes import RECIPES
from pages.shared.elements import PHOTO_GONE
from tests.pages.reading import errors, texts

FIGURES = {"recall_at_1": 0.25, "recall_at_5": 0.5, "recall_at_10": 0.75, "pool": 4}


@pytest.fixture
def kept(squares: Path, colour_model: Path, kindred_home: Path) -> Path:
    """Two recipes that know colours, measured on four squares, and one that failed."""
    folder = kindred_home / "comparisons" / "by-hand"
    paths = sorted(squares.rglob("*-0.png"))[:4]
    encoder = load_encoder(colour_model)
    pixels = np.stack([read_photo(path, encoder.preprocessing).pixels for path in paths])
    for name in ("contrastive", "matching"):
        shutil.copytree(colour_model, folder / name / "model")
        np.save(folder / name / "embeddings.npy", encoder.embed_photos(pixels))
    rows = [
        Row("contrastive", "a tower", "", FIGURES, FIGURES, {"colour": 0.5}, 12.0, 900.0, 4.2, 3),
        Row(
            "matching", "a tower", "some words", FIGURES, FIGURES, {"colour": 0.25}, 3.0, 9.0, 1, 3
        ),
        Row("devise", error="the weights cannot be had"),
    ]
    write_comparison(
        folder,
        rows,
        paths=paths,
        captions=[(path.stem,) for path in paths],
        n_trained=8,
        note="measured on four",
        sources=["squares"],
        n_skipped=0,
    )
    return folder


def test_before_any_comparison_of_ones_own_there_is_a_filled_table(open_page):
    page = open_page("compare")
    assert not errors(page)
    assert "five systems" in texts(page)
    table = page.dataframe[0].value
    assert set(RECIPES) < set(table["Recipe"])
    assert table["Best"].tolist().count("★") == 1
    assert all(table["What it is"])
    assert "among the first k of 500 photos" in texts(page)
    assert "29 November 2026" in texts(page)
    assert "compare on your own first" in texts(page)


def test_a_comparison_is_a_table_with_its_pool_and_what_failed(open_page, kept: Path):
    page = open_page("compare")
    assert not errors(page)
    table = page.dataframe[0].value
    assert table["Recipe"].tolist() == ["contrastive", "matching", "devise"]
    assert [cell.split(" (")[0] for cell in table["R@10"]] == ["0.750", "0.750", "–"]
    assert "first k of 4 photos" in texts(page)
    assert "Both look at the 4 measured photos, not a collection." in texts(page)
    assert "cannot be had" in page.warning[0].value


def test_two_recipes_answer_the_same_words_side_by_side(open_page, kept: Path):
    page = open_page("compare")
    page.text_input(key="compared words").input("red").run()
    assert not errors(page)
    assert [box.value for box in page.selectbox if box.key.startswith("recipe")] == [
        "contrastive",
        "matching",
    ]
    assert len(page.get("image")) == 2


def test_a_measured_photo_that_is_gone_is_a_plain_placeholder(open_page, kept: Path):
    content = json.loads((kept / "comparison.json").read_text())
    content["paths"] = ["/gone/for/good.png", *content["paths"][1:]]
    (kept / "comparison.json").write_text(json.dumps(content))
    page = open_page("compare")
    page.text_input(key="compared words").input("red").run()
    assert not errors(page)
    shown = [image.url for each in page.get("image") for image in each.proto.imgs]
    assert sum(url == PHOTO_GONE for url in shown) == 2


def test_a_folder_that_is_not_there_is_one_box(open_page):
    page = open_page("compare")
    page.text_input[0].input("/nowhere/at/all")
    (button,) = [each for each in page.button if each.label == "Compare"]
    button.click().run()
    assert len(errors(page)) == 1
