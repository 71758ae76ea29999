"""What photos are taken for, in the space of `test_search`: rows are mean colours, words the
colours they name.

Eighteen photos, six of each tint: one channel full, another a fifth of it. `family` follows from
the tint (red is red, the others are blue), and `luck` is red and green in turns, whatever the tint.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.attribute_similarity import COUNTS, AttributeSimilarity
from engine.evaluation.retrieval import evaluate_collection
from engine.search import SearchEngine
from engine.storage import Collection, build_collection
from tests.engine.test_search import PrimaryColours, unit

TINTS = ("red", "green", "blue")
ORANGE, RED, LIME = (255, 120, 0), (255, 0, 0), (200, 210, 0)


def picture(colour: tuple[int, int, int]) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(content, "PNG")
    return content.getvalue()


def shown(number: int, beside: int = 1) -> tuple[int, int, int]:
    """Photo `number` has the tint of its number modulo 3, and a little of another channel."""
    channels = [0, 0, 0]
    channels[number % 3] = 255 - number
    channels[(number + beside) % 3] = 51
    return channels[0], channels[1], channels[2]


def made(folder: Path, *, mislabelled: int = -1) -> Collection:
    """Make the collection; of one photo the labels may be wrong."""
    with (folder / "table.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "image", "tint", "family", "luck"])
        for number in range(18):
            tint = TINTS[(number + (number == mislabelled)) % 3]
            (folder / f"{number:02}.png").write_bytes(picture(shown(number)))
            family = "red" if tint == "red" else "blue"
            table.writerow([number, f"{number:02}.png", tint, family, TINTS[number // 3 % 2]])
    out = folder.parent / f"{folder.name}-collection"
    build_collection(folder, model=PrimaryColours(), out=out)
    return Collection.open(out)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return made(tmp_path_factory.mktemp("tints"))


def test_an_attribute_counts_by_what_the_model_can_tell_of_it(collection: Collection):
    """The tint is told always: skill 1. The family follows from it, and luck is right half of the
    time, no more than its commonest value: both are left out, so that the tint has all weight."""
    [tint] = AttributeSimilarity(collection, PrimaryColours()).attributes
    assert (tint.name, sorted(tint.values)) == ("tint", sorted(TINTS))
    assert tint.weight == pytest.approx(COUNTS)


def test_photos_are_alike_as_far_as_both_probably_have_the_same_value(collection: Collection):
    """At scale 16 pure red is taken for red and next to nothing else: with itself the weight, with
    blue about 2 e⁻¹⁶ of it. Lime's row is (0.690, 0.724): red and green as e^(16 * 0.690) to
    e^(16 * 0.724), 0.576 to 1, so red with 0.366 and green with 0.634: it shares 0.366 with pure
    red, and with a photo like itself 0.366² + 0.634² = 0.536."""
    attribute_similarity = AttributeSimilarity(collection, PrimaryColours())
    rows = unit(np.array([RED, (0, 0, 255), LIME], float))
    taken = attribute_similarity.taken_for(rows)
    alike = taken @ taken.T / COUNTS
    assert alike[0] == pytest.approx([1, 0, 0.366], abs=2e-3)
    assert alike[2, 2] == pytest.approx(0.536, abs=2e-3)


def test_in_hybrid_mode_a_photo_finds_what_is_taken_for_the_same(tmp_path: Path):
    """To orange, lime is nearer (0.93) than red (at most 0.90), but orange is taken for red, lime
    rather for green. Dense, lime comes first; hybrid, red; each card tells both shares."""
    with (tmp_path / "table.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "image", "tint"])
        (tmp_path / "lime.png").write_bytes(picture(LIME))
        table.writerow(["lime", "lime.png", ""])
        for number in range(18):
            (tmp_path / f"{number:02}.png").write_bytes(picture(shown(number, beside=2)))
            table.writerow([f"photo-{number}", f"{number:02}.png", TINTS[number % 3]])
    out = tmp_path.parent / f"{tmp_path.name}-collection"
    build_collection(tmp_path, model=PrimaryColours(), out=out)
    engine = SearchEngine(Collection.open(out), PrimaryColours())
    nearest = engine.search(images=[picture(ORANGE)], mode="dense").matches[0]
    first = engine.search(images=[picture(ORANGE)], mode="hybrid").matches[0]
    assert nearest.photo.photo_id == "lime"
    assert first.photo.attributes["tint"] == "red"
    assert set(first.shares) == {"meaning", "labels"}
    assert sum(first.shares.values()) == pytest.approx(1)
    extended = AttributeSimilarity(engine.collection, engine.encoder).extended
    similarities = extended(np.asarray(engine.collection.embeddings)) @ extended(first_row())[0]
    order = np.argsort(-similarities, kind="stable")
    ids = [photo.photo_id for photo in engine.collection.catalogue.photos(order[:9])]
    answer = engine.search(images=[picture(ORANGE)], mode="hybrid", k=9)
    assert [match.photo.photo_id for match in answer.matches] == ids, "measured as it is searched"


def first_row() -> np.ndarray:
    return unit(np.array([ORANGE], float))


def test_a_model_without_words_takes_photos_for_nothing(collection: Collection):
    class Wordless(PrimaryColours):
        tokenizer = None

    attribute_similarity = AttributeSimilarity(collection, Wordless())
    assert attribute_similarity.attributes == ()
    rows = unit(np.array([RED], float))
    assert attribute_similarity.extended(rows) == pytest.approx(rows)


def test_what_a_photo_is_taken_for_does_not_depend_on_its_label(
    collection: Collection, tmp_path: Path
):
    """With photo 4's label wrong, the tint is told 17 of 18 times. Seven photos are then blue, the
    commonest, so the skill is (17/18 - 7/18) / (11/18) = 10/11, and all photos are taken for what
    they were, at that weight."""
    right, wrong = (
        AttributeSimilarity(each, PrimaryColours())
        for each in (collection, made(tmp_path, mislabelled=4))
    )
    rows = np.asarray(collection.embeddings)
    weights = [attribute_similarity.attributes[0].weight for attribute_similarity in (right, wrong)]
    assert weights == pytest.approx([COUNTS, COUNTS * 10 / 11])
    taken = [attribute_similarity.taken_for(rows) for attribute_similarity in (right, wrong)]
    order = [[each.attributes[0].values.index(tint) for tint in TINTS] for each in (right, wrong)]
    before, after = (part[:, places] for part, places in zip(taken, order, strict=True))
    assert after == pytest.approx(before * np.sqrt(10 / 11), abs=1e-5)


def test_precision_is_measured_dense_and_hybrid(collection: Collection):
    """By tint alone there is nothing to gain here; both are there, and are shares."""
    evaluation = evaluate_collection(collection, PrimaryColours())
    assert evaluation.precision_at_9.keys() == evaluation.precision_at_9_hybrid.keys()
    assert evaluation.precision_at_9_hybrid["tint"] == pytest.approx(5 / 9)
