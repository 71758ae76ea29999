"""A few held-out pairs and queries, watched from epoch to epoch.

They are chosen once. After every epoch their embeddings and ranks are written beside the run, so
that anybody can play back how photos and captions met, and how the answers to a query changed.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import write_json, write_whole
from engine.encoders import Encoder
from engine.images import encode_jpeg
from engine.text import normalise
from engine.training.examples import Examples
from engine.training.record import HELD_OUT

if TYPE_CHECKING:
    from engine.training.validation import Rows, Validation

N_PAIRS = 200
N_PICTURES = 1000
N_QUERIES = 8
PICTURES = "photos.zip"
CONTENT = "held-out.json"
BEST = "best.npz"


class Probe:
    """Keeps what the held-out photos looked like to the model, epoch by epoch.

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


def write_arrays(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write named arrays whole or not at all."""
    content = io.BytesIO()
    np.savez(content, **dict(arrays))  # type: ignore[arg-type]
    write_whole(file, content.getvalue(), flush=False)
