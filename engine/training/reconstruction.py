r"""Training an autoencoder: photos are pressed through a few numbers and drawn again.

.. math:: L = \frac{1}{N} \sum_i (x_i - D(E(x_i)))^2

over all N pixel values between 0 and 1, as in Hinton and Salakhutdinov, "Reducing the
dimensionality of data with neural networks", Science 2006.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.encoders.autoencoder import LATENT, autoencoder, decoder
from engine.encoders.joint import JointEncoder, compiled
from engine.encoders.model_folder import RECONSTRUCTION
from engine.encoders.model_settings import AUTOENCODER, ModelSettings
from engine.encoders.portable import export
from engine.encoders.towers import photo_tower
from engine.errors import PhotoError, TrainingError
from engine.images import Preprocessing, read_photos
from engine.progress import Report, Step, no_report
from engine.training import record
from engine.training.heads import Note, told_data
from engine.training.machine import describe_machine
from engine.training.material import Examples, list_photos
from engine.training.record import MODEL, Plan
from engine.training.run import TrainingReport
from engine.training.settings import TrainingSettings

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Drawn:
    """A trained autoencoder.

    Parameters
    ----------
    encoder
        Photos to unit rows.
    whole
        Photos to photos.
    curves
        One dictionary an epoch.
    seconds
        Spent training.
    """

    encoder: JointEncoder
    whole: keras.Model
    curves: list[dict[str, Any]]
    seconds: float

    def write_beside(self, folder: Path) -> None:
        """Write what draws photos again into a model's folder."""
        export(self.whole, folder / RECONSTRUCTION)


def train_autoencoder(plan: Plan, out: Path, *, progress: Report = no_report) -> TrainingReport:
    """Train an autoencoder on photos alone, and write a model folder into a run's folder.

    Raises
    ------
    TrainingError
        There are too few photos, or the strides do not fit.
    """
    settings = plan.settings
    _shape(settings)
    found, skipped = list_photos(plan.data)
    cache = out / "photos.npy"
    pixels, hashes = _decode([item.path for item in found], settings.preprocessing, cache, progress)
    nothing: list[tuple[str, ...]] = [("",)] * len(hashes)
    photos = Examples(
        pixels, nothing, [{}] * len(hashes), hashes, [True] * len(hashes), list(skipped)
    )
    rows, held_out = photos.split(settings.validation_share, settings.seed)
    if len(rows) < settings.batch_size:
        raise TrainingError(
            "too few photos to train on",
            value=len(rows),
            remedy="Give more, or lower '--batch-size'",
        )
    note = partial(record.append, out / record.METRICS)
    drawn = train_drawing(pixels, rows, held_out, settings, progress, note)
    content = {
        "data": told_data(plan.data, photos, len(rows), len(held_out)),
        "settings": settings.to_json(),
        "backbone": "a convolutional autoencoder, trained from scratch",
        "curves": drawn.curves,
        "best_epoch": len(drawn.curves),
        "final": {},
        "seconds": drawn.seconds,
        "machine": describe_machine("float32"),
    }
    never_seen = frozenset(hashes[row] for row in held_out)
    drawn.encoder.save(
        out / MODEL, held_out=never_seen, report=content, beside_too=drawn.write_beside
    )
    cache.unlink()
    return TrainingReport(out / MODEL, content)


def train_drawing(
    pixels: NDArray[np.uint8],
    rows: NDArray[np.int64],
    held_out: NDArray[np.int64],
    settings: TrainingSettings,
    progress: Report,
    note: Note = lambda line: None,
) -> Drawn:
    """Train an autoencoder on some rows of pixels and measure it on others.

    Parameters
    ----------
    pixels
        uint8, shape (n, size_px, size_px, 3).
    rows, held_out
        Which photos to train on, and which to measure the error with.
    settings
        The recipe.
    progress
        Told of every batch.
    note
        Given each epoch's line of the curves as it is measured.
    """
    keras.utils.set_random_seed(settings.seed)
    shape = _shape(settings)
    tower, back = photo_tower(shape), decoder(shape)
    whole = autoencoder(tower, back)
    # XLA's convolutions use one core of a processor.
    optimizer = keras.optimizers.Adam(settings.learning_rate)
    whole.compile(optimizer=optimizer, loss="mse", jit_compile=False)
    curves: list[dict[str, Any]] = []
    seconds = 0.0
    size = settings.batch_size
    for epoch in range(settings.epochs):
        began = time.monotonic()
        rng = np.random.default_rng([settings.seed, epoch])
        order = rng.permutation(rows)
        batches = [np.sort(order[i : i + size]) for i in range(0, len(order) - size + 1, size)]
        name = f"training {settings.recipe}, epoch {epoch + 1} of {settings.epochs}"
        step = Step(progress, name, len(batches))
        errors: list[float] = []
        for done, batch in enumerate(batches, start=1):
            photos = pixels[batch]
            errors.append(float(whole.train_on_batch(photos, photos.astype(np.float32) / 255)))
            step.at(done)
        spent = time.monotonic() - began
        seconds += spent
        line = {"epoch": epoch + 1, "photos": len(pixels), "loss": float(np.mean(errors))}
        line |= {"seconds": spent, "total_seconds": seconds}
        curves.append(line | {"validation_loss": _error(whole, pixels, held_out)})
        note(curves[-1])
    began = time.monotonic()
    latent = compiled(keras.Model(tower.input, tower.get_layer(LATENT).output))
    seen = [_numbers(latent(pixels[part])) for part in _parts(np.sort(rows))]
    tower.get_layer("lift").settle(np.concatenate(seen))
    encoder = JointEncoder(settings.name, shape, None, tower)
    return Drawn(encoder, whole, curves, seconds + time.monotonic() - began)


def _shape(settings: TrainingSettings) -> ModelSettings:
    """Return the shape of the tower; its sides must come out even on the way back."""
    strides = settings.strides or (2,) * len(settings.widths)
    if len(strides) != len(settings.widths) or settings.size_px % int(np.prod(strides)):
        raise TrainingError(
            "the autoencoder's strides do not fit",
            value=f"{strides} for widths {settings.widths} at {settings.size_px} px",
            remedy="Give one stride a layer, and a size that all of them divide",
        )
    return ModelSettings(
        backbone=AUTOENCODER,
        widths=settings.widths,
        strides=strides,
        size_px=settings.size_px,
        n_dims=settings.n_dims,
        projects=False,
        text_kind="none",
    )


def _error(whole: keras.Model, pixels: NDArray[np.uint8], rows: NDArray[np.int64]) -> float:
    """Return the mean squared error over photos that training never saw."""
    draw, errors = compiled(whole), []
    for part in _parts(rows):
        photos = pixels[part].astype(np.float32) / 255
        errors.append(np.mean((_numbers(draw(pixels[part])) - photos) ** 2, axis=(1, 2, 3)))
    return float(np.concatenate(errors).mean()) if errors else float("nan")


def _numbers(tensor: Any) -> NDArray[np.float32]:
    return np.asarray(keras.ops.convert_to_numpy(tensor), np.float32)


def _parts(rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    return [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]


def _decode(
    paths: Sequence[Path], preprocessing: Preprocessing, cache: Path, progress: Report
) -> tuple[NDArray[np.uint8], list[str]]:
    """Decode photos into a mapped file, leaving out those that cannot be read."""
    step = Step(progress, "decoding photos", len(paths))
    pixels = np.lib.format.open_memmap(
        cache, "w+", np.uint8, (max(len(paths), 1), *(preprocessing.size_px,) * 2, 3)
    )
    hashes: list[str] = []
    photos = read_photos(paths, preprocessing, n_threads=os.cpu_count() or 1)
    for done, photo in enumerate(photos, start=1):
        if not isinstance(photo, PhotoError):
            pixels[len(hashes)] = photo.pixels
            hashes.append(photo.content_hash)
        step.at(done)
    return pixels[: len(hashes)], hashes
