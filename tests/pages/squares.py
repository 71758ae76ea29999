"""Coloured squares with a table: photos whose likeness anyone can work out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from PIL import Image
from pillow_heif import register_heif_opener

from engine.images import encode_png
from tests.pages.colour_model import COLOURS

register_heif_opener()

N_SHADES = 4
STRANGE_CAPTION = "*violet* square < 1 [3](https://example.org)"


def square(colour: str, shade: int, side_px: int = 32) -> bytes:
    """Return a PNG of one colour; each shade lifts its dark channels by 30 of 255."""
    pixel = [255 if value > 0 else 30 * shade for value in COLOURS[colour]]
    return encode_png(np.full((side_px, side_px, 3), pixel, np.uint8))


def heic(colour: str) -> bytes:
    """Return a square as an iPhone would save it."""
    file = io.BytesIO()
    Image.open(io.BytesIO(square(colour, 0, side_px=64))).save(file, "HEIF", quality=95)
    return file.getvalue()


def draw_squares(folder: Path) -> Path:
    """Draw 5 colours × 4 shades, their table, and one file that is no photo."""
    (folder / "images").mkdir(parents=True)
    rows = [["image", "caption", "colour", "shade", "finish"]]
    for colour in COLOURS:
        for shade in range(N_SHADES):
            name = f"{colour}-{shade}.png"
            (folder / "images" / name).write_bytes(square(colour, shade))
            caption = STRANGE_CAPTION if name == "violet-3.png" else f"A {colour} square {shade}"
            finish = "Matt" if colour == "red" else "Glossy"
            rows.append([name, caption, colour.capitalize(), f"shade {shade}", finish])
    (folder / "images" / "broken.jpg").write_bytes(b"<svg>not a photo</svg>")
    with (folder / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder
