"""Judgements: what people thought of a photo as an answer to a question.

They belong to a collection and outlive its models, so that two models can be compared on what
people really asked. One line of JSON each, in Kindred's home, the last word on a pair counts.

Not inside: what a model makes of them (`engine.evaluation.feedback`).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from engine import config
from engine.access import Role, require
from engine.durable import append_line, read_lines
from engine.errors import CollectionError

_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Judgement:
    """One thumb.

    Parameters
    ----------
    query
        The question, in the query language.
    photo_id
        The photo.
    thumb
        1 for up, −1 for down, 0 takes an earlier one back.
    model
        Fingerprint of the model whose answer was judged.
    """

    query: str
    photo_id: str
    thumb: int
    model: str = ""


def judgements_file(collection: Path) -> Path:
    """Return where a collection's judgements are kept; it need not be there."""
    where = hashlib.sha256(str(collection.absolute()).encode()).hexdigest()[:8]
    return config.home() / "judgements" / f"{collection.name}-{where}.jsonl"


def keep_judgement(collection: Path, judgement: Judgement) -> None:
    """Add a judgement.

    Parameters
    ----------
    collection
        The collection's folder.

    Raises
    ------
    CollectionError
        The file cannot be written, or has grown beyond all use.
    """
    require(Role.EDITOR)
    path = judgements_file(collection)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _MAX_BYTES:
            raise OSError("the file is full")
        append_line(path, asdict(judgement), mode=0o600)
    except OSError as error:
        raise CollectionError(
            "a judgement cannot be kept", value=path, remedy="Make room, or the folder writable"
        ) from error


def read_judgements(collection: Path) -> dict[str, dict[str, int]]:
    """Return the thumbs by query and photo id; a line that cannot be read is passed over."""
    path = judgements_file(collection)
    found: dict[str, dict[str, int]] = {}
    for content in read_lines(path):
        try:
            query, photo_id = str(content["query"]), str(content["photo_id"])
            thumb = int(content["thumb"])
        except (ValueError, KeyError, TypeError):
            continue
        thumbs = found.setdefault(query, {})
        thumbs.pop(photo_id, None)
        if thumb:
            thumbs[photo_id] = 1 if thumb > 0 else -1
    return {query: thumbs for query, thumbs in found.items() if thumbs}
