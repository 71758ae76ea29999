"""Where a home keeps its runs, and what their folders are called."""

from __future__ import annotations

import re
from pathlib import Path

from engine import config
from engine.durable import free_folder
from engine.errors import TrainingError
from engine.training.record import RUN

_RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def runs_folder(home: Path | None = None) -> Path:
    """Return where a home keeps its runs."""
    return (home or config.home()) / "runs"


def new_folder(name: str, home: Path | None = None) -> Path:
    """Return a folder for a new run that is not there yet."""
    return free_folder(runs_folder(home), name, "run")


def find_folder(run: str, home: Path | None = None) -> Path:
    """Return a run's folder, from its id or, in the shell, from its path.

    Raises
    ------
    TrainingError
        There is no such run.
    """
    places = [runs_folder(home) / run] if _RUN_ID.fullmatch(run) else []
    for folder in [*places, Path(run).expanduser()]:
        if (folder / RUN).is_file():
            return folder.absolute()
    raise TrainingError("there is no such run", value=run, remedy="See them with 'runs list'")


def find_by_id(run_id: str, home: Path | None = None) -> Path:
    """Return the folder of one of the home's own runs; anything but a plain id is none.

    Raises
    ------
    TrainingError
        There is no such run.
    """
    folder = runs_folder(home) / run_id
    if not _RUN_ID.fullmatch(run_id) or not (folder / RUN).is_file():
        raise TrainingError("there is no such run", value=run_id, remedy="It may have been removed")
    return folder
