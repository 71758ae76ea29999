"""Receipts: what was asked of what, so that anybody can have the same answer again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.images import draw_sheet
from engine.search import Answer, Match, Request, SearchEngine


def receipt_of(
    engine: SearchEngine, answer: Answer, request: Request, images: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the settings, the fingerprints and the line that gives this answer again.

    Parameters
    ----------
    engine
        That answered.
    answer, request
        What came of what.
    images
        Names of the photos from outside; whoever repeats the line must have these files.

    Returns
    -------
    dict
        Plain values: ``shell``, ``query``, ``settings``, ``collection``, ``model``, ``ids``.
    """
    collection, model = engine.collection, engine.collection.manifest.model
    return {
        "shell": request.shell_line(_told(collection.folder), images),
        "query": answer.query,
        "settings": request.settings(),
        "collection": {
            "name": collection.name,
            "photos": collection.n_photos,
            "fingerprint": collection.fingerprint,
        },
        "model": {"name": model.name, "fingerprint": model.fingerprint},
        "is_exact": answer.is_exact,
        "ids": [match.photo.photo_id for match in answer.matches],
    }


def contact_sheet(engine: SearchEngine, answer: Answer, receipt: dict[str, Any]) -> bytes:
    """Return the photos of an answer on one sheet, a JPEG file with the receipt in its heading."""
    heading = [
        answer.query,
        f"{receipt['collection']['name']} {receipt['collection']['fingerprint']} · "
        f"model {receipt['model']['name']} {receipt['model']['fingerprint']}",
        receipt["shell"],
    ]
    pictures = [
        (engine.collection.thumbnail(match.photo.row), _lines(match)) for match in answer.matches
    ]
    return draw_sheet(pictures, heading)


def _lines(match: Match) -> list[str]:
    caption = match.photo.captions[0] if match.photo.captions else match.photo.path
    return [f"{match.rank}   {match.similarity:.3f}   {match.photo.photo_id}", caption]


def _told(folder: Path) -> str:
    """Name a folder as one would type it from where the program runs."""
    here = Path.cwd()
    return str(folder.relative_to(here) if folder.is_relative_to(here) else folder)
