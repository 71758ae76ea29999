"""How well the held-out photos and captions find each other, and what the loss is on them."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder
from engine.evaluation.metrics import Retrieval, both_directions, partner_ranks
from engine.text import Tokenizer, normalise
from engine.training.examples import Examples

Rows = NDArray[np.float32]


class Validation:
    """The held-out photos of a run, with all their captions.

    Parameters
    ----------
    examples, rows
        The photos, and which of them are held out.
    tokenizer
        The run's.
    batch_size
        Pairs that the loss compares at a time: as many as in training, so that both losses mean
        the same.
    """

    def __init__(
        self, examples: Examples, rows: NDArray[np.int64], tokenizer: Tokenizer, batch_size: int
    ) -> None:
        self.rows = rows
        self.hashes = [examples.hashes[row] for row in rows]
        self.captions = [examples.captions[row] for row in rows]
        self.texts = [text for captions in self.captions for text in captions]
        counts = np.array([len(captions) for captions in self.captions])
        self.first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        self._counts = counts
        self._examples = examples
        self._size = min(batch_size, len(rows))
        self._same = _alike(self.hashes, [captions[0] for captions in self.captions])

    def __len__(self) -> int:
        return len(self.rows)

    def embed(self, encoder: Encoder) -> tuple[Rows, Rows]:
        """Return unit rows of the photos, and of all captions, photo by photo."""
        pixels = self._examples.pixels[self.rows]
        return encoder.embed_photos(pixels), encoder.embed_texts(self.texts)

    def figures(self, photos: Rows, texts: Rows, *, fold: bool = True) -> dict[str, Retrieval]:
        """Measure both directions; copies of a photo are one candidate when folded."""
        groups = self.groups(fold=fold)
        return both_directions(photos, texts, groups, np.repeat(groups, self._counts))

    def groups(self, *, fold: bool = True) -> NDArray[np.int64]:
        """Number the photos; byte-identical ones share a number when folded."""
        names = self.hashes if fold else [str(row) for row in self.rows]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    def ranks(self, photos: Rows, texts: Rows) -> NDArray[np.float64]:
        """Return the rank of its own photo for each caption, in the whole pool."""
        groups = self.groups()
        return partner_ranks(texts, photos, np.repeat(groups, self._counts), groups)

    def loss(self, trainer: Any, photos: Rows, texts: Rows) -> float:
        """Return the mean loss over batches of pairs, each photo with its first caption."""
        firsts = texts[self.first]
        losses, weights = [], []
        for start in range(0, len(photos) - self._size + 1, self._size):
            part = slice(start, start + self._size)
            same = self._same[part, None] == self._same[None, part]
            rows = {
                "photos": keras.ops.convert_to_tensor(photos[part]),
                "texts": keras.ops.convert_to_tensor(firsts[part]),
            }
            losses.append(float(trainer.compute_loss({"same": same}, None, rows, training=False)))
            weights.append(len(rows["photos"]))
        return float(np.average(losses, weights=weights))


def _alike(hashes: list[str], captions: list[str]) -> NDArray[np.int64]:
    """Number the photos so that those with equal bytes or an equal first caption share one."""
    first: dict[str, int] = {}
    numbers = np.arange(len(hashes))
    for i, signs in enumerate(zip(hashes, map(normalise, captions), strict=True)):
        known = min((first[sign] for sign in signs if sign in first), default=i)
        numbers[i] = known
        for sign in signs:
            first.setdefault(sign, known)
    return numbers
