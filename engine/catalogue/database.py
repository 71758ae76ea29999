"""A catalogue's one file: made, opened, migrated, read by many threads, written by one at a time.

Not inside: what the tables mean (`schema`, `postings`) and what is asked of them
(`catalogue`, `reader`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from engine import config
from engine.catalogue import schema
from engine.catalogue.sqlite import sqlite3
from engine.errors import CatalogueError

_BUSY_SECONDS = 10.0
# Pages kept in memory, in KiB: each reader keeps few, since the system keeps the file's anyway.
_READER_KIB, _WRITER_KIB = 2_048, 16_384
# Old files are migrated into copies; so many are kept for the next time.
_MAX_COPIES = 4
_MARK_BYTES = 65_536
_HALF, _SECONDS_OF_A_HALF = ".kindred-catalogue-", 86_400.0
_log = logging.getLogger(__name__)


class CatalogueFile:
    """An open catalogue file that lends connections.

    A server makes a thread for every visit. Idle connections are kept here instead of in the
    threads: they stay warm, and their number is that of the threads that ever read at once.

    Parameters
    ----------
    path
        A file that exists.
    read_only
        Never write, not even beside the file; a file of an older version is read from a
        migrated copy, which is kept in Kindred's home for the next time. Otherwise the file itself
        is migrated, and is in WAL mode until `close`.

    Raises
    ------
    CatalogueError
        When the file is missing, no catalogue, or written by a newer Kindred.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.is_read_only = read_only
        self._idle: deque[sqlite3.Connection] = deque()
        self._is_closed = False
        self._writing = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._closing = ExitStack()
        if not path.is_file():
            raise CatalogueError("no catalogue here", value=path, remedy="Index the photos first")
        with _translated(self.path):
            self._readable = self._open_to_read() if read_only else self._open_to_write()
        self._closing.callback(self._close_readers)

    @classmethod
    def create(cls, path: Path) -> CatalogueFile:
        """Make an empty catalogue file and open it for writing.

        Raises
        ------
        CatalogueError
            When there is such a file already, or none can be made there.
        """
        try:
            path.touch(exist_ok=False)
        except FileExistsError as error:
            raise CatalogueError(
                "there is a file already", value=path, remedy="Choose another place"
            ) from error
        except OSError as error:
            raise CatalogueError(
                f"the catalogue cannot be made ({error.strerror})", value=path
            ) from error
        with _translated(path), closing(_connect(path, read_only=False)) as connection:
            schema.claim(connection)
        return cls(path, read_only=False)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees what was committed.

        Raises
        ------
        CatalogueError
            When the file cannot be read.
        ValueError
            After `close`.
        """
        connection = self._take_reader()
        try:
            with _translated(self.path):
                yield connection
        finally:
            self._idle.append(connection)
            if self._is_closed:
                self._close_readers()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the one connection that writes, inside a transaction: all of it or none.

        Raises
        ------
        CatalogueError
            When the file cannot be written.
        ValueError
            When the catalogue was opened read-only, or is closed.
        """
        with self._writing, _translated(self.path):
            if self._writer is None or self._is_closed:
                raise ValueError(f"the catalogue is not open for writing: {self.path}")
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        """Close every connection and fold the WAL back into the file; closing twice is no harm."""
        self._is_closed = True
        self._closing.close()

    def _take_reader(self) -> sqlite3.Connection:
        if self._is_closed:
            raise ValueError(f"the catalogue is closed: {self.path}")
        try:
            return self._idle.pop()
        except IndexError:
            with _translated(self.path):
                return _connect(self._readable, read_only=True)

    def _close_readers(self) -> None:
        # A connection that is lent right now is closed when it comes back.
        with suppress(IndexError):  # another thread may take the last one first
            while True:
                self._idle.pop().close()

    def _open_to_read(self) -> Path:
        connection = _connect(self.path, read_only=True)
        try:
            current = schema.is_current(connection)
            if current:
                self._idle.append(connection)
            return self.path if current else self._migrated_copy(connection)
        except BaseException:
            connection.close()
            raise

    def _migrated_copy(self, old: sqlite3.Connection) -> Path:
        with closing(old):
            kept = _kept_copy(self.path)
            if kept is not None and _is_current(kept):
                kept.touch()  # the last used are kept
                return kept
            place = kept.parent if kept is not None else None
            folder = TemporaryDirectory(prefix=_HALF, dir=place)
            self._closing.enter_context(folder)
            copy = Path(folder.name, self.path.name)
            with closing(sqlite3.connect(copy, isolation_level=None)) as new:
                old.backup(new)
                schema.migrate(new)
            if kept is None:
                return copy
            os.replace(copy, kept)
            _forget_old_copies(kept.parent)
            return kept

    def _open_to_write(self) -> Path:
        connection = _connect(self.path, read_only=False)
        try:
            schema.is_current(connection)  # refuses what is not ours before anything is written
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            schema.migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._writer = connection
        self._closing.callback(self._close_writer)
        return self.path

    def _close_writer(self) -> None:
        """Leave one plain file behind, without ``-wal`` and ``-shm``."""
        assert self._writer is not None
        try:
            self._writer.execute("PRAGMA busy_timeout = 0")
            # A file left in WAL mode could not be opened from a read-only folder.
            self._writer.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            _log.info("%s stays in WAL mode, another program has it open: %s", self.path, error)
        finally:
            self._writer.close()


def forget_copy(path: Path) -> None:
    """Remove the migrated copy of a catalogue, if one is kept: its texts go with their file."""
    if _copies().is_dir():
        kept = _kept_copy(path)
        if kept is not None:
            kept.unlink(missing_ok=True)


def _copies() -> Path:
    return config.home() / "catalogues"


def _kept_copy(path: Path) -> Path | None:
    """Return where a migrated copy of a catalogue's content is kept; None where none can be."""
    # Told by size, time and beginning, where SQLite counts every change: to read a large file
    # whole takes longer than to open it.
    if path.with_name(f"{path.name}-wal").exists():
        return None  # a part of the content lies there, and is about to change
    folder = _copies()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            mark = f"{facts.st_size} {facts.st_mtime_ns} ".encode() + file.read(_MARK_BYTES)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    name = hashlib.blake2b(mark, digest_size=16).hexdigest()
    return folder / f"{name}.{len(schema.MIGRATIONS)}.sqlite"


def _is_current(path: Path) -> bool:
    """Tell whether a copy is there and whole enough to be of today's version."""
    if not path.is_file():
        return False
    try:
        with closing(_connect(path, read_only=True)) as connection:
            return schema.is_current(connection)
    except (sqlite3.Error, CatalogueError):
        return False


def _forget_old_copies(folder: Path) -> None:
    copies = sorted(folder.glob("*.sqlite"), key=lambda copy: copy.stat().st_mtime, reverse=True)
    for copy in copies[_MAX_COPIES:]:
        with suppress(OSError):  # another program has it open, where that holds a file
            copy.unlink()
    long_ago = time.time() - _SECONDS_OF_A_HALF
    for half in folder.glob(f"{_HALF}*"):  # what a killed program left
        if half.stat().st_mtime < long_ago:
            shutil.rmtree(half, ignore_errors=True)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors, and those of texts that go in or come out, into the catalogue's."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translation(path, error) from error
    except UnicodeEncodeError as error:
        # A shell passes on bytes that are no text as halves of characters.
        raise CatalogueError("this is no valid text", value=ascii(error.object)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes a damaged schema in its message, which is then no text either.
        raise CatalogueError(
            "the catalogue cannot be used, its text is damaged",
            value=path,
            remedy="Index the photos again",
        ) from error


def _translation(path: Path, error: sqlite3.Error) -> CatalogueError:
    if "fts5" in str(error):
        return CatalogueError(
            "a catalogue this old needs SQLite's full-text search once, and it is not there",
            value=path,
            remedy="Use a Python whose SQLite has FTS5, or index the photos again",
        )
    return CatalogueError(
        f"the catalogue cannot be used ({error})",
        value=path,
        remedy="If this stays so, index the photos again",
    )


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    # Where nothing can be written nobody else writes either: `immutable` then spares SQLite the
    # locks, and the -shm file that it could not make.
    frozen = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    mode = ("ro&immutable=1" if frozen else "ro") if read_only else "rw"
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_SECONDS,
        check_same_thread=False,
    )
    cache_kib = _READER_KIB if read_only else _WRITER_KIB
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    return connection
