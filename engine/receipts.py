"""Receipts: what was asked of what, so that anybody can have the same answer again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.access import shown
from engine.errors import QueryError
from engine.images import draw_sheet
from engine.search import Match, SearchEngine, SearchRequest, SearchResult, read_settings


def receipt_of(engine: SearchEngine, answer: SearchResult) -> dict[str, Any]:
    """Return the settings, the fingerprints and the line that gives this answer again.

    Parameters
    ----------
    engine
        That answered.
    answer
        What came of it, with its request.

    Returns
    -------
    dict
        Plain values: ``shell``, ``query``, ``settings``, ``collection``, ``model``, ``ids``.
    """
    collection, model = engine.collection, engine.collection.manifest.model
    return {
        "shell": answer.request.shell_line(shown(_told(collection.folder))),
        "query": answer.query,
        "settings": answer.request.settings(),
        "collection": {
            "name": collection.name,
            "photos": collection.n_photos,
            "fingerprint": collection.fingerprint,
        },
        "model": {"name": model.name, "fingerprint": model.fingerprint},
        "is_exact": answer.is_exact,
        "ids": [match.photo.photo_id for match in answer.matches],
    }


def read_receipt(receipt: Mapping[str, Any]) -> SearchRequest:
    """Return what a receipt was made of, its attached photos aside; receipts of old read too.

    Raises
    ------
    QueryError
        It is no receipt, or names what no search has.
    """
    query, settings = receipt.get("query"), receipt.get("settings")
    if not (isinstance(query, str) and isinstance(settings, dict)):
        raise QueryError(
            "this is no receipt of a search",
            value=", ".join(map(str, receipt)) or "nothing in it",
            remedy="Take the JSON file that the page downloads",
        )
    return read_settings(query, settings)


def contact_sheet(engine: SearchEngine, answer: SearchResult, receipt: dict[str, Any]) -> bytes:
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


def _told(folder: Path) -> Path:
    """Name a folder as one would type it from where the program runs."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
