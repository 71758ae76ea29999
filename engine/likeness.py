"""Similar in a respect: photos compared with some dimensions counting more than others."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from engine.config import DEFAULT_K
from engine.encoders.model_folder import no_text_side
from engine.errors import QueryError
from engine.progress import Report, no_report
from engine.query import Term
from engine.search import Match, SearchEngine, SearchRequest, SearchResult
from engine.selection import top_k


def dimension_weights(word: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    r"""Return how much each dimension counts when photos are compared with respect to a word.

    .. math:: w_d = (1 - s) + s\, n\, v_d^2

    for a unit vector v of n dimensions: the weights' mean is 1 at any strength s. It generalises
    the product of features with a class's column of a classifier's last layer to any word.

    Parameters
    ----------
    word
        The word's unit row, (n_dims,).
    strength
        From 0, where all dimensions count alike, to 1.

    Examples
    --------
    >>> dimension_weights(np.array([0.6, 0.8], np.float32), 0.5).astype(float).round(2).tolist()
    [0.86, 1.14]
    """
    if not 0 <= strength <= 1:
        raise ValueError(f"strength must be between 0 and 1, not {strength}")
    return np.float32(1 - strength) + np.float32(strength * len(word)) * np.square(word)


def weighted_similarities(
    rows: NDArray[np.float32], row: NDArray[np.float32], weights: NDArray[np.float32]
) -> NDArray[np.float32]:
    r"""Return the cosine of every row with one, dimensions weighted.

    .. math:: \frac{\sum_d w_d x_d y_d}{\sqrt{\sum_d w_d x_d^2} \sqrt{\sum_d w_d y_d^2}}

    Examples
    --------
    >>> rows = np.array([[1, 0], [0.6, 0.8]], np.float32)
    >>> weighted_similarities(rows, rows[0], np.array([1, 0], np.float32)).round(2).tolist()
    [1.0, 1.0]
    """
    roots = np.sqrt(weights)
    scaled, target = rows * roots, row * roots
    lengths = np.linalg.norm(scaled, axis=1) * np.linalg.norm(target)
    return (scaled @ target) / np.maximum(lengths, 1e-12)


def similar_photos(
    engine: SearchEngine,
    photo_id: str,
    *,
    about: str = "",
    strength: float = 0.5,
    by_features: bool = False,
    k: int = DEFAULT_K,
    progress: Report = no_report,
) -> SearchResult:
    """Find photos like one of the collection, in every respect or with respect to some words.

    Parameters
    ----------
    engine
        The collection and its model.
    photo_id
        The photo; it is left out of its answer.
    about
        Words that say in which respect; "" for every one.
    strength
        How much they count, 0 to 1.
    by_features
        Compare the features of the model's backbone instead of its embeddings. They are computed
        at the first question and kept.
    k
        Matches wanted.
    progress
        Told while features are computed.

    Raises
    ------
    QueryError
        None of the words is known, or words are asked for among raw features.
    ModelError
        The model understands no words.
    """
    if by_features and about:
        raise QueryError(
            "raw features know no words", value=about, remedy="Leave out the words or the features"
        )
    began = time.perf_counter()
    catalogue = engine.collection.catalogue
    photo = catalogue.photo(photo_id)
    live = catalogue.live_rows()
    if by_features:
        rows = backbone_features(engine, progress)
    else:
        rows = np.asarray(engine.collection.embeddings[live], np.float32)
    place = int(np.searchsorted(live, photo.row))
    weights = np.ones(rows.shape[1], np.float32)
    if about:
        weights = dimension_weights(_text_row(engine, about), strength)
    similarities = weighted_similarities(rows, rows[place], weights)
    similarities[place] = -np.inf
    order = top_k(similarities, min(k, len(live) - 1))
    photos = catalogue.photos(live[order])
    matches = [
        Match(rank, max(-1.0, min(1.0, float(similarities[i]))), found)
        for rank, (i, found) in enumerate(zip(order, photos, strict=True), start=1)
    ]
    terms = (Term(1.0, ids=(photo_id,)),)
    return SearchResult(
        request=SearchRequest(terms, k=k, mode="dense", exact=True),
        query="photo" if not about else f"photo about {about}",
        terms=terms,
        matches=matches,
        n_searched=len(live) - 1,
        seconds={"total": time.perf_counter() - began},
        unknown_words=[],
        is_exact=True,
    )


def _text_row(engine: SearchEngine, text: str) -> NDArray[np.float32]:
    tokenizer = engine.encoder.tokenizer
    if tokenizer is None:
        raise no_text_side(engine.encoder.name)
    if not tokenizer.sort_words(text)[0]:
        raise QueryError(
            "the model knows none of these words", value=text, remedy="Try other words"
        )
    return engine.encoder.embed_texts([text])[0]


def backbone_features(engine: SearchEngine, progress: Report = no_report) -> NDArray[np.float32]:
    """Return unit rows of the backbone's features for every live photo, in the catalogue's order.

    A photo whose file is gone has a row of zeros, and is like no other.
    """
    from engine.encoders.joint import open_features

    collection = engine.collection
    photos = collection.catalogue.photos(collection.catalogue.live_rows())
    paths = [collection.root / photo.path for photo in photos]
    features = open_features(collection.model_folder)
    found = features.compute(paths, progress=progress)
    rows = np.zeros((len(paths), features.n_features), np.float32)
    lengths = np.linalg.norm(found.rows, axis=1, keepdims=True)
    rows[found.kept] = found.rows / np.maximum(lengths, 1e-12)
    return rows
