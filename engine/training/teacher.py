"""Teachers: other models whose view of photos and texts a run's towers learn to foretell.

A tower of few photos learns what its captions say and, by heart, which photo each one was. What a
model trained on far more photos makes of the same photos is the same for no two of them and no
accident of any: a second thing to learn that does generalise.

References
----------
Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network", 2015. Yang et al., "CLIP-KD:
an empirical study of CLIP model distillation", CVPR 2024: to mimic the teacher's features is the
simplest way and among the best.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from engine.encoders import read_manifest
from engine.encoders.joint import JointEncoder, frozen
from engine.encoders.towers import feature_tower
from engine.errors import TrainingError
from engine.progress import Report
from engine.training.examples import Examples
from engine.training.material import list_photos
from engine.training.record import Plan
from engine.training.teacher_targets import TeacherTargets, side_by_side

_AT_ONCE = 4096


def taught_by(
    plan: Plan, examples: Examples, rows: NDArray[np.int64], progress: Report
) -> TeacherTargets | None:
    """Return what the teachers of a run make of its photos; None where the run has none.

    Parameters
    ----------
    plan
        The run's; its settings name the teachers' model folders.
    examples, rows
        The photos, and which of them are trained on: features are standardised over these.
    progress
        Told while photos are embedded; what was embedded once is kept under the photo's hash.

    Raises
    ------
    ModelError
        There is no such model.
    TrainingError
        A photo is neither among the embedded ones nor in the run's sources any more.
    """
    folders = [Path(folder) for folder in plan.settings.teachers]
    teachers = [JointEncoder.load(folder, read_manifest(folder)) for folder in folders]
    if not teachers:
        return None
    features = [_features(teacher, plan, examples, progress) for teacher in teachers]
    known = [
        (teacher, _joined(teacher, own))
        for teacher, own in zip(teachers, features, strict=True)
        if teacher.tokenizer is not None
    ]
    return TeacherTargets(
        side_by_side([standardised(own, rows) for own in features]),
        side_by_side([joined for _, joined in known] or [np.empty((len(examples), 0), np.float32)]),
        [teacher for teacher, _ in known],
    )


def _features(
    teacher: JointEncoder, plan: Plan, examples: Examples, progress: Report
) -> NDArray[np.float32]:
    """Return what a teacher's row for each example is made of, computing what its store lacks."""
    tower = teacher.photo_tower
    view = frozen(
        feature_tower(tower) if teacher.settings.projects else tower, teacher.preprocessing
    )
    if any(name not in view.store for name in examples.hashes):
        found, _ = list_photos(plan.data)
        view.compute([item.path for item in found], progress=progress)
    missing = sum(name not in view.store for name in examples.hashes)
    if missing:
        raise TrainingError(
            "photos of the run are not where they were, and the teacher has not seen them",
            value=missing,
            remedy="Put them back and resume the run",
        )
    return view.store.rows(examples.hashes)


def _joined(teacher: JointEncoder, features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring a reading teacher's features to its joint space."""
    tower = teacher.photo_tower
    end = keras.Model(tower.get_layer("features").output, tower.output)
    return np.asarray(end.predict(features, batch_size=_AT_ONCE, verbose=0), np.float32)


def standardised(taught: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return unit rows of mean 0 and deviation 1 in each dimension, both taken over some rows.

    A dimension that never changes tells nothing, and is 0.

    Examples
    --------
    >>> standardised(np.array([[1, 7], [3, 7], [9, 7]], "float32"), np.array([0, 1])).tolist()
    [[-1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
    """
    mean, deviation = taught[rows].mean(axis=0), taught[rows].std(axis=0)
    changes = deviation > 0
    spread = np.where(changes, (taught - mean) / np.where(changes, deviation, 1), 0)
    length = np.linalg.norm(spread, axis=1, keepdims=True)
    return (spread / np.maximum(length, 1e-12)).astype(np.float32)
