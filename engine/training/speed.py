"""How fast this machine trains a tower: a few batches of noise, timed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from engine.encoders.model_settings import COMPACT_WIDTHS, ModelSettings
from engine.progress import Report, Step, no_report
from engine.training.augment import photo_light, photo_transforms
from engine.training.machine import peak_memory_mb, resolve_precision
from engine.training.settings import TrainingSettings
from engine.training.trainer import build_trainer

N_TIMED = 4
_N_TOKENS = 24


def calibrate(settings: TrainingSettings, *, progress: Report = no_report) -> dict[str, float]:
    """Train on noise for a few batches.

    Returns
    -------
    dict
        ``photos_per_second``, the better half of the batches counted; ``memory_mb``, the most the
        program held.
    """
    shape = ModelSettings(
        backbone=settings.backbone,
        backbone_alpha=settings.backbone_alpha,
        widths=settings.widths or COMPACT_WIDTHS,
        size_px=settings.size_px,
        n_dims=settings.n_dims,
        n_ids=settings.max_words + 1,
        n_tokens=_N_TOKENS,
    )
    step = Step(progress, "trying a few batches", N_TIMED + 1)
    precision = resolve_precision(settings.precision, settings.size_px)
    trainer = build_trainer(shape, settings, 100, precision)
    batch = _noise(settings)
    seconds = []
    for n in range(N_TIMED + 1):  # the first one compiles
        began = time.perf_counter()
        trainer.train_on_batch(batch)
        seconds.append(time.perf_counter() - began)
        step.at(n + 1)
    better = sorted(seconds[1:])[: N_TIMED // 2]
    rate = settings.batch_size * len(better) / sum(better)
    return {"photos_per_second": rate, "memory_mb": peak_memory_mb()}


def _noise(settings: TrainingSettings) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    n, size = settings.batch_size, settings.size_px
    batch = {
        "pixels": rng.integers(0, 256, (n, size, size, 3), dtype=np.uint8),
        "tokens": rng.integers(0, settings.max_words, (n, _N_TOKENS)).astype(np.int32),
        "same": np.eye(n, dtype=bool),
    }
    if settings.augment:
        batch["transforms"] = photo_transforms(rng, n, size, settings.augment)
        batch["light"] = photo_light(rng, n, settings.augment)
    return batch
