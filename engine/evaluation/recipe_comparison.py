"""A comparison on disk: the table, the models, and the measured photos' embeddings.

==============================  =============================================================
``comparison.json``             the table, and which photos were measured with
``NAME/model``                  each recipe's model folder
``NAME/embeddings.npy``         its embeddings of the measured photos, in their order
==============================  =============================================================
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.durable import read_json, write_json
from engine.encoders import BUNDLED_MODELS, FASHION, Encoder, bundled_model, load_encoder
from engine.errors import ModelError, QueryError
from engine.evaluation.recipe_figures import Row
from engine.query import parse_query
from engine.selection import top_k

FORMAT_VERSION = 1
CONTENT = "comparison.json"
_BUNDLED_ONCE = "bundled"  # how older comparisons call the one model that came with Kindred


@dataclass(frozen=True, slots=True)
class Hit:
    """One photo that a recipe found.

    Parameters
    ----------
    place
        The photo's place in the pool, from 0.
    similarity
        Cosine, −1 to 1.
    path, caption
        Of the photo.
    """

    place: int
    similarity: float
    path: Path
    caption: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured, and the means to ask two recipes the same question.

    Parameters
    ----------
    folder
        Where it is kept.
    rows
        The table.
    paths, captions
        The measured photos: the pool.
    n_trained
        Photos that every recipe was trained on.
    note
        What a reader has to know of the split.
    sources
        Names of the photos' folders.
    created
        Seconds since 1970.
    pool
        Number of photos measured with; those of the bundled comparison are not here.
    """

    folder: Path
    rows: list[Row]
    paths: list[Path]
    captions: list[tuple[str, ...]]
    n_trained: int
    note: str
    sources: list[str]
    created: float
    pool: int

    @classmethod
    def open(cls, folder: Path) -> Comparison:
        """Read a comparison.

        Raises
        ------
        ModelError
            The folder holds none, or it is damaged.
        """
        try:
            content = read_json(folder / CONTENT)
            return cls(
                folder,
                [Row(**row) for row in content["rows"]],
                [Path(path) for path in content["paths"]],
                [tuple(said) for said in content["captions"]],
                int(content["n_trained"]),
                str(content["note"]),
                list(content["sources"]),
                float(content["created"]),
                int(content.get("pool", len(content["paths"]))),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                "this folder holds no comparison", value=folder, remedy="Make one with 'compare'"
            ) from error

    def to_json(self) -> dict[str, Any]:
        """Return the table as plain values, without the photos."""
        return {
            "folder": str(self.folder),
            "pool": self.pool,
            "trained_on": self.n_trained,
            "note": self.note,
            "sources": self.sources,
            "recipes": [row.to_json() for row in self.rows],
        }

    def model(self, recipe: str) -> Path:
        """Return the folder of a recipe's model."""
        name = FASHION if recipe == _BUNDLED_ONCE else recipe
        return bundled_model(name) if name in BUNDLED_MODELS else self.folder / recipe / "model"

    def encoder(self, recipe: str) -> Encoder:
        """Load a recipe's model."""
        return load_encoder(self.model(recipe))

    def search(self, recipe: str, encoder: Encoder, query: str, k: int = 9) -> list[Hit]:
        """Return the measured photos nearest to words, with ``+`` and ``-`` as in every search.

        Raises
        ------
        ModelError
            The recipe understands no words.
        QueryError
            None of the words is known.
        """
        terms = parse_query(query)
        texts = [term.text for term in terms]
        rows = encoder.embed_texts(texts)
        tokenizer = encoder.tokenizer
        if tokenizer is not None and not any(tokenizer.sort_words(text)[0] for text in texts):
            raise QueryError("the model knows none of these words", value=query)
        vector = np.array([term.weight for term in terms], np.float32) @ rows
        return self._nearest(recipe, vector, k)

    def similar(self, recipe: str, place: int, k: int = 9) -> list[Hit]:
        """Return the measured photos nearest to one of them, itself left out."""
        hits = self._nearest(recipe, self._embeddings(recipe)[place], k + 1)
        return [hit for hit in hits if hit.place != place][:k]

    def _nearest(self, recipe: str, vector: NDArray[np.float32], k: int) -> list[Hit]:
        similarities = self._embeddings(recipe) @ (
            vector / max(float(np.linalg.norm(vector)), 1e-9)
        )
        order = top_k(similarities, k)
        return [
            Hit(int(i), float(similarities[i]), self.paths[i], " ".join(self.captions[i][:1]))
            for i in order
        ]

    def _embeddings(self, recipe: str) -> NDArray[np.float32]:
        try:
            return np.asarray(
                np.load(self.folder / recipe / "embeddings.npy", allow_pickle=False), np.float32
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                "this recipe has no embeddings", value=recipe, remedy="Make the comparison again"
            ) from error


def write_comparison(
    folder: Path,
    rows: Sequence[Row],
    *,
    paths: Sequence[Path],
    captions: Sequence[Sequence[str]],
    n_trained: int,
    note: str,
    sources: Sequence[str],
    n_skipped: int,
) -> Comparison:
    """Write the table of a comparison whose models are in its folder already."""
    content = {
        "version": FORMAT_VERSION,
        "created": time.time(),
        "rows": [row.to_json() for row in rows],
        "paths": [str(path) for path in paths],
        "captions": [list(said) for said in captions],
        "n_trained": n_trained,
        "note": note,
        "sources": list(sources),
        "n_skipped": n_skipped,
    }
    write_json(folder / CONTENT, content)
    return Comparison.open(folder)


def comparisons_folder() -> Path:
    """Return where comparisons are kept."""
    return config.home() / "comparisons"


def bundled_comparison() -> Comparison:
    """Return the table that comes with Kindred: what the recipes reached when it was made."""
    return Comparison.open(config.ASSETS)


def list_comparisons() -> list[Comparison]:
    """Return every comparison that is kept, the newest first; a damaged one is passed over."""
    found = []
    for path in comparisons_folder().glob(f"*/{CONTENT}"):
        try:
            found.append(Comparison.open(path.parent))
        except ModelError:
            continue
    return sorted(found, key=lambda comparison: comparison.created, reverse=True)
