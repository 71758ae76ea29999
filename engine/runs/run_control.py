"""Start, stop, kill, fork and remove runs: what pages and shells ask for."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from engine.access import Role, require
from engine.durable import read_json, write_json
from engine.errors import TrainingError
from engine.jobs import Job, start_job, stop_job
from engine.locks import holder
from engine.runs.run_folder import new_folder
from engine.runs.run_state import JOB, read_run
from engine.training import record
from engine.training.record import Plan, begin_record, read_plan
from engine.training.settings import DataSource, TrainingSettings

Start = Literal["afresh", "weights", "checkpoint"]
_SECONDS_TO_FINISH = 30.0


def create_run(
    data: Sequence[DataSource],
    settings: TrainingSettings,
    *,
    note: str = "",
    home: Path | None = None,
) -> Path:
    """Make the folder of a new run, which nobody has started yet.

    Raises
    ------
    TrainingError
        The home cannot be written.
    """
    require(Role.OWNER)
    folder = new_folder(settings.name, home)
    begin_record(folder, Plan(settings, data, note))
    return folder


def start_run(
    folder: Path,
    *,
    finish: bool = False,
    expected_seconds: float | None = None,
    home: Path | None = None,
) -> Job:
    """Queue a run: it begins, or goes on, as soon as no other long work is running.

    Parameters
    ----------
    folder
        The run's folder.
    finish
        Train no more; make the model of the best epoch so far. That is short work, which does not
        wait for other runs.
    expected_seconds
        How long it will take, for those that wait behind it; None where nobody knows.
    home
        Where jobs are kept; `engine.config.home` by default.

    Raises
    ------
    TrainingError
        It is at work already, or finished.
    """
    require(Role.OWNER)
    run = read_run(folder, home=home)
    if not run.is_resumable:
        raise TrainingError(
            f"the run is {run.stage}", value=run.name, remedy="Fork it to train further"
        )
    (folder / record.STOP).unlink(missing_ok=True)
    (folder / record.ENDING).unlink(missing_ok=True)
    arguments = ["--resume", str(folder), *(["--finish"] if finish else []), "--json"]
    title = f"{'Finish' if finish else 'Train'} {run.name}"
    job = start_job(
        "train",
        arguments,
        home=home,
        title=title,
        lane="short" if finish else "long",
        on=folder,
        expected_seconds=_SECONDS_TO_FINISH if finish else expected_seconds,
    )
    write_json(folder / JOB, {"job_id": job.job_id})
    return job


def stop_run(folder: Path, *, home: Path | None = None) -> None:
    """Ask a run to stop at the next batch, keeping everything; one that waits is not begun."""
    require(Role.OWNER)
    run = read_run(folder, home=home)
    if run.stage == "queued" and run.job_id:
        stop_job(run.job_id, home=home)
    elif run.is_live:
        (folder / record.STOP).touch()


def kill_run(folder: Path, *, home: Path | None = None) -> None:
    """End a run that does not stop when asked; it goes on from its last checkpoint."""
    require(Role.OWNER)
    run = read_run(folder, home=home)
    if run.job_id and run.is_live:
        stop_job(run.job_id, home=home)
    elif (found := holder(folder / record.LOCK)) and found.startswith("pid "):
        with suppress(ProcessLookupError):
            os.kill(int(found.removeprefix("pid ")), signal.SIGKILL)


def fork_run(
    folder: Path,
    settings: TrainingSettings,
    *,
    start: Start = "afresh",
    note: str = "",
    home: Path | None = None,
) -> Path:
    """Make a new run from an old one, which stays as it is.

    Parameters
    ----------
    folder
        The old run.
    settings
        Of the new run.
    start
        "afresh", with the old run's best "weights", or from its last "checkpoint": then the new
        run goes on where the old one ended, for as many epochs as `settings` says in all.

    Raises
    ------
    TrainingError
        The old run has nothing to start from yet.
    """
    require(Role.OWNER)
    old = read_plan(folder / record.RUN)
    key = "continues" if start == "checkpoint" else "fork_of"
    new = new_folder(settings.name, home)
    begin_record(new, Plan(settings, old.data, note, {key: folder.name}))
    try:
        if start == "weights":
            _copy_weights(folder, new)
        elif start == "checkpoint":
            _copy_checkpoint(folder, new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return new


def remove_run(folder: Path, *, home: Path | None = None) -> None:
    """Remove a run with everything it made; collections it was promoted to keep their own copy.

    Raises
    ------
    TrainingError
        It is at work.
    """
    require(Role.OWNER)
    run = read_run(folder, home=home)
    if run.is_live:
        raise TrainingError("the run is at work", value=run.name, remedy="Stop it first")
    # The plan goes first: half a removal is no run.
    (folder / record.RUN).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _copy_weights(old: Path, new: Path) -> None:
    best = _newest(old, "best-*")
    if best is None:
        raise _nothing_yet(old)
    shutil.copytree(best, new / "start")


def _copy_checkpoint(old: Path, new: Path) -> None:
    last = _newest(old, "checkpoint-*")
    if last is None:
        raise _nothing_yet(old)
    best = f"best-{read_json(last / 'state.json')['best_epoch']:04d}"
    for name in (record.EXAMPLES, record.METRICS, record.STEPS):
        if (old / name).is_file():
            shutil.copyfile(old / name, new / name)
    for name in (record.HELD_OUT, best, last.name):
        if (old / name).is_dir():
            shutil.copytree(old / name, new / name)


def _newest(folder: Path, pattern: str) -> Path | None:
    return max((path for path in folder.glob(pattern) if not path.suffix), default=None)


def _nothing_yet(old: Path) -> TrainingError:
    return TrainingError(
        "the run has finished no epoch yet", value=old.name, remedy="Start the new one afresh"
    )
