"""Reading tables: CSV in its many dialects, TSV and JSONL, line by line.

Not inside: what a column means (`columns`) and which photo a line is about (`naming`).
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator
from pathlib import Path

from engine.catalogue.photo import Skipped
from engine.errors import CatalogueError

# A cell is text; in JSONL it may also be a list of texts.
Cell = str | tuple[str, ...]
_DELIMITERS = ",;\t|"
_BLOCK_BYTES = 2**20
# Written out so often that it means "nothing here".
_EMPTY = {"", "na", "n/a", "nan", "null", "none"}


class Table:
    """A table of a folder, read as often as asked, never held in memory.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv``, ``.jsonl`` or ``.ndjson`` file; any other is read as CSV.

    Raises
    ------
    CatalogueError
        When there is no such file, it cannot be read, or it is empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._is_json = path.suffix.lower() in {".jsonl", ".ndjson"}
        try:
            self._encoding = _encoding_of(path)
            self._keys = self._json_keys() if self._is_json else self._header()
        except OSError as error:
            raise CatalogueError(
                f"the table cannot be read ({error.strerror})", value=path, remedy="Check the path"
            ) from error
        except csv.Error as error:
            raise CatalogueError(f"the table is no CSV ({error})", value=path) from error
        self.columns = [_tidy(key) for key in self._keys]
        if not self.columns:
            raise CatalogueError(
                "the table is empty", value=path, remedy="Its first line must name its columns"
            )

    def rows(self, skipped: list[Skipped]) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each line's number and its cells, one for each of `columns`.

        Parameters
        ----------
        skipped
            Where lines that cannot be used are reported.
        """
        yield from self._json_rows(skipped) if self._is_json else self._csv_rows(skipped)

    def line(self, number: int) -> str:
        """Return how a person finds a line."""
        return f"{self.path.name}, line {number}"

    # CSV and TSV --------------------------------------------------------------------------------

    def _header(self) -> list[str]:
        with self.path.open(encoding=self._encoding, errors="replace", newline="") as file:
            self._delimiter = self._delimiter_of(file.readline(_BLOCK_BYTES))
            file.seek(0)
            return next(csv.reader(file, delimiter=self._delimiter), [])

    def _delimiter_of(self, first_line: str) -> str:
        if self.path.suffix.lower() == ".tsv":
            return "\t"
        return max(_DELIMITERS, key=first_line.count)

    def _csv_rows(self, skipped: list[Skipped]) -> Iterator[tuple[int, list[Cell]]]:
        n_columns = len(self.columns)
        with self.path.open(encoding=self._encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter)
            next(reader)
            while True:
                number = reader.line_num + 1
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    skipped.append(Skipped(self.line(number), f"not readable as CSV ({error})"))
                    continue
                if len(fields) == n_columns:
                    yield number, [_tidy(field) for field in fields]
                elif fields:
                    reason = f"has {len(fields)} fields where the first line names {n_columns}"
                    skipped.append(Skipped(self.line(number), reason))

    # JSONL --------------------------------------------------------------------------------------

    def _json_keys(self) -> list[str]:
        keys: dict[str, None] = {}
        for _, entry in self._json_entries([]):
            keys.update(dict.fromkeys(entry))
        return list(keys)

    def _json_rows(self, skipped: list[Skipped]) -> Iterator[tuple[int, list[Cell]]]:
        for number, entry in self._json_entries(skipped):
            yield number, [_cell(entry.get(key)) for key in self._keys]

    def _json_entries(self, skipped: list[Skipped]) -> Iterator[tuple[int, dict[str, object]]]:
        with self.path.open(encoding=self._encoding, errors="replace") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    entry = json.loads(line)
                except (ValueError, RecursionError) as error:
                    skipped.append(Skipped(self.line(number), f"not readable as JSON ({error})"))
                    continue
                if isinstance(entry, dict):
                    yield number, entry
                else:
                    skipped.append(Skipped(self.line(number), "not a JSON object"))


def _encoding_of(path: Path) -> str:
    """Return UTF-8 or UTF-16, when the bytes are valid in it, else Windows' western code page."""
    decode = codecs.getincrementaldecoder("utf-8")().decode
    with path.open("rb") as file:
        block = file.read(_BLOCK_BYTES)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        try:
            while block:
                decode(block)
                block = file.read(_BLOCK_BYTES)
            decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _tidy(text: str) -> str:
    """Return a text on one line, without control characters and what is no valid Unicode."""
    text = " ".join(text.split())
    if text.isprintable():
        return text
    text = text.encode("utf-8", "replace").decode()
    return " ".join("".join(c if c.isprintable() or ord(c) > 159 else " " for c in text).split())


def _cell(value: object) -> Cell:
    """Return a JSON value as text, a list as texts."""
    if isinstance(value, list):
        return tuple(filter(None, (_text(item) for item in value)))
    return _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _tidy(value)
    return _tidy(json.dumps(value, ensure_ascii=False))


def is_empty(text: str) -> bool:
    """Return whether a cell's text says nothing.

    Examples
    --------
    >>> [is_empty(text) for text in ("", "NaN", "N/A", "0", "Navy")]
    [True, True, True, False, False]
    """
    return text.lower() in _EMPTY
