"""Files that are there whole or not at all, whatever is killed and whenever.

A file is written beside its place, flushed to the disk, and renamed into it. A rename is the one
step a file system promises to take entirely or not, so a reader never meets half a file.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def write_whole(path: Path, content: bytes, *, flush: bool = True) -> None:
    """Put `content` at `path`, replacing what is there in one step.

    Parameters
    ----------
    path
        The file to make or replace; its folder must exist.
    content
        All of its bytes.
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
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            if flush:
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if flush:
        flush_file(path.parent)


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


def _checksum_of(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True)
    return hashlib.blake2b(text.encode("ascii"), digest_size=8).hexdigest()
