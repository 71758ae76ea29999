"""A set of word vectors on disk: a folder of plain arrays and a list of words.

The matrix is written row by row as it comes, its number of rows last; a reader maps it. The folder
is written beside its place and renamed, so it is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.durable import PARTIAL, flush_folder, read_record, write_json
from engine.errors import ModelError
from engine.words.word_list import Vocabulary, write_vocabulary

FORMAT_VERSION = 1
MANIFEST = "words.json"
MATRIX = "vectors.npy"


@dataclass(frozen=True, slots=True)
class WordsManifest:
    """What a set of word vectors says of itself.

    Parameters
    ----------
    name
        What people call it.
    n_words, n_dims
        Its shape.
    fingerprint
        Hash of its words and numbers.
    report
        How it was made.
    """

    name: str
    n_words: int
    n_dims: int
    fingerprint: str
    version: int = FORMAT_VERSION
    report: dict[str, Any] = field(default_factory=dict)


class WordsWriter:
    """Writes a set word by word, in bounded memory but for the words themselves.

    Within ``with``: a folder that is there whole afterwards, or, after an error, not at all.

    Parameters
    ----------
    folder
        Where the set will be; its parent is made.
    name
        What people call it.
    n_dims
        Numbers per word.
    dtype
        ``float32``, or ``float16`` for half the size and three correct digits.
    """

    def __init__(self, folder: Path, name: str, n_dims: int, dtype: str = "float32") -> None:
        self._folder = folder
        self._name = name
        self._n_dims = n_dims
        self._dtype = np.dtype(dtype)
        self._hash = hashlib.blake2b(digest_size=16)
        self._words: dict[bytes, None] = {}
        self.report: dict[str, Any] = {}

    def __enter__(self) -> WordsWriter:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        self._beside = self._folder.with_name(f".{self._folder.name}.{os.getpid()}{PARTIAL}")
        shutil.rmtree(self._beside, ignore_errors=True)
        self._beside.mkdir()
        self._file: BinaryIO = (self._beside / MATRIX).open("wb")
        self._write_header(0)
        self._header_bytes = self._file.tell()
        return self

    def add(self, word: bytes, row: NDArray[np.float32]) -> None:
        """Add a word and its vector, brought to length 1; a word that came before is left out."""
        length = float(np.linalg.norm(row))
        if word in self._words or length == 0.0:
            return
        self._words[word] = None
        data = (row / np.float32(length)).astype(self._dtype).tobytes()
        self._hash.update(word + b"\n" + data)
        self._file.write(data)

    def __exit__(self, *exception: object) -> None:
        try:
            if exception[0] is None:
                self._finish()
        finally:
            self._file.close()
            shutil.rmtree(self._beside, ignore_errors=True)

    def _finish(self) -> None:
        if not self._words:
            raise ModelError("the file holds no word vectors", value=self._name)
        self._file.seek(0)
        self._write_header(len(self._words))
        # NumPy leaves room for the number of rows to grow, so the header's length stands.
        assert self._file.tell() == self._header_bytes
        self._file.close()
        write_vocabulary(self._beside, list(self._words))
        manifest = WordsManifest(
            self._name, len(self._words), self._n_dims, self._hash.hexdigest(), report=self.report
        )
        write_json(self._beside / MANIFEST, asdict(manifest), flush=False)
        flush_folder(self._beside)
        try:
            self._beside.rename(self._folder)
        except OSError:
            if not (self._folder / MANIFEST).is_file():  # else another program was as quick
                raise

    def _write_header(self, n_words: int) -> None:
        np.lib.format.write_array_header_1_0(
            self._file,
            {
                "descr": np.lib.format.dtype_to_descr(self._dtype),
                "fortran_order": False,
                "shape": (n_words, self._n_dims),
            },
        )


def save_words(
    folder: Path,
    name: str,
    words: Sequence[str],
    rows: NDArray[np.float32],
    *,
    dtype: str = "float16",
    report: dict[str, Any] | None = None,
) -> None:
    """Write a set that is in memory.

    Parameters
    ----------
    folder
        Where it will be; must not exist yet.
    name
        What people call it.
    words
        The most frequent first; no spaces in them.
    rows
        Shape (n_words, n_dims), not zero.
    dtype
        ``float16`` or ``float32``.
    report
        How it was made.

    Raises
    ------
    ModelError
        When the folder exists already, or there are no words.
    """
    if folder.exists():
        raise ModelError("the folder exists already", value=folder, remedy="Choose another")
    with WordsWriter(folder, name, rows.shape[1], dtype) as writer:
        for word, row in zip(words, rows, strict=True):
            writer.add(word.encode(), np.asarray(row, np.float32))
        writer.report = report or {}


def open_words(folder: Path) -> tuple[WordsManifest, Vocabulary, NDArray[Any]]:
    """Map a set: its manifest, its words, and its rows, shape (n_words, n_dims).

    Raises
    ------
    ModelError
        The folder is missing, damaged, or was written by a newer Kindred.
    """
    try:
        manifest = WordsManifest(
            **read_record(folder / MANIFEST, FORMAT_VERSION, refuse=ModelError)
        )
        rows = np.load(folder / MATRIX, mmap_mode="r", allow_pickle=False)
        vocabulary = Vocabulary(folder)
        fits = rows.shape == (manifest.n_words, manifest.n_dims) and rows.dtype.kind == "f"
        if not fits or len(vocabulary) != manifest.n_words:
            raise ValueError(f"shape {rows.shape} and {len(vocabulary)} words")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            "the word vectors cannot be read",
            value=folder,
            remedy="Delete the folder and let it be made again",
        ) from error
    return manifest, vocabulary, rows
