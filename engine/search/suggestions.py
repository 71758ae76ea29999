"""Suggestions: phrases that a collection really contains, to complete what is being typed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from engine.catalogue import Catalogue
from engine.search.collection_values import CollectionValues
from engine.text import words

_N = 400
_MAX_CAPTIONS = 5_000
_LEAST = 2


def suggestions(
    collection_values: CollectionValues, catalogue: Catalogue, n: int = _N
) -> list[str]:
    """Return shared values and the commonest neighbouring words of captions, commonest first."""
    rows = catalogue.live_rows()
    stride = max(len(rows) // _MAX_CAPTIONS, 1)
    counted: Counter[str] = Counter()
    for photo in catalogue.photos(rows[::stride]):
        for caption in photo.captions[:1]:
            said = [word for word in words(caption) if not word.isdigit()]
            counted.update({" ".join(pair) for pair in pairwise(said)})
    for mention in collection_values.values:
        value = " ".join(mention.value.lower().split())
        if not value.isdigit() and len(value) > 2:
            counted[value] = max(counted[value], mention.n_photos // stride)
    return [phrase for phrase, often in counted.most_common(n) if often >= _LEAST]
