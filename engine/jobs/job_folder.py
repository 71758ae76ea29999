"""One folder per job, and the files in it.

- ``job.json``: what to run and since when; once begun, the child's number and birth
- ``stop.json``: somebody asked it to stop
- ``progress.json``: the child's last report
- ``output.txt``: the child's standard output; the result, where it is one JSON object
- ``log.txt``: the child's standard error
- ``ending.json``: how it ended; written once, by the runner
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.durable import read_json, write_json
from engine.errors import JobError
from engine.progress import ProgressFile, Report, no_report

PROGRESS_VARIABLE = "KINDRED_PROGRESS_FILE"

_JOB_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{10}")


@dataclass(frozen=True, slots=True)
class Job:
    """What a job shall do, and which child does it once it has begun.

    `created` and `started` are seconds since 1970; `pid` and `birth` name the child: a number the
    system gives out again, and the moment that tells its bearers apart. `lane` is "short" or
    "long"; `on` is the folder it changes, if that matters to others; `expected_seconds` is how
    long whoever started it thinks it takes; `within` are the folders it may read, None for all.
    """

    folder: Path
    kind: str
    title: str
    command: tuple[str, ...]
    created: float
    started: float | None = None
    pid: int | None = None
    birth: str | None = None
    lane: str = "short"
    on: str | None = None
    expected_seconds: float | None = None
    within: Sequence[str] | None = None

    @property
    def job_id(self) -> str:
        """The folder's name; sorts by time."""
        return self.folder.name

    def save(self) -> None:
        """Write job.json."""
        value = {**asdict(self), "command": list(self.command)}
        del value["folder"]
        write_json(self.folder / "job.json", value)

    def begun(self, pid: int, birth: str | None) -> Job:
        """Note which child runs it."""
        job = replace(self, started=time.time(), pid=pid, birth=birth)
        job.save()
        return job

    def ask_to_stop(self) -> None:
        """Leave the wish that this job end; the runner sees to it."""
        write_json(self.folder / "stop.json", {"asked": time.time()})

    def stop_asked(self) -> float | None:
        """Return when somebody asked it to stop, in seconds since 1970, or None."""
        value = self._read("stop.json")
        return None if value is None else float(value.get("asked", 0.0))

    def end(self, state: str, *, exit_code: int | None = None, error: str | None = None) -> None:
        """Write how it ended; the first to say so is right."""
        if self.ending() is None:
            value = {"state": state, "exit_code": exit_code, "error": error, "ended": time.time()}
            write_json(self.folder / "ending.json", value)

    def ending(self) -> Mapping[str, Any] | None:
        """Return how it ended, or None while it has not."""
        return self._read("ending.json")

    def progress(self) -> Mapping[str, Any] | None:
        """Return the child's last report, or None before the first."""
        return self._read("progress.json")

    def result(self) -> dict[str, Any] | None:
        """Return the JSON object the child printed, or None where it printed something else."""
        try:
            value = read_json(self.folder / "output.txt")
        except (OSError, ValueError):
            return None
        return value if isinstance(value, dict) else None

    def log_tail(self, n_lines: int = 20, n_bytes: int = 16 * 1024) -> str:
        """Return the last lines of the log; of a line drawn over itself, what was seen last."""
        try:
            with (self.folder / "log.txt").open("rb") as file:
                file.seek(max(0, file.seek(0, 2) - n_bytes))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return ""
        lines = (line.rstrip("\r").rsplit("\r", 1)[-1].rstrip() for line in text.split("\n"))
        return "\n".join([line for line in lines if line][-n_lines:])

    def _read(self, name: str) -> Mapping[str, Any] | None:
        try:
            value = read_json(self.folder / name)
        except FileNotFoundError:
            return None
        except ValueError:  # not ours, or the disk's fault: as good as not there
            return None
        return value if isinstance(value, dict) else None


def jobs_folder(home: Path) -> Path:
    """Return where the jobs of a home are kept."""
    return home / "jobs"


def create_job(
    kind: str,
    title: str,
    command: Sequence[str],
    *,
    home: Path,
    lane: str = "short",
    on: Path | None = None,
    expected_seconds: float | None = None,
    within: Sequence[Path] | None = None,
) -> Job:
    """Write a new job, which nobody has begun yet.

    Raises
    ------
    JobError
        When the home cannot be written.
    """
    created = time.time()
    stamp = datetime.fromtimestamp(created).strftime("%Y%m%d-%H%M%S")
    micros = round(created % 1 * 1e6)
    folder = jobs_folder(home) / f"{stamp}-{micros:05x}{secrets.token_hex(3)[:5]}"
    job = Job(
        folder,
        kind,
        title,
        tuple(command),
        created,
        lane=lane,
        on=str(on.absolute()) if on else None,
        expected_seconds=expected_seconds,
        within=None if within is None else tuple(map(str, within)),
    )
    try:
        folder.mkdir(parents=True)
        job.save()
    except OSError as error:
        raise JobError(
            f"a job cannot be written ({error.strerror})",
            value=folder,
            remedy="Set KINDRED_HOME to a folder that you may write to",
        ) from error
    return job


def load_job(job_id: str, *, home: Path) -> Job:
    """Read one job.

    Raises
    ------
    JobError
        When there is no job of this id; an id that is no plain name is none.
    """
    folder = jobs_folder(home) / job_id
    if not _JOB_ID.fullmatch(job_id) or (job := _job_in(folder)) is None:
        raise JobError("there is no such job", value=job_id, remedy="It may have been removed")
    return job


def load_jobs(home: Path, *, besides: Collection[str] = ()) -> list[Job]:
    """Read all jobs but those of some ids, the oldest first."""
    try:
        names = sorted(path.name for path in jobs_folder(home).iterdir())
    except FileNotFoundError:
        return []
    wanted = (name for name in names if name not in besides and _JOB_ID.fullmatch(name))
    found = (_job_in(jobs_folder(home) / name) for name in wanted)
    return sorted((job for job in found if job is not None), key=lambda job: job.created)


def remove_job(job: Job) -> None:
    """Delete a job's folder; job.json goes first, so that half a removal is one."""
    (job.folder / "job.json").unlink(missing_ok=True)
    shutil.rmtree(job.folder, ignore_errors=True)


def progress_writer() -> Report:
    """Return where a command shall report its progress to: its job's file, or, run by hand, nobody.

    The environment variable ``KINDRED_PROGRESS_FILE`` names that file, as it does in every job.
    """
    named = os.environ.get(PROGRESS_VARIABLE)
    return ProgressFile(Path(named)) if named else no_report


def _job_in(folder: Path) -> Job | None:
    """Return the job of a folder, or None while (or where) there is none."""
    try:
        value = read_json(folder / "job.json")
        value["command"] = tuple(value["command"])
        return Job(folder=folder, **value)
    except (OSError, ValueError, KeyError, TypeError):
        return None
