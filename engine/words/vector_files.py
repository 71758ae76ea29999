"""Files of word vectors: well-known ones fetched, read as streams, and converted once.

They are GloVe's text files and word2vec's binary ones, plain, gzipped or inside a zip. A text file
has a word and its numbers per line; one of word2vec's or fastText's begins with a line
of two whole numbers, words and dimensions. A binary file begins with that line too, and then has
each word, a space, and its numbers as little-endian float32.

References
----------
Pennington, Socher and Manning, "GloVe: global vectors for word representation", EMNLP 2014.
Mikolov et al., "Efficient estimation of word representations in vector space", 2013.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.errors import ModelError
from engine.network import is_reachable
from engine.progress import Report, Step
from engine.words.store import FORMAT_VERSION, MANIFEST, WordsWriter

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


_TOLD_EVERY = 5000


def converted(path: Path, progress: Report) -> Path:
    """Return the folder that holds a file's word vectors, made at the first call.

    It is kept in Kindred's home under the file's path, size and time of change: a file that was
    replaced is read anew.

    Raises
    ------
    ModelError
        The file is missing or damaged, or the home cannot be written.
    """
    folder = config.home() / "words" / _key(path)
    if (folder / MANIFEST).is_file():
        return folder
    try:
        _convert(path, folder, progress)
    except OSError as error:
        raise ModelError(
            f"the word vectors cannot be kept ({error.strerror or error})",
            value=folder,
            remedy="Make room, or let KINDRED_HOME name another folder",
        ) from error
    return folder


def _key(path: Path) -> str:
    try:
        facts = archive_of(path).stat()
    except OSError as error:
        raise ModelError(
            "there is no such file of word vectors", value=path, remedy="Check the path"
        ) from error
    sign = f"{path.resolve()}\n{facts.st_size}\n{facts.st_mtime_ns}\n{FORMAT_VERSION}"
    digest = hashlib.blake2b(sign.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()
    return f"{path.name[:60]}-{digest}"


def _convert(path: Path, folder: Path, progress: Report) -> None:
    rows = read_vectors(path)
    first = next(rows, None)
    if first is None:
        raise ModelError("the file of word vectors is empty", value=path, remedy="Fetch it again")
    step = Step(progress, "reading word vectors", 0)
    with WordsWriter(folder, path.name, len(first[1])) as writer:
        for number, (word, row) in enumerate(chain([first], rows), start=1):
            writer.add(word, row)
            if number % _TOLD_EVERY == 0:
                step.at(number)
        writer.report = {"file": str(path)}


_GLOVE = "https://nlp.stanford.edu/data/glove.6B.zip"
_NEWS = (
    "https://github.com/piskvorky/gensim-data/releases/download/"
    "word2vec-google-news-300/word2vec-google-news-300.gz"
)
# Name → where it comes from, and its member there. Both packings carry checksums of their own.
NAMED = {
    **{f"glove.6B.{n}d": (_GLOVE, f"glove.6B.{n}d.txt") for n in (50, 100, 200, 300)},
    "word2vec-google-news-300": (_NEWS, ""),
}
_CHUNK_BYTES = 2**20
_SILENCE_SECONDS = 30.0


def fetched(name: str, progress: Report) -> Path:
    """Return the file of a well-known set, downloaded at the first call.

    Raises
    ------
    ModelError
        It cannot be had; the sentence names the file, its place and what to use meanwhile.
    """
    url, member = NAMED[name]
    place = config.home() / "words" / "fetched" / url.rsplit("/", 1)[-1]
    if not place.is_file():
        if not is_reachable(url):
            raise _not_to_be_had(name, url, place, "this machine is offline")
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _fetch(url, place, Step(progress, f"fetching {place.name}, in MiB", 0))
        except OSError as error:
            raise _not_to_be_had(name, url, place, str(error)) from error
    return place / member if member else place


def _fetch(url: str, place: Path, step: Step) -> None:
    """Download to a file beside, from where an earlier try broke off, and rename it."""
    beside = place.with_name(place.name + ".partial")
    n_have = beside.stat().st_size if beside.is_file() else 0
    import urllib.request  # a quarter of what a search would import, and none needs it

    request = urllib.request.Request(url, headers={"Range": f"bytes={n_have}-"})
    with urllib.request.urlopen(request, timeout=_SILENCE_SECONDS) as answer:
        goes_on = answer.status == 206
        n_have = n_have if goes_on else 0
        length = answer.headers.get("Content-Length")
        n_total = n_have + int(length) if length else None
        with beside.open("ab" if goes_on else "wb") as file:
            while chunk := answer.read(_CHUNK_BYTES):
                file.write(chunk)
                n_have += len(chunk)
                step.at(n_have // 2**20)
    if n_total is not None and n_have != n_total:
        raise OSError(f"it broke off after {n_have:,} of {n_total:,} bytes; call again to go on")
    beside.replace(place)


def _not_to_be_had(name: str, url: str, place: Path, reason: str) -> ModelError:
    return ModelError(
        f"the word vectors {name} cannot be had ({reason.splitlines()[0]})",
        value=place.name,
        remedy=f"Fetch {url} where there is a connection and put it into {place.parent}, "
        "or leave '--vectors' away to use the set that comes with Kindred",
    )
