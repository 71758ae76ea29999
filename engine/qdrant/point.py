"""A photo as a point: what is asked of it stands in three vectors and four lists of texts.

    photo     its embedding
    words     BM25 of the stems in its captions, as far as it is the photo's own part of it
    values    its attributes' values and its tags, each counting 1
    payload   the photo as the catalogue knows it; and as lists to match: ``values`` in the form in
              which they are compared, ``facets`` as they are shown, ``words``, and ``names``: its
              id, whole captions and rare values

Both sparse vectors number texts by a hash, so no dictionary is kept: of 100,000 words one pair is
taken for one another.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import NewPhoto, Photo
from engine.catalogue.bm25 import K1, B
from engine.catalogue.full_text import MOST
from engine.catalogue.postings import fold, terms_of
from engine.text import stems

PHOTO, WORDS, VALUES = "photo", "words", "values"
LISTS = ("values", "facets", "words", "names")
_AS_THEY_ARE = ("path", "width", "height", "size_bytes", "modified_ns", "content_hash")
# What a gallery needs of a payload; thumbnails are asked for one by one.
PHOTO_FIELDS = ("id", "captions", "attributes", "tags", *_AS_THEY_ARE)
THUMBNAIL = "thumbnail"
_BETWEEN = "\x1f"

Payload = dict[str, Any]
Sparse = Mapping[int, float]


@dataclass(frozen=True, slots=True, eq=False)
class StoredPoint:
    """A point, as much of it as was asked for.

    Parameters
    ----------
    row
        Its number.
    payload
        Fields by name.
    embedding
        (n_dims,) float32.
    words, values
        The sparse vectors, weight by number.
    """

    row: int
    payload: Payload
    embedding: NDArray[np.float32] | None = None
    words: Sparse | None = None
    values: Sparse | None = None


def word_key(stem: str) -> int:
    """Return the number of a stem, 0 to 2³² − 1."""
    return _number(stem)


def value_key(name: str, value: str) -> str:
    """Return the text by which a value of an attribute, or a tag, is matched."""
    return facet_of(fold(name), fold(value))


def value_number(key: str) -> int:
    """Return the number of a value."""
    return _number(key)


def facet_of(name: str, value: str) -> str:
    """Return attribute and value as one text to be counted; see `shown_facet`."""
    return f"{name.replace(_BETWEEN, ' ')}{_BETWEEN}{value}"


def shown_facet(text: str) -> tuple[str, str]:
    """Return attribute and value of what is kept as a facet."""
    name, _, value = text.partition(_BETWEEN)
    return name, value


def caption_name(caption: str) -> str:
    """Return the text by which a whole caption is matched."""
    return f"c:{_digest(fold(caption))}"


def id_name(photo_id: str) -> str:
    """Return the text by which an id is matched."""
    return f"i:{_digest(photo_id)}"


def value_name(value: str) -> str:
    """Return the text by which a rare value, of whatever attribute, is matched."""
    return f"v:{_digest(fold(value))}"


@dataclass(frozen=True, slots=True)
class WordWeights:
    """The photo's part of BM25, by what a caption is like on the whole.

    Parameters
    ----------
    usual_length
        Words of a photo's captions together, on average.

    Examples
    --------
    One word once among as many as usual: ``1 / (1 + 1.2)``.

    >>> list(WordWeights(2.0).of(["red boot"]).values())[0] == 1 / 2.2
    True
    """

    usual_length: float

    def of(self, captions: Iterable[str]) -> dict[int, float]:
        """Return the weight of each stem, by its number."""
        counts = Counter(stem for caption in captions for stem in stems(caption))
        norm = K1 * (1 - B + B * min(counts.total(), MOST) / max(self.usual_length, 1e-9))
        return {
            word_key(stem): min(count, MOST) / (min(count, MOST) + norm)
            for stem, count in counts.items()
        }


def point_of(
    row: int,
    photo: NewPhoto | Photo,
    embedding: NDArray[np.float32],
    weights: WordWeights,
    *,
    shown: Mapping[tuple[str, str], str],
    common: frozenset[tuple[str, str]],
    thumbnail: bytes | None = None,
) -> StoredPoint:
    """Return a photo as a point.

    Parameters
    ----------
    row
        Its number.
    photo, embedding, thumbnail
        All there is of it.
    weights
        Of its words.
    shown
        How a value is shown, by attribute and form to compare; others are no facets.
    common
        Attributes with values, in the form to compare, that name no photo.
    """
    terms = terms_of(photo.attributes, photo.tags)
    keys = sorted({value_key(name, value) for name, value in terms})
    facets = sorted(
        {
            facet_of(name, shown[name, fold(value)])
            for name, value in terms
            if (name, fold(value)) in shown
        }
    )
    names = [id_name(photo.photo_id), *map(caption_name, photo.captions)]
    names += [value_name(value) for name, value in terms if (name, fold(value)) not in common]
    payload: Payload = {
        **{field: getattr(photo, field) for field in _AS_THEY_ARE},
        "id": photo.photo_id,
        "captions": list(photo.captions),
        "attributes": dict(photo.attributes),
        "tags": list(photo.tags),
        "values": keys,
        "facets": facets,
        "words": sorted({stem for caption in photo.captions for stem in stems(caption)}),
        "names": sorted(set(names)),
    }
    if thumbnail:
        payload[THUMBNAIL] = base64.b64encode(thumbnail).decode()
    return StoredPoint(
        row,
        payload,
        np.asarray(embedding, np.float32),
        weights.of(photo.captions),
        {value_number(key): 1.0 for key in keys},
    )


def photo_of(point: StoredPoint) -> Photo:
    """Return the photo that a point is."""
    told = point.payload
    return Photo(
        row=point.row,
        photo_id=told["id"],
        captions=tuple(told["captions"]),
        attributes=dict(told["attributes"]),
        tags=tuple(told["tags"]),
        **{field: told[field] for field in _AS_THEY_ARE},
    )


def thumbnail_of(point: StoredPoint) -> bytes | None:
    """Return the thumbnail that a point carries."""
    told = point.payload.get(THUMBNAIL)
    return base64.b64decode(told) if told else None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")


def stored(record: Any) -> StoredPoint:
    """Return what a place tells of a point: both libraries name its parts alike."""
    vectors: Mapping[str, Any] = record.vector or {}
    dense = vectors.get(PHOTO)
    words, values = (
        dict(zip(sparse.indices, sparse.values, strict=True)) if sparse else None
        for sparse in (vectors.get(WORDS), vectors.get(VALUES))
    )
    embedding = None if dense is None else np.array(dense, np.float32)
    return StoredPoint(record.id, record.payload or {}, embedding, words, values)
