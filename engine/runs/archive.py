"""A run as one file: taken to another machine, or kept.

Nothing in an archive is trusted: only names a run has are unpacked, no more than a run may hold,
and bytes are counted as they come, whatever the archive's own table says.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.durable import PARTIAL, flush_folder
from engine.errors import TrainingError
from engine.runs.run_folder import free_folder
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
_CHUNK = 2**20


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold: bytes once unpacked, files, and how far a file may unpack.

    Weights and photos hardly shrink and texts to a tenth; what grows a hundredfold was made to fill
    a disk or the memory.
    """

    n_bytes: int = 4 * 2**30
    n_files: int = 5000
    max_ratio: float = 100.0


LIMITS = ArchiveLimits()


def export_run(run: Path, file: Path) -> int:
    """Write a run, with its model and what it takes to go on, as one zip; return its bytes.

    Raises
    ------
    TrainingError
        The run is at work, or the file cannot be written.
    """
    state = read_run(run)
    if state.stage in ("running", "stopping"):
        raise TrainingError("the run is at work", value=state.name, remedy="Stop it first")
    beside = file.with_name(file.name + PARTIAL)
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in _files(run):
                archive.write(path, path.relative_to(run).as_posix())
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise record.disk_error(error, file) from error
    return file.stat().st_size


def import_run(file: Path, *, home: Path | None = None, limits: ArchiveLimits = LIMITS) -> Path:
    """Unpack a run that `export_run` wrote and return its folder.

    Raises
    ------
    TrainingError
        The file is no such archive, holds what a run has not, or holds too much of it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _checked(archive, limits)
            beside = free_folder(file.stem, home).with_suffix(PARTIAL)
            shutil.rmtree(beside, ignore_errors=True)
            try:
                _unpack(archive, members, beside, limits)
                plan = read_plan(beside / record.RUN)
                flush_folder(beside)
                folder = free_folder(plan.settings.name, home)
                beside.rename(folder)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise _no_run(file) from error
    except OSError as error:
        raise TrainingError(
            f"the run cannot be imported ({error.strerror or error})", value=file
        ) from error
    return folder


def _checked(archive: zipfile.ZipFile, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    members = [member for member in archive.infolist() if not member.is_dir()]
    names = [member.filename for member in members]
    if record.RUN not in names:
        raise _no_run(Path(archive.filename or ""))
    foreign = next((name for name in names if not _NAME.fullmatch(name)), None)
    if foreign is not None or len(set(names)) < len(names):
        raise TrainingError(
            "the archive holds what no run has",
            value=repr(foreign or "a name twice"),
            remedy="Export the run again",
        )
    if len(members) > limits.n_files or sum(m.file_size for m in members) > limits.n_bytes:
        raise _too_big(limits)
    for member in members:
        is_large = member.file_size > _CHUNK
        if is_large and member.file_size > limits.max_ratio * member.compress_size:
            raise _too_big(limits)
    return members


def _unpack(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], out: Path, limits: ArchiveLimits
) -> None:
    left = limits.n_bytes
    for member in members:
        target = out / member.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as unpacked:
            n_bytes = 0
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                n_bytes += len(chunk)
                if left < 0 or n_bytes > member.file_size:
                    raise _too_big(limits)
                unpacked.write(chunk)


def _files(run: Path) -> Iterator[Path]:
    """Yield what of a run travels; links stay at home."""
    for path in sorted(run.rglob("*")):
        name = path.relative_to(run).as_posix()
        if path.is_file() and not path.is_symlink() and _NAME.fullmatch(name):
            yield path


def _no_run(file: Path) -> TrainingError:
    return TrainingError(
        "this is no archive of a run", value=file.name, remedy="Choose one that was exported here"
    )


def _too_big(limits: ArchiveLimits) -> TrainingError:
    return TrainingError(
        "the archive holds more than a run may",
        value=f"more than {limits.n_bytes / 2**30:.0f} GB, {limits.n_files:,} files, or one that "
        f"unpacks to more than {limits.max_ratio:.0f} times its size",
        remedy="Import only archives that you trust",
    )
