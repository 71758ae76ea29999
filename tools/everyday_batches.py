"""The batches that a member of `kindred-everyday` learns from, and its training.

A batch is drawn from the numbers of its epoch and step, so that a training that was interrupted
goes on with the very batches it would have had.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tools.everyday_heads import N_FEATURES, PADDING, Heads, Plan
from tools.everyday_material import Material, Pairs

UNKNOWN = 1


class Batches(keras.utils.PyDataset):
    """The batches of one epoch, drawn from its number: the same again after an interruption."""

    def __init__(self, material: Material, plan: Plan, seed: int) -> None:
        super().__init__()
        self.material, self.plan, self.seed, self.epoch = material, plan, seed, 0

    def __len__(self) -> int:
        return len(self.material.captioned.tokens) // self.plan.n_captioned

    def __getitem__(self, step: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Draw one batch."""
        material, plan = self.material, self.plan
        order = np.random.default_rng([self.seed, self.epoch]).permutation(
            len(material.captioned.tokens)
        )
        draw = np.random.default_rng([self.seed, self.epoch, step])
        chosen = order[step * plan.n_captioned :][: plan.n_captioned]
        caption = draw.integers(0, material.captioned.tokens.shape[1], len(chosen))
        taught = draw.integers(0, len(material.texts.tokens), plan.n_taught)
        n_rows = round(plan.n_named * plan.row_share)
        names = self._pairs(material.named, plan.n_named - n_rows, draw)
        rows = self._pairs(material.rows, n_rows, draw)
        tags = self._pairs(material.tagged, plan.n_tagged, draw)
        words = np.concatenate([names[1], rows[1]])
        truth = np.concatenate(
            [material.named.truth[names[0]][:, words], material.rows.truth[rows[0]][:, words]]
        )
        photos = [
            _view(material.captioned.views, chosen, draw),
            _view(material.named.views, names[0], draw),
            self._noisy(_view(material.rows.views, rows[0], draw), draw),
            _view(material.tagged.views, tags[0], draw),
        ]
        tokens = [
            material.captioned.tokens[chosen, caption],
            material.named.tokens[words],
            material.tagged.tokens[tags[1]],
            material.texts.tokens[taught],
        ]
        sentences = [
            material.captioned.sentences[chosen, caption],
            material.texts.sentences[taught],
        ]
        return (
            {"photos": np.concatenate(photos), "tokens": _with_gaps(np.concatenate(tokens), draw)},
            {
                "sentences": np.concatenate(sentences).astype(np.float32),
                "named": truth.astype(np.float32),
                "tagged": material.tagged.truth[tags[0]][:, tags[1]].astype(np.float32),
            },
        )

    @staticmethod
    def _pairs(
        pairs: Pairs, n: int, draw: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Draw photos, and a true text for each."""
        photos = draw.integers(0, len(pairs.truth), n)
        reached = np.cumsum(pairs.chance[photos], axis=1)
        texts = (reached < draw.random((n, 1)) * reached[:, -1:]).sum(axis=1)
        return photos, np.minimum(texts, pairs.truth.shape[1] - 1)

    @staticmethod
    def _noisy(rows: NDArray[np.float32], draw: np.random.Generator) -> NDArray[np.float32]:
        """Blur rows of the classifier, which are all alike otherwise."""
        spread = 0.3 * rows[:, :N_FEATURES].std(axis=0)
        noise = draw.standard_normal((len(rows), N_FEATURES)) * spread
        return np.concatenate([rows[:, :N_FEATURES] + noise, rows[:, N_FEATURES:]], axis=1).astype(
            np.float32
        )


def _view(
    views: tuple[NDArray[np.float32], ...], rows: NDArray[np.intp], draw: np.random.Generator
) -> NDArray[np.float32]:
    """Return one of the views of each photo."""
    which = draw.integers(0, len(views), len(rows))
    return np.stack([views[view][row] for view, row in zip(which, rows, strict=True)])


def _with_gaps(tokens: NDArray[np.int32], draw: np.random.Generator) -> NDArray[np.int32]:
    """Hide a tenth of the pieces of every text of more than three."""
    is_long = (tokens > PADDING).sum(axis=1, keepdims=True) > 3
    hidden = (draw.random(tokens.shape) < 0.1) & (tokens > PADDING) & is_long
    return np.where(hidden, np.int32(UNKNOWN), tokens)


def train_member(material: Material, plan: Plan, seed: int, place: Path) -> dict[str, Any]:
    """Train one member, or go on with it, or return what it learned: kept in ``place``."""
    learned = place / "learned.npz"
    if learned.exists():
        with np.load(learned, allow_pickle=False) as kept:
            return {name: kept[name] for name in kept.files}
    keras.utils.set_random_seed(seed)
    seen = np.concatenate(
        [material.captioned.views[0], material.named.views[0], material.tagged.views[0]]
    )
    heads = Heads(plan, material.n_ids, seen.mean(axis=0), seen.std(axis=0) + 1e-3)
    batches = Batches(material, plan, seed)
    n_steps = plan.epochs * len(batches)
    n_warm = min(50, n_steps // 10)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        n_steps - n_warm,
        alpha=0.01,
        warmup_target=plan.learning_rate,
        warmup_steps=n_warm,
    )
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=plan.weight_decay, use_ema=True, ema_momentum=0.99
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "scale"])
    heads.compile(optimizer=optimizer, jit_compile=False)
    heads(batches[0][0])  # what goes on after an interruption must have its variables first

    def tell_epoch(epoch: int, logs: Any = None) -> None:
        del logs
        batches.epoch = epoch

    heads.fit(
        batches,
        epochs=plan.epochs,
        shuffle=False,
        verbose=2,
        callbacks=[
            keras.callbacks.LambdaCallback(on_epoch_begin=tell_epoch),
            keras.callbacks.BackupAndRestore(place / "backup"),
        ],
    )
    arrays: dict[str, Any] = heads.arrays()
    place.mkdir(parents=True, exist_ok=True)
    beside = place / "learned.partial.npz"
    np.savez(beside, **arrays)
    beside.rename(learned)
    return arrays
