"""The general model: how fast photos become embeddings.

    python -m tests.benchmarks.everyday SMALL_PHOTOS [--photos N] [--big N]

Small photos are indexed as they lie, and enlarged to 12 megapixels; decoding and the photo side
are measured alone before and after each, as both share the cores with whatever else runs. Where one
machine does both, at most ``1 / (1 / decoding + 1 / photo side)`` photos a second are to be had.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from engine.catalogue import read_source
from engine.config import THUMBNAIL_PX
from engine.encoders import EVERYDAY, Encoder, bundled_model, load_encoder
from engine.errors import PhotoError
from engine.images import read_photos
from engine.storage import build_collection
from tests.benchmarks.indexing import rate
from tests.benchmarks.report import Row, print_machine, print_rows, say

BIG = (4000, 3000)
N_ENLARGED = 12  # different ones; the others differ by a number after the end of the file
BATCH = 64


def main(arguments: list[str]) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.everyday")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--big", type=int, default=1000)
    options = parser.parse_args(arguments)
    source = read_source(options.folder)
    paths = [source.root / record.path for record in source.records][: options.photos]
    print_machine()
    encoder = load_encoder(bundled_model(EVERYDAY))
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as scratch:
        small, big = Path(scratch) / "small", Path(scratch) / "big"
        small.mkdir()
        for path in paths:
            shutil.copyfile(path, small / path.name)
        enlarge(paths[:N_ENLARGED], options.big, big)
        rows = [*index_rows(small, encoder), *index_rows(big, encoder)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print_rows(rows)
    print(f"The most memory at any time: {peak:,.0f} MB")


def enlarge(paths: list[Path], n: int, folder: Path) -> None:
    """Write photos of 12 megapixels, no two with the same bytes."""
    folder.mkdir()
    contents = []
    for path in paths:
        out = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").resize(BIG, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
        contents.append(out.getvalue())
    for number in range(n):
        content = contents[number % len(contents)]
        (folder / f"{number:05}.jpg").write_bytes(content + b"%d" % number)


def index_rows(folder: Path, encoder: Encoder) -> list[Row]:
    """Index a folder; compare it with decoding, with the photo side, and with both in turn."""
    paths = sorted(folder.iterdir())
    with Image.open(paths[0]) as image:
        what = f"index {len(paths):,} photos of {image.width} × {image.height}"
    say(what)
    some = paths[: 4 * BATCH]
    first = read_photos(paths[:BATCH], encoder.preprocessing, n_threads=1)
    pixels = np.stack([each.pixels for each in first if not isinstance(each, PhotoError)])

    def decode() -> int:
        size, n_threads = encoder.preprocessing, os.cpu_count() or 1
        photos = read_photos(some, size, n_threads=n_threads, thumbnail_px=THUMBNAIL_PX)
        return sum(1 for _ in photos)

    def embed() -> int:
        encoder.embed_photos(pixels)
        return len(pixels)

    before = rate(decode), rate(embed)
    model = bundled_model(EVERYDAY)
    made = build_collection(folder, model=model, out=folder.with_suffix(".collection"))
    after = rate(decode), rate(embed)
    decoding, tower = ((a + b) / 2 for a, b in zip(before, after, strict=True))
    ours, both = made.photos_per_second, 1 / (1 / decoding + 1 / tower)
    return [
        Row(f"{what} / {name}", f"{ours:,.1f}/s", f"{other:,.1f}/s", ours / other)
        for name, other in (
            ("decoding alone", decoding),
            ("photo side alone", tower),
            ("both, one after another", both),
        )
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
