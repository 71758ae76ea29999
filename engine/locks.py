"""Locks between programs that end with the program that holds them.

They are the operating system's own (``flock``): ``kill -9`` leaves nothing behind, no stale lock
file has to be removed by hand, and a process number that was given out again means nothing.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAUSE_SECONDS = 0.02


class LockHeldError(Exception):
    """Another program holds the lock; `holder` says which ("pid 4711")."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


@contextmanager
def exclusive(path: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file at `path` alone, for the length of a ``with`` block.

    Parameters
    ----------
    path
        The lock's file.
    wait_seconds
        How long to wait for whoever holds it.

    Raises
    ------
    LockHeldError
        When another program (or another block of this one) holds it still.
    OSError
        When the file cannot be made or the disk knows no locks.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "lock")
    >>> with exclusive(path):
    ...     holder(path) == f"pid {os.getpid()}"
    True
    >>> holder(path) is None
    True
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + wait_seconds
        while not _locked(descriptor):
            if time.monotonic() >= until:
                raise LockHeldError(_written_in(descriptor))
            time.sleep(_PAUSE_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> str | None:
    """Return who holds the lock file at `path` ("pid 4711"), or None; nothing is changed."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # nobody ever made it, or nobody may look: then nobody here holds it
        return None
    try:
        return _written_in(descriptor) if _is_taken(descriptor, fcntl.LOCK_SH) else None
    finally:
        os.close(descriptor)


class ReaderMark:
    """Keeps a folder from being removed by `has_readers`' callers while somebody reads it.

    A shared lock on the folder itself: it needs no right to write, so it works on a read-only
    disk. It is let go by `close`, or with the program.

    Raises
    ------
    OSError
        When there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        self.close = weakref.finalize(self, os.close, descriptor)
        """Let the folder go; calling it again is harmless."""
        with suppress(OSError):  # a disk without locks: nobody there can be kept from removing
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def has_readers(folder: Path) -> bool:
    """Tell whether anybody holds a `ReaderMark` on a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return _is_taken(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int, kind: int, *, strict: bool = False) -> bool:
    """Try to lock. On a disk without locks nobody can hold one: an error only where `strict`."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        if strict:
            raise
    return False


def _locked(descriptor: int) -> bool:
    """Take the lock unless another program holds it alone."""
    # Whoever asks `holder` shares the lock for an instant, which may be long on a busy machine. A
    # wish to share tells the two apart: lookers grant it, a real holder refuses.
    while _is_taken(descriptor, fcntl.LOCK_EX, strict=True):
        if _is_taken(descriptor, fcntl.LOCK_SH, strict=True):
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(random.uniform(0.0, _PAUSE_SECONDS))  # two who want it must not keep in step
    return True


def _written_in(descriptor: int) -> str:
    return os.pread(descriptor, 64, 0).decode("ascii", "replace").strip() or "just starting"
