"""Files that are there whole or not at all, whatever is killed and whenever.

A file is written beside its place, flushed to the disk, and renamed into it. A rename is the one
step a file system promises to take entirely or not, so a reader never meets half a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import KindredError

PARTIAL = ".partial"
# What reading a file of ours may raise, beside OSError, when its bytes are not what was written.
MALFORMED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
_CHECKSUM = "checksum"
_LONGEST_RECORD = 2**28

_Record = TypeVar("_Record")


class DamagedFileError(Exception):
    """A file is not what was written; the text says how, as a clause after the file's name."""


def flush_file(path: Path) -> None:
    """Wait until the bytes of one file, or the names in one folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Wait until every file below a folder, and every name in it, is on the disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            flush_file(Path(parent, name))
        flush_file(Path(parent))


def free_folder(shelf: Path, name: str, otherwise: str, *, taken: Iterable[str] = ()) -> Path:
    """Return a folder on a shelf that is not there yet; a person's name is never a path.

    Parameters
    ----------
    shelf
        The folder it will lie in, which need not be there.
    name
        What a person calls it.
    otherwise
        What it is called where no letter of that name can be kept.
    taken
        Names that it may not have either.

    Examples
    --------
    >>> free_folder(Path("shelf"), "My ../ shoes!", "collection", taken=["my-shoes"]).name
    'my-shoes-2'
    """
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or otherwise
    there = {*taken, *(path.name for path in (shelf.iterdir() if shelf.is_dir() else ()))}
    numbers = (f"{slug}-{number}" for number in range(2, len(there) + 3))
    return shelf / next(free for free in (slug, *numbers) if free not in there)


@contextmanager
def whole_folder(place: Path, *, replace: bool = False, resumes: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill; it takes its place when the block ends, else it is removed.

    Parameters
    ----------
    place
        Where the folder will be; its parents are made.
    replace
        Remove what is there, once the new folder is on the disk.
    resumes
        Keep what a block that failed has filled in, and give it to the next one.

    Raises
    ------
    OSError
        The disk is full, may not be written, or has something at `place` already.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp(), "model")
    >>> with whole_folder(place) as beside:
    ...     _ = (beside / "weights").write_bytes(b"123")
    ...     place.exists()
    False
    >>> [path.name for path in place.iterdir()]
    ['weights']
    """
    beside = place.with_name(place.name + PARTIAL)
    if not resumes:
        shutil.rmtree(beside, ignore_errors=True)  # what a killed program left
    beside.mkdir(parents=True, exist_ok=resumes)
    try:
        yield beside
        flush_folder(beside)
        if replace:
            shutil.rmtree(place, ignore_errors=True)
        beside.rename(place)
    except BaseException:
        if not resumes or (beside.is_dir() and not any(beside.iterdir())):
            shutil.rmtree(beside, ignore_errors=True)
        raise
    flush_file(place.parent)


@contextmanager
def whole_file(path: Path, *, flush: bool = True) -> Iterator[Path]:
    """Give a file to write beside `path`; it takes that place when the block ends, else it goes.

    Parameters
    ----------
    path
        The file to make or replace; its folder must exist.
    flush
        Wait for the disk, so that a power cut keeps it too. Without, only a crash of the
        program is survived: enough for progress, which is worth nothing after a power cut.

    Raises
    ------
    OSError
        When the folder cannot be written; nothing of the old file is lost.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        yield beside
        if flush:
            flush_file(beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if flush:
        flush_file(path.parent)


def write_whole(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Put `content` at `path`, replacing what is there in one step (see `whole_file`)."""
    with whole_file(path, flush=flush) as beside:
        beside.write_bytes(content)


def write_arrays(path: Path, arrays: Mapping[str, Any], *, flush: bool = False) -> None:
    """Put named NumPy arrays at `path` as one ``.npz`` file (see `whole_file`)."""
    import numpy as np  # not every program that writes a record needs it

    with whole_file(path, flush=flush) as beside, beside.open("wb") as file:
        np.savez(file, **arrays)


def read_arrays(path: Path) -> dict[str, Any] | None:
    """Return what `write_arrays` wrote; None where there is no such file, or it is damaged."""
    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    except (OSError, *MALFORMED, zipfile.BadZipFile):
        return None


def write_json(path: Path, value: Any, *, flush: bool = True, indent: int = 2) -> None:
    """Put `value` at `path` as readable JSON, whole or not at all (see `write_whole`)."""
    # ASCII with escapes: a file name that is no valid text survives it, and comes back the same.
    text = json.dumps(value, indent=indent, ensure_ascii=True, sort_keys=True)
    write_whole(path, text.encode("ascii") + b"\n", flush=flush)


def read_json(path: Path) -> Any:
    """Return the JSON value in a file.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    ValueError
        When it holds anything but UTF-8 JSON, is longer than any record, or is no file.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_size > _LONGEST_RECORD:
        raise ValueError("no record, but something else")
    try:
        return json.loads(path.read_bytes())
    except RecursionError as error:
        raise ValueError("nested deeper than any record") from error


def known_record(path: Path) -> dict[str, Any]:
    """Return the record in a file; an empty one where there is none, or it is damaged."""
    try:
        record = read_json(path)
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def read_record(
    path: Path, newest: int, *, refuse: type[KindredError], version: str = "version"
) -> dict[str, Any]:
    """Return a record that says which version of its format it is written in.

    Parameters
    ----------
    path
        The JSON file.
    newest
        The newest version that is understood here.
    refuse
        The error raised for a later one, which a newer Kindred wrote.
    version
        The field that says which one it is; a record without it is of version 0.

    Raises
    ------
    OSError
        There is no such file, or it cannot be read.
    ValueError
        It holds no record.
    """
    record = read_json(path)
    if not isinstance(record, dict) or not isinstance(record.get(version, 0), int):
        raise ValueError("no record, but something else")
    if record.get(version, 0) > newest:
        raise refuse(
            f"a newer Kindred wrote this ({version} {record[version]}; {newest} is read here)",
            value=path,
            remedy="Update Kindred",
        )
    return record


def from_record(kind: type[_Record], record: Mapping[str, Any]) -> _Record:
    """Build a dataclass from a record; what only a newer Kindred knows is passed over.

    Examples
    --------
    >>> from engine.progress import Progress
    >>> from_record(Progress, {"step": "reading", "done": 1, "total": 2, "seconds": 3, "mood": 4})
    Progress(step='reading', done=1, total=2, seconds=3, unit='')
    """
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: entry for name, entry in record.items() if name in known})


def write_checked(path: Path, record: Mapping[str, Any]) -> None:
    """Put a record at `path` as JSON that tells of itself whether it is what was written."""
    write_json(path, {**record, _CHECKSUM: _checksum_of(record)})


def read_checked(path: Path) -> dict[str, Any]:
    """Return the record that `write_checked` wrote; one without a checksum is older, and trusted.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    DamagedFileError
        When it holds something else than was written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "record.json")
    >>> write_checked(path, {"name": "shoes"})
    >>> _ = path.write_text(path.read_text().replace("shoes", "shoez"))
    >>> read_checked(path)
    Traceback (most recent call last):
    engine.durable.DamagedFileError: is not what was written
    """
    try:
        record = read_json(path)
    except (ValueError, MemoryError) as error:
        raise DamagedFileError("is no JSON any more") from error
    if not isinstance(record, dict):
        raise DamagedFileError("is no record any more")
    if record.pop(_CHECKSUM, None) not in (None, _checksum_of(record)):
        raise DamagedFileError("is not what was written")
    return record


def append_line(path: Path, record: Mapping[str, Any], *, mode: int = 0o644) -> None:
    """Append one line of JSON in a single write, so that two programs never mix theirs."""
    line = (json.dumps(record) + "\n").encode("ascii")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, mode)
    try:
        end = os.lseek(descriptor, 0, os.SEEK_END)
        if end and os.pread(descriptor, 1, end - 1) != b"\n":  # what a crash left of a line
            line = b"\n" + line
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a file of JSON lines; none where there is no file."""
    try:
        *lines, _half = path.read_bytes().split(b"\n")
    except OSError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError):  # a disk that was full in the middle of a line
            found.append(json.loads(line))
    return [each for each in found if isinstance(each, dict)]


def _checksum_of(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True)
    return hashlib.blake2b(text.encode("ascii"), digest_size=8).hexdigest()
