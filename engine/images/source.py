"""A photo's bytes: read once, measured first, and named for what they are when no photo."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from engine import config
from engine.errors import PhotoError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single photo may cost; checked before anything is decoded.

    Parameters
    ----------
    max_bytes
        Largest file, in bytes.
    max_pixels
        Largest width × height that the header may claim.

    Examples
    --------
    >>> Limits(max_pixels=1_000_000).max_bytes == DEFAULT_LIMITS.max_bytes
    True
    """

    max_bytes: int = config.MAX_FILE_BYTES
    max_pixels: int = config.MAX_PIXELS


DEFAULT_LIMITS = Limits()
NOT_OPENED = "the file cannot be opened"  # how the reason begins; it may be there another time


class RemoteFile(Protocol):
    """A file that does not lie on this machine; as text it is its address."""

    def read(self, most: int) -> bytes:
        """Return its first bytes, `most` at most; `PhotoError` where it cannot be had."""
        ...


PhotoFile: TypeAlias = Path | bytes | RemoteFile


def content_hash(data: bytes) -> str:
    """Return 32 hexadecimal digits (BLAKE2b-128) that name these bytes.

    Examples
    --------
    >>> content_hash(b"")
    'cae66941d9efbd404e4d88758ea67670'
    """
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_source(source: PhotoFile, limits: Limits) -> bytes:
    """Return the bytes of a file or of an upload, or raise `PhotoError`."""
    if not isinstance(source, Path):
        data = source if isinstance(source, bytes) else source.read(limits.max_bytes + 1)
        _check_n_bytes(len(data), limits)
        return data
    try:
        return _read_file(source, limits)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PhotoError(f"{NOT_OPENED} ({reason})") from error


def _read_file(path: Path, limits: Limits) -> bytes:
    facts = os.stat(path)
    if not stat.S_ISREG(facts.st_mode):  # opening a named pipe would wait for ever
        raise PhotoError("it is not a regular file")
    _check_n_bytes(facts.st_size, limits)
    with open(path, "rb", buffering=0) as file:
        data = file.readall()
    _check_n_bytes(len(data), limits)  # the file may have changed since it was measured
    return data


def _check_n_bytes(n_bytes: int, limits: Limits) -> None:
    if n_bytes == 0:
        raise PhotoError("the file is empty (0 bytes)")
    if n_bytes > limits.max_bytes:
        raise PhotoError(
            f"the file has {n_bytes / 2**20:,.1f} MiB, over the limit of "
            f"{limits.max_bytes / 2**20:,.1f} MiB"
        )


def name_refused_format(data: bytes) -> str | None:
    """Name the kind of file that is refused unopened, or return None.

    Pillow hands PostScript to Ghostscript and Windows metafiles to the system: an untrusted
    file must not start a foreign interpreter.
    """
    if data.startswith((b"%!PS", b"\xc5\xd0\xd3\xc6")):
        return "a PostScript (EPS) drawing, which only another program could draw"
    if data.startswith(b"\xd7\xcd\xc6\x9a") or data[40:44] == b" EMF":
        return "a Windows metafile, which only another program could draw"
    return None


_RAW = "a raw photo of a camera, to be exported as JPEG first"
_SIGNATURES = (
    (b"\xff\xd8", "a damaged JPEG file"),
    (b"\x89PNG", "a damaged PNG file"),
    (b"GIF8", "a damaged GIF file"),
    (b"II*\x00", "a damaged TIFF file, or of a kind that Kindred does not read"),
    (b"MM\x00*", "a damaged TIFF file, or of a kind that Kindred does not read"),
    (b"\x00\x00\x00\x0cjP", "a damaged JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a damaged JPEG 2000 file"),
    (b"\xff\x0a", "a JPEG XL photo, to be exported as JPEG first"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL photo, to be exported as JPEG first"),
    *((raw, _RAW) for raw in (b"FUJIFILM", b"FOVb", b"IIU\x00", b"IIRO", b"IIRS", b"MMOR")),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"\x00\x00\x01\xba", "a film"),
    (b"\x00\x00\x01\xb3", "a film"),
)
_PICTURE_BRANDS = dict.fromkeys(
    (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "HEIC"
) | dict.fromkeys((b"avif", b"avis"), "AVIF")
_FOREIGN_BRANDS = {
    b"crx ": "a raw photo of a Canon camera (CR3)",
    b"avci": "a photo packed like a film (AVCI)",
    b"avcs": "a photo packed like a film (AVCI)",
}


_PHOTO_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".heic", ".heif", ".hif", ".avif", ".webp", ".gif"),
    *(".tif", ".tiff", ".bmp", ".jp2", ".ppm", ".pgm", ".tga", ".ico", ".psd", ".dds", ".mpo"),
)


def looks_like_photo(path: Path) -> bool:
    """Tell from a file's name, or its first bytes where the name says nothing, what it may be.

    A guess for counting: only decoding says whether a file is a photo.

    Examples
    --------
    >>> looks_like_photo(Path("IMG_0001.HEIC")), looks_like_photo(Path("no-such-film.mov"))
    (True, False)
    """
    if path.suffix.lower() in _PHOTO_SUFFIXES:
        return True
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    is_named = head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*"))
    return is_named or head[8:12] == b"WEBP" or head[8:12] in _PICTURE_BRANDS


def name_unknown_format(data: bytes) -> str:
    """Say what a file is that no decoder recognised, as precisely as its first bytes allow."""
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in _FOREIGN_BRANDS:
            return f"{_FOREIGN_BRANDS[brand]}, to be exported as JPEG first"
        return f"a damaged {_PICTURE_BRANDS[brand]} photo" if brand in _PICTURE_BRANDS else "a film"
    return _name_text(data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower())


def _name_text(head: bytes) -> str:
    if b"<svg" in head:
        return "an SVG drawing, not a photo"
    if head.startswith((b"<!doctype html", b"<html")) or b"<body" in head:
        return "a web page (HTML), not a photo"
    is_text = all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return "text, not a photo" if is_text else "in no picture format that Kindred reads"
