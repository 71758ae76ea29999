"""Training: photos and captions in, a model out, and a run that can go on where it stopped.

    settings.py    what a run is told
    record.py      a run's folder: what is in it, written so that no reader sees half of anything
    decoded_photos.py photos decoded once, for every run that wants them at that size
    examples.py    photos with their captions, split into training and validation, as batches
    run_examples.py the examples a run began with, so that it goes on with the very same
    augment.py     what a photo and its caption may look like the next time they are seen
    trainer.py     both towers with a loss, as one Keras model
    validation.py  how well the held-out photos and captions find each other
    probe.py       a few of them, watched from epoch to epoch
    checkpoint.py  what a run keeps on disk to go on from
    events.py      the same figures for TensorBoard
    machine.py     what it ran on, and which arithmetic pays there
    speed.py       how fast this machine trains a tower, tried out
    recipes.py     five described systems and our own, as settings
    backbone.py    a frozen tower's features, and a head joined to it
    material.py    features of photos, and what is said of them
    heads.py       training on features
    reconstruction.py  training an autoencoder
    run.py         the loop: epochs, validation, checkpoints, resume, the final model

Names are imported when they are first asked for: whoever only reads settings never waits for Keras.

Not inside: the towers (`engine.encoders`), the figures (`engine.evaluation`), and looking after
many runs (`engine.runs`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.training.run import TrainingReport, resume, train
    from engine.training.settings import DataSource, TrainingSettings

_ROOM_OF = {
    "DataSource": "settings",
    "TrainingSettings": "settings",
    "TrainingReport": "run",
    "resume": "run",
    "train": "run",
}

__all__ = ["DataSource", "TrainingReport", "TrainingSettings", "resume", "train"]


def __getattr__(name: str) -> Any:
    """Import a public name from its file."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'engine.training' has no attribute {name!r}")
    return getattr(import_module(f"engine.training.{_ROOM_OF[name]}"), name)
