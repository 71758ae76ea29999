"""A contact sheet: small pictures in rows, each with a line or two under it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from engine.errors import PhotoError
from engine.images.decoder import open_upright

_CELL, _GAP, _LINE = 220, 16, 16
_COLUMNS = 6
_INK, _PAPER = (33, 28, 23), (255, 255, 255)


def draw_sheet(
    pictures: Sequence[tuple[bytes | None, Sequence[str]]], heading: Sequence[str]
) -> bytes:
    """Return a contact sheet as the bytes of a JPEG file.

    Parameters
    ----------
    pictures
        Bytes of each picture (None leaves its place white) and the lines under it.
    heading
        Lines above them all.

    Examples
    --------
    >>> draw_sheet([(None, ["1  0.82"])], ["red boots"])[:2].hex()
    'ffd8'
    """
    n_lines = max((len(lines) for _, lines in pictures), default=0)
    n_columns = min(_COLUMNS, max(len(pictures), 1))
    n_rows = -(-len(pictures) // n_columns)
    top = _GAP * 2 + _LINE * len(heading)
    cell_height = _CELL + _LINE * n_lines + _GAP
    size = (_GAP + n_columns * (_CELL + _GAP), top + n_rows * cell_height + _GAP)
    sheet = Image.new("RGB", size, _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, line in enumerate(heading):
        pen.text(
            (_GAP, _GAP + number * _LINE), _fitting(line, size[0] - 2 * _GAP, font), _INK, font
        )
    for place, (picture, lines) in enumerate(pictures):
        left = _GAP + place % n_columns * (_CELL + _GAP)
        above = top + place // n_columns * cell_height
        _paste(sheet, picture, left, above)
        for number, line in enumerate(lines):
            where = (left, above + _CELL + 2 + number * _LINE)
            pen.text(where, _fitting(line, _CELL, font), _INK, font)
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=88)
    return file.getvalue()


def _paste(sheet: Image.Image, picture: bytes | None, left: int, above: int) -> None:
    if not picture:
        return
    try:
        image = open_upright(picture, at_least_px=_CELL)
    except PhotoError:
        return
    scale = _CELL / max(image.size)
    image = image.resize((max(round(image.width * scale), 1), max(round(image.height * scale), 1)))
    sheet.paste(image, (left + (_CELL - image.width) // 2, above + (_CELL - image.height) // 2))


def _fitting(line: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """Cut a line where its place ends."""
    line = " ".join(line.split())
    if font.getlength(line) <= width:
        return line
    while line and font.getlength(line + "…") > width:
        line = line[: -max(len(line) // 20, 1)]
    return line + "…"
