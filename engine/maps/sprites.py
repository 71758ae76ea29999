"""Many small pictures in one, so that a page loads hundreds of photos in one piece."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np

from engine.durable import write_whole
from engine.errors import PhotoError
from engine.images import encode_jpeg, read_photo
from engine.maps.map_folder import maps_folder
from engine.storage import Collection

SHEET_PX = 1024
# Few photos are shown larger; many must fit a browser's memory.
_FEW = 6_000
_QUALITY = 78
_GAP = 205


class Sheets:
    """The sheets of a collection: its photos by row, each in a cell, drawn when first asked for.

    Parameters
    ----------
    collection
        Whose photos.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._rows = collection.catalogue.live_rows()
        self.cell_px = 64 if len(self._rows) <= _FEW else 32
        self.n_across = SHEET_PX // self.cell_px
        self._folder = maps_folder(collection) / f"sheets-{collection.fingerprint}"

    @property
    def n_cells(self) -> int:
        """Photos on one sheet."""
        return self.n_across**2

    def __len__(self) -> int:
        return math.ceil(len(self._rows) / self.n_cells)

    def sheet(self, number: int) -> bytes:
        """Return one sheet as JPEG bytes, from the disk where it was drawn before."""
        if not 0 <= number < len(self):
            raise ValueError(f"there are sheets 0 to {len(self) - 1}, not {number}")
        file = self._folder / f"{number}.jpg"
        try:
            return file.read_bytes()
        except OSError:
            drawn = self._draw(number)
        self._keep(file, drawn)
        return drawn

    def _draw(self, number: int) -> bytes:
        rows = self._rows[number * self.n_cells : (number + 1) * self.n_cells].tolist()
        height = math.ceil(len(rows) / self.n_across) * self.cell_px
        pixels = np.full((height, SHEET_PX, 3), _GAP, np.uint8)
        for place, row in enumerate(rows):
            down, right = divmod(place, self.n_across)
            top, left = down * self.cell_px, right * self.cell_px
            thumbnail = self._collection.thumbnail(row)
            if thumbnail is None:
                continue
            try:
                small = read_photo(thumbnail, self.cell_px).pixels
            except PhotoError:
                continue
            pixels[top : top + self.cell_px, left : left + self.cell_px] = small
        return encode_jpeg(pixels, quality=_QUALITY)

    def _keep(self, file: Path, drawn: bytes) -> None:
        """Keep a sheet, and let those of an older build go; a full disk is no reason to fail."""
        try:
            if not self._folder.exists():
                for older in self._folder.parent.glob("sheets-*"):
                    shutil.rmtree(older, ignore_errors=True)
                self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, drawn, flush=False)
        except OSError:
            return
