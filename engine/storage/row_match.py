"""Which photo is which: what a source has now, matched to the rows a collection had before.

A photo keeps its row and its id when its path changes, because its bytes say who it is; and it
keeps its row when its bytes change, because its path says so. Only what fits neither way is new.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from engine.catalogue import NewPhoto, Photo, PhotoRecord
from engine.images import Metadata
from engine.storage.journal import Reading

ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo as it shall be, and the row it had before, if it had one."""

    photo: NewPhoto
    before: Photo | None

    @property
    def has_new_content(self) -> bool:
        """Whether its row, if it keeps it, needs another embedding."""
        return self.before is None or self.before.content_hash != self.photo.content_hash

    @property
    def is_renamed(self) -> bool:
        """Whether it is an old photo under a new path."""
        return self.before is not None and self.before.path != self.photo.path

    @property
    def is_unchanged(self) -> bool:
        """Whether the catalogue says all of this already."""
        before = self.before
        return before is not None and all(
            getattr(before, name) == getattr(self.photo, name) for name in NewPhoto.__slots__
        )


def place(wanted: Sequence[tuple[PhotoRecord, Reading]], before: Iterable[Photo]) -> list[Placed]:
    """Match photos to the rows they had, and name them.

    Parameters
    ----------
    wanted
        Photos as they are now, each path once.
    before
        The live rows of the collection until now.

    Returns
    -------
    list of Placed
        In the order of `wanted`, with ids that are unique: the table's, else the one it had, else
        the first 16 digits of the content's hash; a second photo of that id gets ``-2``.
    """
    matches = _matches([reading for _, reading in wanted], list(before))
    names = _names(wanted, matches)
    return [
        Placed(new_photo(record, reading, name), match)
        for (record, reading), match, name in zip(wanted, matches, names, strict=True)
    ]


def _matches(wanted: Sequence[Reading], before: Sequence[Photo]) -> list[Photo | None]:
    """Match by path and bytes, then by bytes alone, then by path alone."""
    matches: list[Photo | None] = [None] * len(wanted)
    left = {photo.row: photo for photo in before}
    for key_of_reading, key_of_photo in _KEYS:
        rows: dict[object, deque[Photo]] = defaultdict(deque)
        for photo in left.values():
            rows[key_of_photo(photo)].append(photo)
        for position, reading in enumerate(wanted):
            candidates = rows.get(key_of_reading(reading))
            if matches[position] is None and candidates:
                match = matches[position] = candidates.popleft()
                del left[match.row]
    return matches


_KEYS = (
    (lambda reading: (reading.path, reading.content_hash), lambda p: (p.path, p.content_hash)),
    (lambda reading: reading.content_hash, lambda photo: photo.content_hash),
    (lambda reading: reading.path, lambda photo: photo.path),
)


def _names(
    wanted: Sequence[tuple[PhotoRecord, Reading]], matches: Sequence[Photo | None]
) -> list[str]:
    """Name photos; whoever keeps the name it had is served before a newcomer may take it."""
    wishes = [
        _wish(record, reading, match)
        for (record, reading), match in zip(wanted, matches, strict=True)
    ]
    keeps = [
        match is not None and match.photo_id == wish
        for wish, match in zip(wishes, matches, strict=True)
    ]
    names = [""] * len(wishes)
    register = IdRegister()
    for is_turn in (True, False):
        for position, wish in enumerate(wishes):
            if keeps[position] is is_turn:
                names[position] = register.enter(wish)
    return names


class IdRegister:
    """Gives out each name once, with ``-2``, ``-3``, … where it is asked for again."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(2))

    def enter(self, wish: str) -> str:
        """Return the wish, or what it becomes where another photo has it."""
        name = wish
        while name in self._taken:
            name = f"{wish}-{next(self._numbers[wish])}"
        self._taken.add(name)
        return name


def _wish(record: PhotoRecord, reading: Reading, match: Photo | None) -> str:
    is_same = match is not None and match.content_hash == reading.content_hash
    if record.photo_id is None and match is not None and is_same:
        return match.photo_id
    return own_id(record, reading)


def own_id(record: PhotoRecord, reading: Reading) -> str:
    """Return how a new photo is named, unless another one has that name."""
    return record.photo_id or reading.content_hash[:ID_DIGITS]


def new_photo(record: PhotoRecord, reading: Reading, photo_id: str) -> NewPhoto:
    """Return a photo as the catalogue takes it, of what its source and its file say."""
    record = completed(record, reading.metadata)
    return NewPhoto(
        photo_id=photo_id,
        path=record.path,
        captions=record.captions,
        attributes=record.attributes,
        tags=record.tags,
        width=reading.width,
        height=reading.height,
        size_bytes=reading.size_bytes,
        modified_ns=reading.modified_ns,
        content_hash=reading.content_hash,
    )


def completed(record: PhotoRecord, said: Metadata | None) -> PhotoRecord:
    """Return a record with what a file says of the photo, where the source says nothing."""
    if said is None:
        return record
    return replace(
        record,
        captions=record.captions or tuple(said["captions"]),
        attributes={**said["attributes"], **record.attributes},
        tags=tuple(dict.fromkeys([*record.tags, *said["tags"]])),
    )
