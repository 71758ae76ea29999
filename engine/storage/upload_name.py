"""Names that came with an upload, made harmless: never a path, never a command, still readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

MAX_NAME_BYTES = 100
MAX_FOLDERS = 6
_DRIVE = re.compile(r"[A-Za-z]:")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_JUNK_FOLDERS = {"__macosx", "$recycle.bin", "@eadir"}
_JUNK_FILES = {"thumbs.db", "desktop.ini"}


def parts_of(name: str) -> tuple[str, ...] | None:
    r"""Return the parts of an uploaded path, or None where it leads out of its archive.

    Examples
    --------
    >>> parts_of(r"shoes\red boot.jpg")
    ('shoes', 'red boot.jpg')
    >>> parts_of("../secret.jpg") is None, parts_of("C:/secret.jpg") is None
    (True, True)
    """
    name = name.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or _DRIVE.match(name):
        return None
    return tuple(parts)


def is_junk(parts: Iterable[str]) -> bool:
    """Tell whether a file is one that systems leave behind, or a hidden one.

    Examples
    --------
    >>> is_junk(["__MACOSX", "._boot.jpg"]), is_junk(["shoes", "boot.jpg"])
    (True, False)
    """
    lower = [part.lower() for part in parts]
    is_hidden = any(part.startswith(".") for part in lower)
    return is_hidden or not _JUNK_FOLDERS.isdisjoint(lower) or not _JUNK_FILES.isdisjoint(lower)


def harmless(part: str) -> str:
    """Return one part of a path with only letters, digits and a few signs left.

    Examples
    --------
    >>> harmless("Röhre (2) <b>.jpg"), harmless("..."), harmless("NUL.png"), harmless("-rf.jpg")
    ('Röhre (2) -b-.jpg', 'photo', '_NUL.png', 'rf.jpg')
    >>> harmless("?.jpg")
    'photo.jpg'
    """
    # An undecodable byte arrives as half a character, which no file system could write again.
    text = part.encode("utf-8", "replace").decode("utf-8")
    text = unicodedata.normalize("NFC", text)
    kept = "".join(sign if sign.isalnum() or sign in " _-.()+,&'" else "-" for sign in text)
    name = _shortened(kept.strip(" ."))
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def harmless_path(parts: Iterable[str]) -> PurePosixPath:
    """Return a relative path of harmless parts, at most six folders deep.

    Examples
    --------
    >>> str(harmless_path(["shoes", "red?", "7.jpg"]))
    'shoes/red-/7.jpg'
    """
    return PurePosixPath(*[harmless(part) for part in parts][-1 - MAX_FOLDERS :])


class FreeNames:
    """Gives out each path once: a second one of a name gets ``-2``.

    Names that differ only in case count as the same, as some disks see them.

    Examples
    --------
    >>> free = FreeNames(["boot.jpg"])
    >>> [str(free.take(PurePosixPath(name))) for name in ("Boot.jpg", "boot.jpg", "sock.jpg")]
    ['Boot-2.jpg', 'boot-3.jpg', 'sock.jpg']
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = {name.casefold() for name in taken}
        self._numbers: dict[str, int] = {}

    def take(self, path: PurePosixPath) -> PurePosixPath:
        """Return the path, or one near it that is free."""
        key, chosen = str(path).casefold(), path
        while str(chosen).casefold() in self._taken:
            self._numbers[key] = self._numbers.get(key, 1) + 1
            chosen = path.with_name(f"{path.stem}-{self._numbers[key]}{path.suffix}")
        self._taken.add(str(chosen).casefold())
        return chosen


def _shortened(name: str) -> str:
    """Keep a name's ending, and as much of its beginning as a disk can hold and may show."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 8:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len(f"{dot}{ending}".encode())
    kept = stem.encode()[:room].decode(errors="ignore")
    # A dot in front would hide the file, a hyphen would make a shell take it for an option.
    return (kept.lstrip(" .-").rstrip(" .") or "photo") + dot + ending
