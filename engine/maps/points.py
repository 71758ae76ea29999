"""What a map is drawn from: one row per photo and per caption, what they depend on, how they lie.

Of a map of both, each caption's true rank and the gap between the two sides are measured here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.durable import whole_file
from engine.encoders import Encoder
from engine.errors import MapError
from engine.evaluation.metrics import partner_ranks
from engine.maps.map_settings import MapSettings
from engine.memory import available_bytes
from engine.progress import Report, Step
from engine.selection import even_sample
from engine.storage import Collection

# Measured with 70,000 points and perplexity 30: neighbours and their affinities, at the most.
BYTES_PER_POINT = 12_000
_MEMORY_SHARE = 0.6
_TEXTS_PER_STEP = 512
PHOTO = -1


@dataclass(frozen=True, slots=True)
class Material:
    """The rows of a map: photos first, then captions.

    Parameters
    ----------
    rows
        int32 (n,): the collection's row of each point.
    captions
        int16 (n,): which caption of that photo, from 0; −1 for the photo itself.
    embeddings
        float32 (n, n_dims), unit rows as the model made them.
    n_left_out, why
        Points left out because the machine could not draw them all, and a sentence for it.
    """

    rows: NDArray[np.int32]
    captions: NDArray[np.int16]
    embeddings: NDArray[np.float32]
    n_left_out: int = 0
    why: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_photo(self) -> NDArray[np.bool_]:
        """Which points are photos."""
        return self.captions == PHOTO


def fingerprint(collection: Collection, settings: MapSettings) -> str:
    """Return a word that is another one when anything the map's rows depend on has changed."""
    digest = hashlib.blake2b(digest_size=8)
    rows = collection.catalogue.live_rows()
    digest.update(collection.manifest.model.fingerprint.encode())
    digest.update(rows.tobytes())
    if settings.has_photos:
        for start in range(0, len(rows), 4096):
            digest.update(collection.embeddings[rows[start : start + 4096]].tobytes())
    if settings.has_captions:
        digest.update(json.dumps(list(collection.catalogue.captions())).encode())
    return digest.hexdigest()


def limit_points() -> int:
    """Return how many points this machine can draw: by its free memory, where that is told."""
    free = available_bytes() or 4 * 2**30
    return max(int(free * _MEMORY_SHARE / BYTES_PER_POINT), 10_000)


def gather(
    collection: Collection,
    encoder: Encoder | None,
    settings: MapSettings,
    *,
    kept: Path,
    limit: int,
    progress: Report,
) -> Material:
    """Collect the rows of a map.

    Parameters
    ----------
    collection
        Its photos and captions.
    encoder
        Needed where captions are drawn.
    settings
        What is drawn.
    kept
        Folder where embedded captions are kept for the next map.
    limit
        Points at the most; above it, photos are taken evenly from the collection.
    progress
        Told of captions being embedded.

    Raises
    ------
    MapError
        Captions are wanted where there are none, or from a model that understands no words.
    """
    live = collection.catalogue.live_rows()
    told = list(collection.catalogue.captions()) if settings.has_captions else []
    if settings.has_captions and not told:
        raise MapError(
            "there are no captions to draw", value=collection.name, remedy="Draw its photos"
        )
    n_wanted = (len(live) if settings.has_photos else 0) + len(told)
    chosen = thinned(collection, live, limit / n_wanted) if n_wanted > limit else live
    is_chosen = np.zeros(collection.manifest.n_rows, bool)
    is_chosen[chosen] = True
    texts = [(row, text) for row, text in told if is_chosen[row]]
    photos = chosen if settings.has_photos else chosen[:0]
    parts = [np.asarray(collection.embeddings[photos], np.float32)]
    if texts:
        parts.append(embed_captions([text for _, text in texts], encoder, kept, progress))
    rows = np.concatenate([photos, np.array([row for row, _ in texts], np.int64)])
    captions = np.concatenate([np.full(len(photos), PHOTO), _numbered([row for row, _ in texts])])
    n_left_out = n_wanted - len(rows)
    return Material(
        rows.astype(np.int32),
        captions.astype(np.int16),
        np.concatenate(parts),
        n_left_out,
        _why(n_left_out, n_wanted, limit),
    )


def thinned(collection: Collection, live: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Return about a share of the rows, the same of every value of the first facet.

    Sorted by value and then by row, evenly spaced: no group of a sorted folder is lost.
    """
    group = np.zeros(collection.manifest.n_rows, np.int64)
    facets = collection.catalogue.facets(limit=100)
    for key, values in list(facets.items())[:1]:
        for number, (value, _) in enumerate(values, start=1):
            group[collection.catalogue.rows_where({key: [value]})] = number
    in_order = live[np.lexsort((live, group[live]))]
    n_kept = max(int(len(live) * share), 1)
    return np.sort(even_sample(in_order, n_kept))


def embed_captions(
    texts: list[str], encoder: Encoder | None, kept: Path, progress: Report
) -> NDArray[np.float32]:
    """Return unit rows of texts, from the file that keeps them where it is there."""
    if encoder is None or encoder.tokenizer is None:
        raise MapError(
            "this collection's model understands no words",
            value=encoder.name if encoder else None,
            remedy="Draw its photos",
        )
    digest = hashlib.blake2b(json.dumps(texts).encode(), digest_size=8)
    digest.update(encoder.fingerprint.encode())
    file = kept / f"captions-{digest.hexdigest()}.npy"
    try:
        found = np.load(file, allow_pickle=False)
        if found.shape == (len(texts), encoder.n_dims) and found.dtype == np.float32:
            return np.asarray(found)
    except (OSError, ValueError, EOFError):
        pass  # not kept yet, or damaged: embedded anew
    step = Step(progress, "embedding captions", len(texts))
    made = np.empty((len(texts), encoder.n_dims), np.float32)
    for start in range(0, len(texts), _TEXTS_PER_STEP):
        part = slice(start, start + _TEXTS_PER_STEP)
        made[part] = encoder.embed_texts(texts[part])
        step.at(min(start + _TEXTS_PER_STEP, len(texts)))
    kept.mkdir(parents=True, exist_ok=True)
    with whole_file(file, flush=False) as beside, beside.open("wb") as opened:
        np.save(opened, made, allow_pickle=False)
    return made


def marks_of(embeddings: NDArray[np.float32]) -> NDArray[np.uint64]:
    """Return a number for each row that other rows do not have: (n,), from all of its bits.

    Examples
    --------
    >>> marks = marks_of(np.array([[1, 0], [0, 1], [1, 0]], "float32"))
    >>> bool(marks[0] == marks[2]), bool(marks[0] == marks[1])
    (True, False)
    """
    bits = np.ascontiguousarray(embeddings).view(np.uint32)
    factors = np.random.default_rng(0).integers(1, 2**63, bits.shape[1], np.uint64) | np.uint64(1)
    marks = np.empty(len(bits), np.uint64)
    for start in range(0, len(bits), 4096):
        part = bits[start : start + 4096].astype(np.uint64)
        mixed = (part + np.uint64(1)) * factors
        marks[start : start + 4096] = (mixed ^ (mixed >> np.uint64(29))).sum(axis=1)
    return marks


def centre_sides(material: Material) -> NDArray[np.float32]:
    """Take away each side's mean and bring the rows back to length one.

    References
    ----------
    Liang et al. 2022, "Mind the gap": photos and texts of a contrastive model lie in two cones.
    """
    moved = material.embeddings.copy()
    for side in (material.is_photo, ~material.is_photo):
        if side.any():
            moved[side] -= moved[side].mean(axis=0)
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    # A side of equal rows has no direction left; it keeps the one it had.
    return np.where(lengths > 1e-6, moved / np.maximum(lengths, 1e-6), material.embeddings)


def _numbered(rows: list[int]) -> NDArray[np.int64]:
    """Count the captions of each photo from 0; a photo's captions stand together.

    Examples
    --------
    >>> _numbered([4, 4, 7]).tolist()
    [0, 1, 0]
    """
    if not rows:
        return np.zeros(0, np.int64)
    at = np.arange(len(rows))
    starts = np.r_[True, np.diff(rows) != 0]
    return at - np.maximum.accumulate(np.where(starts, at, 0))


def _why(n_left_out: int, n_wanted: int, limit: int) -> str:
    if not n_left_out:
        return ""
    return (
        f"{n_left_out:,} of {n_wanted:,} points are left out, the same share of every group: "
        f"the free memory of this machine is enough for about {limit:,}"
    )


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
