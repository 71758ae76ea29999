"""A foreign file of word vectors, converted once and mapped from then on."""

from __future__ import annotations

import hashlib
from itertools import chain
from pathlib import Path

from engine import config
from engine.errors import ModelError
from engine.progress import Report, Step
from engine.words.store import FORMAT_VERSION, MANIFEST, WordsWriter
from engine.words.vector_files import archive_of, read_vectors

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
