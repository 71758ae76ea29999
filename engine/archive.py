"""Folders as one zip: packed whole, and unpacked with distrust.

Nothing in an archive is believed: only names that are expected are unpacked, no more than the
limits allow, bytes are counted as they come, and each file is compared with the hash that was noted
when it was packed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from engine.durable import whole_file
from engine.errors import KindredError

HASHES = "hashes.json"
_CHUNK = 2**20
_LONGEST_LIST = 2**28


class ArchiveError(KindredError):
    """An archive is not what it should be, or holds more than it may."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold: bytes once unpacked, files, and how far a file may unpack.

    Weights and photos hardly shrink and texts to a tenth; what grows a hundredfold was made to fill
    a disk or the memory.
    """

    n_bytes: int = 4 * 2**30
    n_files: int = 5000
    max_ratio: float = 100.0


def pack(file: Path, members: Iterable[tuple[str, Path | bytes]], *, level: int = 1) -> int:
    """Write files into one zip, beside its place and then renamed.

    Parameters
    ----------
    file
        The zip.
    members
        Name in the archive, and the file, or its bytes.
    level
        0 stores them as they are; above it they are deflated, up to 9.

    Returns
    -------
    int
        Bytes of the zip.

    Raises
    ------
    OSError
        A file cannot be read, or the zip cannot be written; nothing is left of it.
    """
    method = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    hashes: dict[str, str] = {}
    with (
        whole_file(file) as beside,
        zipfile.ZipFile(beside, "w", method, compresslevel=level or None) as archive,
    ):
        for name, content in members:
            with _opened(content) as source, archive.open(name, "w", force_zip64=True) as out:
                hashes[name] = _copied(source, out.write)
        archive.writestr(HASHES, json.dumps(hashes, ensure_ascii=False))
    return file.stat().st_size


def read_member(file: Path | BinaryIO, name: str, most: int) -> bytes | None:
    """Return one file of an archive unpacked, at most so many bytes; None where there is none."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(name) as packed:
            content = packed.read(most + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, KeyError, OSError):
        return None
    return content if len(content) <= most else None


def unpack(
    file: Path | BinaryIO,
    out: Path,
    *,
    kind: str,
    required: str,
    is_expected: Callable[[str], bool],
    limits: ArchiveLimits,
    is_hashed: bool = True,
) -> None:
    """Unpack an archive into a folder that is made here.

    Parameters
    ----------
    file
        The zip, or its bytes as a file.
    out
        The folder; whoever called removes it after an error.
    kind
        What the archive is of, for the sentence that refuses it.
    required
        A file that every such archive has.
    is_expected
        Whether a name may occur in it. Names that lead out of the folder never may.
    limits
        How much it may hold.
    is_hashed
        Whether it must say the hashes of its files; where it does, they are compared anyway.

    Raises
    ------
    ArchiveError
        The file is no such archive, holds what it may not or too much, or a file is damaged.
    OSError
        It cannot be read, or the folder not be written.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = _checked(archive, kind, required, is_expected, limits)
            hashes = _unpacked(archive, members, out, kind, limits)
            _compare(hashes, _noted(archive), kind, is_hashed=is_hashed)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise _none_of(kind, str(getattr(file, "name", ""))) from error


def _opened(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _copied(source: BinaryIO, write: Callable[[bytes], object]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        write(chunk)
    return digest.hexdigest()


def _checked(
    archive: zipfile.ZipFile,
    kind: str,
    required: str,
    is_expected: Callable[[str], bool],
    limits: ArchiveLimits,
) -> list[zipfile.ZipInfo]:
    every = [member for member in archive.infolist() if not member.is_dir()]
    members = [member for member in every if member.filename != HASHES]
    names = [member.filename for member in members]
    if required not in names:
        raise _none_of(kind, Path(archive.filename or "").name)
    foreign = next((name for name in names if _leads_out(name) or not is_expected(name)), None)
    if foreign is not None or len(set(names)) < len(names):
        raise ArchiveError(
            f"the archive holds what no {kind} has",
            value=repr(foreign or "a name twice"),
            remedy=f"Export the {kind} again",
        )
    if len(members) > limits.n_files or sum(m.file_size for m in every) > limits.n_bytes:
        raise _too_big(kind, limits)
    for member in every:
        is_large = member.file_size > _CHUNK
        if is_large and member.file_size > limits.max_ratio * member.compress_size:
            raise _too_big(kind, limits)
    return members


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    is_odd = not path.parts or name != str(path) or any(sign in name for sign in "\\\0")
    return is_odd or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]


def _unpacked(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    out: Path,
    kind: str,
    limits: ArchiveLimits,
) -> dict[str, str]:
    """Write the members, counting their bytes, and return the hash of each."""
    left, hashes = limits.n_bytes, {}
    for member in members:
        target = out / member.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as unpacked:
            n_bytes, digest = 0, hashlib.blake2b(digest_size=16)
            while chunk := packed.read(_CHUNK):
                left -= len(chunk)
                n_bytes += len(chunk)
                if left < 0 or n_bytes > member.file_size:
                    raise _too_big(kind, limits)
                digest.update(chunk)
                unpacked.write(chunk)
        hashes[member.filename] = digest.hexdigest()
    return hashes


def _noted(archive: zipfile.ZipFile) -> dict[str, str] | None:
    """Return the hashes that were noted when the archive was made; None where none were."""
    with suppress(KeyError), archive.open(HASHES) as packed:
        noted = json.loads(packed.read(_LONGEST_LIST))
        if not isinstance(noted, dict):
            raise ValueError("the hashes are no table")
        return noted
    return None


def _compare(
    found: dict[str, str], noted: dict[str, str] | None, kind: str, *, is_hashed: bool
) -> None:
    if noted is None and not is_hashed:
        return
    wrong = [name for name in found if (noted or {}).get(name) != found[name]]
    missing = [name for name in noted or {} if name not in found]
    if wrong or missing:
        raise ArchiveError(
            f"the archive is damaged: a file of the {kind} is not what was packed",
            value=(wrong + missing)[0],
            remedy=f"Copy the archive anew, or export the {kind} again",
        )


def _none_of(kind: str, name: str) -> ArchiveError:
    return ArchiveError(
        f"this is no archive of a {kind}",
        value=name,
        remedy="Choose one that Kindred exported",
    )


def _too_big(kind: str, limits: ArchiveLimits) -> ArchiveError:
    return ArchiveError(
        f"the archive holds more than a {kind} may",
        value=f"more than {limits.n_bytes / 2**30:.0f} GB, {limits.n_files:,} files, or one that "
        f"unpacks to more than {limits.max_ratio:.0f} times its size",
        remedy="Import only archives that you trust",
    )
