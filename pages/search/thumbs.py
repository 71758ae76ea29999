"""Thumbs: they move the answer at once, and are kept as judgements of the question."""

from __future__ import annotations

from typing import Any

from engine.access import Role, may
from engine.evaluation import Judgement, keep_judgement
from engine.search import SearchResult
from engine.storage import Collection
from pages.shared.links import go
from pages.shared.view import View


def vote(
    collection: Collection, answer: SearchResult, voted: dict[str, Any], here: View, slug: str
) -> None:
    """Keep a thumb, and draw the answer that it leads to.

    A query with photos from outside is private, so a thumb moves its answer but is not kept; so is
    a visitor's.
    """
    photo_id, thumb = str(voted["id"]), int(voted["vote"])
    up = tuple(each for each in here.liked if each != photo_id)
    down = tuple(each for each in here.disliked if each != photo_id)
    if may(Role.EDITOR) and not any(term.photo for term in answer.terms):
        keep_judgement(
            collection.folder,
            Judgement(answer.query, photo_id, thumb, collection.manifest.model.fingerprint),
        )
    changed = here.changed(
        liked=(*up, photo_id) if thumb > 0 else up,
        disliked=(*down, photo_id) if thumb < 0 else down,
        page=1,
    )
    go(changed, slug)
