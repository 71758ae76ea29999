"""Text laid out for people by rich, and nothing untrusted that could move it.

Captions, paths and attributes come from strangers; a control character among them could redraw
the screen, so none gets through. Rich is imported when something is laid out, not for `--json`.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod, RenderableType

BAR_CELLS = 10
UNLIMITED = 100_000


@dataclass(frozen=True, slots=True)
class Table:
    """Rows whose columns line up; a terminal that is too narrow cuts the last column.

    Parameters
    ----------
    rows
        Cells, equally many in each row; a number from 0 to 1 is drawn as a bar.
    align
        One of `<` and `>` per column.
    head
        A title for each column; none for a table without.
    indent
        Cells left free before the table.
    """

    rows: Sequence[Sequence[str | float]]
    align: str
    head: Sequence[str] = ()
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Faint:
    """A line that steps back behind the others, where a terminal has colours."""

    line: str


Part = str | Table | Faint


def plain(text: object) -> str:
    r"""Return `text` on one line and without control characters.

    Examples
    --------
    >>> plain("red\tdress\x1b[2J")
    'red dress [2J'
    """
    return " ".join(harmless(str(text)).split())


def harmless(text: str) -> str:
    r"""Return a text whose lines a terminal can show as they are: strangers' words are among them.

    Examples
    --------
    >>> harmless("two\nlines\x1b[2J")
    'two\nlines [2J'
    """
    return "".join(
        " " if sign != "\n" and unicodedata.category(sign).startswith("C") else sign
        for sign in text
    )


def laid_out(parts: Sequence[Part], stream: TextIO) -> str:
    r"""Return lines and tables as `stream` can show them: its width, its colours or none.

    Examples
    --------
    >>> import io
    >>> print(laid_out(["Boots:", Table([["9", "boots"], ["10", "cat"]], "><")], io.StringIO()))
    Boots:
     9  boots
    10  cat
    """
    if all(isinstance(part, str) for part in parts):
        return "\n".join(harmless(str(part)) for part in parts)
    console = console_of(stream)
    with console.capture() as captured:
        for part in parts:
            console.print(_renderable(part), soft_wrap=not isinstance(part, Table))
    return "\n".join(line.rstrip() for line in captured.get().removesuffix("\n").split("\n"))


def console_of(stream: TextIO) -> Console:
    """Return rich's console on a stream; NO_COLOR is heeded, and a file is as wide as needed."""
    from rich.console import Console

    return Console(
        file=stream,
        width=None if stream.isatty() else UNLIMITED,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        markup=False,
        emoji=False,
        highlight=False,
    )


def _renderable(part: Part) -> RenderableType:
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    if isinstance(part, str | Faint):
        return Text(harmless(part)) if isinstance(part, str) else Text(harmless(part.line), "dim")
    grid = Grid(box=None, pad_edge=False, show_header=bool(part.head), header_style="bold")
    titles, n_columns = part.head or [""] * len(part.align), len(part.align)
    for place, (title, side) in enumerate(zip(titles, part.align, strict=True), start=1):
        justify: JustifyMethod = "left" if side == "<" else "right"
        grid.add_column(_cell(title), justify=justify, no_wrap=place < n_columns)
    for row in part.rows:
        grid.add_row(*map(_cell, row))
    return Padding(grid, (0, 0, 0, part.indent), expand=False) if part.indent else grid


def _cell(cell: str | float) -> RenderableType:
    from rich.bar import Bar
    from rich.text import Text

    if isinstance(cell, float):
        return Bar(1, 0, cell, width=BAR_CELLS, color="cyan")
    return Text(plain(cell), no_wrap=True, overflow="ellipsis")
