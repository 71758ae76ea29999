"""Photos from outside: each is decoded and embedded once, however often a question is asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.images import DecodedPhoto, Preprocessing, content_hash, read_photo, read_region
from engine.query import Region

_N_KEPT = 64  # squares of some tens of KB, and rows: a few MB


class Uploads:
    """What a model sees in photos from outside, kept for the last few of them.

    A page asks again at every click, with the same photo. What is kept goes by the hash of a
    photo's bytes, never by its name; the bytes themselves are not kept. A file on disk may change,
    so it is read anew each time.

    Parameters
    ----------
    encoder
        The model that looks.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._kept: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._lock = Lock()

    def read(self, image: bytes | Path) -> DecodedPhoto:
        """Return a photo as a person chooses a part of it: upright, whole, in a white square.

        Raises
        ------
        PhotoError
            It cannot be read.
        """
        return self._square(image, Preprocessing(self._encoder.preprocessing.size_px))

    def embed(self, image: bytes | Path, region: Region | None = None) -> NDArray[np.float32]:
        """Return the row of a photo, or of a part of it.

        Raises
        ------
        PhotoError
            It cannot be read.
        """
        return self._once(f"row {region}", image, lambda: self._embedded(image, region))

    def _square(self, image: bytes | Path, wanted: Preprocessing) -> DecodedPhoto:
        return self._once(str(wanted), image, lambda: read_photo(image, wanted))

    def _embedded(self, image: bytes | Path, region: Region | None) -> NDArray[np.float32]:
        wanted = self._encoder.preprocessing
        if region is None:
            pixels = self._square(image, wanted).pixels
        else:
            sides = (region.left, region.top, region.width, region.height)
            pixels = read_region(image, wanted, sides)
        return self._encoder.embed_photos(pixels[None])[0]

    def _once(self, what: str, image: bytes | Path, make: Callable[[], Any]) -> Any:
        """Return what was made of these bytes before, or make it now."""
        if isinstance(image, Path):
            return make()
        key = (content_hash(image), what)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            if len(self._kept) > _N_KEPT:
                self._kept.popitem(last=False)
        return made
