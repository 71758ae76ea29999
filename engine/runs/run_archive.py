"""A run as one file: taken to another machine, or kept."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from engine.access import Role, require
from engine.archive import ArchiveError, ArchiveLimits, pack, unpack
from engine.durable import PARTIAL, flush_folder
from engine.errors import TrainingError
from engine.runs.run_folder import new_folder
from engine.runs.run_state import read_run
from engine.training import record
from engine.training.record import read_plan

_PLAIN = (
    *(record.RUN, record.ENVIRONMENT, record.METRICS, record.STEPS),
    *(record.LOG, record.ENDING, record.EXAMPLES),
)
_FOLDERS = (
    r"(held-out|model|start|tensorboard|best-\d{4}|checkpoint-\d{4}-\d{6})"
    r"/[A-Za-z0-9][A-Za-z0-9._-]{0,120}"
)
_NAME = re.compile("|".join([*map(re.escape, _PLAIN), _FOLDERS]))


def export_run(run: Path, file: Path) -> int:
    """Write a run, with its model and what it takes to go on, as one zip; return its bytes.

    Raises
    ------
    TrainingError
        The run is at work, or the file cannot be written.
    """
    require(Role.OWNER)
    state = read_run(run)
    if state.stage in ("running", "stopping"):
        raise TrainingError("the run is at work", value=state.name, remedy="Stop it first")
    try:
        return pack(file, _files(run))
    except OSError as error:
        raise record.disk_error(error, file) from error


def import_run(
    file: Path, *, home: Path | None = None, limits: ArchiveLimits | None = None
) -> Path:
    """Unpack a run that `export_run` wrote and return its folder.

    Raises
    ------
    TrainingError
        The file is no such archive, holds what a run has not, or holds too much of it.
    """
    require(Role.OWNER)
    beside = new_folder(file.stem, home).with_suffix(PARTIAL)
    shutil.rmtree(beside, ignore_errors=True)
    try:
        unpack(
            file,
            beside,
            kind="run",
            required=record.RUN,
            is_expected=lambda name: _NAME.fullmatch(name) is not None,
            limits=limits or ArchiveLimits(),
            is_hashed=False,  # those of earlier versions are not
        )
        plan = read_plan(beside / record.RUN)
        flush_folder(beside)
        folder = new_folder(plan.settings.name, home)
        beside.rename(folder)
    except ArchiveError as error:
        raise TrainingError(error.what, value=error.value, remedy=error.remedy) from error
    except OSError as error:
        raise TrainingError(
            f"the run cannot be imported ({error.strerror or error})", value=file
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder


def _files(run: Path) -> Iterator[tuple[str, Path]]:
    """Yield what of a run travels; links stay at home."""
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.is_file() and not path.is_symlink() and _NAME.fullmatch(name):
            yield name, path
