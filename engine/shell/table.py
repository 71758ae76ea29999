"""Text laid out for a terminal: columns that line up, and nothing untrusted that could move them.

Captions, paths and attributes come from strangers; a control character among them could redraw
the screen, so none gets through.
"""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Sequence

GAP = "  "
MIN_LAST = 12


def plain(text: object) -> str:
    r"""Return `text` on one line and without control characters.

    Examples
    --------
    >>> plain("red\tdress\x1b[2J")
    'red dress [2J'
    """
    kept = "".join(" " if unicodedata.category(c).startswith("C") else c for c in str(text))
    return " ".join(kept.split())


def width(text: str) -> int:
    r"""Return the cells that `text` takes in a terminal; wide East Asian characters take two.

    Examples
    --------
    >>> width("shoe"), width("靴"), width("e\u0301")
    (4, 2, 1)
    """
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def shorten(text: str, cells: int) -> str:
    """Return `text`, cut with an ellipsis where it would take more than `cells` cells.

    Examples
    --------
    >>> shorten("black leather shoes", 14)
    'black leather…'
    """
    if width(text) <= cells:
        return text
    while text and width(text) > cells - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def columns(rows: Sequence[Sequence[str]], *, align: str, room: int | None = None) -> list[str]:
    r"""Return one line per row, with its cells lined up.

    Parameters
    ----------
    rows
        Cells, equally many in each row.
    align
        One of `<` and `>` per column.
    room
        Cells a line may take, which shortens the last column; None for as many as it needs.

    Examples
    --------
    >>> print("\n".join(columns([["9", "boots"], ["10", "cat"]], align="><")))
     9  boots
    10  cat
    """
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    if room is not None and widths:
        before = sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
        widths[-1] = min(widths[-1], max(room - before, MIN_LAST))
    return [
        GAP.join(
            pad(shorten(cell, n_cells), n_cells, side)
            for cell, n_cells, side in zip(row, widths, align, strict=True)
        ).rstrip()
        for row in cells
    ]


def pad(text: str, cells: int, side: str) -> str:
    """Return `text` filled up to `cells` cells on the side it is not aligned to."""
    blank = " " * (cells - width(text))
    return text + blank if side == "<" else blank + text


def faint(line: str) -> str:
    """Return a line that steps back behind the others, where stdout is a terminal with colours."""
    has_colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return f"\x1b[2m{line}\x1b[0m" if has_colours else line


def room() -> int | None:
    """Return the cells of a terminal's line, or None where stdout is no terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
