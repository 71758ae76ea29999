"""An answer as a file: a table for a spreadsheet, one object for a script."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from engine.search import Answer, Match

FORMULA_SIGNS = ("=", "+", "-", "@", "\t")


def as_csv(answer: Answer) -> str:
    """Return one row per match; a cell that a spreadsheet would compute becomes text."""
    keys = sorted({key for match in answer.matches for key in match.photo.attributes})
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["rank", "similarity", "id", "path", "caption", *keys])
    for match in answer.matches:
        photo = match.photo
        texts = [photo.photo_id, photo.path, _caption(match)]
        texts += [photo.attributes.get(key, "") for key in keys]
        table.writerow([match.rank, f"{match.similarity:.4f}", *map(_inert, texts)])
    return file.getvalue()


def as_json(answer: Answer) -> str:
    """Return the object that ``python -m engine search --json`` prints."""
    matches: list[dict[str, Any]] = [
        {
            "rank": match.rank,
            "id": match.photo.photo_id,
            "path": match.photo.path,
            "caption": _caption(match),
            "similarity": match.similarity,
            "attributes": dict(match.photo.attributes),
        }
        for match in answer.matches
    ]
    told = {"query": answer.query, "k": answer.k, "seconds": answer.seconds, "matches": matches}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _caption(match: Match) -> str:
    return match.photo.captions[0] if match.photo.captions else ""


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
