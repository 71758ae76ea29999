"""What the teachers of a run make of its photos and texts: the targets that its towers foretell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.encoders.joint import JointEncoder


@dataclass(frozen=True, slots=True)
class TeacherTargets:
    """What the teachers of a run make of its photos and texts.

    Parameters
    ----------
    features
        Unit rows of the photos, float32, (n, n_features of the teachers together), one for each
        example: what a teacher's rows are made of, before they are brought to its joint space. Each
        dimension is standardised first, as features out of a rectifier all point one way.
    photos
        The photos' unit rows in the joint spaces of those teachers that read, side by side, (n,
        n_dims of those together); 0 wide where none does.
    readers
        Those teachers.
    """

    features: NDArray[np.float32]
    photos: NDArray[np.float32]
    readers: Sequence[JointEncoder]

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the unit rows of texts in the same joint spaces, like `photos`."""
        return side_by_side([reader.embed_texts(texts) for reader in self.readers])


def side_by_side(told: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return unit rows made of several, each of which has the same share in every cosine.

    Examples
    --------
    >>> side_by_side([np.array([[1, 0]], "float32"), np.array([[0.6, 0.8]], "float32")]).round(3)
    array([[0.707, 0.   , 0.424, 0.566]], dtype=float32)
    """
    return np.concatenate(told, axis=1) / np.float32(np.sqrt(len(told)))
