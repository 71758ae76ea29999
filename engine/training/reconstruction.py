r"""Training an autoencoder: photos are pressed through a few numbers and drawn again.

.. math:: L = \frac{1}{N} \sum_i (x_i - D(E(x_i)))^2

over all N pixel values between 0 and 1, as in Hinton and Salakhutdinov, "Reducing the
dimensionality of data with neural networks", Science 2006.
"""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Skipped
from engine.durable import append_line
from engine.encoders.autoencoder import LATENT, autoencoder, decoder
from engine.encoders.joint import JointEncoder, compiled
from engine.encoders.model_folder import RECONSTRUCTION
from engine.encoders.model_settings import AUTOENCODER, ModelSettings
from engine.encoders.portable import export
from engine.encoders.towers import photo_tower
from engine.errors import TrainingError
from engine.progress import Report, Step
from engine.training import record
from engine.training.decoded_photos import decode
from engine.training.heads import Note, Trained, write_model
from engine.training.material import Examples, list_photos
from engine.training.record import Plan, TrainingReport
from engine.training.settings import TrainingSettings

_BATCH = 64


def train_autoencoder(plan: Plan, out: Path, shelf: Path, progress: Report) -> TrainingReport:
    """Train an autoencoder on photos alone, and write a model folder into a run's folder.

    Raises
    ------
    TrainingError
        There are too few photos, or the strides do not fit.
    """
    settings = plan.settings
    _shape(settings)
    found, skipped = list_photos(plan.data)
    paths = [item.path for item in found]
    decoded = decode(paths, settings.preprocessing, shelf, progress)
    n_photos = len(decoded.hashes)
    photos = Examples(
        decoded.pixels,
        captions=[("",)] * n_photos,
        attributes=[{}] * n_photos,
        hashes=decoded.hashes,
        validates=[True] * n_photos,
        skipped=[*skipped, *(Skipped(str(paths[i]), why) for i, why in decoded.failures.items())],
    )
    rows, held_out = photos.split_for(settings, least_held_out=0)
    note = partial(append_line, out / record.METRICS)
    trained = train_drawing(photos.pixels, rows, held_out, settings, progress, note)
    told = "a convolutional autoencoder, trained from scratch"
    return write_model(plan, out, trained, photos, rows, held_out, told)


def train_drawing(
    pixels: NDArray[np.uint8],
    rows: NDArray[np.int64],
    held_out: NDArray[np.int64],
    settings: TrainingSettings,
    progress: Report,
    note: Note = lambda line: None,
) -> Trained:
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
    return Trained(
        encoder,
        curves,
        seconds + time.monotonic() - began,
        write_beside=lambda folder: export(whole, folder / RECONSTRUCTION),
    )


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
