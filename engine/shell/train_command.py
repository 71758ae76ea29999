"""`train`: photos and captions become a model."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, path
from engine.shell.console import hushed
from engine.shell.evaluate_command import retrieval_lines
from engine.shell.index_command import add_table_arguments
from engine.shell.meter import duration, listening

if TYPE_CHECKING:
    from engine.training import DataSource, TrainingReport
    from engine.training.record import Plan


def widths(text: str) -> tuple[int, ...]:
    """Read whole numbers with commas between them, for argparse.

    Examples
    --------
    >>> widths("512,256"), widths("")
    ((512, 256), ())
    """
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"must look like 512,256, not {text!r}") from error


# The settings of a run that a person may choose: type or choices, metavar, and what it is.
SETTINGS: dict[str, tuple[Any, str, str]] = {
    "name": (str, "NAME", "what people will call the model"),
    "epochs": (int, "N", "passes over the photos"),
    "minutes": (float, "N", "stop after this long, however many epochs are left"),
    "patience": (int, "N", "stop after so many epochs without a better validation; 0 for never"),
    "batch_size": (int, "N", "pairs per step, each a negative for all others"),
    "learning_rate": (float, "X", "peak of the learning rate"),
    "weight_decay": (float, "X", "decoupled decay of the weights"),
    "loss": (str, "NAME", "contrastive, triplet, hinge or cosine"),
    "margin": (float, "X", "margin of the triplet or hinge loss"),
    "negatives": (str, "KIND", "a triplet's negatives: random, semi-hard or hardest"),
    "temperature": (float, "X", "where the contrastive loss starts"),
    "backbone": (
        str,
        "NAME",
        "compact, EfficientNetLite2 (ImageNet's weights are installed), bundled (our own model's "
        "tower), one of keras.applications such as ResNet50, or a published model that 'models' "
        "has got, which stays frozen",
    ),
    "backbone_alpha": (float, "X", "width multiplier of a MobileNet"),
    "weights": (str, "FILE", "first weights of the backbone: imagenet, a local file, or none"),
    "frozen": (bool, "", "leave the backbone as it is, and train on its features in seconds"),
    "pooling": (str, "KIND", "how the backbone's last map is pooled: max or average"),
    "feature_layer": (str, "NAME", "a dense layer of the backbone's top instead, such as fc1"),
    "hidden": (widths, "N,N", "dense layers between the features and the joint space"),
    "dropout": (float, "X", "share of the features left out while training"),
    "text_kind": (str, "KIND", "how texts are read: convolution, gru, bigru or vectors"),
    "text_hidden": (widths, "N,N", "dense layers after word vectors"),
    "text_width": (int, "N", "width of a word inside the text tower"),
    "vectors": (str, "FILE", "word vectors (default: those that come with Kindred)"),
    "say": (str, "WHAT", "what is said of a photo: captions, label or tags"),
    "label": (str, "KEY", "attribute that is the label (default: found by its name)"),
    "widths": (widths, "N,N", "channels of the autoencoder's layers"),
    "strides": (widths, "N,N", "strides of the autoencoder's layers; 1,1,1 keeps full size"),
    "size_px": (int, "PX", "side of the photos the model sees"),
    "n_dims": (int, "N", "width of the joint space"),
    "max_words": (int, "N", "size of the vocabulary"),
    "attributes": (
        str,
        "KEY",
        "an attribute whose values may stand for a caption; may be repeated",
    ),
    "attribute_rate": (float, "X", "share of captions replaced by attribute values"),
    "attribute_weight": (float, "X", "weight of telling attribute values apart; 0 leaves it out"),
    "start": (str, "MODEL", "folder of a model to go on from"),
    "start_share": (float, "X", "how far the end is moved back towards that model, 0 to 1"),
    "mirrored": (bool, "", "the model looks at each photo and at its mirror image"),
    "teachers": (
        str,
        "MODEL",
        "folder of a model whose view of the photos is learned as well; may be repeated",
    ),
    "teacher_weight": (float, "X", "weight of that"),
    "augment": (float, "X", "how strongly photos are varied each time, 0 to 1"),
    "erase": (float, "X", "share of the photos of which a part is covered each time"),
    "recolour": (float, "X", "share of the photos, of those named no colour, given another hue"),
    "word_dropout": (float, "X", "share of a caption's words left out"),
    "validation_share": (float, "X", "share of the photos that is held out to measure with"),
    "precision": (str, "POLICY", "dtype policy of Keras, or auto"),
    "seed": (int, "N", "of everything random"),
}

REPEATED = ("attributes", "teachers")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `train` takes."""
    parser.add_argument(
        "photos", nargs="*", default=[], type=path, metavar="PHOTOS", help="folders with captions"
    )
    add_table_arguments(parser)
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        type=path,
        metavar="PHOTOS",
        help="a further folder to learn from, of which nothing is held out",
    )
    parser.add_argument(
        "--recipe",
        default="contrastive",
        metavar="NAME",
        help="a system to train: contrastive (the default), triplet, devise, autoencoder, "
        "vgg16-fc1 or matching; what is set beside it counts more",
    )
    parser.add_argument(
        "--out", type=path, metavar="RUN", help="the run's folder (default: one beside the others)"
    )
    parser.add_argument("--resume", type=path, metavar="RUN", help="go on with a run that stopped")
    parser.add_argument(
        "--finish", action="store_true", help="with --resume: make the model of the best epoch now"
    )
    parser.add_argument(
        "--settings",
        type=path,
        metavar="FILE",
        help="do what a run did: its run.json; what is given besides replaces its settings",
    )
    parser.add_argument(
        "--calibrate",
        action="store_true",
        help="only try how fast this machine trains with these settings",
    )
    settings = parser.add_argument_group("settings of the run")
    for name, (kind, metavar, meaning) in SETTINGS.items():
        flag = f"--{name.replace('_', '-')}"
        if kind is bool:
            settings.add_argument(flag, action="store_true", default=None, help=meaning)
            continue
        reading: dict[str, Any] = {"action": "append"} if name in REPEATED else {}
        settings.add_argument(flag, metavar=metavar, help=meaning, type=kind, **reading)


def run(options: argparse.Namespace) -> Outcome:
    """Train a model, or go on with a run that was stopped."""
    check_usage(options)
    if options.calibrate:
        return try_speed(options)
    from engine.training.record import RUN, STOP, begin_record, read_plan

    folder = options.resume
    if folder is None:
        plan = plan_of(options)
        folder = options.out or free_run(plan)
        begin_record(folder, plan)
    else:
        read_plan(folder / RUN)  # where there is no run, nothing heavy need be loaded to say so
        if not is_job():
            (folder / STOP).unlink(missing_ok=True)
    with hushed():
        from engine.training.recipes import resume_recipe

    with listening() as progress, stopped_kindly(folder):
        return outcome_of(resume_recipe(folder, finish=options.finish, progress=progress), folder)


def check_usage(options: argparse.Namespace) -> None:
    """Refuse arguments that do not go together."""
    is_new = bool(options.photos) != bool(options.settings)
    is_new = is_new or options.calibrate
    if is_new == bool(options.resume) or (options.photos and options.settings):
        raise UsageError("give PHOTOS, --settings FILE or --resume RUN, one of the three")
    if options.resume and options.out:
        raise UsageError("--resume RUN goes on in its own folder; leave --out away")
    if options.finish and not options.resume:
        raise UsageError("--finish goes with --resume RUN")
    if options.captions and len(options.photos) > 1:
        raise UsageError("--captions names the table of one PHOTOS folder; give one")


def plan_of(options: argparse.Namespace) -> Plan:
    """Return what the run shall do."""
    from engine.training import TrainingSettings
    from engine.training.recipes import settings_of
    from engine.training.record import Plan, read_plan

    if options.settings is None:
        return Plan(settings_of(options.recipe, chosen(options)), sources(options))
    plan = read_plan(options.settings)
    settings = {**plan.settings.to_json(), **chosen(options)}
    return replace(plan, settings=TrainingSettings.from_json(settings), created=0.0)


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings a person gave; the others keep the defaults of `engine.training`."""
    given = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
    if given.get("weights") == "none":
        given["weights"] = None
    return given


def sources(options: argparse.Namespace) -> list[DataSource]:
    """Return where to learn from."""
    from engine.training import DataSource

    columns = dict(options.column)
    # Absolute: the run may be resumed from another folder.
    measured = [DataSource(each.absolute(), options.captions, columns) for each in options.photos]
    return measured + [
        DataSource(each.absolute(), None, columns, validates=False) for each in options.also
    ]


def free_run(plan: Plan) -> Path:
    """Return a new folder among the home's runs."""
    from engine.runs.run_folder import free_folder

    return free_folder(plan.settings.name)


def is_job() -> bool:
    """Tell whether this command is a job, whose wish to stop came from whoever started it."""
    from engine.jobs import PROGRESS_VARIABLE

    return PROGRESS_VARIABLE in os.environ


@contextmanager
def stopped_kindly(folder: Path) -> Iterator[None]:
    """Let Ctrl-C, or a stop of the job, end the run at its next batch; a second one ends it now."""
    from engine.training.record import STOP

    def ask(number: int, frame: object) -> None:
        (folder / STOP).touch()
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handle in before.items():
            signal.signal(number, handle)


def try_speed(options: argparse.Namespace) -> Outcome:
    """Train a few batches of noise, and keep how fast that was for estimates to come."""
    from engine import config
    from engine.runs.estimate import note_speed
    from engine.training import TrainingSettings

    settings = (
        plan_of(options).settings
        if options.settings
        else TrainingSettings.from_json(chosen(options))
    )
    with hushed():
        from engine.training.speed import calibrate

    with listening() as progress:
        found = calibrate(settings, progress=progress)
    note_speed(settings, found, config.home())
    rate, memory = found["photos_per_second"], found["memory_mb"]
    return Outcome(found, [f"{rate:,.0f} photos a second, {memory:,.0f} MB of memory."])


def outcome_of(report: TrainingReport, folder: Path) -> Outcome:
    """Return where the model is and how good it is."""
    content = report.content
    record = {"state": report.state, "run": str(folder), "model": str(report.model), **content}
    if report.state == "stopped":
        n_epochs, spent = len(content["curves"]), duration(content["seconds"])
        return Outcome(
            {**record, "model": None},
            [
                f"Stopped after {n_epochs} epochs and {spent}; everything is kept.",
                f"Go on with: python -m engine train --resume {table.plain(folder)}",
            ],
        )
    trained_on, held_out = content["data"]["trained_on"], content["data"]["held_out"]
    lines = [
        f"Trained on {trained_on:,} photos in {duration(content['seconds'])}; "
        f"measured on {held_out:,} others, best in epoch {content['best_epoch']}.",
        *(retrieval_lines(content["final"]) if content["final"] else []),
        *(f"The {key}: {content[key]}" for key in ("backbone", "vectors") if content.get(key)),
        f"The model: {table.plain(report.model)}",
    ]
    return Outcome(record, lines)


TRAIN = Command("train", "teach a model photos and their captions", add_arguments, run)
