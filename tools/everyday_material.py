"""What `kindred-everyday` learns from: photos as features, and the texts that are true of each.

Four kinds of truth, each in the form in which it is published:

- captions of photos, ``captions.csv`` (image, caption), several to a photo;
- tags, ``tags.csv`` (image, tags separated by a bar);
- one name to a photo, ``labels.csv`` (image, label, …), and what WordNet says it is a kind of;
- the thousand names of ImageNet's classifier: its rows are features of photos that nobody took.

Nothing is read here that must stay with the model; names and their ancestors are facts of
WordNet 3.0 (Miller, "WordNet: a lexical database for English", CACM 1995), in Debian's
``wordnet-base``.
"""

from __future__ import annotations

import csv
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# What nearly everything is says nothing about a photo.
_TOO_WIDE = frozenset(
    name.strip()
    for name in """
    entity, physical entity, object, physical object, whole, unit, artifact, artefact, living
    thing, animate thing, matter, abstraction, abstract entity, instrumentality, instrumentation,
    organism, being, group, grouping, causal agent, cause, causal agency, substance, thing,
    attribute, psychological feature, relation, measure, part, piece, portion, chordate,
    vertebrate, craniate, placental, placental mammal, eutherian, eutherian mammal, commodity,
    trade good, good, consumer goods, conveyance, transport, event, act, deed, human action, human
    activity, state, location, region, line, cognition, knowledge, noesis, communication
    """.replace("\n", " ").split(",")
)
_EDGE_WORDS = frozenset(
    ("a", "an", "the", "of", "and", "in", "on", "to", "is", "are", "with", "at", "by", "for")
    + ("his", "her", "their", "its", "as")
)


@dataclass(frozen=True, slots=True)
class WordNet:
    """Nouns of WordNet: the words of each sense, and what it is a kind of.

    Parameters
    ----------
    words
        Sense (eight digits) to its words, lower case.
    wider
        Sense to the senses above it.
    senses
        Word to its senses, the commonest first.
    """

    words: dict[str, tuple[str, ...]]
    wider: dict[str, tuple[str, ...]]
    senses: dict[str, tuple[str, ...]]

    @classmethod
    def read(cls, folder: Path) -> WordNet:
        """Read ``data.noun`` and ``index.noun``."""
        words, wider, senses = {}, {}, {}
        for line in _lines(folder / "data.noun"):
            fields = line.split(" ")
            n_words = int(fields[3], 16)
            at = 4 + 2 * n_words
            names = fields[4:at:2]
            words[fields[0]] = tuple(name.replace("_", " ").lower() for name in names)
            pointers = range(at + 1, at + 1 + 4 * int(fields[at]), 4)
            wider[fields[0]] = tuple(fields[i + 1] for i in pointers if fields[i] in ("@", "@i"))
        for line in _lines(folder / "index.noun"):
            fields = line.split()
            senses[fields[0].replace("_", " ")] = tuple(fields[-int(fields[2]) :])
        return cls(words, wider, senses)

    def truths(self, sense: str) -> frozenset[str]:
        """Return the words that are true of whatever has this sense."""
        found, open_senses = set(self.words[sense]), [sense]
        while open_senses:
            for wider in self.wider[open_senses.pop()]:
                found.update(self.words[wider])
                open_senses.append(wider)
        return frozenset(found - _TOO_WIDE)

    def truths_of(self, label: str) -> frozenset[str]:
        """Return the words true of a photo with this label; the label alone where it is unknown."""
        plain = label.lower().replace("_", " ")
        last = plain.split()[-1]
        for word in (plain, plain.rstrip("s"), last, last.rstrip("s")):
            if word in self.senses:
                return self.truths(self.senses[word][0]) | {plain}
        return frozenset({plain})


def _lines(path: Path) -> Iterable[str]:
    """Yield a WordNet file's lines without its licence, which is indented."""
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if not line.startswith("  "))


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
    ['wet sand']
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
