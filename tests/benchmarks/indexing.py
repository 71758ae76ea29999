"""Photos per second, from files to embeddings."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.catalogue import read_source
from engine.config import THUMBNAIL_PX
from engine.encoders import Encoder, load_encoder
from engine.images import read_photos
from engine.storage import build_collection
from tests.benchmarks.material import Sample
from tests.benchmarks.report import Row, say

MIN_SECONDS = 3.0
N_USUAL = 64


def rate(work: Callable[[], int]) -> float:
    """Return units per second of `work`, which returns how many it did, over some seconds."""
    work()
    begin = time.perf_counter()
    n_done = 0
    while time.perf_counter() - begin < MIN_SECONDS:
        n_done += work()
    return n_done / (time.perf_counter() - begin)


def beside(work: Callable[[], int], build: Callable[[], float]) -> tuple[float, float]:
    """Return the rate of a build, and that of `work` measured before and after it."""
    before = rate(work)
    built = build()
    return built, (before + rate(work)) / 2


def small_row(photos: Path, sample: Sample, model: Path, scratch: Path) -> Row:
    """Compare indexing small files with the photo tower on pixels that are ready."""
    say(f"indexing {len(sample.source.records):,} small photos")
    encoder = load_encoder(model)

    def embed() -> int:
        encoder.embed_photos(sample.pixels)
        return len(sample.pixels)

    def build() -> float:
        return build_collection(photos, model=model, out=scratch / "small").photos_per_second

    ours, tower = beside(embed, build)
    what = f"index {len(sample.source.records):,} small photos / photo tower alone"
    return Row(what, f"{ours:,.0f}/s", f"{tower:,.0f}/s", ours / tower, floor=0.7)


def big_row(photos: Path, encoder: Encoder, model: Path, scratch: Path, n_threads: int) -> Row:
    """Compare indexing big files with decoding them alone, for the model and for the wall."""
    say("indexing big photos")
    source = read_source(photos)
    paths = [source.root / record.path for record in source.records]

    def decode() -> int:
        size, thumbnail = encoder.preprocessing, THUMBNAIL_PX
        photos = read_photos(paths, size, n_threads=n_threads, thumbnail_px=thumbnail)
        return sum(1 for _ in photos)

    def build() -> float:
        return build_collection(photos, model=model, out=scratch / "large").photos_per_second

    ours, decoding = beside(decode, build)
    with Image.open(paths[0]) as image:
        what = f"index {len(paths)} photos of {image.width} × {image.height} / decoding alone"
    return Row(what, f"{ours:,.0f}/s", f"{decoding:,.0f}/s", ours / decoding, floor=0.8)


def usual_row(sample: Sample, towers: tuple, encoder: Encoder) -> Row:
    """Compare indexing with one Keras `predict` per photo, opened and resized by hand."""
    say("indexing the usual way")
    records = sample.source.records[:N_USUAL]
    paths = [sample.source.root / record.path for record in records]

    def usual() -> int:
        for path in paths:
            towers[0].predict(_opened(path, encoder.preprocessing.size_px)[None], verbose=0)
        return len(paths)

    def ours() -> int:
        decoded = read_photos(paths, encoder.preprocessing, n_threads=2)
        encoder.embed_photos(np.stack([photo.pixels for photo in decoded]))
        return len(paths)

    quick, slow = rate(ours), rate(usual)
    what = "embed photos from files / one Keras predict per photo"
    return Row(what, f"{quick:,.0f}/s", f"{slow:,.0f}/s", quick / slow)


def _opened(path: Path, size_px: int) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((size_px, size_px)))
