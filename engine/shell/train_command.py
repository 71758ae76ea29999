"""`train`: photos and captions become a model."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
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


# How a setting's value is read, by its type.
KINDS: dict[str, Any] = {"str": str, "int": int, "float": float, "tuple[int, ...]": widths}


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
    add_settings(parser.add_argument_group("settings of the run"))


def add_settings(group: Any) -> None:
    """Add a flag for every setting of a run that a person may choose."""
    from engine.training.settings import SETTINGS, TrainingSettings

    kinds = {each.name: str(each.type).removesuffix(" | None") for each in fields(TrainingSettings)}
    for name, known in SETTINGS.items():
        flag, kind = f"--{name.replace('_', '-')}", kinds[name]
        if kind == "bool":
            group.add_argument(flag, action="store_true", default=None, help=known.help)
            continue
        reading: dict[str, Any] = {"action": "append"} if kind == "tuple[str, ...]" else {}
        group.add_argument(
            flag, metavar=known.metavar, help=known.help, type=KINDS.get(kind, str), **reading
        )


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
    from engine.training.settings import SETTINGS

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
