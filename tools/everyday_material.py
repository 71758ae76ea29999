"""What `kindred-everyday` learns from: photos as features, and the texts that are true of each.

Four kinds of truth, each in the form in which it is published:

- captions of photos, ``captions.csv`` (image, caption), several to a photo;
- tags, ``tags.csv`` (image, tags separated by a bar);
- one name to a photo, ``labels.csv`` (image, label, …), and what WordNet says it is a kind of;
- the thousand names of ImageNet's classifier: its rows are features of photos that nobody took.

Nothing is read here that must stay with the model.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_EDGE_WORDS = frozenset(
    ("a", "an", "the", "of", "and", "in", "on", "to", "is", "are", "with", "at", "by", "for")
    + ("his", "her", "their", "its", "as")
)


@dataclass(frozen=True)
class Photos:
    """A folder of photos, and per photo the texts that are true of it.

    Parameters
    ----------
    folder
        Where they lie.
    names
        File names, below ``folder`` or ``folder/images``.
    texts
        For each its captions, its tags or its label.
    """

    folder: Path
    names: tuple[str, ...]
    texts: tuple[tuple[str, ...], ...]

    @classmethod
    def read(cls, folder: Path, table: str, column: str, separator: str | None = None) -> Photos:
        """Read a table whose rows name a photo and a text, or several with a separator."""
        texts: dict[str, list[str]] = defaultdict(list)
        with (folder / table).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                told = row[column].split(separator) if separator else [row[column]]
                texts[row["image"]] += [" ".join(text.split()) for text in told]
        return cls(folder, tuple(texts), tuple(map(tuple, texts.values())))

    @cached_property
    def paths(self) -> list[Path]:
        """Return where each photo is."""
        inside = self.folder / "images"
        base = inside if inside.is_dir() else self.folder
        return [base / name for name in self.names]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Photos by their features, several views of each, and texts that are true of them.

    Parameters
    ----------
    views
        Each (n_photos, 2376), float32: roots of pooled features, then those of earlier stages.
    tokens
        (n_texts, n_tokens), int32.
    truth
        (n_photos, n_texts), bool.
    chance
        (n_photos, n_texts), how often a true text is drawn for its photo; rows sum to 1.
    """

    views: tuple[NDArray[np.float32], ...]
    tokens: NDArray[np.int32]
    truth: NDArray[np.bool_]
    chance: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Captioned:
    """Photos with captions, and what the sentence encoder makes of each caption."""

    views: tuple[NDArray[np.float32], ...]
    tokens: NDArray[np.int32]  # (n_photos, n_captions, n_tokens)
    sentences: NDArray[np.float16]  # (n_photos, n_captions, 384)


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts without photos, and what the sentence encoder makes of each."""

    tokens: NDArray[np.int32]
    sentences: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Material:
    """All that one member of the model learns from."""

    captioned: Captioned
    named: Pairs
    rows: Pairs  # the classifier's; the texts are those of `named`
    tagged: Pairs
    texts: Texts
    n_ids: int


def split(n_rows: int, share: float, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows to learn from and those to measure with, by a fixed draw."""
    order = np.random.default_rng(seed).permutation(n_rows)
    n_measured = round(n_rows * share)
    return np.sort(order[n_measured:]), np.sort(order[:n_measured])


def phrases(captions: Sequence[str], n: int, seed: int) -> list[str]:
    """Return short runs of words out of captions: people ask with two words, not with twelve.

    Examples
    --------
    >>> phrases(["A brown dog runs on the wet sand"], 1, seed=1)
    ['brown dog runs']
    """
    draw = random.Random(seed)
    found = []
    for caption in draw.choices(captions, k=n):
        words = re.findall(r"[a-z0-9'-]+", caption.lower())
        length = draw.choice([1, 2, 2, 3, 3, 4, 5])
        start = draw.randrange(max(1, len(words) - length))
        chosen = words[start : start + length]
        while chosen and chosen[0] in _EDGE_WORDS:
            chosen = chosen[1:]
        while chosen and chosen[-1] in _EDGE_WORDS:
            chosen = chosen[:-1]
        if chosen:
            found.append(" ".join(chosen))
    return list(dict.fromkeys(found))


def class_rows(
    kernel: NDArray[np.float32], bias: NDArray[np.float32], features: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return for each class features that its classifier is sure of: photos that nobody took.

    From the photos' mean one goes along the class's own row, each feature as far as it varies
    among photos, until the classifier gives the class a chance of 0.7 to 0.95.

    Parameters
    ----------
    kernel, bias
        The classifier, (n_features, n_classes) and (n_classes,).
    features
        Of real photos, (n, n_features), at least 0.

    Returns
    -------
    numpy.ndarray
        (n_classes, n_features), float32.
    """
    mean, deviation = features.mean(0), features.std(0)
    way = kernel.T * deviation**2
    way /= np.linalg.norm(way / np.maximum(deviation, 1e-6), axis=1, keepdims=True)
    steps = np.full((len(bias), 1), 5, np.float32)
    for _ in range(30):
        rows = np.maximum(mean + steps * way, 0)
        scores = rows @ kernel + bias
        scores -= scores.max(axis=1, keepdims=True)
        chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        own = np.diagonal(chances)[:, None]
        steps = np.where(own < 0.7, steps * 1.15, np.where(own > 0.95, steps * 0.93, steps))
    return np.maximum(mean + steps * way, 0).astype(np.float32)


def tag_texts(tags: Sequence[Sequence[str]], n: int, seed: int) -> list[tuple[str, ...]]:
    """Return every tag alone, then ``n`` pairs and triples that some photo has together."""
    draw = random.Random(seed)
    alone = sorted({tag for own in tags for tag in own})
    together: dict[tuple[str, ...], None] = {}
    several = [own for own in tags if len(own) > 1]
    for own in draw.choices(several, k=n):
        together[tuple(draw.sample(list(own), min(len(own), draw.choice([2, 3]))))] = None
    return [(tag,) for tag in alone] + list(together)
