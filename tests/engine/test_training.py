"""Runs: what they learn from, that they learn, and that nothing is lost when they are killed."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.durable import read_json
from engine.encoders import ModelSettings, load_encoder, read_manifest
from engine.encoders.joint import JointEncoder
from engine.encoders.model_folder import read_held_out
from engine.errors import KindredError, TrainingError
from engine.images import Preprocessing
from engine.progress import Progress, no_report
from engine.text import Tokenizer
from engine.training import (
    DataSource,
    TrainingReport,
    TrainingSettings,
    checkpoint,
    resume,
    train,
)
from engine.training.augment import cover, photo_transforms, recolouring, spoken
from engine.training.examples import Batches, Examples, load_examples
from engine.training.labels import Labels
from engine.training.record import Plan
from engine.training.teacher import taught_by
from engine.training.trainer import build_trainer, recalibrate
from tests.engine.conftest import SMALL


def examples(hashes: list[str], captions: list[tuple[str, ...]] | None = None) -> Examples:
    n = len(hashes)
    return Examples(
        pixels=np.zeros((n, 32, 32, 3), np.uint8),
        captions=captions or [(f"caption {i}",) for i in range(n)],
        attributes=[{} for _ in range(n)],
        hashes=hashes,
        validates=[True] * n,
        skipped=[],
    )


def test_byte_identical_photos_fall_on_the_same_side():
    hashes = [f"photo {i // 2}" for i in range(400)]
    training, held_out = examples(hashes).split(0.25, seed=0)
    assert len(training) + len(held_out) == 400
    assert not {hashes[i] for i in training} & {hashes[i] for i in held_out}
    assert 60 <= len(held_out) <= 140


def test_a_copy_of_a_held_out_photo_is_not_trained_on_wherever_it_comes_from():
    twice = examples([f"photo {i}" for i in range(200)] * 2)
    twice.validates[200:] = [False] * 200
    training, held_out = twice.split(0.25, seed=0)
    assert len(held_out) and (held_out < 200).all()
    assert not {twice.hashes[i] for i in training} & {twice.hashes[i] for i in held_out}


def test_adding_photos_moves_none_of_the_others():
    few, many = (examples([f"photo {i}" for i in range(n)]) for n in (100, 200))
    assert set(few.split(0.2, seed=1)[1]) == {i for i in many.split(0.2, seed=1)[1] if i < 100}


def test_equal_captions_and_equal_bytes_are_never_negatives():
    """Photos 0 and 1 share bytes, 1 and 2 a caption but for its case: all three are the same, by a
    chain. Photo 3 is not."""
    some = examples(["a", "a", "b", "c"], [("red",), ("Blue",), ("blue",), ("green",)])
    tokenizer = Tokenizer.fit(["red blue green"], min_count=1)
    settings = replace(SMALL, batch_size=4, attribute_rate=0, word_dropout=0, augment=0)
    [batch] = Batches(some, np.arange(4), tokenizer, settings).of_epoch(0)
    words = tokenizer.encode(["red", "blue", "blue", "green"])
    order = [int(np.flatnonzero((words == row).all(axis=1))[0]) for row in batch["tokens"]]
    is_green = np.array([i == 3 for i in order])
    assert (batch["same"] == (is_green[:, None] == is_green[None, :])).all()


def test_the_same_seed_draws_the_same_batches_and_another_epoch_draws_others():
    some = examples([str(i) for i in range(64)])
    tokenizer = Tokenizer.fit(some.texts(np.arange(64)), min_count=1)
    batches = Batches(some, np.arange(64), tokenizer, SMALL)
    first, again, later = (next(batches.of_epoch(epoch)) for epoch in (0, 0, 1))
    assert all((first[key] == again[key]).all() for key in first)
    assert (first["tokens"] != later["tokens"]).any()


def test_a_turned_and_scaled_photo_keeps_its_centre_within_the_shift():
    """The centre (15.5, 15.5) of a 32 px photo may move by at most
    0.5 * 0.12 * 32 = 1.92 px at half strength."""
    a0, a1, a2, b0, b1, b2, *_ = photo_transforms(np.random.default_rng(0), 200, 32, 0.5).T
    x, y = a0 * 15.5 + a1 * 15.5 + a2, b0 * 15.5 + b1 * 15.5 + b2
    assert np.abs(x - 15.5).max() <= 1.93
    assert np.abs(y - 15.5).max() <= 1.93
    assert 0.3 < (a0 < 0).mean() < 0.7  # about half are flipped


def test_the_asked_share_of_the_photos_is_covered_in_one_part():
    """Of white photos of 40 px, about half get a grey rectangle with sides of 0.15 * 40 = 6 to
    0.45 * 40 = 18 px, an area of 36 to 324 pixels; white is one of 256 greys and cannot be told.
    """
    pixels = np.full((400, 40, 40, 3), 255, np.uint8)
    cover(np.random.default_rng(0), pixels, 0.5)
    areas = (pixels[..., 0] < 255).sum((1, 2))
    assert 0.4 < (areas > 0).mean() < 0.6
    assert areas[areas > 0].min() >= 36
    assert areas.max() <= 324
    untouched = np.full((3, 40, 40, 3), 255, np.uint8)
    cover(np.random.default_rng(0), untouched, 0.0)
    assert (untouched == 255).all()


def test_another_hue_leaves_greys_as_they_are_and_turns_the_rest_around_them():
    """A turn about the axis of the greys: (g, g, g) stays, and the distance of a colour from it
    too. Red, (255, 0, 0), is 255 * sqrt(2 / 3) = 208.2 away from the axis, whatever it becomes.
    """
    may = np.arange(600) < 400
    matrices, turned = recolouring(np.random.default_rng(0), may, 0.5)
    assert 0.4 < turned[:400].mean() < 0.6 and not turned[400:].any()
    assert np.abs(matrices[~turned] - np.eye(3)).max() < 1e-6
    grey, red = (matrices @ np.array(colour, float) for colour in ((90, 90, 90), (255, 0, 0)))
    assert grey == pytest.approx(np.full((600, 3), 90), abs=1e-3)
    across = red - red.mean(axis=1, keepdims=True)
    assert np.linalg.norm(across, axis=1) == pytest.approx(np.full(600, 208.2), abs=0.1)
    assert (red[turned].argmax(axis=1) > 0).mean() > 0.4  # two of three turns leave red


def test_only_photos_whose_text_names_no_colour_get_another_hue_and_forget_their_colour():
    """Three say their colour, three do not; of those that may be, 999 in 1,000 are recoloured."""
    captions = [("red shirt",), ("blue shirts",), ("Red",), ("shirt",), ("a shirt",), ("plain",)]
    some = examples([str(i) for i in range(6)], captions)
    some.attributes[:] = [{"baseColour": c, "kind": "top"} for c in ("Red", "Blue", "Red") * 2]
    tokenizer = Tokenizer.fit(["red blue shirt shirt a plain"], min_count=1)
    chosen = replace(
        SMALL, batch_size=6, attribute_rate=0, word_dropout=0, recolour=0.999, attribute_weight=1.0
    )
    batches = Batches(some, np.arange(6), tokenizer, chosen)
    batches.labels = Labels(some.attributes, min_photos=2)
    [batch] = batches.of_epoch(0)
    named = np.isin(batch["tokens"], tokenizer.encode(["red blue"])[0, :2]).any(axis=1)
    assert named.sum() == 3
    is_as_it_was = np.abs(batch["hues"] - np.eye(3)).max(axis=(1, 2)) < 1e-6
    assert (is_as_it_was == named).all()
    assert ((batch["codes"][:, 0] == -1) == ~named).all()


def test_something_is_always_said_of_a_photo():
    rng = np.random.default_rng(0)
    for _ in range(100):
        attributes = {"kind": "shirt", "colour": "blue"}
        said, keys = spoken(rng, ["red"], attributes, attribute_rate=0.5, word_dropout=0.9)
        assert said and set(said.split()) <= ({"shirt", "blue"} if keys else {"red"})
        assert set(keys) in (set(), {"kind", "colour"})


def test_attribute_values_said_of_a_photo_are_held_against_those_known_to_lack_one():
    """Said of photo 0: red shirt. 1 is red and may be a shirt, 2 is known to be blue, 3 is a red
    shoe, of 4 nothing is known. A caption was said of the others: no word of theirs fits anyone.
    """
    attributes = [
        {"colour": "red", "kind": "shirt"},
        {"colour": "red"},
        {"colour": "blue", "kind": "shirt"},
        {"colour": "red", "kind": "shoe"},
        {},
    ]
    labels = Labels(attributes, min_photos=1)
    fits = labels.fits(np.arange(5), [("kind", "colour"), (), (), (), ()])
    assert fits[:, 0].tolist() == [True, True, False, False, True]
    assert not fits[:, 1:].any()


def test_values_of_few_photos_are_no_class():
    labels = Labels([{"colour": c} for c in ("red", "red", "blue", "blue", "mauve")], min_photos=2)
    assert labels.values == ["blue", "red"]
    assert labels.codes[:, 0].tolist() == [1, 1, 0, 0, -1]


def test_a_run_that_starts_from_a_model_begins_with_its_towers_and_its_words(
    drawn: Path, small_run: TrainingReport
):
    """Another vocabulary: shared words keep their vectors wherever they stand now."""
    from engine.training.start import Start

    settings = replace(SMALL, start=str(small_run.model))
    start = Start.read(settings)
    assert start is not None
    known = Tokenizer.load(small_run.model / "vocabulary.json")
    tokenizer = Tokenizer([("zeppelin", 9), *((w, 1) for w in reversed(known.words[:50]))], 24)
    shape = ModelSettings(widths=SMALL.widths, size_px=40, n_dims=32, n_ids=tokenizer.n_ids)
    trainer = build_trainer(shape, settings, n_steps=1, dtype="float32")
    start.give(trainer, tokenizer)
    encoder = load_encoder(small_run.model)
    texts = [known.words[3], f"{known.words[7]} {known.words[20]}"]
    rows = np.asarray(trainer.text_tower(tokenizer.encode(texts)))
    assert rows == pytest.approx(encoder.embed_texts(texts), abs=5e-3)  # the copy is half precise


def test_a_model_of_another_shape_is_no_start(drawn: Path, small_run: TrainingReport):
    from engine.training.start import Start

    settings = replace(SMALL, start=str(small_run.model), n_dims=16)
    start = Start.read(settings)
    assert start is not None
    trainer = build_trainer(
        ModelSettings(widths=SMALL.widths, size_px=32, n_dims=16, n_ids=9),
        settings,
        n_steps=1,
        dtype="float32",
    )
    with pytest.raises(TrainingError, match="another shape"):
        start.give(trainer, Tokenizer([("red", 1)] * 1, 24))


@pytest.mark.parametrize("weight", [0.0, 4.0])
def test_a_tower_learns_to_foretell_its_teacher_by_the_weight_of_that_alone(weight: float):
    """Random unit rows are at cosine distance 1 in the mean; 40 steps over one batch bring a tower
    that is told to within half of that, and leave one that is not where it was."""
    from engine import losses

    settings = replace(SMALL, n_dims=4, teacher_weight=weight, learning_rate=1e-2)
    shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=4, n_ids=9, n_tokens=4)
    trainer = build_trainer(shape, settings, n_steps=40, dtype="float32", n_taught=6)
    rng = np.random.default_rng(0)
    taught = rng.normal(size=(8, 6)).astype(np.float32)
    batch = {
        "pixels": rng.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8),
        "tokens": rng.integers(1, 9, (8, 4)).astype(np.int32),
        "same": np.eye(8, dtype=bool),
        "taught": taught / np.linalg.norm(taught, axis=1, keepdims=True),
    }
    for _ in range(40):
        trainer.train_on_batch(batch)
    foretold = trainer(batch, training=True)["foretold"]
    distance = float(losses.cosine(foretold, batch["taught"]))
    assert distance < 0.5 if weight else distance > 0.7


def test_both_towers_learn_to_mimic_teachers_that_read_through_one_map():
    """Eight photos and eight texts are told rows that have nothing in common; steps over one
    batch bring both towers near their own, by the same map. One row for both could be no nearer to
    two at right angles than 1 - 1/√2 = 0.29."""
    from engine import losses

    settings = replace(SMALL, n_dims=8, teacher_weight=4.0, learning_rate=1e-2)
    shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=8, n_ids=9, n_tokens=4)
    trainer = build_trainer(shape, settings, n_steps=120, dtype="float32", n_told=6)
    rng = np.random.default_rng(0)
    told = rng.normal(size=(2, 8, 6)).astype(np.float32)
    told /= np.linalg.norm(told, axis=2, keepdims=True)
    batch = {
        "pixels": rng.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8),
        "tokens": rng.permutation(8 * 4).reshape(8, 4).astype(np.int32) % 8 + 1,
        "same": np.eye(8, dtype=bool),
        "told_photos": told[0],
        "told_texts": told[1],
    }
    for _ in range(120):
        trainer.train_on_batch(batch)
    rows = trainer(batch, training=True)
    for own, side in zip(told, ("photos", "texts"), strict=True):
        assert float(losses.cosine(rows[f"mimicked_{side}"], own)) < 0.15
    assert trainer.mimic.count_params() == 8 * 6
    assert "mimicked_texts" not in trainer(batch, training=False)


def test_teachers_tell_of_photos_and_texts_what_they_make_of_them(
    drawn: Path, small_run: TrainingReport, tmp_path: Path
):
    """The same teacher twice: each half of a told row is the teacher's own row, shorter by the root
    of two. One that cannot read tells features alone. Photos given another hue are told nothing."""
    reads = JointEncoder.load(small_run.model, read_manifest(small_run.model))
    mute = replace(reads.settings, text_kind="none")
    JointEncoder("mute", mute, None, reads.photo_tower).save(tmp_path / "mute", portable=False)
    teachers = (str(small_run.model), str(small_run.model), str(tmp_path / "mute"))
    settings = replace(SMALL, teachers=teachers, recolour=0.9, word_dropout=0.0)
    data = [DataSource(drawn)]
    examples = load_examples(data, settings, tmp_path / "shelf", no_report)
    every = np.arange(len(examples))
    teaching = taught_by(Plan(settings, data), examples, every, no_report)
    assert teaching is not None
    own = load_encoder(small_run.model)
    rows = own.embed_photos(examples.pixels)
    assert len(teaching.readers) == 2
    assert teaching.photos == pytest.approx(np.hstack([rows, rows]) / np.sqrt(2), abs=1e-3)
    assert np.linalg.norm(teaching.features, axis=1) == pytest.approx(1, abs=1e-5)
    texts = own.embed_texts(["red shirt", "blue boot"])
    assert teaching.texts(["red shirt", "blue boot"]) == pytest.approx(
        np.hstack([texts, texts]) / np.sqrt(2), abs=1e-3
    )
    batches = Batches(examples, every, own.tokenizer, settings, teaching)
    batch = next(batches.of_epoch(0))
    turned = np.abs(batch["hues"] - np.eye(3)).max(axis=(1, 2)) > 1e-6
    assert 0 < turned.sum() < len(turned)
    for told in ("taught", "told_photos"):
        assert (np.linalg.norm(batch[told], axis=1) > 0).tolist() == (~turned).tolist()


def test_a_run_with_a_teacher_stops_goes_on_and_leaves_towers_as_any_other(
    drawn: Path, small_run: TrainingReport, tmp_path: Path
):
    """The pupil's head is scaffolding: it comes back with a checkpoint and stays out of the model,
    whose tower has as many weights as that of a run without."""
    run = tmp_path / "run"
    settings = replace(SMALL, teachers=(str(small_run.model),) * 2, epochs=2)

    def stop_after_a_few_steps(progress: Progress) -> None:
        if progress.step.startswith("epoch 1") and progress.done == 3:
            (run / "STOP").touch()

    assert train([DataSource(drawn)], settings, run, progress=stop_after_a_few_steps).state == (
        "stopped"
    )
    report = resume(run)
    assert report.content["settings"]["teachers"] == ["small", "small"]
    mine, other = (read_json(model / "manifest.json") for model in (report.model, small_run.model))
    assert mine["settings"] == other["settings"]
    sizes = [(m / "photo.weights.h5").stat().st_size for m in (report.model, small_run.model)]
    assert abs(sizes[0] - sizes[1]) < 1000
    load_encoder(report.model).embed_texts(["red shirt"])


def test_a_teacher_that_is_no_model_is_named_before_anything_is_trained(
    drawn: Path, tmp_path: Path
):
    settings = replace(SMALL, teachers=(str(tmp_path / "nobody"),))
    with pytest.raises(KindredError, match="nobody"):
        train([DataSource(drawn)], settings, tmp_path / "run")


def test_features_left_out_are_left_out_of_the_tower_of_pixels_too(drawn: Path, tmp_path: Path):
    """With dropout, the tower gives a photo another row each time it is trained on, as long as
    nothing else varies; without, the same."""
    rows = []
    for dropout in (0.0, 0.5):
        shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=4, n_ids=9, dropout=dropout)
        trainer = build_trainer(shape, SMALL, n_steps=1, dtype="float32")
        pixels = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
        rows.append([np.asarray(trainer.photo_tower(pixels, training=True)) for _ in range(2)])
    assert rows[0][0] == pytest.approx(rows[0][1], abs=1e-5)
    assert np.abs(rows[1][0] - rows[1][1]).max() > 0.01
    report = train([DataSource(drawn)], replace(SMALL, epochs=1, dropout=0.25), tmp_path / "run")
    assert read_json(report.model / "manifest.json")["settings"]["dropout"] == 0.25


def test_a_run_learns_to_match_photos_it_never_saw(small_run: TrainingReport):
    """Of about 90 held-out photos ten places hold the partner by luck with probability 0.11."""
    figures = small_run.content["final"]["text_to_image"]
    assert figures["pool"] > 60
    assert figures["recall_at_10"] > 3 * 10 / figures["pool"]


def test_a_run_on_shuffled_captions_stays_at_chance(drawn: Path, tmp_path: Path):
    """The partner is as likely anywhere: R@10 = 10 / pool, give or take three standard errors."""
    with (drawn / "products.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    order = np.random.default_rng(0).permutation(len(rows))
    with (tmp_path / "shuffled.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["image", "title"])
        table.writerows([rows[i]["image"], rows[j]["title"]] for i, j in enumerate(order))
    source = DataSource(drawn, tmp_path / "shuffled.csv")
    report = train([source], replace(SMALL, epochs=2), tmp_path / "run")
    figures = report.content["final"]["text_to_image"]
    chance = 10 / figures["pool"]
    error = (chance * (1 - chance) / figures["n_queries"]) ** 0.5
    assert abs(figures["recall_at_10"] - chance) <= 3 * error + 0.02


def test_a_mirrored_model_is_trained_as_any_other_and_mirrored_at_the_end(
    drawn: Path, tmp_path: Path
):
    chosen = replace(SMALL, epochs=1, mirrored=True)
    report = train([DataSource(drawn)], chosen, tmp_path / "run", shelf=tmp_path / "shelf")
    encoder = load_encoder(report.model)
    pixels = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(pixels[:, :, ::-1])
    assert np.abs(encoder.embed_photos(pixels) - encoder.embed_photos(turned)).max() < 1e-5


def test_resuming_a_finished_run_changes_nothing(small_run: TrainingReport):
    written = (small_run.model / "manifest.json").stat().st_mtime_ns
    assert resume(small_run.model.parent).content == small_run.content
    assert (small_run.model / "manifest.json").stat().st_mtime_ns == written


def test_the_model_remembers_which_photos_it_never_saw(small_run: TrainingReport):
    assert len(read_held_out(small_run.model)) == small_run.content["data"]["held_out"]


def test_a_folder_with_a_run_is_not_overwritten(drawn: Path, small_run: TrainingReport):
    with pytest.raises(TrainingError, match="holds a run already"):
        train([DataSource(drawn)], SMALL, small_run.model.parent)


def test_too_few_photos_are_refused_before_anything_is_trained(drawn: Path, tmp_path: Path):
    with pytest.raises(TrainingError, match="too few photos"):
        train([DataSource(drawn)], replace(SMALL, batch_size=512), tmp_path / "run")


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "hope"},
        {"epochs": 0},
        {"batch_size": 1},
        {"learning_rate": 0},
        {"validation_share": 0.9},
        {"no_such_setting": 1},
    ],
)
def test_an_impossible_setting_is_refused_with_its_value(wrong: dict):
    with pytest.raises(TrainingError):
        TrainingSettings.from_json(wrong)


def test_settings_survive_being_written(tmp_path: Path, small_run: TrainingReport):
    kept = read_json(small_run.model.parent / "run.json")["settings"]
    assert TrainingSettings.from_json(kept) == SMALL


@pytest.mark.parametrize("loss", ["contrastive", "triplet"])
def test_gradients_reach_every_weight_of_both_towers(loss: str):
    """A weight without a gradient, or with none but zeros, would never learn; the temperature is
    learned where the loss has one. A rectifier may be shut for all photos, so of each weight
    something must move, not everything."""
    import tensorflow as tf

    settings = replace(SMALL, loss=loss, n_dims=4, margin=2.0)
    shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=4, n_ids=9, n_tokens=4)
    trainer = build_trainer(shape, settings, n_steps=1, dtype="float32")
    rng = np.random.default_rng(0)
    batch = {
        "pixels": rng.integers(0, 256, (8, 32, 32, 3), dtype=np.uint8),
        "tokens": rng.integers(1, 9, (8, 4)).astype(np.int32),
        "same": np.eye(8, dtype=bool),
    }
    with tf.GradientTape() as tape:
        value = trainer.compute_loss(batch, None, trainer(batch, training=True))
    towers = [trainer.photo_tower, trainer.text_tower]
    weights = [weight for tower in towers for weight in tower.trainable_weights]
    gradients = tape.gradient(value, [weight.value for weight in weights])
    still = [
        weight.path
        for weight, gradient in zip(weights, gradients, strict=True)
        if gradient is None or not np.any(tf.convert_to_tensor(gradient).numpy())
    ]
    assert not still


def test_validation_sees_the_photos_as_they_are():
    """Whatever augmentation does in training, what is measured are the decoded files themselves."""
    from engine.training.validation import Validation

    some = examples([f"photo {i}" for i in range(12)])
    some.pixels[:] = np.random.default_rng(0).integers(0, 256, some.pixels.shape, dtype=np.uint8)
    held_out = np.array([1, 5, 7])
    seen = []

    class Witness:
        def embed_photos(self, pixels):
            seen.append(np.array(pixels))
            return np.eye(3, dtype=np.float32)

        def embed_texts(self, texts):
            assert texts == ["caption 1", "caption 5", "caption 7"]
            return np.eye(3, dtype=np.float32)

    tokenizer = Tokenizer.fit(some.texts(held_out), min_count=1)
    validation = Validation(some, held_out, tokenizer, batch_size=2)
    photos, texts = validation.embed(Witness())
    assert (seen[0] == some.pixels[held_out]).all()
    assert validation.ranks(photos, texts).tolist() == [1, 1, 1]


def test_decoded_photos_are_found_again_and_changed_ones_are_not(drawn: Path, tmp_path: Path):
    """A second look decodes nothing; a photo with another time is another photo."""
    from engine.training.decoded_photos import decode

    paths = sorted(drawn.rglob("*.jpg"))[:5] + [tmp_path / "gone.jpg"]
    told: list[Progress] = []
    first = decode(paths, Preprocessing(16), tmp_path / "shelf", told.append)
    assert (len(first.pixels), list(first.failures)) == (5, [5])
    n_told = len(told)
    again = decode(paths, Preprocessing(16), tmp_path / "shelf", told.append)
    assert len(told) == n_told
    assert (again.pixels == first.pixels).all()
    assert again.hashes == first.hashes
    other = decode(paths[:4], Preprocessing(16), tmp_path / "shelf", told.append)
    assert other.key != first.key


def test_a_checkpoint_keeps_what_dropout_draws_from(tmp_path: Path):
    """A trainer that has drawn once, and another restored from it, leave out the same features."""
    shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=4, n_ids=5, dropout=0.5)
    trainer, other = (build_trainer(shape, SMALL, n_steps=1, dtype="float32") for _ in range(2))
    for each in (trainer, other):
        each.build(None)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    trainer.photo_tower(pixels, training=True)
    checkpoint.save(tmp_path, trainer, checkpoint.RunState())
    checkpoint.restore(tmp_path, other)
    drawn, again = (np.array(each.photo_tower(pixels, training=True)) for each in (trainer, other))
    assert (drawn == again).all()


def test_recalibrated_statistics_are_plain_averages_over_the_batches_given():
    """After batches A and B, the first normalisation knows (mean A + mean B) / 2 of what its
    convolution puts out, whatever it knew before; and its momentum is what it was.
    """
    import keras

    settings = replace(SMALL, n_dims=4)
    shape = ModelSettings(widths=SMALL.widths, size_px=32, n_dims=4, n_ids=5)
    trainer = build_trainer(shape, settings, n_steps=1, dtype="float32")
    kinds = keras.layers.Conv2D, keras.layers.BatchNormalization
    convolution, norm = (
        next(layer for layer in trainer.photo_tower.layers if isinstance(layer, kind))
        for kind in kinds
    )
    norm.moving_mean.assign(norm.moving_mean + 100)
    rng = np.random.default_rng(0)
    batches = [rng.integers(low, 256, (8, 32, 32, 3), dtype=np.uint8) for low in (0, 200)]
    recalibrate(trainer, batches)
    until = keras.Model(trainer.photo_tower.input, convolution.output)
    means = [np.asarray(until(pixels)).mean(axis=(0, 1, 2)) for pixels in batches]
    assert np.asarray(norm.moving_mean) == pytest.approx((means[0] + means[1]) / 2, abs=1e-4)
    assert norm.momentum == 0.9
