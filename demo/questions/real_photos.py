"""Likeness: whether a real product photo finds drawn products of its own kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.errors import CollectionError
from engine.storage import Collection

K = 9
_ARTICLE = "articleType"

KINDS_OF_ARTICLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        article: frozenset(kinds.split(" or "))
        for article, kinds in {
            # The shop files collared and collarless ones under one name.
            "Tshirts": "t-shirt or polo",
            "Shirts": "shirt",
            "Sweaters": "sweater",
            # With a hood and without.
            "Sweatshirts": "hoodie or sweater",
            "Jackets": "jacket",
            "Rain Jacket": "jacket",
            "Dresses": "dress",
            "Skirts": "skirt",
            "Trousers": "trousers",
            "Jeans": "jeans",
            "Shorts": "shorts",
            "Casual Shoes": "sneaker",
            "Sports Shoes": "sneaker",
            "Booties": "boot",
            "Sandals": "sandal",
            "Sports Sandals": "sandal",
            "Flip Flops": "sandal",
            "Heels": "heel",
            "Handbags": "handbag",
            "Clutches": "handbag",
            "Backpacks": "backpack",
            "Rucksacks": "backpack",
            "Caps": "cap",
            "Hat": "cap",
            "Sunglasses": "sunglasses",
            "Watches": "watch",
            "Scarves": "scarf",
            "Mufflers": "scarf",
            "Stoles": "scarf",
            "Belts": "belt",
            "Ties": "tie",
            "Umbrellas": "umbrella",
        }.items()
    }
)
"""A shop's article type → the drawn kinds that are the same thing; what has none is not asked."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How often real photos found drawn ones of their kind.

    Parameters
    ----------
    pool
        Drawn photos each real one chose from.
    n_photos
        Real photos asked with.
    precision_at_9
        Mean share of the first nine that have the real photo's kind, 0 to 1.
    by_article
        The same for each article type, with its number of photos, the most frequent first.
    """

    pool: int
    n_photos: int
    precision_at_9: float
    by_article: dict[str, tuple[int, float]]


def match_kinds(
    drawn: Collection, real: Collection, *, only: frozenset[str] | None = None
) -> Likeness:
    """Ask a collection of drawn products with the photos of a collection of real ones.

    Parameters
    ----------
    drawn
        Its attribute ``kind`` is the truth.
    real
        Its attribute ``articleType`` tells each photo's kind by `KINDS_OF_ARTICLE`. Both must be
        embedded by the same model.
    only
        Content hashes of the real photos to ask with, such as those that training held out.

    Raises
    ------
    CollectionError
        The two have different models, or no photo has an article type that is drawn.
    """
    models = drawn.manifest.model, real.manifest.model
    if models[0].fingerprint != models[1].fingerprint:
        raise CollectionError(
            "the two collections have different models",
            value=f"{models[0].name} and {models[1].name}",
            remedy="Index both with the same one",
        )
    asked = {
        photo.content_hash: photo
        for photo in real.catalogue.all_photos()
        if photo.attributes.get(_ARTICLE) in KINDS_OF_ARTICLE
        and (only is None or photo.content_hash in only)
    }
    candidates = list(drawn.catalogue.all_photos())
    if not asked or not candidates:
        raise CollectionError(
            "no photo of a kind that is drawn",
            value=real.folder,
            remedy=f"Its photos need an attribute {_ARTICLE!r} such as 'Tshirts'",
        )
    kinds = np.array([photo.attributes.get("kind", "") for photo in candidates])
    rows = np.asarray(drawn.embeddings[[photo.row for photo in candidates]])
    shares: dict[str, list[float]] = {}
    for photo in asked.values():
        nearest = np.argsort(-(rows @ real.embeddings[photo.row]), kind="stable")[:K]
        article = photo.attributes[_ARTICLE]
        share = float(np.isin(kinds[nearest], list(KINDS_OF_ARTICLE[article])).mean())
        shares.setdefault(article, []).append(share)
    frequent = sorted(shares, key=lambda article: (-len(shares[article]), article))
    return Likeness(
        pool=len(candidates),
        n_photos=len(asked),
        precision_at_9=float(np.mean([share for each in shares.values() for share in each])),
        by_article={
            article: (len(shares[article]), float(np.mean(shares[article]))) for article in frequent
        },
    )
