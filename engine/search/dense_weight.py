"""The weight of dense search: how much nearness tells in a collection, beside words."""

from __future__ import annotations

import numpy as np

from engine.encoders import Encoder
from engine.relevance import Background
from engine.selection import even_sample
from engine.storage import Collection

# Where there are no captions to learn it from: about what collections that a model reads well show.
_UNTOLD = 3.0
# The part of what nearness tells that is news: less where some caption says every word of the
# query, since the same words make its photo near; more where nobody does.
NEWS_BESIDE_WORDS, NEWS = 0.45, 0.6
_N_CAPTIONS = 64


def log_odds_per_deviation(
    collection: Collection, encoder: Encoder, background: Background
) -> float:
    """Return what standing one spread above all photos tells, from the collection's captions.

    Were a query's similarities to all photos spread evenly around 0, and to the photo it means
    around `m` spreads, then a spread more would tell `m` nats: the slope of the log odds of two
    Gaussian curves. `m` is the mean over a sample of captions and their own photos; to a model
    that cannot read the collection it is about 0.
    """
    tokenizer = encoder.tokenizer
    if tokenizer is None:
        return _UNTOLD
    catalogue = collection.catalogue
    chosen = even_sample(catalogue.live_rows(), _N_CAPTIONS)
    read = [
        photo
        for photo in catalogue.photos(chosen)
        if photo.captions and tokenizer.sort_words(photo.captions[0])[0]
    ]
    if not read:
        return _UNTOLD
    queries = encoder.embed_texts([photo.captions[0] for photo in read])
    above = [
        (float(query @ collection.embeddings[photo.row]) - background.level(query))
        / background.spread(query)
        for query, photo in zip(queries, read, strict=True)
    ]
    return max(float(np.mean(above)), 0.0)
