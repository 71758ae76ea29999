"""What a head learns from: features of photos, and what may be said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import PhotoRecord, Skipped, read_source
from engine.errors import TrainingError
from engine.progress import Report
from engine.text import singular, words
from engine.training.backbone import Backbone
from engine.training.examples import Batches, Examples, label_attributes
from engine.training.settings import DataSource, TrainingSettings

# A word in the captions of more photos than this tells none of them apart.
_COMMON_SHARE = 0.4
# What people call the attribute that sorts their photos into kinds, the surest name first.
_LABEL_NAMES = ("articletype", "label", "class", "category", "kind", "producttypename", "folder")


@dataclass(frozen=True, slots=True)
class Material:
    """Photos as features, with everything known of them; row i of everything is one photo.

    Parameters
    ----------
    photos
        Examples whose `pixels` are features, float32 (n, n_features).
    labels
        The photo's label, or "".
    tags
        Words and values that are true of the photo, possibly none.
    known
        Every attribute of the photo.
    paths
        Where the photo is.
    """

    photos: Examples
    labels: list[str]
    tags: list[tuple[str, ...]]
    known: list[dict[str, str]]
    paths: list[Path]

    def __len__(self) -> int:
        return len(self.paths)

    def said(self, speech: str) -> Examples:
        """Return the examples as training shall hear of them: captions, label or tags."""
        photos = self.photos
        if speech == "captions":
            return photos
        told: list[tuple[str, ...]] = (
            [(label,) if label else captions for label, captions in self._labelled()]
            if speech == "label"
            else [
                tags or captions for tags, captions in zip(self.tags, photos.captions, strict=True)
            ]
        )
        nothing: list[dict[str, str]] = [{}] * len(self)
        return replace(photos, captions=told, attributes=nothing)

    def _labelled(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        return zip(self.labels, self.photos.captions, strict=True)


class TagBatches(Batches):
    """Batches of photos with one of their tags; a tag is wrong where the photo does not carry it.

    The chain of shared tags that `Batches` follows would join every photo to every other.
    """

    def _batch(self, places: NDArray[np.int64], rng: np.random.Generator) -> dict[str, Any]:
        rows = self._rows[places]
        carried = [self._examples.captions[row] for row in rows]
        said = [tags[int(rng.integers(len(tags)))] for tags in carried]
        return {
            "pixels": self._examples.pixels[rows],
            "tokens": self._tokenizer.encode(said),
            "same": np.array([[tag in tags for tag in said] for tags in carried], bool),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """A photo that a source names: its file, what the source says, and where it may be used."""

    path: Path
    record: PhotoRecord
    validates: bool


def list_photos(data: Sequence[DataSource]) -> tuple[list[Found], list[Skipped]]:
    """Return every photo of some sources, and what they could not use."""
    found: list[Found] = []
    skipped: list[Skipped] = []
    for origin in data:
        source = read_source(origin.photos, origin.captions, columns=origin.columns or None)
        skipped += source.skipped
        found += [Found(source.root / r.path, r, origin.validates) for r in source.records]
    return found, skipped


def gather(
    found: Sequence[Found],
    skipped: Sequence[Skipped],
    settings: TrainingSettings,
    backbone: Backbone,
    progress: Report,
) -> Material:
    """Compute the features of photos and collect what is said of them.

    Raises
    ------
    TrainingError
        Too few photos have anything to learn from.
    """
    records = [item.record for item in found]
    spoken = list(settings.attributes) or label_attributes(records)
    label = settings.label or _label_key(records, spoken)
    if label and label not in spoken:
        spoken.append(label)  # it has more values than other attributes, and each is worth saying
    usable = [item for item in found if _captions(item.record, label)]
    if len(usable) < 2 * settings.batch_size:
        raise TrainingError(
            "too few photos with captions or labels to train on",
            value=len(usable),
            remedy=f"Give at least {2 * settings.batch_size}, or lower '--batch-size'",
        )
    features = backbone.features.compute([item.path for item in usable], progress=progress)
    usable = [usable[place] for place in features.kept]
    attributes = [_values(item.record, spoken) for item in usable]
    if not any(attributes):
        agreed = salient_words([item.record.captions for item in usable])
        attributes = [{word: word for word in each} for each in agreed]
    photos = Examples(
        pixels=cast("NDArray[Any]", features.rows),
        captions=[_captions(item.record, label) for item in usable],
        attributes=attributes,
        hashes=features.hashes,
        validates=[item.validates for item in usable],
        skipped=[*skipped, *features.skipped],
    )
    return Material(
        photos,
        [item.record.attributes.get(label, "") for item in usable],
        [_tags(item.record, _values(item.record, spoken).values()) for item in usable],
        [dict(item.record.attributes) for item in usable],
        [item.path for item in usable],
    )


def _captions(record: PhotoRecord, label: str) -> tuple[str, ...]:
    """Return a photo's captions; where it has none, its label, else its tags, as one."""
    named = record.attributes.get(label, "") or " ".join(record.tags)
    return tuple(record.captions) or ((named,) if named else ())


def _values(record: PhotoRecord, keys: Sequence[str]) -> dict[str, str]:
    return {key: record.attributes[key] for key in keys if record.attributes.get(key)}


def salient_words(captions: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Return the words that several captions of a photo agree on, for photos without attributes.

    Said a few at a time like attribute values, they teach a model the short texts that people ask
    with. Words of most photos ("the", "with") and of fewer than three letters say nothing.

    Examples
    --------
    >>> salient_words([["A dog on a beach", "The dog runs along the beach"], ["Red bus"], ["Tea"]])
    [('dog', 'beach'), ('red', 'bus'), ('tea',)]
    """
    said = [[set(map(singular, words(text))) for text in texts] for texts in captions]
    photos_with = Counter(word for texts in said for word in set().union(*texts))
    most = max(_COMMON_SHARE * len(captions), 1)
    salient = []
    for texts, own in zip(said, captions, strict=True):
        counts = Counter(word for text in texts for word in text)
        order = dict.fromkeys(singular(word) for text in own for word in words(text))
        n_needed = min(2, len(texts))
        salient.append(
            tuple(
                word
                for word in order
                if counts[word] >= n_needed and len(word) > 2 and photos_with[word] <= most
            )
        )
    return salient


def _tags(record: PhotoRecord, values: Iterable[str]) -> tuple[str, ...]:
    """Return a photo's tags and attribute values, and without any the words of its captions."""
    tags = dict.fromkeys([*record.tags, *values])
    return tuple(tags) or tuple(dict.fromkeys(w for text in record.captions for w in words(text)))


def _label_key(records: Sequence[PhotoRecord], spoken: Sequence[str]) -> str:
    """Return the attribute that sorts photos into kinds: by its name, else by its many values."""
    values: dict[str, set[str]] = {}
    for record in records:
        for key, value in record.attributes.items():
            values.setdefault(key, set()).add(value)
    plain = {key.lower().replace("_", "").replace(" ", ""): key for key in values}
    for name in _LABEL_NAMES:
        if name in plain and 1 < len(values[plain[name]]) <= len(records) / 2:
            return plain[name]
    return max(spoken, key=lambda key: len(values.get(key, ())), default="")
