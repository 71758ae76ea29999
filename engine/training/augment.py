"""What a photo and its caption may look like the next time they are seen.

All choices are drawn here, in NumPy, from one generator per epoch: the same seed gives the same
batches whatever the backend, and a resumed run goes on with what an uninterrupted one would have
had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.text import words

# How far each may go at full strength.
MAX_SHIFT = 0.12
MAX_ANGLE = np.deg2rad(12)
MAX_SCALE = 1.3
MAX_LIGHT = 0.3
# Least and greatest side of a covered part, of the photo's.
COVERED = (0.15, 0.45)


def photo_transforms(
    rng: np.random.Generator, n_photos: int, size_px: int, strength: float
) -> NDArray[np.float32]:
    """Draw a flip, turn, scale and shift for each photo, as far as `strength` (0 to 1) lets them.

    Returns
    -------
    ndarray
        Shape (n_photos, 8): rows (a0, a1, a2, b0, b1, b2, 0, 0) that map a place (x, y) of the new
        photo to (a0 x + a1 y + a2, b0 x + b1 y + b2) of the old one, as
        `keras.ops.image.affine_transform` takes them. Turning and scaling leave the centre where it
        is.
    """
    angle = strength * rng.uniform(-MAX_ANGLE, MAX_ANGLE, n_photos)
    scale = MAX_SCALE ** (strength * rng.uniform(-1, 1, n_photos))
    flip = rng.choice([-1.0, 1.0], n_photos)
    shift = strength * rng.uniform(-MAX_SHIFT, MAX_SHIFT, (2, n_photos)) * size_px
    centre = (size_px - 1) / 2
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    a0, a1, b0, b1 = cos * flip, -sin, sin * flip, cos
    a2 = centre - (a0 + a1) * centre + shift[0]
    b2 = centre - (b0 + b1) * centre + shift[1]
    zero = np.zeros(n_photos)
    return np.stack([a0, a1, a2, b0, b1, b2, zero, zero], axis=1).astype(np.float32)


def photo_light(rng: np.random.Generator, n_photos: int, strength: float) -> NDArray[np.float32]:
    """Draw a factor for each photo's brightness, shape (n_photos,)."""
    return (1 + strength * rng.uniform(-MAX_LIGHT, MAX_LIGHT, n_photos)).astype(np.float32)


def recolouring(
    rng: np.random.Generator, may: NDArray[np.bool_], share: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Draw another hue for some photos.

    Parameters
    ----------
    may
        Which photos may have one, shape (n,): those whose text names no colour.
    share
        How many of them get one, 0 to 1.

    Returns
    -------
    matrices : ndarray
        Shape (n, 3, 3), float32: what to multiply RGB columns with, a turn about the axis of the
        greys, which stay as they are. Elsewhere it is the identity.
    turned : ndarray
        Which photos get another hue, shape (n,).
    """
    turned = may & (rng.random(len(may)) < share)
    angle = np.where(turned, rng.uniform(-np.pi, np.pi, len(may)), 0.0)[:, None, None]
    even = np.full((3, 3), 1 / 3)
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    matrices = np.cos(angle) * (np.eye(3) - even) + np.sin(angle) * across + even
    return matrices.astype(np.float32), turned


def cover(rng: np.random.Generator, pixels: NDArray[np.uint8], share: float) -> None:
    """Cover a part of some photos, shape (n, size, size, 3), with one grey, in place.

    Parameters
    ----------
    share
        How many of the photos, 0 to 1.

    References
    ----------
    Zhong et al., "Random erasing data augmentation", AAAI 2020.
    """
    n_photos, size_px = pixels.shape[:2]
    sides = np.round(rng.uniform(*COVERED, (n_photos, 2)) * size_px).astype(int)
    starts = np.round(rng.uniform(0, 1, (n_photos, 2)) * (size_px - sides)).astype(int)
    greys = rng.integers(0, 256, (n_photos,))
    stops = starts + sides
    for n in np.flatnonzero(rng.random(n_photos) < share):
        rows, columns = (slice(starts[n, axis], stops[n, axis]) for axis in (0, 1))
        pixels[n, rows, columns] = greys[n]


def spoken(
    rng: np.random.Generator,
    captions: Sequence[str],
    attributes: Mapping[str, str],
    *,
    attribute_rate: float,
    word_dropout: float,
) -> tuple[str, tuple[str, ...]]:
    """Draw what is said of one photo: a caption, or some of its attributes in any order.

    Parameters
    ----------
    captions, attributes
        Of the photo; either may be empty, not both.
    attribute_rate
        How often attributes are said although there is a caption. Fewer than two say too little.
    word_dropout
        How often each word is left out; at least one is kept.

    Returns
    -------
    text : str
        What is said.
    keys : tuple of str
        The attributes it was made of; none where it is a caption.
    """
    keys: tuple[str, ...] = ()
    wants_attributes = rng.random() < attribute_rate and len(attributes) > 1
    if wants_attributes or not captions:
        n_said = min(len(attributes), int(rng.integers(2, 5)))
        every = list(attributes)
        keys = tuple(every[i] for i in rng.permutation(len(every))[:n_said])
        text = " ".join(attributes[key] for key in keys)
    else:
        text = captions[int(rng.integers(len(captions)))]
    said = words(text)
    kept = [word for word in said if rng.random() >= word_dropout]
    return " ".join(kept or said), keys
