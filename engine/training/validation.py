"""The held-out photos of a run: how well they find their captions, and what is kept of them.

A few pairs and queries are watched from epoch to epoch, so that a run can show what it has learned.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import write_arrays, write_json, write_whole
from engine.encoders import Encoder
from engine.evaluation.metrics import Retrieval, both_directions, partner_ranks
from engine.images import encode_jpeg
from engine.text import Tokenizer, normalise
from engine.training.examples import Examples
from engine.training.record import HELD_OUT

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
        import keras  # whoever looks at what is kept of the held-out photos need not wait for it

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


N_PAIRS = 200
N_PICTURES = 1000
N_QUERIES = 8
PICTURES = "photos.zip"
CONTENT = "held-out.json"
BEST = "best.npz"


class Probe:
    """Keeps what the held-out photos looked like to the model, epoch by epoch.

    A few pairs and queries are chosen once. After every epoch their rows and ranks are written
    beside the run, so that anybody can play back how photos and captions met.

    Parameters
    ----------
    out
        The run's folder.
    validation
        Its held-out photos.
    examples
        All of its photos.
    seed
        Decides which are watched.
    """

    def __init__(self, out: Path, validation: Validation, examples: Examples, seed: int) -> None:
        self._folder = out / HELD_OUT
        self._validation = validation
        _, different = np.unique(validation.hashes, return_index=True)
        order = np.random.default_rng(seed).permutation(np.sort(different))
        self._pictured = order[:N_PICTURES]
        self._pairs = order[:N_PAIRS]
        self.queries = choose_queries(
            [validation.captions[i] for i in order],
            [tuple(examples.attributes[row].values()) for row in validation.rows[order]],
        )
        if not (self._folder / CONTENT).is_file():
            self._keep_pictures(examples)

    def _keep_pictures(self, examples: Examples) -> None:
        """Write the photos as the model sees them, and what is said of them."""
        self._folder.mkdir(exist_ok=True)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
            for i in self._pictured:
                row = self._validation.rows[i]
                file.writestr(f"{i:06d}.jpg", encode_jpeg(np.asarray(examples.pixels[row])))
        write_whole(self._folder / PICTURES, archive.getvalue())
        content = {
            "hashes": self._validation.hashes,
            "captions": self._validation.captions,
            "pictures": self._pictured.tolist(),
            "pairs": self._pairs.tolist(),
            "queries": self.queries,
        }
        write_json(self._folder / CONTENT, content)

    def note(
        self, epoch: int, encoder: Encoder, photos: Rows, texts: Rows, *, is_best: bool
    ) -> None:
        """Keep how the watched pairs and queries stand after an epoch, from 1."""
        ranks = self._validation.ranks(photos, texts)
        first = self._validation.first
        pool = np.array(len(np.unique(self._validation.groups())))
        chosen = {
            "photos": photos[self._pairs].astype(np.float16),
            "texts": texts[first[self._pairs]].astype(np.float16),
            "queries": encoder.embed_texts(self.queries).astype(np.float16),
            "ranks": ranks[first[self._pairs]].astype(np.float32),
            "pool": pool,
        }
        write_arrays(self._folder / f"epoch-{epoch:04d}.npz", chosen)
        if is_best:
            everything: dict[str, NDArray[Any]] = {
                "photos": photos.astype(np.float16),
                "texts": texts.astype(np.float16),
                "ranks": ranks.astype(np.float32),
                "epoch": np.array(epoch),
            }
            write_arrays(self._folder / BEST, everything)


def choose_queries(
    captions: Sequence[Sequence[str]], attributes: Sequence[Sequence[str]]
) -> list[str]:
    """Choose queries as people ask them: frequent pairs of attribute values, then captions.

    Examples
    --------
    >>> choose_queries([["A red boot"], ["A red boot"]], [("boot", "red"), ()])
    ['boot red', 'A red boot']
    """
    pairs = Counter(" ".join(values[:2]) for values in attributes if len(values) > 1)
    firsts = [said[0] for said in captions if said]
    asked = [pair for pair, _ in pairs.most_common(N_QUERIES // 2)]
    return list({normalise(text): text for text in [*asked, *firsts]}.values())[:N_QUERIES]
