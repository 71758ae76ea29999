"""Training: photos and captions in, a model out, and a run that can go on where it stopped.

    settings.py    what a run is told
    record.py      a run's folder: what is in it, written so that no reader sees half of anything
    decoded_photos.py photos decoded once, for every run that wants them at that size
    examples.py    photos with their captions, split into training and validation, as batches
    run_examples.py the examples a run began with, so that it goes on with the very same
    augment.py     what a photo and its caption may look like the next time they are seen
    trainer.py     both towers with a loss, as one Keras model
    validation.py  how well the held-out photos find their captions, and a few of them watched
    checkpoint.py  what a run keeps on disk to go on from
    events.py      the same figures for TensorBoard
    machine.py     what it ran on, and which arithmetic pays there
    speed.py       how fast this machine trains a tower, tried out
    recipes.py     five described systems and our own, as settings
    backbone.py    a frozen tower's features, and a head joined to it
    material.py    features of photos, and what is said of them
    heads.py       training on features
    reconstruction.py  training an autoencoder
    loop.py        the joint model's loop: epochs, validation, checkpoints, the final model
    run.py         train, resume: any run, by one program at a time, and how it ended

Names are imported when they are first asked for: whoever only reads settings never waits for Keras.

Not inside: the towers (`engine.encoders`), the figures (`engine.evaluation`), and looking after
many runs (`engine.runs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.lazy import lazy_names

if TYPE_CHECKING:
    from engine.training.recipes import DEFAULT, RECIPES
    from engine.training.record import MODEL, STOP, TrainingReport
    from engine.training.run import resume, train
    from engine.training.settings import DataSource, TrainingSettings

__getattr__, __all__ = lazy_names(__name__, __file__)
