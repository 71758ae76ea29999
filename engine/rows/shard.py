"""One shard of rows: a run of photos that somebody reads and embeds, here or elsewhere.

A shard's name tells what is in it: the photos' files, what is said of them, and the model. So one
that is there already is what would be made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from engine.catalogue import PhotoRecord
from engine.config import THUMBNAIL_PX
from engine.encoders import Encoder
from engine.rows.parquet import encode_rows
from engine.rows.photo_list import PhotoList, open_root
from engine.rows.remote import N_READERS, is_address
from engine.rows.rows_folder import FORMAT
from engine.storage.embedder import embed_files
from engine.storage.journal import Content, Reading
from engine.storage.order import Model
from engine.storage.row_match import completed
from engine.storage.sidecars import Sidecars


@dataclass(frozen=True, slots=True)
class Shard:
    """Photos to be embedded together.

    Attributes
    ----------
    name
        Of its file.
    root
        The folder, or the address of one, that paths are relative to.
    all_thumbnails
        Whether a photo that is small enough to be its own thumbnail has one nevertheless.
    records, readings
        What is said of each photo, and its file's size and time.
    sidecars
        What files beside them say.
    """

    name: str
    root: str
    all_thumbnails: bool
    records: Sequence[PhotoRecord]
    readings: Sequence[Reading]
    sidecars: Sidecars

    def packed(self) -> str:
        """Return all of it as text, for another program."""
        told = asdict(self)
        told["sidecars"] = [self.sidecars.said, sorted(self.sidecars.by_greenwich)]
        return json.dumps(told, sort_keys=True)

    @classmethod
    def unpacked(cls, text: str) -> Shard:
        """Return the shard that was packed."""
        told = json.loads(text)
        said, by_greenwich = told["sidecars"]
        return cls(
            told["name"],
            told["root"],
            told["all_thumbnails"],
            [PhotoRecord(**each) for each in told["records"]],
            [Reading(**each) for each in told["readings"]],
            Sidecars(said, frozenset(by_greenwich), [], []),
        )


def plan_shards(
    photos: PhotoList, model: Model, n_photos: int, *, all_thumbnails: bool = False
) -> Iterator[Shard]:
    """Yield the shards of a list of photos, each of `n_photos` and the last of what is left."""
    terms = f"{FORMAT} {model.card.fingerprint} {model.card.size_px} {THUMBNAIL_PX}"
    for number, start in enumerate(range(0, len(photos.records), n_photos)):
        run = slice(start, start + n_photos)
        paths = {record.path for record in photos.records[run]}
        said = {path: photos.sidecars.said[path] for path in photos.sidecars.said.keys() & paths}
        shard = Shard(
            terms,
            photos.origin.root,
            all_thumbnails,
            photos.records[run],
            photos.readings[run],
            Sidecars(said, photos.sidecars.by_greenwich & paths, [], []),
        )
        digest = hashlib.blake2b(shard.packed().encode(), digest_size=8).hexdigest()
        yield replace(shard, name=f"rows-{number:06d}-{digest}.parquet")


def embed_shard(
    shard: Shard, encoder: Encoder, at: Callable[[int], None] = lambda done: None
) -> bytes:
    """Read and embed the photos of a shard; return the bytes of its file.

    Parameters
    ----------
    shard
        The photos; one that cannot be read becomes a row with a reason.
    encoder
        Makes the embeddings.
    at
        Hears how many of them are done.

    Raises
    ------
    ModelError
        When the model gives rows that no index can hold.
    """
    learned = _Learned()
    embed_files(
        [reading for reading in shard.readings if reading.reason is None],
        open_root(shard.root),
        encoder,
        learned,
        known=frozenset(),
        thumbnail_px=THUMBNAIL_PX,
        all_thumbnails=shard.all_thumbnails,
        n_readers=N_READERS if is_address(shard.root) else 0,
        at=at,
    )
    found = []
    for record, seen in zip(shard.records, shard.readings, strict=True):
        reading = learned.readings.get(seen.path, seen)
        own = reading.metadata["attributes"] if reading.metadata else {}
        found.append((completed(record, shard.sidecars.about(record.path, own)), reading))
    return encode_rows(found, learned.contents, encoder.n_dims)


@dataclass(slots=True)
class _Learned:
    """Takes what the files of one shard taught."""

    readings: dict[str, Reading] = field(default_factory=dict)
    contents: dict[str, Content] = field(default_factory=dict)

    @property
    def hashes(self) -> set[str]:
        return set(self.contents)

    def append(self, readings: Sequence[Reading], contents: Sequence[Content]) -> None:
        self.readings.update((reading.path, reading) for reading in readings)
        self.contents.update((content.content_hash, content) for content in contents)
