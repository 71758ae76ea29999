"""Training examples: photos decoded once, split by their bytes, and drawn as batches."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import PhotoRecord, Skipped, read_source
from engine.errors import TrainingError
from engine.progress import Report
from engine.text import Tokenizer, normalise, singular, words
from engine.training.augment import cover, photo_light, photo_transforms, recolouring, spoken
from engine.training.decoded_photos import decode
from engine.training.labels import UNKNOWN, Labels
from engine.training.settings import DataSource, TrainingSettings

if TYPE_CHECKING:
    from engine.training.teacher_targets import TeacherTargets

# An attribute is worth saying when a value is shared by many photos and is a word or two.
_MAX_VALUE_WORDS = 3
_PHOTOS_PER_VALUE = 5


@dataclass(frozen=True, slots=True)
class Examples:
    """Photos with what may be said of them; row i of everything is one photo.

    Parameters
    ----------
    pixels
        uint8, shape (n, size_px, size_px, 3); usually mapped from a file.
    captions
        The photo's captions, possibly none.
    attributes
        Key and value of the attributes worth saying, possibly none.
    hashes
        Content hash of the photo's file.
    validates
        Whether the photo may be held out.
    skipped
        What could not be used, and why.
    decoded
        The key of the pixels on the shelf of decoded photos.
    """

    pixels: NDArray[np.uint8]
    captions: list[tuple[str, ...]]
    attributes: list[dict[str, str]]
    hashes: list[str]
    validates: list[bool]
    skipped: list[Skipped]
    decoded: str = ""

    def __len__(self) -> int:
        return len(self.hashes)

    def split(self, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows to train on and those held out.

        A photo's side follows from its bytes and the seed alone: copies fall together, and adding
        photos moves none of the others. Photos without a caption are never held out, and copies
        of a held-out photo, wherever they come from, are not trained on.
        """
        limit = int(share * 2**32)
        chosen = {h for h in set(self.hashes) if _dice(h, seed) < limit}
        eligible = {
            h
            for h, ok, c in zip(self.hashes, self.validates, self.captions, strict=True)
            if ok and c
        }
        held_out = chosen & eligible
        rows = np.arange(len(self))
        inside = np.array([h in held_out for h in self.hashes], bool)
        measured = inside & np.array(self.validates, bool)
        return rows[~inside], rows[measured]

    def split_for(
        self, settings: TrainingSettings, *, least_held_out: int = 2
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows to train on and those held out, as every run splits.

        Raises
        ------
        TrainingError
            Too few are left for a batch, or to measure with.
        """
        rows, held_out = self.split(settings.validation_share, settings.seed)
        if len(held_out) < least_held_out or len(rows) < settings.batch_size:
            raise TrainingError(
                "too few photos are left to train on, or to measure with",
                value=f"{len(rows)} and {len(held_out)}",
                remedy="Change '--validation-share', lower '--batch-size', or give more photos",
            )
        return rows, held_out

    def told(
        self, data: Sequence[DataSource], rows: NDArray[np.int64], held_out: NDArray[np.int64]
    ) -> dict[str, Any]:
        """Return what a report says of a run's photos."""
        return {
            "sources": [origin.photos.name for origin in data],
            "photos": len(self),
            "trained_on": len(rows),
            "held_out": len(held_out),
            "skipped": len(self.skipped),
        }

    def texts(self, rows: NDArray[np.int64]) -> list[str]:
        """Return every caption and attribute value of some rows: what a vocabulary is fitted on."""
        return [
            text for row in rows for text in (*self.captions[row], *self.attributes[row].values())
        ]


def _dice(content_hash: str, seed: int) -> int:
    """Throw a 32-bit number for a photo that depends on nothing but its bytes and the seed."""
    digest = hashlib.blake2b(f"{seed}:{content_hash}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big")


def load_examples(
    data: Sequence[DataSource], settings: TrainingSettings, shelf: Path, progress: Report
) -> Examples:
    """Read sources and decode their photos into one mapped file.

    Parameters
    ----------
    data
        Where the photos and captions are.
    settings
        Of the run; decides the photos' size and which attributes are said.
    shelf
        Folder of decoded photos; those that lie there already are not decoded again.
    progress
        Told every hundred photos.

    Raises
    ------
    TrainingError
        Nothing, or next to nothing, can be trained on.
    """
    listed, skipped = _list_records(data, settings)
    if len(listed) < 2 * settings.batch_size:
        raise TrainingError(
            "too few photos with captions to train on",
            value=len(listed),
            remedy=f"Give at least {2 * settings.batch_size}, or lower '--batch-size'",
        )
    photos = decode([item.path for item in listed], settings.preprocessing, shelf, progress)
    kept = [item for n, item in enumerate(listed) if n not in photos.failures]
    failed = [Skipped(str(listed[n].path), reason) for n, reason in photos.failures.items()]
    return Examples(
        photos.pixels,
        [item.captions for item in kept],
        [item.attributes for item in kept],
        photos.hashes,
        [item.validates for item in kept],
        skipped + failed,
        photos.key,
    )


@dataclass(frozen=True, slots=True)
class _Listed:
    path: Path
    captions: tuple[str, ...]
    attributes: dict[str, str]
    validates: bool


def _list_records(
    data: Sequence[DataSource], settings: TrainingSettings
) -> tuple[list[_Listed], list[Skipped]]:
    """Return the photos something can be said of, and what the sources could not use."""
    listed: list[_Listed] = []
    skipped: list[Skipped] = []
    for origin in data:
        source = read_source(origin.photos, origin.captions, columns=origin.columns or None)
        skipped += source.skipped
        keys = settings.attributes or label_attributes(source.records)
        for record in source.records:
            values = {key: record.attributes[key] for key in keys if record.attributes.get(key)}
            if record.captions or len(values) > 1:
                path = source.root / record.path
                listed.append(_Listed(path, tuple(record.captions), values, origin.validates))
    return listed, skipped


def label_attributes(records: Sequence[PhotoRecord]) -> list[str]:
    """Return the attributes whose values repeat, in words and not in numbers."""
    values: dict[str, Counter[str]] = {}
    for record in records:
        for key, value in record.attributes.items():
            values.setdefault(key, Counter())[value] += 1
    return [key for key, counts in values.items() if _is_speaking(counts)]


def _is_speaking(counts: Mapping[str, int]) -> bool:
    n_photos = sum(counts.values())
    is_short = all(len(value.split()) <= _MAX_VALUE_WORDS for value in counts)
    is_word = not any(value.replace(".", "").isdigit() for value in counts)
    return len(counts) > 1 and n_photos / len(counts) >= _PHOTOS_PER_VALUE and is_short and is_word


class Batches:
    """The batches of every epoch, each a function of the seed and its place alone.

    Parameters
    ----------
    examples, rows
        The photos, and which of them to train on.
    tokenizer
        Turns what is said into token ids.
    settings
        Of the run.
    teaching
        What teachers make of the examples; see `engine.training.teacher`.
    """

    def __init__(
        self,
        examples: Examples,
        rows: NDArray[np.int64],
        tokenizer: Tokenizer,
        settings: TrainingSettings,
        teaching: TeacherTargets | None = None,
    ) -> None:
        self._teaching = teaching
        self._examples = examples
        self._rows = rows
        self._tokenizer = tokenizer
        self._settings = settings
        self._alike = _alike(examples, rows)
        self.labels = Labels([examples.attributes[row] for row in rows])

    @property
    def n_steps(self) -> int:
        """Batches in an epoch; the few photos left over come in another epoch."""
        return len(self._rows) // self._settings.batch_size

    def of_epoch(self, epoch: int) -> Iterator[dict[str, Any]]:
        """Yield the batches of an epoch, from 0; see `JointTrainer` for what is in them."""
        rng = np.random.default_rng([self._settings.seed, epoch])
        order = rng.permutation(len(self._rows))
        size = self._settings.batch_size
        for start in range(0, self.n_steps * size, size):
            yield self._batch(order[start : start + size], rng)

    def as_they_are(self, n_batches: int) -> Iterator[NDArray[np.uint8]]:
        """Yield the pixels of some batches, the same each time, not augmented."""
        rng = np.random.default_rng(self._settings.seed)
        for _ in range(n_batches):
            rows = rng.choice(self._rows, min(self._settings.batch_size, len(self._rows)), False)
            yield self._examples.pixels[np.sort(rows)]

    def _batch(self, places: NDArray[np.int64], rng: np.random.Generator) -> dict[str, Any]:
        settings, examples = self._settings, self._examples
        rows = self._rows[places]
        spoken_of = [
            spoken(
                rng,
                examples.captions[row],
                examples.attributes[row],
                attribute_rate=settings.attribute_rate,
                word_dropout=settings.word_dropout,
            )
            for row in rows
        ]
        tokens = self._tokenizer.encode([text for text, _ in spoken_of])
        fits = self.labels.fits(places, [keys for _, keys in spoken_of])
        pixels = examples.pixels[rows]
        batch = {
            "pixels": pixels,
            "tokens": tokens,
            "same": _same(self._alike[places], tokens) | fits,
        }
        codes = self.labels.codes[places]
        turned = np.zeros(len(rows), bool)
        if settings.recolour:
            told = [self._names_colour(text) for text, _ in spoken_of]
            turns, turned = recolouring(rng, ~np.array(told, bool), settings.recolour)
            batch["hues"] = turns
            for column in self.labels.colours:
                codes[turned, column] = UNKNOWN
        if settings.attribute_weight and self.labels.keys:
            batch["codes"] = codes
        if self._teaching is not None:
            # A row of zeros is as far from everything: of other hues no teacher says anything.
            kept = (~turned).astype(np.float32)[:, None]
            batch["taught"] = self._teaching.features[rows] * kept
            if self._teaching.readers:
                batch["told_photos"] = self._teaching.photos[rows] * kept
                batch["told_texts"] = self._teaching.texts([text for text, _ in spoken_of])
        if settings.augment or settings.recolour:
            strength = settings.augment
            batch["transforms"] = photo_transforms(rng, len(rows), settings.size_px, strength)
            batch["light"] = photo_light(rng, len(rows), strength)
        if settings.erase:
            cover(rng, pixels, settings.erase)
        return batch

    def _names_colour(self, text: str) -> bool:
        return not self.labels.colour_words.isdisjoint(map(singular, words(text)))


def _same(alike: NDArray[np.int64], tokens: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Mark pairs that are no negatives: alike from the start, or the same words said of both."""
    bags = np.sort(tokens, axis=1)
    _, said = np.unique(bags, axis=0, return_inverse=True)
    said = said.reshape(-1)
    return (alike[:, None] == alike[None, :]) | (said[:, None] == said[None, :])


def _alike(examples: Examples, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the photos so that equal bytes or an equal caption, in any chain, share a number."""
    parent = list(range(len(rows)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, row in enumerate(rows):
        for sign in (examples.hashes[row], *map(normalise, examples.captions[row])):
            parent[root(i)] = root(first.setdefault(sign, i))
    return np.array([root(i) for i in range(len(rows))], np.int64)
