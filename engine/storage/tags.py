"""A person's own tags: kept beside the builds, and taken into each of them.

The table of a collection may be replaced at any time; what a person has tagged here stays.
"""

from __future__ import annotations

from collections.abc import Collection as Many
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.access import Role, require
from engine.durable import DamagedFileError, read_checked, write_checked
from engine.errors import CollectionError
from engine.storage.collection import Collection
from engine.storage.manifest import unreadable
from engine.storage.row_match import Placed
from engine.storage.site import TAGS, TAGS_COPY, only_writer

MAX_TAG_CHARACTERS = 60
_KIND = "kindred tags"


def tag_photos(folder: Path | str, photo_ids: Many[str], tag: str) -> int:
    """Note a tag for photos; the next update brings it into the collection.

    Parameters
    ----------
    folder
        The collection's folder.
    photo_ids
        Photos to tag; ids that are no more are passed over.
    tag
        At most 60 characters.

    Returns
    -------
    int
        How many photos carry the tag now.

    Raises
    ------
    CollectionError
        The tag is empty or too long, or the collection cannot be written.
    """
    require(Role.EDITOR)
    folder, tag = Path(folder), " ".join(tag.split())
    if not 0 < len(tag) <= MAX_TAG_CHARACTERS:
        raise CollectionError(
            "a tag needs a name", value=tag, remedy=f"Type 1 to {MAX_TAG_CHARACTERS} letters"
        )
    with only_writer(folder), Collection.open(folder) as collection:
        rows = collection.catalogue.rows_of(photo_ids).values()
        photos = collection.catalogue.photos(list(rows))
        tags = read_tags(folder)
        hashes = {*tags.get(tag, ()), *(photo.content_hash for photo in photos)}
        _write_tags(folder, {**tags, tag: sorted(hashes)})
    return len(hashes)


def read_tags(folder: Path) -> dict[str, list[str]]:
    """Return each tag given here, and the content hashes of the photos that carry it.

    Nobody could make them again, so there are two copies of them: where the first is damaged, the
    second, which is written after it, speaks.

    Raises
    ------
    CollectionError
        When neither can be read.
    """
    try:
        return _tags_in(folder / TAGS)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(folder / TAGS, error) from error
    except DamagedFileError as error:
        try:
            return _tags_in(folder / TAGS_COPY)
        except (OSError, DamagedFileError):
            raise CollectionError(
                "the tags given here are damaged",
                value=folder / TAGS,
                remedy="Restore that file from a copy, or remove it to go on without them",
            ) from error


def _tags_in(path: Path) -> dict[str, list[str]]:
    record = read_checked(path)
    tags = record["tags"] if record.get("kind") == _KIND else record
    try:
        return {str(tag): [str(each) for each in hashes] for tag, hashes in tags.items()}
    except (AttributeError, TypeError) as error:
        raise DamagedFileError("is no record of tags any more") from error


def _write_tags(folder: Path, tags: dict[str, list[str]]) -> None:
    for name in (TAGS, TAGS_COPY):
        write_checked(folder / name, {"kind": _KIND, "tags": tags})


def with_tags(placed: Sequence[Placed], folder: Path) -> list[Placed]:
    """Return the photos of a build with the tags that were given here."""
    given: dict[str, list[str]] = {}
    for tag, hashes in read_tags(folder).items():
        for content_hash in hashes:
            given.setdefault(content_hash, []).append(tag)
    return [
        replace(each, photo=replace(each.photo, tags=_joined(each.photo.tags, more)))
        if (more := given.get(each.photo.content_hash))
        else each
        for each in placed
    ]


def _joined(tags: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*tags, *more]))
