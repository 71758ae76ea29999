"""Uploads become a folder of photos: files and zips from strangers, within limits.

Whatever an upload calls itself, what is written lies inside the one folder, under a name that
`upload_name` made. Sizes are checked before anything is unpacked. Whether a file is a photo is not
asked here: indexing says so of each, with a reason.
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from uuid import uuid4

from engine import config
from engine.access import Role, may, require
from engine.catalogue import Skipped
from engine.durable import write_whole
from engine.errors import CollectionError, writing
from engine.storage.upload_name import FreeNames, harmless_path, is_junk, parts_of

_MARK = ".uploads"
_INCOMING = "incoming"
_SECONDS_KEPT = 24 * 3600
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"}
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END_BYTES = 22
_END_SIGNATURE = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
_ENTRY_BYTES = 1024
_SMALL_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What one upload may cost.

    Parameters
    ----------
    max_files
        Files, at least 1.
    max_bytes
        All files together, unpacked.
    max_file_bytes
        One file, unpacked.
    max_ratio
        How many times larger than its packed form a file over 1 MiB may be. Photos hardly
        shrink; what grows a hundredfold was made to fill a disk.
    """

    max_files: int = 20_000
    max_bytes: int = 4 * 2**30
    max_file_bytes: int = config.MAX_FILE_BYTES
    max_ratio: float = 100.0


UPLOAD_LIMITS = UploadLimits()


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What was kept of an upload.

    Attributes
    ----------
    saved
        Path below the folder to the name it came with.
    skipped
        What was left out, under the name it came with, and why. Files that systems leave behind
        and hidden ones are not mentioned.
    """

    saved: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def save_uploads(
    files: Iterable[tuple[str, bytes]], out: Path | str, *, limits: UploadLimits = UPLOAD_LIMITS
) -> UploadReport:
    """Write uploaded files into a folder, which is made if need be.

    Parameters
    ----------
    files
        (name, content) pairs; a name is for display, and is never used as a path.
    out
        The folder. Files that it holds already stay.
    limits
        What the upload may cost.

    Raises
    ------
    CollectionError
        When the upload is too large as a whole, none of it could be kept, or the folder cannot
        be written. What was written until then is taken away again.
    """
    with _intake(Path(out), limits) as intake:
        for name, content in files:
            intake.count(len(content))
            intake.take(name, len(content), partial(bytes, content))
    return intake.report


def extract_upload_zip(
    archive: bytes | Path | str, out: Path | str, *, limits: UploadLimits = UPLOAD_LIMITS
) -> UploadReport:
    """Unpack an uploaded zip into a folder, which is made if need be.

    Folders inside the archive are kept, as far as they are harmless, so that a table in it still
    names its photos. Links, encrypted files, and paths that lead out are left out.

    Parameters
    ----------
    archive
        The zip's bytes, or its file.
    out, limits
        As for `save_uploads`.

    Raises
    ------
    CollectionError
        When it is no zip, is too large as a whole, or none of it could be kept.
    """
    source = io.BytesIO(archive) if isinstance(archive, bytes) else Path(archive)
    try:
        _check_directory(source, limits)
        with zipfile.ZipFile(source) as opened, _intake(Path(out), limits) as intake:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            for entry in entries:  # all sizes before the first byte is unpacked
                intake.count(entry.file_size)
            for entry in entries:
                _take_entry(opened, entry, intake)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise _not_a_zip(str(error)) from error
    return intake.report


def receive_uploads(
    files: Sequence[tuple[str, bytes]], home: Path, *, limits: UploadLimits = UPLOAD_LIMITS
) -> tuple[Path, UploadReport]:
    """Keep files and zips that somebody brought until it is decided what becomes of them.

    Parameters
    ----------
    files
        As for `save_uploads`; a zip among them is unpacked.
    home
        Where people's things are kept. What was received there more than a day ago, and neither
        adopted nor discarded, is removed.
    limits
        As for `save_uploads`.

    Returns
    -------
    folder : Path
        Holds the photos; `adopt_uploads` or `discard_uploads` ends its time.
    report : UploadReport
        What was kept and left out.

    Raises
    ------
    CollectionError
        As `save_uploads` and `extract_upload_zip`; then nothing is kept.
    """
    require(Role.EDITOR)
    _check_room(home, sum(len(content) for _, content in files))
    _sweep(home / _INCOMING)
    folder = home / _INCOMING / uuid4().hex
    report = UploadReport()
    try:
        for name, content in files:
            if name.lower().endswith(".zip"):
                _add(report, extract_upload_zip(content, folder, limits=limits))
        loose = [(name, content) for name, content in files if not name.lower().endswith(".zip")]
        if loose:
            _add(report, save_uploads(loose, folder, limits=limits))
    except BaseException:
        discard_uploads(folder)
        raise
    return folder, report


def adopt_uploads(received: Path, folder: Path) -> None:
    """Make what was received a folder of its own, which must not be there yet."""
    require(Role.EDITOR)
    received.rename(folder)


def discard_uploads(received: Path) -> None:
    """Remove what was received; nothing happens where it is gone."""
    require(Role.EDITOR)
    if is_uploads(received):
        shutil.rmtree(received)


def _check_room(home: Path, n_bytes: int) -> None:
    """Let nobody but the owner fill the disk to its last gigabytes."""
    there = next(each for each in (home, *home.parents) if each.exists())
    if not may(Role.OWNER) and shutil.disk_usage(there).free - n_bytes < config.ROOM_LEFT_BYTES:
        raise CollectionError(
            "the disk of this Kindred is nearly full", remedy="Ask whoever runs it to make room"
        )


def _add(report: UploadReport, more: UploadReport) -> None:
    report.saved.update(more.saved)
    report.skipped.extend(more.skipped)


def _sweep(incoming: Path) -> None:
    """Remove what was received long ago and then forgotten."""
    long_ago = time.time() - _SECONDS_KEPT
    for folder in incoming.iterdir() if incoming.is_dir() else ():
        if folder.stat().st_mtime < long_ago:
            discard_uploads(folder)


def mark_as_uploads(folder: Path) -> None:
    """Note that the photos in a folder came with a collection, and go when it is removed."""
    (folder / _MARK).touch()


def is_uploads(folder: Path) -> bool:
    """Tell whether a folder was made by `save_uploads` or `extract_upload_zip`."""
    return not folder.is_symlink() and (folder / _MARK).is_file()


class _Intake:
    """Writes what is let in, keeps count, and can take it all back."""

    def __init__(self, out: Path, limits: UploadLimits) -> None:
        out.mkdir(parents=True, exist_ok=True)
        (out / _MARK).touch()
        present = (path.relative_to(out).as_posix() for path in out.rglob("*"))
        self.report = UploadReport()
        self.limits = limits
        self._out = out
        self._free = FreeNames(present)
        self._n_files = 0
        self._n_bytes = 0

    def count(self, n_bytes: int) -> None:
        """Add a file to the bill; raise when that is too much."""
        self._n_files += 1
        self._n_bytes += n_bytes
        if self._n_files > self.limits.max_files:
            raise _too_large(f"more than {self.limits.max_files:,} files")
        if self._n_bytes > self.limits.max_bytes:
            raise _too_large(f"more than {self.limits.max_bytes / 2**20:,.0f} MiB unpacked")

    def take(self, name: str, n_bytes: int, read: Callable[[], bytes]) -> None:
        """Keep a file, or note why not; `read` is asked only if its name and size pass."""
        parts = parts_of(name)
        if parts is not None and (not parts or is_junk(parts)):
            return
        reason = self._refusal(parts, n_bytes)
        if reason is None and parts is not None:
            try:
                self._write(name, harmless_path(parts), read())
            except _EntryError as error:
                reason = str(error)
        if reason is not None:
            self.skip(name, reason)

    def skip(self, name: str, reason: str) -> None:
        self.report.skipped.append(Skipped(name, reason))

    def take_back(self) -> None:
        for path in self.report.saved:
            (self._out / path).unlink(missing_ok=True)

    def _refusal(self, parts: tuple[str, ...] | None, n_bytes: int) -> str | None:
        if parts is None:
            return "its path leads out of the upload"
        if PurePosixPath(parts[-1]).suffix.lower() in _ARCHIVES:
            return "an archive inside an upload is not opened"
        if n_bytes > self.limits.max_file_bytes:
            limit = self.limits.max_file_bytes / 2**20
            return f"it has {n_bytes / 2**20:,.1f} MiB, over the limit of {limit:,.0f} MiB"
        return None

    def _write(self, name: str, path: PurePosixPath, content: bytes) -> None:
        chosen = self._free.take(path)
        target = self._out / chosen
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, content, flush=False)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise _EntryError("its name is a file's and a folder's at once") from error
        self.report.saved[str(chosen)] = name


class _EntryError(Exception):
    """One file of an archive cannot be unpacked; the text says why."""


@contextmanager
def _intake(out: Path, limits: UploadLimits) -> Iterator[_Intake]:
    with writing(CollectionError, "the upload cannot be kept", out):
        intake = _Intake(out, limits)
        try:
            yield intake
            _check_any(intake.report)
        except BaseException:
            intake.take_back()
            raise


def _check_any(report: UploadReport) -> None:
    if not report.saved:
        first = next((f" ({each.path}: {each.reason})" for each in report.skipped), "")
        raise CollectionError(
            f"the upload holds no file that can be used{first}", remedy="Choose photos, or a zip"
        )


def _take_entry(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, intake: _Intake) -> None:
    reason = _refusal_of_entry(entry, intake.limits)
    if reason is None:
        intake.take(entry.filename, entry.file_size, lambda: _unpacked(opened, entry))
    else:
        intake.skip(entry.filename, reason)


def _refusal_of_entry(entry: zipfile.ZipInfo, limits: UploadLimits) -> str | None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link" if kind == stat.S_IFLNK else "it is no regular file"
    if entry.flag_bits & 0x1:
        return "it is encrypted"
    if entry.compress_type not in _READABLE:
        return "it is packed in a way that is not read here"
    is_bomb = entry.file_size > limits.max_ratio * entry.compress_size
    if is_bomb and entry.file_size > _SMALL_BYTES:
        return f"it unpacks to more than {limits.max_ratio:g} times its size"
    return None


def _unpacked(opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return an entry's bytes; never more than the size that was counted."""
    try:
        with opened.open(entry) as file:
            content = file.read(entry.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise _EntryError("it is damaged") from error
    if len(content) != entry.file_size:
        raise _EntryError("it is damaged")
    return content


def _check_directory(source: io.BytesIO | Path, limits: UploadLimits) -> None:
    """Refuse a table of contents that alone would fill the memory, before it is read."""
    opened = source if isinstance(source, io.BytesIO) else source.open("rb")
    try:
        n_bytes = opened.seek(0, os.SEEK_END)
        opened.seek(max(0, n_bytes - _END_BYTES - _LONGEST_COMMENT))
        end = opened.read()
    finally:
        opened.seek(0) if opened is source else opened.close()
    at = end.rfind(_END_SIGNATURE)
    if at < 0 or len(end) - at < _END_BYTES:
        raise _not_a_zip("it has no table of contents")
    n_directory_bytes = int.from_bytes(end[at + 12 : at + 16], "little")
    if n_directory_bytes > limits.max_files * _ENTRY_BYTES:
        raise _too_large(f"more than {limits.max_files:,} files")


def _not_a_zip(reason: str) -> CollectionError:
    return CollectionError(
        f"the upload is no zip that can be read ({reason})", remedy="Pack the photos again"
    )


def _too_large(what: str) -> CollectionError:
    return CollectionError(
        f"the upload is too large: {what}",
        remedy="Upload it in parts, or index a folder on this computer",
    )
