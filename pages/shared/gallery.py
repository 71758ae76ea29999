"""Photos as a gallery: one element in the page, in any theme and at any width.

The component gets data, never markup: its JavaScript sets captions and names as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.catalogue import Photo
from engine.search import Match, SearchResult, Verdict
from engine.storage import Collection
from pages.search.thumbs import vote
from pages.shared.elements import data_url, element
from pages.shared.links import IMAGE_SEARCH, go, link_to
from pages.shared.phrases import chip_label, stronger_than
from pages.shared.view import View

LABELS = {
    "more": "More like this",
    "similarity": "similarity",
    "score": "match, 1 for the best",
    "up": "Thumb up",
    "down": "Thumb down",
    "words": "Nearest words",
    "gone": "Photo not in its folder any more",
    "line": "From here on, probably not what you asked for",
}

_gallery = element("gallery", css="shared/gallery.css", js="shared/gallery.js")


def draw_matches(
    collection: Collection,
    answer: SearchResult,
    verdict: Verdict,
    words: Sequence[Sequence[str]],
    *,
    here: View,
    slug: str,
) -> None:
    """Draw the matches of an answer; a photo opens its details, "more like this" a new search.

    `words` are the nearest ones of every match.
    """
    n_before = verdict.n_answers - answer.request.offset
    cards = [
        _card(collection, match.photo, slug)
        | _judged(answer, match, verdict, place)
        | {
            "href": link_to(here.changed(photo=match.photo.photo_id), slug),
            "words": " · ".join(words[place]),
            "vote": (match.photo.photo_id in here.liked) - (match.photo.photo_id in here.disliked),
        }
        for place, match in enumerate(answer.matches)
    ]
    is_dense = here.mode == "dense" and not here.diversity
    line = n_before if is_dense and 0 < n_before < len(cards) else None
    heard = _draw(cards, "answer", "Photos found, the nearest first", key="matches", line=line)
    if heard.opened:
        go(here.changed(photo=heard.opened), slug)
    if heard.voted:
        vote(collection, answer, heard.voted, here, slug)


def _judged(answer: SearchResult, match: Match, verdict: Verdict, place: int) -> dict[str, Any]:
    """Return what a card says of its match: parts, strength, and what is unusual."""
    marks = ["named exactly"] if match.is_named else []
    below = answer.matches[place + 1 :]
    if not match.is_named and any(other.score > match.score + 1e-6 for other in below):
        marks += ["moved up for diversity"]
    marks += [f"+{len(match.near_duplicates)} near-duplicates"] if match.near_duplicates else []
    several = zip(answer.query_parts, match.parts, strict=True) if len(match.parts) > 1 else ()
    return {
        "rank": match.rank,
        "similarity": round(match.similarity, 4),
        "score": round(match.score, 4),
        "ways": [
            {"label": way, "value": round(share * match.score, 4)}
            for way, share in match.shares.items()
        ],
        "parts": [{"label": chip_label(chip), "value": round(part, 4)} for chip, part in several],
        "strength": stronger_than(verdict.strengths[place]),
        "doubtful": verdict.likelihoods[place] < 0.5,
        "featured": match.rank == 1,
        "facts": " · ".join(match.photo.attributes.values()),
        "marks": marks,
    }


def draw_photos(
    collection: Collection, photos: Sequence[Photo], *, slug: str, layout: str, label: str
) -> None:
    """Draw photos without a question, each a link to its like.

    The layout is a ``mosaic`` of four rows, a ``strip`` of six rows, one ``row``, a few ``likes``
    in one line, or one large ``portrait``.
    """
    cards = [_card(collection, photo, slug) for photo in photos]
    _draw(cards, layout, label, key=f"{layout} {slug}")


def _draw(
    cards: list[dict[str, Any]], layout: str, label: str, *, key: str, line: int | None = None
) -> Any:
    labels = {
        **LABELS,
        "gallery": label,
        "open": "Show details" if layout == "answer" else "Find photos like this",
    }
    data = {"cards": cards, "layout": layout, "labels": labels, "line": line}
    return _gallery(key=key, data=data, on_opened_change=_hear, on_voted_change=_hear)


def _hear() -> None:
    """What happened is read where the gallery is drawn; Streamlit only has to know of it."""


def _card(collection: Collection, photo: Photo, slug: str) -> dict[str, Any]:
    caption = photo.captions[0] if photo.captions else Path(photo.path).stem
    more = link_to(View(like={photo.photo_id: 1.0}), slug, IMAGE_SEARCH)
    return {
        "id": photo.photo_id,
        "image": data_url(collection.thumbnail(photo.row)),
        "width": photo.width,
        "height": photo.height,
        "alt": caption,
        "caption": caption,
        "href": more,
        "links": [{"label": LABELS["more"], "href": more}],  # further links on go here
    }
