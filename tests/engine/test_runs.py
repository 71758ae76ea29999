"""Runs as files: what is true of them, and that nothing of them is lost or half there."""

from __future__ import annotations

import errno
import json
import random
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine import runs
from engine.archive import ArchiveLimits
from engine.config import PROJECT
from engine.durable import append_line, read_json, read_lines, write_json
from engine.errors import TrainingError
from engine.locks import exclusive
from engine.progress import Progress, no_report
from engine.runs import compare as comparing
from engine.runs.heldout import HeldOut, Plane
from engine.runs.preview import augmented
from engine.runs.run_folder import find_by_id
from engine.storage import (
    Collection,
    build_collection,
    previous_version,
    roll_back,
    update_collection,
)
from engine.text import Tokenizer
from engine.training import DataSource, TrainingReport, record, resume, train
from engine.training.augment import photo_light, photo_transforms, recolouring
from engine.training.checkpoint import checkpoints, read_state
from engine.training.examples import Batches
from engine.training.record import Plan
from engine.training.run_examples import examples_of
from engine.training.validation import choose_queries
from tests.engine.conftest import SMALL

TINY = replace(SMALL, name="tiny", epochs=3)
LINE = {
    "epoch": 1,
    "seconds": 10.0,
    "total_seconds": 10.0,
    "photos_per_second": 100.0,
    "memory_mb": 1000.0,
    "text_to_image": {"recall_at_1": 0.1, "recall_at_5": 0.2, "recall_at_10": 0.3, "pool": 50},
    "image_to_text": {"recall_at_1": 0.1, "recall_at_5": 0.2, "recall_at_10": 0.3, "pool": 50},
}


@pytest.fixture
def planned(kindred_home: Path) -> Path:
    """A run nobody has started."""
    return runs.create_run([DataSource(Path("/photos"))], TINY, note="first try")


# What is true of a run


def test_a_new_run_is_listed_under_a_name_that_is_no_path(kindred_home: Path):
    for _ in range(2):
        runs.create_run([DataSource(Path("/photos"))], replace(TINY, name="../Tiny *run*"))
    assert {run.run_id for run in runs.list_runs()} == {"tiny-run", "tiny-run-2"}
    assert {run.stage for run in runs.list_runs()} == {"new"}


def test_the_state_of_a_run_follows_its_files(planned: Path):
    with exclusive(planned / record.LOCK):
        assert runs.read_run(planned).stage == "running"
        (planned / record.STOP).touch()
        assert runs.read_run(planned).stage == "stopping"
    (planned / record.STOP).unlink()
    crashed = runs.read_run(planned)
    assert (crashed.stage, crashed.is_resumable) == ("crashed", True)
    assert "kept" in crashed.error
    for state in ("stopped", "failed", "finished"):
        record.note_ending(planned, state, error="The disk is full.")
        assert runs.read_run(planned).stage == state


def test_time_left_is_what_the_epochs_before_took(planned: Path, monkeypatch):
    """One epoch of 10 s is done and half of the second: 1.5 of 3 epochs were left, 15 s, when that
    was written. It is 4 s ago, so 11 s are left."""
    monkeypatch.setattr("engine.runs.run_state.time", SimpleNamespace(time=lambda: 1004.0))
    append_line(planned / record.METRICS, LINE)
    with exclusive(planned / record.LOCK):
        told = {"step": "epoch 2 of 3", "done": 5, "total": 10, "seconds": 5.0}
        write_json(planned / record.PROGRESS, {**told, "written": 1000.0})
        assert runs.read_run(planned).seconds_left == pytest.approx(11)


def test_a_reader_never_sees_half_a_line_and_a_writer_mends_it(tmp_path: Path):
    file = tmp_path / "lines.jsonl"
    append_line(file, {"epoch": 1})
    with file.open("ab") as half:
        half.write(b'{"epoch": 2, "lo')
    assert read_lines(file) == [{"epoch": 1}]
    append_line(file, {"epoch": 2})
    assert read_lines(file) == [{"epoch": 1}, {"epoch": 2}]


def test_an_id_is_never_a_path(kindred_home: Path, planned: Path):
    assert find_by_id(planned.name) == planned
    for wrong in ("../runs/tiny", "/etc", "", "Tiny"):
        with pytest.raises(TrainingError, match="no such run"):
            find_by_id(wrong)


def test_a_run_waits_as_a_job_and_is_stopped_before_it_begins(planned: Path, monkeypatch):
    monkeypatch.setattr("engine.jobs.job_control.start_runner", lambda home: None)
    runs.start_run(planned)
    assert runs.read_run(planned).stage == "queued"
    with pytest.raises(TrainingError, match="queued"):
        runs.start_run(planned)
    with pytest.raises(TrainingError, match="at work"):
        runs.remove_run(planned)
    runs.stop_run(planned)
    assert runs.read_run(planned).stage == "stopped"
    runs.remove_run(planned)
    assert runs.list_runs() == []


# Real runs: stopped, gone on with, looked at


def stopping_at(out: Path, epoch: int, step: int):
    """Return a listener that asks the run to stop after a step."""

    def listen(progress: Progress) -> None:
        if progress.step.startswith(f"epoch {epoch} ") and progress.done == step:
            (out / record.STOP).touch()

    return listen


def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    drawn: Path, small_run: TrainingReport, tmp_path: Path
):
    """Stopped in the middle of the second epoch, it has the same batches and the same optimizer
    before it as a run that was left alone: the curves agree but for the last bits of floats."""
    out = tmp_path / "run"
    listen = stopping_at(out, 2, 5)
    stopped = train([DataSource(drawn)], SMALL, out, progress=listen)
    assert (stopped.state, runs.read_run(out).stage) == ("stopped", "stopped")
    state = read_state(out)
    assert state is not None
    assert (state.epoch, state.step) == (1, 5)
    assert not (out / record.STOP).exists()
    report = resume(out, progress=stopping_at(out, 4, 1))
    whole = [epoch["loss"] for epoch in small_run.content["curves"]][:3]
    assert [epoch["loss"] for epoch in report.content["curves"]] == pytest.approx(whole, rel=0.005)
    assert read_lines(out / record.METRICS) == report.content["curves"]
    assert len(checkpoints(out)) == 1


def test_a_run_that_goes_on_says_of_its_photos_what_it_would_have_said(drawn: Path, tmp_path: Path):
    """Attributes are drawn by their order, which what is kept of them must keep too."""
    plan, everything_said = Plan(replace(SMALL, attribute_rate=0.9), [DataSource(drawn)]), []
    for _ in ("as it begins", "as it goes on"):
        examples = examples_of(tmp_path, plan, tmp_path / "shelf", no_report)
        every = np.arange(len(examples))
        tokenizer = Tokenizer.fit(examples.texts(every), min_count=1)
        batches = Batches(examples, every, tokenizer, plan.settings).of_epoch(0)
        everything_said.append([batch["tokens"].tolist() for batch in batches])
    assert everything_said[0] == everything_said[1]


def test_a_run_keeps_how_pairs_and_queries_stood_after_every_epoch(small_run: TrainingReport):
    """In the last epoch, photos lie nearer to their captions than in the first."""
    run = small_run.model.parent
    held_out = HeldOut(run)
    assert held_out.epochs() == [1, 2, 3, 4, 5, 6]
    first, last = held_out.moment(1), held_out.moment(6)
    assert last.pool == small_run.content["final"]["text_to_image"]["pool"]
    assert np.median(last.ranks) < np.median(first.ranks)
    near = [(moment.photos * moment.texts).sum(axis=1).mean() for moment in (first, last)]
    assert near[1] > near[0]
    plane = Plane.through(last)
    assert plane.project(last.photos).shape == (len(held_out.pairs), 2)
    answers = held_out.answers(last, 0)
    assert answers[0].similarity >= answers[-1].similarity
    assert (held_out.picture(answers[0].place) or b"").startswith(b"\xff\xd8")
    assert len(held_out.queries) == 8


def test_no_validation_photo_is_trained_on_and_none_is_varied(small_run: TrainingReport):
    """The pixels that are measured are the files' own, whatever augmentation does to the others."""
    run = small_run.model.parent
    kept = read_json(run / record.EXAMPLES)
    held_out = set(HeldOut(run).content["hashes"])
    assert held_out < set(kept["hashes"])
    assert small_run.content["data"]["trained_on"] == sum(h not in held_out for h in kept["hashes"])


def test_tensorboard_can_read_the_run(small_run: TrainingReport):
    import tensorflow as tf

    [file] = (small_run.model.parent / record.TENSORBOARD).glob("events.out.tfevents.*")
    events = [
        tf.compat.v1.Event.FromString(raw.numpy()) for raw in tf.data.TFRecordDataset(str(file))
    ]
    found = {
        (value.tag, event.step): (
            value.metadata.plugin_data.plugin_name,
            float(tf.make_ndarray(value.tensor)),
        )
        for event in events
        for value in event.summary.value
    }
    assert found["loss/training", 6] == (
        "scalars",
        pytest.approx(small_run.content["curves"][-1]["loss"], rel=1e-5),  # told to six digits
    )


def test_a_full_disk_is_said_in_words_and_the_run_can_go_on(
    drawn: Path, tmp_path: Path, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engine.training.loop.JointRun._train_epoch", full)
    with pytest.raises(TrainingError, match="the disk is full"):
        train([DataSource(drawn)], TINY, tmp_path / "run")
    run = runs.read_run(tmp_path / "run")
    assert (run.stage, run.is_resumable) == ("failed", True)
    assert "Make room" in run.error


def test_a_run_whose_photos_are_gone_says_so(tmp_path: Path):
    with pytest.raises(TrainingError, match="cannot be read any more"):
        train([DataSource(tmp_path / "gone")], TINY, tmp_path / "run")
    run = runs.read_run(tmp_path / "run")
    assert run.stage == "failed"
    assert "Traceback" not in run.log()


def test_what_the_page_previews_is_what_the_model_sees():
    """The model's own layer and the preview differ by one step of brightness at most."""
    from engine.training.trainer import Augmentation

    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (4, 24, 24, 3), dtype=np.uint8)
    transforms, light = photo_transforms(rng, 4, 24, 1.0), photo_light(rng, 4, 1.0)
    seen = np.asarray(Augmentation(dtype="float32")(pixels, transforms, light)).astype(int)
    assert np.abs(seen - augmented(pixels, transforms, light)).max() <= 1
    hues, _ = recolouring(rng, np.ones(4, bool), 1.0)
    seen = np.asarray(Augmentation(dtype="float32")(pixels, transforms, light, hues)).astype(int)
    assert np.abs(seen - augmented(pixels, transforms, light, hues)).max() <= 1


def test_the_first_batch_is_shown_with_its_words(drawn: Path, tmp_path: Path):
    shown = runs.preview_batch(Plan(TINY, [DataSource(drawn)]), n_pairs=4, shelf=tmp_path)
    assert shown.pixels.shape == (4, 32, 32, 3)
    assert all(shown.said)
    assert shown.n_training + shown.n_held_out == 480


# Killed at any moment

WRITER = """
import sys
from pathlib import Path
from engine.durable import append_line
from engine.training import checkpoint, record

class Tower:
    def __init__(self, letter): self.letter = letter
    def save_weights(self, path): Path(path).write_bytes(self.letter * 200_000)

class Trainer(Tower):
    photo_tower = text_tower = None
    weights = variables = ()

out = Path(sys.argv[1])
state = checkpoint.read_state(out) or checkpoint.RunState()
record.rewrite_metrics(out, state.history)
figures = {"recall_at_1": 0, "recall_at_5": 0, "recall_at_10": 0}
while True:
    letter = b"%d" % (state.epoch % 10)
    trainer = Trainer(letter)
    trainer.photo_tower = trainer.text_tower = Tower(letter)
    figures = {name: value + 1 for name, value in figures.items()}
    line = {"epoch": state.epoch + 1, "text_to_image": figures, "image_to_text": figures}
    if state.note(line):
        checkpoint.keep_best(out, trainer, state.epoch)
    checkpoint.save(out, trainer, state)
    append_line(out / record.METRICS, line)
    print(state.epoch, flush=True)
"""


def test_killed_at_random_moments_a_run_loses_only_what_was_being_written(tmp_path: Path):
    """Twelve writers are killed; each time the last epoch that was whole is whole still."""
    rng = random.Random(0)
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        told = int(writer.stdout.readline())
        time.sleep(rng.uniform(0, 0.05))
        writer.kill()
        told = max([told, *map(int, writer.stdout.read().split()[:-1])])
        writer.wait()
        state = read_state(tmp_path)
        assert state is not None
        assert state.epoch >= told
        letter = b"%d" % ((state.epoch - 1) % 10)
        weights = checkpoints(tmp_path)[-1] / "trainer.weights.h5"
        assert weights.read_bytes() == letter * 200_000
        best = tmp_path / f"best-{state.best_epoch:04d}"
        parts = {file.read_bytes() for file in best.iterdir()}
        assert parts == {b"%d" % ((state.best_epoch - 1) % 10) * 200_000}
        epochs = [line["epoch"] for line in read_lines(tmp_path / record.METRICS)]
        assert epochs == list(range(1, len(epochs) + 1))


# Forks, comparisons, archives, promotion


def test_a_run_goes_on_for_more_epochs_as_a_new_one(small_run: TrainingReport, kindred_home: Path):
    old = small_run.model.parent
    longer = replace(SMALL, epochs=8, name="longer")
    new = runs.fork_run(old, longer, start="checkpoint", note="two more")
    assert read_state(new) == read_state(old)
    run = runs.read_run(new)
    assert (run.stage, len(run.epochs), run.plan.origin) == ("new", 6, {"continues": old.name})
    warm = runs.fork_run(old, longer, start="weights")
    assert {file.name for file in (warm / "start").iterdir()} == {
        "photo.weights.h5",
        "text.weights.h5",
    }
    assert read_state(warm) is None


def test_a_run_has_the_same_figures_in_a_comparison_as_on_its_own_page(small_run: TrainingReport):
    """Both ask with every caption among all photos held out. Beside itself a run is 0 ahead."""
    run = small_run.model.parent
    found = runs.compare_runs([run, run])
    best = runs.read_run(run).best["text_to_image"]
    assert (found.pool, found.n_captions) == (best["pool"], best["n_queries"])
    here = found.rows[1]
    assert here.ahead == comparing.Interval(0, 0, 0)
    assert here.recall_at[10].low <= here.recall_at[10].value <= here.recall_at[10].high
    for k, recall in here.recall_at.items():
        assert recall.value == pytest.approx(best[f"recall_at_{k}"], abs=1e-9)
    assert here.median_rank == best["median_rank"]


def test_a_paired_interval_is_narrower_than_either_side_tells():
    """Two models that miss the same half of 200 pairs, and one pair besides: 1 of 200 is ahead.
    Taken apart, either recall is uncertain by ±0.07; the difference is not."""
    hits = np.repeat([1.0, 0.0], 100)
    other = hits.copy()
    other[150] = 1.0
    draws = np.random.default_rng(0).integers(200, size=(1000, 200))
    ahead = comparing.interval(other - hits, draws)
    assert ahead.value == 1 / 200
    assert (ahead.low, ahead.high) == (0.0, pytest.approx(0.015, abs=0.006))


def test_settings_that_differ_are_told_and_no_others(kindred_home: Path):
    one, two = (
        runs.create_run(
            [DataSource(Path("/photos"))], replace(TINY, epochs=epochs, name=f"e{epochs}")
        )
        for epochs in (3, 9)
    )
    assert runs.settings_that_differ([one, two]) == {"epochs": [3, 9]}


def test_a_run_travels_as_one_file(small_run: TrainingReport, kindred_home: Path, tmp_path: Path):
    old = small_run.model.parent
    assert runs.export_run(old, tmp_path / "run.zip") > 0
    new = runs.import_run(tmp_path / "run.zip")
    run = runs.read_run(new)
    assert (run.stage, run.has_model, len(run.epochs)) == ("finished", True, 6)
    assert not (new / record.LOCK).exists()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["../run.json", "run.json"], "no run has"),
        (["/etc/passwd", "run.json"], "no run has"),
        (["model/../../x", "run.json"], "no run has"),
        (["model/.hidden", "run.json"], "no run has"),
        (["metrics.jsonl"], "no archive of a run"),
    ],
)
def test_an_archive_that_would_write_elsewhere_is_refused(
    names: list[str], said: str, tmp_path: Path, kindred_home: Path
):
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as file:
        for name in names:
            file.writestr(name, "{}")
    with pytest.raises(TrainingError, match=said):
        runs.import_run(tmp_path / "run.zip")
    assert runs.list_runs() == []
    assert not list(kindred_home.rglob("*.partial"))


def test_an_archive_that_unpacks_to_too_much_is_refused(
    planned: Path, tmp_path: Path, kindred_home: Path
):
    with zipfile.ZipFile(tmp_path / "run.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run.json", (planned / "run.json").read_text())
        file.writestr("model/photo.onnx", b"\0" * 2**20)
    with pytest.raises(TrainingError, match="more than a run may"):
        runs.import_run(tmp_path / "run.zip", limits=ArchiveLimits(n_bytes=2**19))
    with pytest.raises(TrainingError, match="no archive"):
        (tmp_path / "no.zip").write_bytes(b"PK nothing")
        runs.import_run(tmp_path / "no.zip")


def test_a_collection_takes_a_runs_model_and_gives_it_back(
    small_run: TrainingReport, drawn: Path, tmp_path: Path, kindred_home: Path
):
    """Rolled back, it is byte for byte the collection it was; an update does not lose the way."""
    photos = tmp_path / "photos"
    shutil.copytree(drawn, photos)
    run = tmp_path / "runs" / "other"
    shutil.copytree(small_run.model.parent, run)
    shelf = tmp_path / "shelf"
    build_collection(photos, model=_another(small_run.model, tmp_path), out=shelf, name="Shop")
    with Collection.open(shelf) as before:
        old_model, old_build = before.manifest.model.fingerprint, before.manifest.build
    report = runs.promote_run(run, shelf)
    assert report.indexed == 480
    shutil.rmtree(run)
    with Collection.open(shelf) as after:
        assert after.manifest.model.fingerprint != old_model
        assert after.model_folder.is_relative_to(kindred_home)
        after.check()
    previous = previous_version(shelf)
    assert previous is not None and previous.build == old_build
    next(photos.rglob("*.jpg")).unlink()
    update_collection(shelf)
    roll_back(shelf)
    with Collection.open(shelf) as again:
        assert (again.manifest.model.fingerprint, again.manifest.build) == (old_model, old_build)
        again.check()
    roll_back(shelf)
    with Collection.open(shelf) as forth:
        assert forth.n_photos == 479


def _another(model: Path, tmp_path: Path) -> Path:
    """Return a copy of a model that is another one: its vocabulary has another hash."""
    from engine.encoders import read_manifest
    from engine.encoders.model_folder import write_manifest

    copy = tmp_path / "another"
    shutil.copytree(model, copy)
    with (copy / "vocabulary.json").open("a") as file:
        file.write("\n")
    manifest = read_json(copy / "manifest.json")
    from engine.encoders import ModelSettings

    write_manifest(copy, manifest["name"], ModelSettings.from_json(manifest["settings"]))
    assert read_manifest(copy).fingerprint != read_manifest(model).fingerprint
    return copy


def test_a_run_without_a_model_is_not_promoted(planned: Path, tmp_path: Path):
    from engine.runs.promote import adopt_model

    with pytest.raises(TrainingError, match="no model yet"):
        adopt_model(planned)


# Before the start


def test_an_estimate_comes_from_runs_of_the_same_tower(planned: Path, kindred_home: Path):
    """100 photos/s at 32 px are 25 at 64 px: 1,000 photos, a fifth held out, for 3 epochs take
    3 × 800 / 25 = 96 s, and 15 % beside it, and 20 s in the end."""
    assert runs.estimate(TINY, 1000) is None
    append_line(planned / record.METRICS, LINE)
    found = runs.estimate(replace(TINY, size_px=64), 1000)
    assert found is not None
    assert found.photos_per_second == 25
    assert found.seconds == pytest.approx(1.15 * 96 + 20)
    assert "tiny" in found.basis
    for rate in (300.0, 500.0, 400.0):  # the first epoch's 100 were slow for the compiler
        append_line(planned / record.METRICS, {**LINE, "photos_per_second": rate})
    assert runs.estimate(TINY, 1000).photos_per_second == 400
    assert runs.estimate(replace(TINY, backbone="ResNet50"), 1000) is None


@pytest.mark.parametrize(
    ("change", "n_captioned", "said"),
    [
        ({"batch_size": 512}, 600, "such a batch"),
        ({"validation_share": 0.01}, 600, "to measure with"),
        ({"backbone": "ResNet5"}, 600, "no such backbone"),
        ({"weights": "imagenet"}, 600, "random weights"),
        ({"backbone": "ResNet50", "weights": "/no/file.h5"}, 600, "no such file"),
        ({"margin": 3.0}, 600, "margin out of range"),
        ({"batch_size": 8192, "size_px": 512}, 10**6, "too little memory"),
        ({"name": "  "}, 600, "needs a name"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_before_anything_starts(
    change: dict, n_captioned: int, said: str
):
    plan = Plan(replace(TINY, **change), [DataSource(Path("/photos"))])
    with pytest.raises(TrainingError, match=said):
        runs.check_plan(plan, n_captioned)
    runs.check_plan(Plan(TINY, plan.data), 600)


@pytest.mark.parametrize("recipe", list(runs.RECIPES))
@pytest.mark.parametrize("n_photos", [300, 3000, 20_000])
def test_every_recipe_can_begin_on_a_small_machine(recipe: str, n_photos: int):
    """What the page fills in passes the page's own check, and asks for no large network."""
    settings = runs.by_recipe(recipe, n_photos)
    assert settings.recipe == recipe
    assert settings.weights is None
    runs.check_plan(Plan(settings, [DataSource(Path("/photos"))]), n_photos)


def test_a_settings_file_reproduces_a_run(planned: Path):
    """What `train --settings` reads is the run's own file; no setting is lost on the way."""
    plan = runs.read_plan(planned / "run.json")
    assert (plan.settings, plan.note) == (TINY, "first try")
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    (planned / "run.json").write_text('{"settings": {"no_such": 1}, "data": []}')
    with pytest.raises(TrainingError, match="no such setting"):
        runs.read_plan(planned / "run.json")


def test_queries_are_pairs_of_attributes_first():
    attributes = [("Women", "Dress"), ("Women", "Dress"), ("Men", "Shoe"), ()]
    captions = [["A red dress"], ["A blue dress"], ["A shoe"], ["A cap"]]
    asked = choose_queries(captions, attributes)
    assert asked[:2] == ["Women Dress", "Men Shoe"]
    assert asked[2:] == ["A red dress", "A blue dress", "A shoe", "A cap"]
