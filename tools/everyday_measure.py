"""How well an everyday model finds photos that it never learned from."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.errors import PhotoError
from engine.images import read_photos


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Photos that no member learns from, and the texts that are true of them."""

    paths: tuple[Path, ...]
    texts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, pairs: Sequence[tuple[Path, tuple[str, ...]]]) -> HeldOut:
        """Part the paths from the texts."""
        return cls(tuple(path for path, _ in pairs), tuple(texts for _, texts in pairs))

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model is measured with."""

    captioned: HeldOut
    tagged: HeldOut
    tags: tuple[str, ...]  # of all photos with tags, as often as they have them


def measure(encoder: Encoder, measured: Measured) -> dict[str, Any]:
    """Return how well photos that the model never learned from are found, by their files.

    Captions ask one by one, and every held-out photo is a candidate; a photo's own nearest captions
    count when one of its five is among the first k of all. Each of the hundred commonest tags asks
    among the held-out photos with tags (mean average precision).
    """
    captioned, tagged = measured.captioned, measured.tagged
    photos = embed_files(encoder, captioned.paths)
    texts = encoder.embed_texts([text for own in captioned.texts for text in own])
    owner = np.repeat(np.arange(len(captioned)), [len(own) for own in captioned.texts])
    scores = texts @ photos.T
    ranks = (scores > scores[np.arange(len(owner)), owner][:, None]).sum(axis=1)
    first = owner[np.argsort(-scores.T, axis=1)[:, :10]] == np.arange(len(captioned))[:, None]
    found: dict[str, Any] = {"photos": len(captioned), "captions": len(owner)}
    for k in (1, 5, 10):
        found[f"text to photo R@{k}"] = round(float((ranks < k).mean()), 4)
        found[f"photo to text R@{k}"] = round(float(first[:, :k].any(axis=1).mean()), 4)
    found["median rank"] = float(np.median(ranks)) + 1
    common = [tag for tag, _ in Counter(measured.tags).most_common(100)]
    scores = encoder.embed_texts(common) @ embed_files(encoder, tagged.paths).T
    has = np.array([[tag in own for own in tagged.texts] for tag in common])
    precisions = [
        average_precision(*pair) for pair in zip(scores, has, strict=True) if pair[1].any()
    ]
    found["tagged photos"] = len(tagged)
    found["mean average precision of the commonest tags"] = round(float(np.mean(precisions)), 4)
    return found


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the mean, over the right ones, of the share of right ones down to each.

    Examples
    --------
    >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]))
    0.8333333333333333
    """
    ordered = right[np.argsort(-scores, kind="stable")]
    return float((np.cumsum(ordered) / np.arange(1, len(ordered) + 1))[ordered].mean())


def embed_files(encoder: Encoder, paths: Sequence[Path]) -> NDArray[np.float32]:
    """Return the embeddings of photos, read as a collection's are."""
    rows = []
    photos = read_photos(paths, encoder.preprocessing, n_threads=os.cpu_count() or 1)
    for bunch in iter(lambda: list(islice(photos, 64)), []):
        pixels = []
        for photo in bunch:
            if isinstance(photo, PhotoError):
                raise photo
            pixels.append(photo.pixels)
        rows.append(encoder.embed_photos(np.stack(pixels)))
    return np.concatenate(rows)
