"""How well a collection is searched, with its own captions and labels as the test.

Not inside: the figures themselves (`engine.evaluation.metrics`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.attribute_similarity import AttributeSimilarity
from engine.catalogue import Photo
from engine.encoders import Encoder
from engine.errors import CollectionError
from engine.evaluation.metrics import Retrieval, both_directions, precision_at_k
from engine.progress import Report, Step, no_report
from engine.selection import even_places
from engine.storage import Collection

MAX_POOL = 10_000
PRECISION_K = 9
_TEXTS_PER_STEP = 512


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured over one pool of photos.

    Parameters
    ----------
    pool
        Number of photos taken from the collection. Byte-identical ones count as one candidate, so
        that the pools of both directions may be smaller.
    n_photos
        Photos the collection has.
    n_captions
        Captions of the photos in the pool; each asks for its photo.
    text_to_image, image_to_text
        As `evaluation.metrics.both_directions` pools them; None where there are no captions, or
        the model understands no words.
    precision_at_9
        For each attribute that sorts the photos into groups: the share of a photo's nine nearest
        others that carry its value, by embeddings alone (dense).
    precision_at_9_hybrid
        The same by nearness and what the photos are taken for (hybrid).
    """

    pool: int
    n_photos: int
    n_captions: int
    text_to_image: Retrieval | None
    image_to_text: Retrieval | None
    precision_at_9: dict[str, float]
    precision_at_9_hybrid: dict[str, float]


def evaluate_collection(
    collection: Collection,
    encoder: Encoder,
    *,
    only: frozenset[str] | None = None,
    progress: Report = no_report,
) -> Evaluation:
    """Measure retrieval exactly, over at most `MAX_POOL` photos drawn evenly from the collection.

    Parameters
    ----------
    collection
        Its embeddings are the photos' side, its captions and attributes the truth.
    encoder
        The model of the collection.
    only
        Content hashes of the photos to measure on, such as those a model's training held out;
        None takes all.
    progress
        Told of every step.

    Raises
    ------
    CollectionError
        Fewer than two photos are left to measure on.
    """
    every = collection.catalogue.all_photos()
    chosen = [photo for photo in every if only is None or photo.content_hash in only]
    photos = _thinned(chosen)
    if len(photos) < 2:
        raise CollectionError(
            "too few photos to measure on", value=len(photos), remedy="Measure on all of them"
        )
    embeddings = np.asarray(collection.embeddings[[photo.row for photo in photos]])
    groups = _numbered([photo.content_hash for photo in photos])
    directions = _measure_texts(photos, embeddings, groups, encoder, progress)
    extended = AttributeSimilarity(collection, encoder).extended(embeddings)
    return Evaluation(
        pool=len(photos),
        n_photos=collection.n_photos,
        n_captions=sum(len(photo.captions) for photo in photos),
        text_to_image=directions.get("text_to_image"),
        image_to_text=directions.get("image_to_text"),
        precision_at_9=_measure_labels(collection, photos, embeddings, groups, progress),
        precision_at_9_hybrid=_measure_labels(collection, photos, extended, groups, progress),
    )


def _thinned(photos: Sequence[Photo]) -> list[Photo]:
    """Return at most `MAX_POOL` photos, evenly spaced: no class of a sorted folder is lost."""
    return [photos[place] for place in even_places(len(photos), MAX_POOL)]


def _numbered(names: Sequence[str]) -> NDArray[np.int64]:
    """Number names so that equal ones share a number."""
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _measure_texts(
    photos: Sequence[Photo],
    embeddings: NDArray[np.float32],
    groups: NDArray[np.int64],
    encoder: Encoder,
    progress: Report,
) -> dict[str, Retrieval]:
    """Measure both directions; photos without a caption are candidates too."""
    captions = [caption for photo in photos for caption in photo.captions]
    if encoder.tokenizer is None or not captions:
        return {}
    step = Step(progress, "embedding captions", len(captions))
    parts = []
    for start in range(0, len(captions), _TEXTS_PER_STEP):
        parts.append(encoder.embed_texts(captions[start : start + _TEXTS_PER_STEP]))
        step.at(min(start + _TEXTS_PER_STEP, len(captions)))
    text_groups = np.repeat(groups, [len(photo.captions) for photo in photos])
    return both_directions(embeddings, np.concatenate(parts), groups, text_groups)


def _measure_labels(
    collection: Collection,
    photos: Sequence[Photo],
    embeddings: NDArray[np.float32],
    groups: NDArray[np.int64],
    progress: Report,
) -> dict[str, float]:
    """Measure precision for every attribute that at least two of the photos have."""
    names = list(collection.catalogue.facets(limit=1))
    step = Step(progress, "comparing labels", len(names))
    found = {}
    for done, name in enumerate(names, start=1):
        labels = [photo.attributes.get(name, "") for photo in photos]
        precision, _ = precision_at_k(embeddings, labels, groups, PRECISION_K)
        if not np.isnan(precision):
            found[name] = precision
        step.at(done)
    return found
