"""What similarities mean is learned once and kept with a collection's build."""

from __future__ import annotations

import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from engine import config
from engine.encoders import load_encoder
from engine.search import SearchEngine, build_arrays, prepare, verdict_calibration
from engine.search.calibrations import CALIBRATIONS, Calibrations
from engine.search.context import SearchContext
from engine.search.verdict_calibration import CalibrationFit
from engine.search.vocabulary import ModelVocabulary
from engine.storage import Collection, rename_collection
from tests.engine.test_attribute_similarity import made
from tests.engine.test_search import PrimaryColours
from tests.engine.test_vocabulary import Axes


@pytest.fixture
def collection(tmp_path: Path):
    (tmp_path / "tints").mkdir()
    with made(tmp_path / "tints") as made_there:
        yield made_there


def figures(found: Calibrations) -> str:
    """Return all that calibrations say, digit by digit; no number is one too."""
    told: list[object] = []
    for each in fields(found):
        value = getattr(found, each.name)
        is_whole = not is_dataclass(value)
        parts = [value] if is_whole else [getattr(value, part.name) for part in fields(value)]
        told += [part.tolist() if isinstance(part, np.ndarray) else part for part in parts]
    return repr(told)


@pytest.fixture
def n_fits(monkeypatch: pytest.MonkeyPatch) -> list[SearchContext]:
    """Contexts that were fitted to, in turn."""
    contexts: list[SearchContext] = []

    class Counted(CalibrationFit):
        def __init__(self, context: SearchContext, part: int = 0) -> None:
            contexts.append(context)
            super().__init__(context, part)

    monkeypatch.setattr(verdict_calibration, "CalibrationFit", Counted)
    return contexts


def test_the_second_opening_reads_what_the_first_has_learned(collection, n_fits):
    first = SearchEngine(collection, PrimaryColours()).calibrations
    second = SearchEngine(collection, PrimaryColours()).calibrations
    assert len(n_fits) == 1
    assert first.shown_value is not None
    assert figures(second) == figures(first)


@pytest.mark.parametrize("damage", [b"", b"PK no archive"])
def test_what_is_damaged_is_learned_and_kept_again(collection, n_fits, damage: bytes):
    first = SearchEngine(collection, PrimaryColours()).calibrations
    (collection.build / CALIBRATIONS.name).write_bytes(damage)
    for _ in range(2):
        assert figures(SearchEngine(collection, PrimaryColours()).calibrations) == figures(first)
    assert len(n_fits) == 2


def test_what_was_learned_of_another_state_is_not_used(collection, tmp_path: Path):
    CalibrationFit(SearchContext(collection, PrimaryColours())).calibrations.keep(collection)
    (tmp_path / "others").mkdir()
    with made(tmp_path / "others", mislabelled=4) as other:
        shutil.copy(collection.build / CALIBRATIONS.name, other.build / CALIBRATIONS.name)
        assert Calibrations.kept(other) is None
    assert Calibrations.kept(collection) is not None


def test_a_folder_that_cannot_be_written_is_answered_from_all_the_same(collection, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(build_arrays, "write_arrays", full)
    assert SearchEngine(collection, PrimaryColours()).calibrations.shown_value is not None
    assert Calibrations.kept(collection) is None


def test_words_of_photos_are_kept_bit_by_bit(collection):
    words = ModelVocabulary(Axes()).best_words(np.eye(4, dtype=np.float32))
    curves = CalibrationFit(SearchContext(collection, PrimaryColours())).calibrations
    made_here = Calibrations(
        *(getattr(curves, each.name) for each in fields(Calibrations)[:4]), False, words
    )
    made_here.keep(collection)
    kept = Calibrations.kept(collection)
    assert kept is not None
    assert figures(kept) == figures(made_here)
    assert kept.best_words is not None
    assert kept.best_words.spreads.dtype == np.float32
    assert (kept.n_nearest, curves.n_nearest) == (3, 9)


def test_a_collection_is_prepared_once(tmp_path: Path, n_fits):
    copy = tmp_path / "demo"
    shutil.copytree(config.DEMO_COLLECTION, copy)
    for file in copy.glob(f"*/{CALIBRATIONS.name}"):
        file.unlink()
    prepare(copy)
    prepare(copy)
    rename_collection(copy, "Another name")  # says nothing of what photos mean
    prepare(copy)
    assert len(n_fits) == 1
    with Collection.open(copy) as demo:
        assert Calibrations.kept(demo) is not None


def test_the_demo_brings_what_would_be_learned_of_it_now():
    """Where this fails, the fit has changed: remove the file, and a search keeps another."""
    with Collection.open(config.DEMO_COLLECTION) as demo:
        kept = Calibrations.kept(demo)
        learned = CalibrationFit(SearchContext(demo, load_encoder(demo.model_folder))).calibrations
    assert kept is not None
    for name in ("of_text_answer", "of_text_match", "of_photo_answer", "of_photo_match"):
        old, new = getattr(kept, name), getattr(learned, name)
        assert [*old.weights, old.offset] == pytest.approx([*new.weights, new.offset], rel=0.05)
    assert kept.shown_value is not None
    assert learned.shown_value is not None
    assert kept.shown_value.usual == pytest.approx(learned.shown_value.usual, rel=0.01)
