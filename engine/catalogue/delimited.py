"""Delimited text in its many dialects, line by line, with no line lost to a stray quote.

A quote that is opened and never closed makes any CSV reader swallow the lines behind it. Here a
line goes on only until the next one that is about a photo by itself; then its quotes are taken for
plain signs, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TextIO

from engine.catalogue.caption_table import Cell, IsPhoto, tidy
from engine.catalogue.charset import encoding_of
from engine.catalogue.columns import CAPTION, LABEL, PHOTO, is_known
from engine.catalogue.photo import Skipped

_DELIMITERS = "\t|;,"
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
_N_SAMPLE_LINES = 200
_MAX_LINES_PER_ROW = 500
_MAX_HEADER_CHARACTERS = 2**16


class DelimitedTable:
    """A CSV file by any separator; never held in memory.

    Parameters
    ----------
    path
        The file.
    is_photo
        Tells whether a text names a photo.

    Attributes
    ----------
    columns
        The header's names; where the first line is about a photo already, names by what the
        columns hold.
    """

    def __init__(self, path: Path, is_photo: IsPhoto) -> None:
        self.path = path
        self._encoding = encoding_of(path)
        self.remarks = [self._encoding.remark] if self._encoding.remark else []
        with self._opened() as file:
            lines = [file.readline(_MAX_HEADER_CHARACTERS)]
            lines += islice(file, _N_SAMPLE_LINES)
        self._n_before = 0
        named = None
        while lines and (
            not lines[0].strip() or (named := _SEPARATOR_LINE.match(lines[0].strip()))
        ):
            self._n_before += 1
            del lines[0]
            if named:
                break
        self._delimiter = named[1] if named else self._delimiter_of(lines)
        self.columns = self._columns_of(lines, is_photo) if lines else []

    def rows(
        self, skipped: list[Skipped], names_photo: Callable[[Sequence[Cell]], bool]
    ) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each line's number and its cells (see `Table.rows`)."""

        def is_row(line: str) -> bool:
            fields = _lenient(line, self._delimiter)
            return len(fields) == len(self.columns) and names_photo([tidy(f) for f in fields])

        n_mended = 0
        with self._opened() as file:
            lines = _Lines(islice(file, self._n_before, None), self._n_before, is_row)
            for fields, problem in self._records(lines):
                cells = self._fitted(fields)
                number = lines.first_number
                if cells is None:
                    if fields:
                        skipped.append(Skipped(self.line(number), problem or self._misfit(fields)))
                    continue
                n_mended += bool(problem) or len(fields) != len(self.columns)
                yield number, [tidy(cell) for cell in cells]
        self._remark(n_mended)

    def line(self, number: int) -> str:
        """Return how a person finds a line."""
        return f"{self.path.name}, line {number}"

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        encoding = self._encoding
        with self.path.open(encoding=encoding.name, errors=encoding.errors, newline="") as file:
            yield file

    def _remark(self, n_mended: int) -> None:
        self.remarks = [each for each in self.remarks if not each.endswith("mended")]
        if n_mended:
            lines = (
                "1 line with a stray quote or separator was"
                if n_mended == 1
                else (f"{n_mended:,} lines with stray quotes or separators were")
            )
            self.remarks.append(f"{lines} mended")

    # Dialect ------------------------------------------------------------------------------------

    def _delimiter_of(self, lines: Sequence[str]) -> str:
        """Return the separator by which most lines have as many fields as the first one."""
        first = lines[0] if lines else ""
        if self.path.suffix.lower() == ".tsv":
            return "\t"

        def agreement(delimiter: str) -> tuple[float, int]:
            counts = [len(_lenient(line, delimiter)) for line in lines if line.strip()]
            return sum(count == counts[0] for count in counts) / len(counts), counts[0]

        return max((each for each in _DELIMITERS if each in first), key=agreement, default=",")

    def _columns_of(self, lines: Sequence[str], is_photo: IsPhoto) -> list[str]:
        """Read the header, or name the columns where there is none."""
        n_header, fields = self._header(lines, is_photo)
        cells = [tidy(field) for field in fields]
        is_data = any(is_photo(cell) and re.search(r"\.\w|#", cell) for cell in cells)
        is_data = is_data or (
            any(map(is_photo, cells)) and not any(is_known(cell) for cell in cells)
        )
        if not is_data:
            self._n_before += n_header
            return cells
        self.remarks.append("no header: columns named by what they hold")
        rows = [_lenient(line, self._delimiter) for line in lines]
        return _named_by_content([row for row in rows if len(row) == len(cells)], is_photo)

    def _header(self, lines: Sequence[str], is_photo: IsPhoto) -> tuple[int, list[str]]:
        """Return how many lines the header takes, and its fields."""
        for n_lines in (1, 2, 3):
            if any(map(is_photo, _lenient(lines[n_lines - 1], self._delimiter))):
                break
            with suppress(csv.Error):
                rows = list(
                    csv.reader(["".join(lines[:n_lines])], delimiter=self._delimiter, strict=True)
                )
                return n_lines, rows[0]
            if n_lines == len(lines):
                break
        return 1, _lenient(lines[0], self._delimiter)

    # Rows ---------------------------------------------------------------------------------------

    def _records(self, lines: _Lines) -> Iterator[tuple[list[str], str]]:
        """Yield the fields of each row, and what was wrong with its quotes, or ""."""
        while True:
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            try:
                while True:
                    lines.begin()
                    yield next(reader), ""
            except StopIteration:
                return
            except _UnclosedError:
                problem = "a quote is opened and never closed"
            except csv.Error as error:
                problem = f"not readable as CSV ({error})"
            yield self._mended(lines.keep_first(), problem)

    def _mended(self, line: str, problem: str) -> tuple[list[str], str]:
        """Return the fields of one line whose quotes are out of order."""
        fields = _lenient(line, self._delimiter)
        limit = csv.field_size_limit()
        return (fields[:1], problem) if max(map(len, fields)) > limit else (fields, problem)

    def _fitted(self, fields: list[str]) -> list[str] | None:
        """Return one field for each column, or None; text at the end may hold separators."""
        n_columns = len(self.columns)
        if len(fields) > n_columns > 1 and is_known(self.columns[-1], CAPTION):
            return [*fields[: n_columns - 1], self._delimiter.join(fields[n_columns - 1 :])]
        return fields if len(fields) == n_columns else None

    def _misfit(self, fields: Sequence[str]) -> str:
        return f"has {len(fields)} fields where the first line names {len(self.columns)}"


class _UnclosedError(Exception):
    """A row goes on into a line that is a row by itself."""


class _Lines:
    """Lines for a CSV reader, of which all but the first can be taken back."""

    def __init__(self, lines: Iterator[str], n_before: int, is_row: Callable[[str], bool]) -> None:
        self._lines = lines
        self._is_row = is_row
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self.first_number = n_before + 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._taken) > _MAX_LINES_PER_ROW:
            raise _UnclosedError
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        if self._taken and self._is_row(line):
            self._ahead.appendleft(line)
            raise _UnclosedError
        self._taken.append(line)
        return line

    def begin(self) -> None:
        """Begin a row with the next line."""
        self.first_number += len(self._taken)
        self._taken = []

    def keep_first(self) -> str:
        """Return the first line of the row, and give back those behind it."""
        self._ahead.extendleft(reversed(self._taken[1:]))
        self._taken = self._taken[:1]
        return self._taken[0]


def _lenient(line: str, delimiter: str) -> list[str]:
    r"""Split a line in which a quote only closes before a separator or the end.

    Examples
    --------
    >>> _lenient('12,"5" heel, red",x', ",")
    ['12', '5" heel, red', 'x']
    >>> _lenient('12369,"Purple shirt', ",")
    ['12369', 'Purple shirt']
    """
    line = line.rstrip("\r\n")
    fields, start = [], 0
    while start <= len(line):
        end = _closing_quote(line, delimiter, start) if line.startswith('"', start) else -1
        if end > start:
            fields.append(line[start + 1 : end].replace('""', '"'))
            start = end + 2
        else:
            end = line.find(delimiter, start)
            end = len(line) if end < 0 else end
            fields.append(line[start:end].removeprefix('"'))
            start = end + 1
    return fields


def _closing_quote(line: str, delimiter: str, start: int) -> int:
    end = line.find(f'"{delimiter}', start + 1)
    return len(line) - 1 if end < 0 and line.endswith('"') else end


def _named_by_content(rows: Sequence[Sequence[str]], is_photo: IsPhoto) -> list[str]:
    """Name columns after what they hold: the photos' names, sentences, or single words."""
    columns = list(zip(*rows, strict=True))
    named = [sum(map(is_photo, column)) for column in columns]
    photo = named.index(max(named))
    names = []
    for number, column in enumerate(columns, start=1):
        n_words = sum(len(cell.split()) for cell in column) / len(column)
        kind = CAPTION if n_words >= 2 else LABEL
        name = PHOTO if number == photo + 1 else kind
        names.append(name if name not in names else f"{name} {number}")
    return names
