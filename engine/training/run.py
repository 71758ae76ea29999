"""A run: begun or gone on with, by one program at a time, to its model or to where it is stopped.

Everything is in the run's folder (`engine.training.record`): how it goes, and how it ended.

Not inside: what is trained, which is a joint model in epochs (`loop`), a head on frozen features
(`heads`) or an autoencoder (`reconstruction`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from engine.durable import read_json
from engine.errors import KindredError, TrainingError
from engine.locks import LockHeldError, exclusive
from engine.progress import Progress, ProgressFile, Report, no_report
from engine.training import record
from engine.training.decoded_photos import decoded_shelf
from engine.training.record import MODEL, STOP, Plan, StopAskedError, TrainingReport
from engine.training.settings import DataSource, TrainingSettings


def train(
    data: Sequence[DataSource],
    settings: TrainingSettings,
    out: Path,
    *,
    shelf: Path | None = None,
    progress: Report = no_report,
) -> TrainingReport:
    """Train a model from photos and captions, as the settings tell.

    Parameters
    ----------
    data
        One or more sources of photos.
    settings
        Everything else that decides the run.
    out
        The run's folder; must not hold a run yet.
    shelf
        Folder for decoded photos, shared by runs; in Kindred's home by default.
    progress
        Told of every step.

    Raises
    ------
    TrainingError
        The folder is taken, or there is too little to train on.
    ModelError
        The backbone's weights, or the word vectors, cannot be had.
    """
    record.begin_record(out, Plan(settings, data))
    return resume(out, shelf=shelf, progress=progress)


def resume(
    out: Path, *, shelf: Path | None = None, finish: bool = False, progress: Report = no_report
) -> TrainingReport:
    """Go on with a run from its last checkpoint; a run that is finished stays as it is.

    What trains in one go, a head on features or an autoencoder, begins anew.

    Parameters
    ----------
    out
        The run's folder. A file ``STOP`` in it makes the run stop at the next batch, keeping
        everything; without it, it goes on to its end.
    shelf, progress
        See `train`.
    finish
        Train no more; make the model of the best epoch so far.

    Raises
    ------
    TrainingError
        The folder holds no run, another program is at it, or the disk will not have it.
    """
    plan = record.read_plan(out / record.RUN)
    if (out / MODEL).exists():
        return TrainingReport(out / MODEL, read_json(out / MODEL / "report.json"))
    heard = ProgressFile(out / record.PROGRESS)

    def tell(step: Progress) -> None:
        progress(step)
        heard(step)
        if (out / STOP).exists():
            raise StopAskedError

    try:
        with exclusive(out / record.LOCK), _told_failure(out):
            (out / record.ENDING).unlink(missing_ok=True)
            record.log(out, "started")
            report = _trained(plan, out, shelf or decoded_shelf(), finish, tell)
            record.log(out, report.state)
            record.note_ending(out, report.state)
            (out / STOP).unlink(missing_ok=True)
            return report
    except LockHeldError as error:
        raise TrainingError(
            "another program is training this run",
            value=error.holder,
            remedy="Wait for it, or stop it",
        ) from error


def _trained(plan: Plan, out: Path, shelf: Path, finish: bool, progress: Report) -> TrainingReport:
    try:
        if not plan.settings.is_short:
            from engine.training.loop import JointRun

            return JointRun(plan, out, shelf, progress).complete(finish)
        record.rewrite_metrics(out, [])  # it begins anew, and so do its curves
        if plan.settings.loss == "reconstruction":
            from engine.training.reconstruction import train_autoencoder

            return train_autoencoder(plan, out, shelf, progress)
        from engine.training.heads import train_on_features

        return train_on_features(plan, out, progress)
    except StopAskedError:  # before there was anything to keep
        return TrainingReport(out / MODEL, {"curves": [], "seconds": 0.0}, "stopped")


@contextmanager
def _told_failure(out: Path) -> Iterator[None]:
    """Leave word of how a run failed; a crash leaves none, and that tells it too."""
    try:
        yield
    except OSError as error:
        told: KindredError = record.disk_error(error, out)
        _note_failure(out, str(told))
        raise told from error
    except Exception as error:
        _note_failure(out, str(error) or type(error).__name__)
        raise


def _note_failure(out: Path, what: str) -> None:
    try:
        record.log(out, f"failed: {what}")
        record.note_ending(out, "failed", error=what)
    except OSError:  # the full disk that is the failure takes no note of it either
        return
