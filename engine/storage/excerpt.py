"""Some photos of a collection as a folder of their own, ready to be indexed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.access import Role, require
from engine.catalogue import Photo
from engine.errors import CollectionError, writing
from engine.storage.collection import Collection

TABLE = "photos.jsonl"


def write_excerpt(collection: Collection, rows: Sequence[int], folder: Path) -> int:
    """Copy photos with all that is said of them into a new folder.

    A photo whose file has gone is copied as its thumbnail, where the collection keeps one.

    Parameters
    ----------
    collection
        Where they are.
    rows
        Which ones.
    folder
        Made here; photos keep their paths below it.

    Returns
    -------
    int
        How many photos were copied.

    Raises
    ------
    CollectionError
        None could be, or the folder cannot be written.
    """
    require(Role.EDITOR)
    lines = []
    with writing(CollectionError, "the photos cannot be copied", folder):
        folder.mkdir(parents=True, exist_ok=True)
        for photo in collection.catalogue.photos(rows):
            if _copy(collection, photo, folder / photo.path):
                lines.append(json.dumps(record_of(photo), ensure_ascii=False))
        (folder / TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not lines:
        raise CollectionError("no photo could be copied", value=folder, remedy="Choose others")
    return len(lines)


def _copy(collection: Collection, photo: Photo, to: Path) -> bool:
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(collection.photo_file(photo.row), to)
    except FileNotFoundError:
        thumbnail = collection.kept_thumbnail(photo.row)
        if thumbnail is None:
            return False
        to.write_bytes(thumbnail)
    return True


def record_of(photo: Photo) -> dict[str, Any]:
    """Return a photo's line in the table of a folder: where it lies and what is said of it."""
    told: dict[str, Any] = {"image": photo.path, "id": photo.photo_id, **photo.attributes}
    if photo.captions:
        told["captions"] = list(photo.captions)
    if photo.tags:
        told["tags"] = list(photo.tags)
    return told
