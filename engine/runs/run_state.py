"""What is true of a run now. Nothing is remembered: every answer is read from its folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.durable import known_record, read_lines
from engine.errors import JobError, TrainingError
from engine.jobs import JobState, find_job
from engine.locks import holder
from engine.progress import Progress
from engine.runs.run_folder import runs_folder
from engine.training import record
from engine.training.record import Plan, read_plan

Stage = Literal["new", "queued", "running", "stopping", "finished", "stopped", "failed", "crashed"]
JOB = "job.json"
_LIVE = ("queued", "running", "stopping")
_LOG_LINES = 200
_DIRECTIONS = ("text_to_image", "image_to_text")


@dataclass(frozen=True, slots=True)
class Run:
    """A run as a person sees it.

    Attributes
    ----------
    folder
        Where it is; its name is the run's id.
    stage
        "new" (never started), "queued", "running", "stopping", "finished", "stopped" (somebody
        asked it to), "failed" (it said why) or "crashed" (it could not say).
    epochs
        One dictionary an epoch, as in ``metrics.jsonl``.
    steps
        The loss between epochs.
    progress
        The step it is in, while it runs.
    seconds_left
        Until the run ends, as far as its epochs so far tell; None while that is unknown.
    error
        One sentence, when it failed or crashed.
    ended
        Seconds since 1970, or None.
    job_id
        The job that works on it, or worked last; None for a run of the shell.
    """

    folder: Path
    plan: Plan
    stage: Stage
    epochs: Sequence[Mapping[str, Any]]
    steps: Sequence[Mapping[str, Any]]
    progress: Progress | None
    seconds_left: float | None
    error: str
    ended: float | None
    job_id: str | None

    @property
    def run_id(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def name(self) -> str:
        """What people call it."""
        return self.plan.settings.name

    @property
    def is_live(self) -> bool:
        """Whether it is at work, or about to be."""
        return self.stage in _LIVE

    @property
    def is_resumable(self) -> bool:
        """Whether it can go on where it is."""
        return self.stage in ("new", "stopped", "failed", "crashed")

    @property
    def has_model(self) -> bool:
        """Whether its model is written."""
        return (self.folder / record.MODEL / "manifest.json").is_file()

    @property
    def best(self) -> Mapping[str, Any] | None:
        """The epoch with the highest mean of the six recalls, or None before any.

        A model without a text side has no recalls, and so no best epoch.
        """
        measured = [epoch for epoch in self.epochs if _DIRECTIONS[0] in epoch]
        return max(measured, key=_score, default=None)

    @property
    def has_checkpoints(self) -> bool:
        """Whether it trains in epochs that are kept, or in one go."""
        return not self.plan.settings.is_short

    @property
    def seconds(self) -> float:
        """Spent training so far."""
        return float(self.epochs[-1]["total_seconds"]) if self.epochs else 0.0

    def log(self, n_lines: int = _LOG_LINES) -> str:
        """Return the last lines of its log, and of the program that ran it."""
        try:
            lines = (self.folder / record.LOG).read_text("utf-8", "replace").splitlines()
        except OSError:
            lines = []
        return "\n".join(lines[-n_lines:])


def list_runs(home: Path | None = None) -> list[Run]:
    """Return the runs of a home, those at work first, then the newest first."""
    shelf = runs_folder(home)
    found = []
    for folder in shelf.iterdir() if shelf.is_dir() else ():
        if folder.suffix or not (folder / record.RUN).is_file():
            continue
        try:
            found.append(read_run(folder, home=home))
        except TrainingError:  # removed meanwhile, or a newer Kindred's
            continue
    return sorted(found, key=lambda run: (not run.is_live, -run.plan.created))


def read_run(folder: Path, *, home: Path | None = None) -> Run:
    """Return a run as it stands now.

    Raises
    ------
    TrainingError
        There is no run, or a newer Kindred made it.
    """
    plan = read_plan(folder / record.RUN)
    job = _job_of(folder, home)
    ending = known_record(folder / record.ENDING)
    stage = _stage(folder, job, ending)
    epochs = read_lines(folder / record.METRICS)
    progress, written = _progress(folder) if stage in ("running", "stopping") else (None, 0.0)
    return Run(
        folder=folder,
        plan=plan,
        stage=stage,
        epochs=epochs,
        steps=read_lines(folder / record.STEPS),
        progress=progress,
        seconds_left=_seconds_left(plan, epochs, progress, written),
        error=_error(stage, job, ending),
        ended=ending.get("ended"),
        job_id=job.job_id if job else None,
    )


def _stage(folder: Path, job: JobState | None, ending: Mapping[str, Any]) -> Stage:
    if holder(folder / record.LOCK) is not None:
        return "stopping" if (folder / record.STOP).exists() else "running"
    if job is not None and not job.is_over:
        if job.state == "queued":
            return "queued"
        # Just starting, or just ended: the run has said how, and the runner not yet.
        if not ending:
            return "stopping" if (folder / record.STOP).exists() else "running"
    told = ending.get("state")
    if told == "finished" or told == "stopped" or told == "failed":
        return told
    if job is not None and job.state in ("stopped", "failed"):
        return "stopped" if job.state == "stopped" else "failed"
    has_begun = (folder / record.LOCK).exists() or (job is not None and job.started is not None)
    return "crashed" if has_begun else "new"


def _error(stage: Stage, job: JobState | None, ending: Mapping[str, Any]) -> str:
    if stage == "crashed":
        return "The program that trained it ended without a word. What it had finished is kept."
    if stage == "failed":
        return str(ending.get("error") or (job.error if job else "") or "")
    return ""


def _job_of(folder: Path, home: Path | None) -> JobState | None:
    job_id = known_record(folder / JOB).get("job_id")
    try:
        return find_job(str(job_id), home=home) if job_id else None
    except JobError:
        return None


def _progress(folder: Path) -> tuple[Progress | None, float]:
    content = known_record(folder / record.PROGRESS)
    try:
        progress = Progress(
            str(content["step"]), int(content["done"]), int(content["total"]), content["seconds"]
        )
        return progress, float(content["written"])
    except (KeyError, TypeError, ValueError):
        return None, 0.0


def _seconds_left(
    plan: Plan, epochs: Sequence[Mapping[str, Any]], progress: Progress | None, written: float
) -> float | None:
    """Let the epochs to come take as long as the last few did; a time limit may end it sooner."""
    if progress is None or not epochs:
        return None
    lately = [float(epoch["seconds"]) for epoch in epochs[-3:]]
    each = sum(lately) / len(lately)
    done = len(epochs) + (progress.done / progress.total if progress.total else 0.0)
    left = (plan.settings.epochs - done) * each
    if plan.settings.minutes is not None:
        left = min(left, 60 * plan.settings.minutes - float(epochs[-1]["total_seconds"]))
    return max(left - (time.time() - written), 0.0)


def _score(epoch: Mapping[str, Any]) -> float:
    return sum(float(epoch[d][f"recall_at_{k}"]) for d in _DIRECTIONS for k in (1, 5, 10))
