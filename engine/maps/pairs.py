"""Photos and their captions: each caption's true rank, and how far both sides lie apart."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.metrics import partner_ranks
from engine.maps.points import Material
from engine.storage import Collection


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the two sides of the space lie apart.

    Parameters
    ----------
    distance
        Length of the difference of both sides' means, 0 to 2 (Liang et al. 2022).
    photo_spread, caption_spread
        Mean cosine between rows of one side and its mean: 1 where a side is one point.
    partners
        Mean cosine of a caption and its own photo.
    """

    distance: float
    photo_spread: float
    caption_spread: float
    partners: float

    def to_json(self) -> dict[str, float]:
        """Return the figures as plain values."""
        return asdict(self)


def caption_ranks(collection: Collection, material: Material) -> NDArray[np.float32]:
    """Return each caption's rank of its own photo among all photos of the map, from 1.

    Byte-identical photos count as one. Photos have no rank: theirs is nan.
    """
    ranks = np.full(len(material), np.nan, np.float32)
    is_photo = material.is_photo
    if is_photo.any() and not is_photo.all():
        groups = _groups(collection, material.rows)
        ranks[~is_photo] = partner_ranks(
            material.embeddings[~is_photo],
            material.embeddings[is_photo],
            groups[~is_photo],
            groups[is_photo],
        )
    return ranks


def measure_gap(material: Material) -> Gap | None:
    """Measure the distance of both sides as they are drawn; None where the map has only one."""
    is_photo = material.is_photo
    if not is_photo.any() or is_photo.all():
        return None
    photos, captions = material.embeddings[is_photo], material.embeddings[~is_photo]
    means = photos.mean(axis=0), captions.mean(axis=0)
    at = np.searchsorted(material.rows[is_photo], material.rows[~is_photo])
    return Gap(
        distance=float(np.linalg.norm(means[0] - means[1])),
        photo_spread=_spread(photos, means[0]),
        caption_spread=_spread(captions, means[1]),
        partners=float(np.vecdot(captions, photos[at]).mean()),
    )


def _spread(rows: NDArray[np.float32], mean: NDArray[np.float32]) -> float:
    length = float(np.linalg.norm(mean))
    return float((rows @ mean).mean() / length) if length > 1e-9 else 0.0


def _groups(collection: Collection, rows: NDArray[np.int32]) -> NDArray[np.int64]:
    hashes = {photo.row: photo.content_hash for photo in collection.catalogue.all_photos()}
    names = [hashes[row] for row in rows.tolist()]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
