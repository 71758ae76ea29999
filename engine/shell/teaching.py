"""`train`: photos and captions become a model."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.building import add_table_arguments
from engine.shell.commands import Command, Outcome, UsageError, path
from engine.shell.measuring import retrieval_lines
from engine.shell.meter import duration, listening
from engine.shell.reporting import hushed

if TYPE_CHECKING:
    from engine.training import DataSource, TrainingReport

# The settings of a run that a person may choose: type or choices, metavar, and what it is.
SETTINGS: dict[str, tuple[Any, str, str]] = {
    "name": (str, "NAME", "what people will call the model"),
    "epochs": (int, "N", "passes over the photos"),
    "minutes": (float, "N", "stop after this long, however many epochs are left"),
    "patience": (int, "N", "stop after so many epochs without a better validation; 0 for never"),
    "batch_size": (int, "N", "pairs per step, each a negative for all others"),
    "learning_rate": (float, "X", "peak of the learning rate"),
    "weight_decay": (float, "X", "decoupled decay of the weights"),
    "loss": (("contrastive", "triplet"), "NAME", "contrastive or triplet"),
    "margin": (float, "X", "margin of the triplet loss"),
    "temperature": (float, "X", "where the contrastive loss starts"),
    "backbone": (str, "NAME", "compact, or a model of keras.applications such as ResNet50"),
    "backbone_alpha": (float, "X", "width multiplier of a MobileNet"),
    "weights": (str, "FILE", "first weights of the backbone: imagenet, or a local file"),
    "size_px": (int, "PX", "side of the photos the model sees"),
    "n_dims": (int, "N", "width of the joint space"),
    "max_words": (int, "N", "size of the vocabulary"),
    "attributes": (
        str,
        "KEY",
        "an attribute whose values may stand for a caption; may be repeated",
    ),
    "attribute_rate": (float, "X", "share of captions replaced by attribute values"),
    "augment": (float, "X", "how strongly photos are varied each time, 0 to 1"),
    "word_dropout": (float, "X", "share of a caption's words left out"),
    "validation_share": (float, "X", "share of the photos that is held out to measure with"),
    "precision": (str, "POLICY", "dtype policy of Keras, or auto"),
    "seed": (int, "N", "of everything random"),
}


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
    parser.add_argument("--out", type=path, metavar="RUN", help="the run's folder, a new one")
    parser.add_argument("--resume", type=path, metavar="RUN", help="go on with a run that stopped")
    settings = parser.add_argument_group("settings of the run")
    for name, (kind, metavar, meaning) in SETTINGS.items():
        flag = f"--{name.replace('_', '-')}"
        reading: dict[str, Any] = {"choices": kind} if isinstance(kind, tuple) else {"type": kind}
        if name == "attributes":
            reading["action"] = "append"
        settings.add_argument(flag, metavar=metavar, help=meaning, **reading)


def run(options: argparse.Namespace) -> Outcome:
    """Train a model, or go on with a run that was stopped."""
    is_new = bool(options.photos and options.out)
    if is_new == bool(options.resume) or (options.resume and (options.photos or options.out)):
        raise UsageError("give PHOTOS and --out RUN for a new run, or --resume RUN alone")
    if options.captions and len(options.photos) > 1:
        raise UsageError("--captions names the table of one PHOTOS folder; give one")
    with hushed():
        from engine.training import TrainingSettings, resume, train

    with listening() as progress:
        if options.resume:
            return outcome_of(resume(options.resume, progress=progress))
        settings = TrainingSettings.from_json(chosen(options))
        return outcome_of(train(sources(options), settings, options.out, progress=progress))


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings a person gave; the others keep the defaults of `engine.training`."""
    return {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}


def sources(options: argparse.Namespace) -> list[DataSource]:
    """Return where to learn from."""
    from engine.training import DataSource

    columns = dict(options.column)
    measured = [DataSource(photos, options.captions, columns) for photos in options.photos]
    return measured + [
        DataSource(photos, None, columns, validates=False) for photos in options.also
    ]


def outcome_of(report: TrainingReport) -> Outcome:
    """Return where the model is and how good it is."""
    content = report.content
    record = {"model": str(report.model), **content}
    trained_on, held_out = content["data"]["trained_on"], content["data"]["held_out"]
    lines = [
        f"Trained on {trained_on:,} photos in {duration(content['seconds'])}; "
        f"measured on {held_out:,} others, best in epoch {content['best_epoch']}.",
        *retrieval_lines(content["final"]),
        f"The model: {table.plain(report.model)}",
    ]
    return Outcome(record, lines)


TRAIN = Command("train", "teach a model photos and their captions", add_arguments, run)
