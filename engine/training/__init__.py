"""Training: photos and captions in, a model out, and a run that can go on where it stopped.

    settings.py   what a run is told
    examples.py   photos decoded once, split into training and validation, drawn as batches
    augment.py    what a photo and its caption may look like the next time they are seen
    trainer.py    both towers with a loss, as one Keras model
    checkpoint.py what a run keeps on disk to go on from
    machine.py    what it ran on, and which arithmetic pays there
    run.py        the loop: epochs, validation, checkpoints, resume, the final model

Not inside: the towers (`engine.encoders`) and the figures (`engine.evaluation`).
"""

from engine.training.run import TrainingReport, resume, train
from engine.training.settings import DataSource, TrainingSettings

__all__ = ["DataSource", "TrainingReport", "TrainingSettings", "resume", "train"]
