"""An answer as a file: a table for a spreadsheet, one object for a script."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalogue import Photo, Skipped
from engine.search import SearchResult

# Also in the width of Chinese and Japanese letters, which spreadsheets there compute as well.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def as_csv(answer: SearchResult, receipt: Mapping[str, Any] | None = None) -> str:
    """Return one row per match, then the receipt; a cell that would be computed becomes text."""
    photos = [match.photo for match in answer.matches]
    keys = sorted({key for photo in photos for key in photo.attributes})
    rows = [
        [
            match.rank,
            f"{match.similarity:.4f}",
            photo.photo_id,
            photo.path,
            photo.captions[0] if photo.captions else "",
            *(photo.attributes.get(key, "") for key in keys),
        ]
        for match, photo in zip(answer.matches, photos, strict=True)
    ]
    closing: list[list[object]] = [[]] if receipt else []
    for key, value in (receipt or {}).items():
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        closing.append([key, told])
    return _table(["rank", "similarity", "id", "path", "caption", *keys], [*rows, *closing])


def as_json(answer: SearchResult, receipt: Mapping[str, Any] | None = None) -> str:
    """Return the object that ``python -m engine search --json`` prints, with the receipt."""
    told = answer.to_json() | ({"receipt": dict(receipt)} if receipt else {})
    return json.dumps(told, ensure_ascii=False, indent=2)


def photos_as_csv(photos: Sequence[Photo]) -> str:
    """Return one row per photo, with its captions, attributes and tags."""
    keys = sorted({key for photo in photos for key in photo.attributes})
    rows = [
        [
            photo.photo_id,
            photo.path,
            " | ".join(photo.captions),
            ", ".join(photo.tags),
            *(photo.attributes.get(key, "") for key in keys),
        ]
        for photo in photos
    ]
    return _table(["id", "path", "captions", "tags", *keys], rows)


def photos_as_json(photos: Sequence[Photo]) -> str:
    """Return one object per photo."""
    told = [
        {
            "id": photo.photo_id,
            "path": photo.path,
            "captions": list(photo.captions),
            "tags": list(photo.tags),
            "attributes": dict(photo.attributes),
        }
        for photo in photos
    ]
    return json.dumps(told, ensure_ascii=False, indent=2)


def skipped_as_csv(skipped: Iterable[Skipped]) -> str:
    """Return path and reason of every file that was left out."""
    return _table(["path", "reason"], [[each.path, each.reason] for each in skipped])


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(map(_inert, header))
    table.writerows([_inert(cell) for cell in row] for row in rows)
    return file.getvalue()


def _inert(cell: object) -> object:
    is_formula = isinstance(cell, str) and not _is_number(cell)
    is_formula = is_formula and str(cell).lstrip().startswith(FORMULA_SIGNS)
    return f"'{cell}" if is_formula else cell


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdecimal()
