"""Words by row and rows by word, in mapped files: three million words cost no memory."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from engine.text import singular

WORDS = "words.txt"
STARTS = "starts.npy"
ORDER = "order.npy"


def write_vocabulary(folder: Path, words: Sequence[bytes]) -> None:
    """Write words, one a line, where each line starts, and their rows in alphabetical order."""
    (folder / WORDS).write_bytes(b"".join(word + b"\n" for word in words))
    lengths = np.fromiter((len(word) + 1 for word in words), np.int64, len(words))
    np.save(folder / STARTS, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    order = sorted(range(len(words)), key=words.__getitem__)
    np.save(folder / ORDER, np.array(order, np.int32))


class Vocabulary(Sequence[str]):
    """The words of a set, the most frequent first; row i is word i.

    Parameters
    ----------
    folder
        Where `write_vocabulary` wrote.

    Raises
    ------
    OSError, ValueError
        When a file is missing, or they do not belong together.
    """

    def __init__(self, folder: Path) -> None:
        self._starts: NDArray[np.int64] = np.load(folder / STARTS, mmap_mode="r")
        self._order: NDArray[np.int32] = np.load(folder / ORDER, mmap_mode="r")
        with (folder / WORDS).open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        n_words = len(self._order)
        if len(self._starts) != n_words + 1 or self._starts[-1] != len(self._text):
            raise ValueError(f"{n_words} words and {len(self._starts)} places do not fit")

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        """Return the word of a row, or the words of a slice of rows."""
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        return self._bytes(row % len(self)).decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.row(word) is not None

    def row(self, word: str) -> int | None:
        """Return the row of exactly this word, or None."""
        wanted = word.encode("utf-8", "replace")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(int(self._order[middle])) < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(self):
            return None
        row = int(self._order[low])
        return row if self._bytes(row) == wanted else None

    def find(self, word: str) -> int | None:
        """Return the row of a word or of its nearest form: other number, other case; or None."""
        rows = (self.row(form) for form in forms(word))
        return next((row for row in rows if row is not None), None)

    def _bytes(self, row: int) -> bytes:
        return self._text[int(self._starts[row]) : int(self._starts[row + 1]) - 1]


def forms(word: str) -> list[str]:
    """Return the ways a vocabulary may write a word, the likeliest first.

    Examples
    --------
    >>> forms("Shirts")
    ['Shirts', 'shirts', 'shirt', 'shirtes', 'Shirt']
    >>> "accessory" in forms("accessories"), "dresses" in forms("dress")
    (True, True)
    """
    lower = word.lower()
    one = singular(lower)
    many = one[:-1] + "ies" if one.endswith("y") else one + "es"
    found = [word, lower, one, one + "s", many, one.capitalize()]
    return list(dict.fromkeys(found))
