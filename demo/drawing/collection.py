"""Collections: many products drawn into a folder, as a shop's export would look.

The folder holds ``images/*.jpg`` and ``products.csv`` (photo, three captions, true attributes).
"""

from __future__ import annotations

import csv
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from demo.drawing.kinds import KINDS
from demo.drawing.studio import draw_product

_JPEG_QUALITY = 85
_CHUNK = 64
_CAPTION_COLUMNS = ("title", "description", "alt")
_FIXED_COLUMNS = ("kind", "colour", "second_colour", "pattern", "material", "gender")
_THREAD_SETTINGS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

Row = dict[str, str]


def product_seed(seed: int, number: int) -> int:
    """Return the seed of a collection's product `number`.

    Collections of different seeds share no product; a longer collection begins with the shorter.

    >>> product_seed(1, 5) == product_seed(1, 5) != product_seed(2, 5)
    True
    """
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


def draw_collection(
    n_photos: int,
    seed: int,
    folder: Path,
    *,
    size_px: int = 192,
    without_held_out: bool = False,
    n_workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Draw a collection of products into a folder.

    Parameters
    ----------
    n_photos
        How many, at least 1.
    seed
        0 or more; the same seed draws the same collection.
    folder
        Where ``images/`` and ``products.csv`` go; made when missing. The table is written last.
    size_px
        Width and height of each photo, at least 32.
    without_held_out
        Whether to leave out the combinations of `demo.drawing.held_out`, as for training.
    n_workers
        How many processes draw; one per processor when left out, and 1 draws in this one.
    progress
        Called with (drawn, n_photos) as the work goes on.

    Returns
    -------
    Path
        The table.

    Raises
    ------
    ValueError
        For a count, seed, size or number of workers out of range.
    OSError
        When the folder cannot be written.
    """
    for name, value, least in (
        ("n_photos", n_photos, 1),
        ("seed", seed, 0),
        ("size_px", size_px, 32),
    ):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}")
    if n_workers is not None and n_workers < 1:
        raise ValueError(f"n_workers must be at least 1, got {n_workers}")
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    draw = partial(
        _draw_chunk,
        n_photos=n_photos,
        seed=seed,
        folder=folder,
        size_px=size_px,
        without_held_out=without_held_out,
    )
    starts = range(0, n_photos, _CHUNK)
    for chunk in _drawn_chunks(draw, starts, n_workers or os.cpu_count() or 1):
        rows.extend(chunk)
        if progress is not None:
            progress(len(rows), n_photos)
    return _write_table(rows, folder / "products.csv")


def _drawn_chunks(
    draw: Callable[[int], list[Row]], starts: Sequence[int], n_workers: int
) -> Iterator[list[Row]]:
    """Draw chunk after chunk, here or in other processes, and yield their rows in order."""
    if n_workers == 1 or len(starts) == 1:
        yield from map(draw, starts)
        return
    with (
        _single_threaded_children(),
        ProcessPoolExecutor(
            min(n_workers, len(starts)), mp_context=multiprocessing.get_context("spawn")
        ) as pool,
    ):
        yield from pool.map(draw, starts)


@contextmanager
def _single_threaded_children() -> Iterator[None]:
    """Let processes started meanwhile multiply matrices on one thread: they are many already."""
    before = {name: os.environ.get(name) for name in _THREAD_SETTINGS}
    os.environ.update(dict.fromkeys(_THREAD_SETTINGS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _draw_chunk(
    start: int, *, n_photos: int, seed: int, folder: Path, size_px: int, without_held_out: bool
) -> list[Row]:
    """Draw up to a chunk of products from `start` on into files, and return their rows."""
    rows = []
    for number in range(start, min(start + _CHUNK, n_photos)):
        drawing = draw_product(
            product_seed(seed, number), size_px, without_held_out=without_held_out
        )
        name = f"images/{number:06d}.jpg"
        Image.fromarray(drawing.pixels).save(folder / name, quality=_JPEG_QUALITY, optimize=True)
        captions = dict(zip(_CAPTION_COLUMNS, drawing.captions, strict=True))
        rows.append({"image": name, **captions, **drawing.attributes})
    return rows


def _write_table(rows: list[Row], path: Path) -> Path:
    """Write the rows as CSV beside the final name, then put it in place."""
    details = sorted({name for kind in KINDS.values() for name in kind.details})
    columns = ["image", *_CAPTION_COLUMNS, *_FIXED_COLUMNS, *details]
    beside = path.with_suffix(".csv.part")
    with beside.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.replace(path)
    return path
