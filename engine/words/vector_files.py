"""GloVe's text files and word2vec's binary ones, plain, gzipped or inside a zip, as streams.

A text file has a word and its numbers per line; one of word2vec's or fastText's begins with a line
of two whole numbers, words and dimensions. A binary file begins with that line too, and then has
each word, a space, and its numbers as little-endian float32.

References
----------
Pennington, Socher and Manning, "GloVe: global vectors for word representation", EMNLP 2014.
Mikolov et al., "Efficient estimation of word representations in vector space", 2013.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError

# A line longer than this, or a wider vector, is no word vector that anyone has published.
_MAX_LINE_BYTES = 2**18
_MAX_DIMS = 4096
_MAX_WORDS = 10_000_000
_BUFFER_BYTES = 2**20
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)
WordRow = tuple[bytes, NDArray[np.float32]]


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file of word vectors, unpacked on the way.

    Parameters
    ----------
    path
        The file; of a zip with several, ``archive.zip/member.txt`` names one.

    Raises
    ------
    ModelError
        When it cannot be opened, or is damaged, whenever that shows.
    """
    with ExitStack() as stack:
        try:
            yield cast(BinaryIO, io.BufferedReader(_unpacked(path, stack), _BUFFER_BYTES))
        except _BROKEN as error:
            raise _damaged(path, f"its packing breaks off or is wrong ({error})") from error
        except OSError as error:
            raise ModelError(
                f"the word vectors cannot be read ({error.strerror or error})", value=path
            ) from error


def archive_of(path: Path) -> Path:
    """Return the file on the disk that `path` lies in: the path itself, or the zip around it."""
    if path.is_file():
        return path
    around = (parent for parent in path.parents if parent.suffix == ".zip" and parent.is_file())
    return next(around, path)


def _unpacked(path: Path, stack: ExitStack) -> io.RawIOBase:
    archive = archive_of(path)
    file = stack.enter_context(archive.open("rb", buffering=0))
    start = file.read(4)
    file.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return cast(io.RawIOBase, stack.enter_context(gzip.GzipFile(fileobj=file)))
    if start.startswith(b"PK"):
        packed = stack.enter_context(zipfile.ZipFile(file))
        return cast(io.RawIOBase, stack.enter_context(packed.open(_member(packed, path, archive))))
    return file


def _member(packed: zipfile.ZipFile, path: Path, archive: Path) -> str:
    names = [entry.filename for entry in packed.infolist() if not entry.is_dir()]
    if path != archive:
        wanted = path.relative_to(archive).as_posix()
        names = [name for name in names if name == wanted] or names
    if len(names) != 1:
        example = archive / names[0] if names else archive
        raise ModelError(
            "the archive holds several files" if names else "the archive is empty",
            value=", ".join(names) or archive,
            remedy=f"Name one of them, as in {example}" if names else "Fetch it again",
        )
    return names[0]


def read_vectors(path: Path) -> Iterator[WordRow]:
    """Yield every word, as bytes, and its vector, float32 (n_dims,), in the order of the file.

    Raises
    ------
    ModelError
        The file is missing or damaged; the sentence names the line, or the word by its number.
    """
    with opened(path) as file:
        head = file.peek(_BUFFER_BYTES)[:_BUFFER_BYTES]  # type: ignore[attr-defined]
        n_words, n_dims = _announced(head)
        if n_words:
            file.readline(_MAX_LINE_BYTES)
            first = head.split(b"\n", 2)[1]
            if not _is_text(first, n_dims):
                yield from _binary_rows(file, path, n_words, n_dims)
                return
        yield from _text_rows(file, path, n_words, n_dims)


def _announced(head: bytes) -> tuple[int, int]:
    """Return the words and dimensions a file begins with, or zeros where it does not."""
    fields = head.split(b"\n", 1)[0].split()
    if len(fields) != 2 or not all(field.isdigit() and len(field) < 12 for field in fields):
        return 0, 0
    return int(fields[0]), int(fields[1])


def _is_text(line: bytes, n_dims: int) -> bool:
    try:
        return bool(len(_numbers(line.rstrip().rsplit(b" ", n_dims)[1:], n_dims)))
    except ValueError:
        return False


def _text_rows(file: BinaryIO, path: Path, n_words: int, n_dims: int) -> Iterator[WordRow]:
    first_line = 2 if n_words else 1
    number = first_line - 1
    for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE_BYTES), b""), first_line):
        if not line.strip():
            continue
        n_dims = n_dims or len(line.split()) - 1
        _check_dims(n_dims, path, f"line {number}")
        # A few published words hold spaces themselves, so the numbers are counted from the right.
        word, *fields = line.rstrip().rsplit(b" ", n_dims)
        try:
            row = _numbers(fields, n_dims)
        except ValueError as error:
            raise _damaged(path, f"line {number} {error}") from error
        yield word.strip().replace(b" ", b"_"), row
    _check_count(number - first_line + 1, n_words, path)


def _numbers(fields: list[bytes], n_dims: int) -> NDArray[np.float32]:
    if len(fields) != n_dims:
        raise ValueError(f"has {len(fields)} numbers instead of {n_dims}")
    try:
        row = np.fromiter(map(float, fields), np.float32, n_dims)
    except ValueError as error:
        raise ValueError("holds something that is no number") from error
    return _finite(row)


def _finite(row: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(row).all():
        raise ValueError("holds a number that is not finite")
    return row


def _binary_rows(file: BinaryIO, path: Path, n_words: int, n_dims: int) -> Iterator[WordRow]:
    _check_dims(n_dims, path, "line 1")
    if n_words > _MAX_WORDS:
        raise _damaged(path, f"line 1 announces {n_words:,} words")
    n_bytes = 4 * n_dims
    for number in range(1, n_words + 1):
        word = _binary_word(file.read, path, number)
        data = file.read(n_bytes)
        if len(data) != n_bytes:
            raise _damaged(path, f"it ends within word {number:,} of {n_words:,}")
        try:
            yield word, _finite(np.frombuffer(data, "<f4"))
        except ValueError as error:
            raise _damaged(path, f"word {number:,} {error}") from error


def _binary_word(read: Callable[[int], bytes], path: Path, number: int) -> bytes:
    """Read up to the space; some writers end each row with a line feed, which belongs to none."""
    letters = bytearray()
    while (letter := read(1)) != b" ":
        if not letter or len(letters) > 1000:
            raise _damaged(path, f"word {number:,} has no end")
        letters += letter
    return bytes(letters).lstrip(b"\n")


def _check_dims(n_dims: int, path: Path, where: str) -> None:
    if not 2 <= n_dims <= _MAX_DIMS:
        raise _damaged(path, f"{where} has {n_dims} numbers, which is no word vector")


def _check_count(n_read: int, announced: int, path: Path) -> None:
    if n_read < announced:
        raise _damaged(path, f"it ends after {n_read:,} of {announced:,} words")


def _damaged(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"this is no undamaged file of word vectors: {reason}",
        value=path,
        remedy="Give GloVe text or word2vec binary, or fetch the file again",
    )
