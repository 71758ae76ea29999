"""What is measured on: photos given or drawn, and collections of many rows.

The big collection is built by the engine itself, from 70,000 tiny files, but with an encoder that
already knows the answers: embeddings of real photos, each with a little noise, so that
neighbourhoods are as crowded as they are in life. A repeated one is the demo over and over, with
the same noise, and is written straight to the disk: a million photos without a million files.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from demo.drawing import draw_collection
from engine.catalogue import Catalogue, NewPhoto, Photo, Source, read_source
from engine.config import DEMO_COLLECTION
from engine.encoders import Encoder, load_encoder
from engine.errors import PhotoError
from engine.images import Preprocessing, read_photos
from engine.index import PhotoIndex
from engine.storage import Collection, build_collection
from engine.storage.manifest import file_notes
from engine.storage.sample_queries import tune
from engine.storage.thumbnails import ThumbnailWriter

SMALL_PX = 128
N_DRAWN = 1500
BIG_SIZE = (1800, 2400)
N_BIG_DRAWN = 12
N_BIG_FILES = 1200
NOISE = 0.35


@dataclass(frozen=True, slots=True)
class Sample:
    """Photos of a source, decoded and embedded, and what is said of them."""

    source: Source
    pixels: NDArray[np.uint8]
    embeddings: NDArray[np.float32]
    captions: list[str]


def small_photos(given: Path | None, scratch: Path) -> Path:
    """Return a folder of many small photos."""
    if given is not None:
        return given
    draw_collection(N_DRAWN, 0, scratch / "drawn", size_px=SMALL_PX)
    return scratch / "drawn"


def big_photos(given: Path | None, small: Path, scratch: Path) -> Path:
    """Return a folder of hundreds of big photos, no two with the same bytes.

    Those given are repeated, with a number after the end of each file, which no decoder reads.
    Without any, small ones are enlarged.
    """
    originals = sorted(path for path in (given or small).rglob("*.jpg"))
    contents = [path.read_bytes() for path in originals[: 50 if given else N_BIG_DRAWN]]
    if given is None:
        contents = [_enlarged(content) for content in contents]
    folder = scratch / "big"
    folder.mkdir()
    for number in range(N_BIG_FILES):
        content = contents[number % len(contents)]
        (folder / f"{number:04}.jpg").write_bytes(content + b"%d" % number)
    return folder


def _enlarged(content: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.resize(BIG_SIZE, Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def read_sample(photos: Path, encoder: Encoder, n_photos: int, n_threads: int) -> Sample:
    """Return photos spread evenly over a source."""
    source = read_source(photos)
    places = np.linspace(0, len(source.records) - 1, min(n_photos, len(source.records)))
    records = [source.records[i] for i in np.unique(places.astype(int))]
    paths = [source.root / record.path for record in records]
    outcomes = list(read_photos(paths, encoder.preprocessing, n_threads=n_threads))
    good = [
        (record, outcome)
        for record, outcome in zip(records, outcomes, strict=True)
        if not isinstance(outcome, PhotoError)
    ]
    pixels = np.stack([photo.pixels for _, photo in good])
    captions = [record.captions[0] for record, _ in good if record.captions]
    return Sample(source, pixels, encoder.embed_photos(pixels), captions)


class KnowingEncoder:
    """An encoder that gives out prepared rows in turn, in the name of another."""

    def __init__(self, other: Encoder, rows: NDArray[np.float32]) -> None:
        self.name, self.fingerprint, self.n_dims = other.name, other.fingerprint, other.n_dims
        self.tokenizer, self.runtime = other.tokenizer, other.runtime
        self.preprocessing = Preprocessing(16)
        self._other = other
        self._rows = rows
        self._given = 0

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        self._given += len(pixels)
        return self._rows[self._given - len(pixels) : self._given]

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._other.embed_texts(texts)


def big_collection(sample: Sample, encoder: Encoder, n_rows: int, scratch: Path) -> Path:
    """Return a collection of `n_rows` photos whose embeddings spread around those of a sample."""
    rng = np.random.default_rng(0)
    rows = blurred(sample.embeddings[rng.integers(len(sample.embeddings), size=n_rows)], rng)
    photos = _tiny_files(sample.captions or ["photo"], n_rows, scratch / "tiny")
    out = scratch / "big-collection"
    build_collection(photos, model=KnowingEncoder(encoder, rows), out=out)
    shutil.rmtree(photos)
    return out


def blurred(rows: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return unit rows near others, as another photo of the same thing would lie."""
    noise = rng.normal(0, NOISE / np.sqrt(rows.shape[1]), rows.shape)
    near = (rows + noise).astype(np.float32)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def repeated_demo(n_rows: int, out: Path) -> Path:
    """Write a collection whose photos are the demo's in turn: embeddings, texts and attributes."""
    build = out / "build-0001"
    build.mkdir(parents=True)
    with Collection.open(DEMO_COLLECTION) as demo:
        photos = list(demo.catalogue.all_photos())
        rng = np.random.default_rng(0)
        turns = np.arange(n_rows) % len(photos)
        rows = blurred(demo.embeddings[[photo.row for photo in photos]][turns], rng)
        np.save(build / "embeddings.npy", rows, allow_pickle=False)
        with Catalogue.create(build / "catalogue.sqlite", root=out / "photos") as catalogue:
            catalogue.add(_copies([photos[turn] for turn in turns.tolist()]))
            index = PhotoIndex.build(rows)
            tune(index, catalogue, rows, load_encoder(demo.model_folder))
        index.save(build / "index")
        with ThumbnailWriter(build, n_rows):
            pass  # none: the photos would be their own
        manifest = replace(
            demo.manifest,
            name=f"{n_rows:,} photos",
            build=build.name,
            n_photos=n_rows,
            n_rows=n_rows,
            n_skipped=0,
            files=file_notes(build),
            previous=None,
        )
        manifest.save(out)
    return out


def _copies(photos: Sequence[Photo]) -> Iterator[NewPhoto]:
    for number, photo in enumerate(photos):
        yield NewPhoto(
            photo_id=f"{number:07}",
            path=f"images/{number:07}.jpg",
            captions=photo.captions,
            attributes=photo.attributes,
            tags=photo.tags,
            width=photo.width,
            height=photo.height,
            size_bytes=photo.size_bytes,
            modified_ns=photo.modified_ns,
            content_hash=f"{number:032x}",
        )


def _tiny_files(captions: Sequence[str], n_files: int, folder: Path) -> Path:
    """Write files that differ in their last bytes only, and a table with captions and a class."""
    (folder / "images").mkdir(parents=True)
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "white").save(out, "JPEG")
    with (folder / "photos.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "caption", "class"])
        for number in range(n_files):
            name = f"images/{number:06}.jpg"
            (folder / name).write_bytes(out.getvalue() + b"%d" % number)
            writer.writerow([name, captions[number % len(captions)], f"class {number % 40}"])
    return folder
