"""Teachers: other models whose view of the photos a run's tower learns to foretell.

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

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.encoders import read_manifest
from engine.encoders.features import FrozenFeatures
from engine.encoders.joint import JointEncoder, frozen
from engine.encoders.towers import feature_tower
from engine.errors import TrainingError
from engine.progress import Report
from engine.training.examples import Examples
from engine.training.material import list_photos
from engine.training.record import Plan


def taught_rows(
    plan: Plan, examples: Examples, rows: NDArray[np.int64], progress: Report
) -> NDArray[np.float32] | None:
    """Return what the teachers of a run make of its photos; None where the run has none.

    Parameters
    ----------
    plan
        The run's; its settings name the teachers' model folders.
    examples, rows
        The photos, and which of them are trained on.
    progress
        Told while photos are embedded; what was embedded once is kept under the photo's hash.

    Returns
    -------
    ndarray
        Unit rows, float32, (n, n_dims of the teachers together), one for each example. Each
        dimension is standardised over `rows` first, as features out of a rectifier all point one
        way, and each teacher counts as much as another.

    Raises
    ------
    ModelError
        There is no such model.
    TrainingError
        A photo is neither among the embedded ones nor in the run's sources any more.
    """
    folders = [Path(folder) for folder in plan.settings.teachers]
    views = [_view(JointEncoder.load(folder, read_manifest(folder))) for folder in folders]
    told = [standardised(_seen_by(view, plan, examples, progress), rows) for view in views]
    return side_by_side(told) if told else None


def _view(teacher: JointEncoder) -> FrozenFeatures:
    """Return the part of a teacher that tells: what its rows are made of, before they are.

    In rows of the joint space there is little left of a photo but what its caption says.
    """
    tower = teacher.photo_tower
    return frozen(feature_tower(tower) if teacher.settings.projects else tower)


def _seen_by(
    view: FrozenFeatures, plan: Plan, examples: Examples, progress: Report
) -> NDArray[np.float32]:
    """Return a tower's row for each example, computing those that its store lacks."""
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


def side_by_side(told: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return unit rows made of several, each of which has the same share in every cosine.

    Examples
    --------
    >>> side_by_side([np.array([[1, 0]], "float32"), np.array([[0.6, 0.8]], "float32")]).round(3)
    array([[0.707, 0.   , 0.424, 0.566]], dtype=float32)
    """
    return np.concatenate(told, axis=1) / np.float32(np.sqrt(len(told)))


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
