"""A run's folder: what is in it, and how it is written so that a reader never sees half of it.

======================  ===========================================================================
``run.json``            settings, data, note and origin; written once, before anything starts
``environment.json``    the machine and the libraries
``metrics.jsonl``       one line an epoch, appended
``steps.jsonl``         the loss between, about one line a second, appended
``log.txt``             what happened when, appended
``progress.json``       the step it is in now
``examples.json``       the photos and captions it began with
``held-out/``           some of the photos it measures with, and how they stood in each epoch
``checkpoint-E-S/``     weights and optimizer after epoch E and S further steps
``best-E/``             the towers of the best epoch
``tensorboard/``        the figures again, as event files
``model/``              the model, in the end
``ending.json``         how it ended: finished, stopped or failed; gone again when it goes on
``lock``                held by the program that trains; ``STOP`` asks it to stop
======================  ===========================================================================
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.durable import read_json, read_lines, write_json, write_whole
from engine.errors import TrainingError
from engine.training.settings import DataSource, TrainingSettings

RUN = "run.json"
ENVIRONMENT = "environment.json"
METRICS = "metrics.jsonl"
STEPS = "steps.jsonl"
LOG = "log.txt"
PROGRESS = "progress.json"
ENDING = "ending.json"
EXAMPLES = "examples.json"
HELD_OUT = "held-out"
MODEL = "model"
TENSORBOARD = "tensorboard"
LOCK = "lock"
STOP = "STOP"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run shall do: everything that makes it again.

    Parameters
    ----------
    settings, data
        What is trained, on what.
    note
        What a person wants to remember of it.
    origin
        Where it comes from: ``{"fork_of": …}``, ``{"continues": …}`` or nothing.
    created
        Seconds since 1970.
    """

    settings: TrainingSettings
    data: Sequence[DataSource]
    note: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    created: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``run.json``."""
        return {
            "settings": self.settings.to_json(),
            "data": [each.to_json() for each in self.data],
            "note": self.note,
            "origin": dict(self.origin),
            "created": self.created,
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Plan:
        """Read what `to_json` wrote."""
        return cls(
            TrainingSettings.from_json(content["settings"]),
            [DataSource.from_json(each) for each in content["data"]],
            str(content.get("note", "")),
            dict(content.get("origin", {})),
            float(content.get("created", 0.0)),
        )


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a run says of itself when it ends.

    Parameters
    ----------
    model
        The folder of the model; there is none yet where the run was stopped.
    content
        What ``report.json`` beside the weights holds: data, settings, curves, final figures,
        seconds, machine. Of a stopped run, data, settings, curves and seconds so far.
    state
        "finished" or "stopped".
    """

    model: Path
    content: dict[str, Any]
    state: str = "finished"


class StopAskedError(Exception):
    """Somebody asked the run to stop."""


def read_plan(file: Path) -> Plan:
    """Read a plan, from a run's ``run.json`` or a copy of it.

    Raises
    ------
    TrainingError
        The file is missing, is no plan, or names settings this Kindred does not have.
    """
    try:
        return Plan.from_json(read_json(file))
    except FileNotFoundError as error:
        raise TrainingError(
            "there is no run here", value=file.parent, remedy="Start one with 'train'"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrainingError(
            "this file holds no settings of a run", value=file, remedy="Give a run's run.json"
        ) from error


def begin_record(out: Path, plan: Plan) -> None:
    """Make a run's folder and write its plan.

    Raises
    ------
    TrainingError
        The folder holds a run already, or cannot be written.
    """
    if (out / RUN).exists():
        raise TrainingError(
            "the folder holds a run already",
            value=out,
            remedy="Resume it with '--resume', or choose another",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / RUN, {**plan.to_json(), "created": plan.created or time.time()})
    except OSError as error:
        raise disk_error(error, out) from error


def rewrite_metrics(out: Path, history: Sequence[Mapping[str, Any]]) -> None:
    """Bring the metrics in step with a checkpoint, where a crash left more or fewer of them."""
    if read_lines(out / METRICS) != list(history):
        lines = "".join(json.dumps(line) + "\n" for line in history)
        write_whole(out / METRICS, lines.encode())


def log(out: Path, what: str) -> None:
    """Append a line to the run's log, with the time."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S")
    with (out / LOG).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{moment}  {what}\n")


def note_ending(out: Path, state: str, *, error: str = "") -> None:
    """Write how a run ended: "finished", "stopped" or "failed", with a sentence."""
    write_json(out / ENDING, {"state": state, "error": error, "ended": time.time()})


def disk_error(error: OSError, out: Path) -> TrainingError:
    """Return a disk's trouble in words: what was kept, and how to go on."""
    reason = error.strerror or str(error)
    remedy = "Check that you may write there and that the disk is there, then resume the run"
    if is_disk_full(error):
        reason, remedy = "the disk is full", "Make room on the disk, then resume the run"
    return TrainingError(f"the run cannot be written ({reason})", value=out, remedy=remedy)


def is_disk_full(error: OSError) -> bool:
    """Tell whether a disk is full; HDF5 says it in its words alone."""
    return error.errno in (28, 122) or "No space left" in str(error)


def six_digits(value: Any) -> Any:
    """Return plain values with their numbers to six digits: no figure of a run means more.

    Examples
    --------
    >>> six_digits({"recall": [0.21895664952, 1], "seconds": 1795993949.3})
    {'recall': [0.218957, 1], 'seconds': 1795990000.0}
    """
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: six_digits(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [six_digits(each) for each in value]
    return value
