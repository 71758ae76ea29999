"""`train`: photos and captions become a model."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import click
from click import argument, option

from engine.lazy import hushed
from engine.shell.commands import FOLDER, PATH, Kind, Outcome, command, given_settings
from engine.shell.evaluate_command import retrieval_table
from engine.shell.index_command import table_options
from engine.shell.meter import duration, listening
from engine.shell.table import Part, plain
from engine.training.settings import SETTINGS, DataSource, Setting, TrainingSettings

if TYPE_CHECKING:
    from engine.training import TrainingReport
    from engine.training.record import Plan


def _layers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(f"must look like 512,256, not {text!r}") from None


LAYERS = Kind("N,N", _layers)


def _setting_option(name: str, setting: Setting, kind: str) -> click.Option:
    kinds = {"bool": click.BOOL, "int": click.INT, "float": click.FLOAT, "tuple[int, ...]": LAYERS}
    return click.Option(
        [f"--{name.replace('_', '-')}"],
        type=kinds.get(kind) or Kind(setting.metavar, str, setting.among),
        is_flag=kind == "bool",
        multiple=kind == "tuple[str, ...]",
        metavar=setting.metavar or None,
        help=f"{setting.help[0].upper()}{setting.help[1:]}.",
    )


def setting_options(work: Any) -> Any:
    """Add an option for every setting of a run that a person may choose."""
    kinds = {each.name: str(each.type).removesuffix(" | None") for each in fields(TrainingSettings)}
    options = [_setting_option(name, known, kinds[name]) for name, known in SETTINGS.items()]
    work.params[-1:] = [*options, work.params[-1]]
    return work


@setting_options
@command("train")
@argument("photos", nargs=-1, type=FOLDER, help="Folders with captions.")
@table_options
@option(
    "--also",
    multiple=True,
    type=FOLDER,
    metavar="PHOTOS",
    help="A further folder to learn from, of which nothing is held out.",
)
@option(
    "--recipe",
    default="contrastive",
    metavar="NAME",
    help="A system to train: contrastive (the default), triplet, devise, autoencoder, vgg16-fc1 "
    "or matching; what is set beside it counts more.",
)
@option(
    "--out", type=FOLDER, metavar="RUN", help="The run's folder (default: one beside the others)."
)
@option("--resume", type=FOLDER, metavar="RUN", help="Go on with a run that stopped.")
@option("--finish", is_flag=True, help="With --resume: make the model of the best epoch now.")
@option(
    "--settings",
    type=PATH,
    metavar="FILE",
    help="Do what a run did: its run.json; what is given besides replaces its settings.",
)
@option(
    "--calibrate", is_flag=True, help="Only try how fast this machine trains with these settings."
)
def train(**given: Any) -> Outcome:
    """Train a model, or go on with a run that was stopped."""
    options = SimpleNamespace(**given)
    check_usage(options)
    if options.calibrate:
        return try_speed(options)
    from engine.runs.run_folder import new_folder
    from engine.training.record import RUN, STOP, begin_record, read_plan

    folder = options.resume
    if folder is None:
        plan = plan_of(options)
        folder = options.out or new_folder(plan.settings.name)
        begin_record(folder, plan)
    else:
        read_plan(folder / RUN)  # where there is no run, nothing heavy need be loaded to say so
        if not is_job():
            (folder / STOP).unlink(missing_ok=True)
    with hushed():
        from engine.training import resume

    with listening() as progress, stopped_kindly(folder):
        return outcome_of(resume(folder, finish=options.finish, progress=progress), folder)


def check_usage(options: SimpleNamespace) -> None:
    """Refuse arguments that do not go together."""
    is_new = bool(options.photos) != bool(options.settings)
    is_new = is_new or options.calibrate
    if is_new == bool(options.resume) or (options.photos and options.settings):
        raise click.UsageError("give PHOTOS, --settings FILE or --resume RUN, one of the three")
    if options.resume and options.out:
        raise click.UsageError("--resume RUN goes on in its own folder; leave --out away")
    if options.finish and not options.resume:
        raise click.UsageError("--finish goes with --resume RUN")
    if options.captions and len(options.photos) > 1:
        raise click.UsageError("--captions names the table of one PHOTOS folder; give one")


def plan_of(options: SimpleNamespace) -> Plan:
    """Return what the run shall do."""
    from engine.training.recipes import settings_of
    from engine.training.record import Plan, read_plan

    chosen = given_settings(SETTINGS)
    if options.settings is None:
        return Plan(settings_of(options.recipe, chosen), sources(options))
    plan = read_plan(options.settings)
    settings = {**plan.settings.to_json(), **chosen}
    return replace(plan, settings=TrainingSettings.from_json(settings), created=0.0)


def sources(options: SimpleNamespace) -> list[DataSource]:
    """Return where to learn from."""
    columns = dict(options.column)
    # Absolute: the run may be resumed from another folder.
    measured = [DataSource(each.absolute(), options.captions, columns) for each in options.photos]
    return measured + [
        DataSource(each.absolute(), None, columns, validates=False) for each in options.also
    ]


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


def try_speed(options: SimpleNamespace) -> Outcome:
    """Train a few batches of noise, and keep how fast that was for estimates to come."""
    from engine import config
    from engine.runs.estimate import note_speed

    chosen = given_settings(SETTINGS)
    settings = plan_of(options).settings if options.settings else TrainingSettings(**chosen)
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
                f"Go on with: python -m engine train --resume {plain(folder)}",
            ],
        )
    trained_on, held_out = content["data"]["trained_on"], content["data"]["held_out"]
    lines: list[Part] = [
        f"Trained on {trained_on:,} photos in {duration(content['seconds'])}; "
        f"measured on {held_out:,} others, best in epoch {content['best_epoch']}.",
        *([retrieval_table(content["final"])] if content["final"] else []),
        *(f"The {key}: {content[key]}" for key in ("backbone", "vectors") if content.get(key)),
        f"The model: {plain(report.model)}",
    ]
    return Outcome(record, lines)
