"""The first batch of a run, as the model will see it, before anything is trained.

The run draws its batches from its seed alone, so the very same batch is drawn here; and what the
model's augmentation does with Keras is done here with NumPy, to within one step of brightness.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.access import Role, require
from engine.progress import Report, no_report
from engine.text import Tokenizer, singular, words
from engine.training.decoded_photos import decoded_shelf
from engine.training.examples import Batches, load_examples
from engine.training.record import Plan

_WHITE = 255.0


@dataclass(frozen=True, slots=True)
class Preview:
    """Pairs of the first batch.

    Attributes
    ----------
    pixels
        uint8, shape (n, size_px, size_px, 3): photos, varied as the model will see them.
    said
        The words the model will read with each, in singular; unknown ones are left out.
    batch_size, n_steps, n_training, n_held_out
        Of the whole run.
    """

    pixels: NDArray[np.uint8]
    said: list[str]
    batch_size: int
    n_steps: int
    n_training: int
    n_held_out: int


def preview_batch(
    plan: Plan, *, n_pairs: int = 12, shelf: Path | None = None, progress: Report = no_report
) -> Preview:
    """Draw the first pairs of a run's first batch.

    The photos are decoded for it, where they were not yet; the run itself then begins at once.

    Raises
    ------
    TrainingError
        There is too little to train on.
    """
    require(Role.OWNER)
    settings = plan.settings
    examples = load_examples(plan.data, settings, shelf or decoded_shelf(), progress)
    rows, held_out = examples.split(settings.validation_share, settings.seed)
    tokenizer = Tokenizer.fit(examples.texts(rows), max_words=settings.max_words)
    batches = Batches(examples, rows, tokenizer, settings)
    batch = next(batches.of_epoch(0))
    pixels = batch["pixels"][:n_pairs]
    if "transforms" in batch:
        hues = batch["hues"][:n_pairs] if "hues" in batch else None
        pixels = augmented(pixels, batch["transforms"][:n_pairs], batch["light"][:n_pairs], hues)
    names = vocabulary(tokenizer, examples.texts(rows))
    return Preview(
        pixels=pixels,
        said=[" ".join(names[i] for i in ids if i) for ids in batch["tokens"][:n_pairs].tolist()],
        batch_size=settings.batch_size,
        n_steps=batches.n_steps,
        n_training=len(rows),
        n_held_out=len(held_out),
    )


def augmented(
    pixels: NDArray[np.uint8],
    transforms: NDArray[np.float32],
    light: NDArray[np.float32],
    hues: NDArray[np.float32] | None = None,
) -> NDArray[np.uint8]:
    """Return photos as `engine.training.trainer.Augmentation` makes them.

    Parameters
    ----------
    pixels
        uint8, shape (n, size, size, 3).
    transforms, light, hues
        As `engine.training.augment` draws them.

    Examples
    --------
    >>> pixels = np.full((1, 2, 2, 3), 100, np.uint8)
    >>> same = np.array([[1, 0, 0, 0, 1, 0, 0, 0]], "float32")
    >>> augmented(pixels, same, np.array([0.5], "float32"))[0, 0, 0].tolist()
    [50, 50, 50]
    """
    size = pixels.shape[1]
    y, x = np.mgrid[:size, :size].astype(np.float32)
    a0, a1, a2, b0, b1, b2 = (transforms[:, i, None, None] for i in range(6))
    from_x, from_y = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
    left, top = np.floor(from_x), np.floor(from_y)
    right_share, bottom_share = from_x - left, from_y - top
    seen = np.zeros(pixels.shape, np.float32)
    for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share_x = right_share if dx else 1 - right_share
        share_y = bottom_share if dy else 1 - bottom_share
        seen += (share_x * share_y)[..., None] * _taken(pixels, left + dx, top + dy)
    if hues is not None:
        seen = np.einsum("nhwc,ndc->nhwd", seen, hues)
    lit = seen * light[:, None, None, None]
    return np.round(np.clip(lit, 0, _WHITE)).astype(np.uint8)


def _taken(
    pixels: NDArray[np.uint8], x: NDArray[np.float32], y: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the pixels at whole places; outside the photo all is white."""
    n, size = pixels.shape[:2]
    inside = (x >= 0) & (x < size) & (y >= 0) & (y < size)
    column = np.clip(x, 0, size - 1).astype(int)
    row = np.clip(y, 0, size - 1).astype(int)
    found = pixels[np.arange(n)[:, None, None], row, column].astype(np.float32)
    return np.where(inside[..., None], found, np.float32(_WHITE))


def vocabulary(tokenizer: Tokenizer, texts: list[str]) -> dict[int, str]:
    """Return the word of each token id that occurs in some texts."""
    found = {singular(word) for text in texts for word in words(text)}
    known = sorted(found)
    ids = tokenizer.encode(known)[:, 0].tolist()
    return dict(zip(ids, known, strict=True))
