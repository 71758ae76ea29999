"""A photo to start from in its square, and the part of it that counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.query import Region, Term, format_query
from pages.shared.elements import data_url, element
from pages.shared.links import go
from pages.shared.view import View

_region = element("region", js="search/region.js", css="search/region.css")


@dataclass(frozen=True, slots=True)
class Attached:
    """One photo to start from, as the model sees it, and how much it counts.

    Parameters
    ----------
    key
        Names it among the attached photos: the upload's own id, or the photo's id.
    name
        The file's name, or the photo's caption.
    data
        The bytes of an upload; empty for a photo of the collection.
    understood
        PNG bytes of the square the model is given; empty where the picture has gone.
    weight
        Negative means unlike.
    width, height
        Of the upright photo, in pixels of any size.
    """

    key: str
    name: str
    data: bytes
    understood: bytes
    weight: float = 1.0
    width: int = 1
    height: int = 1


def draw_square(photo: Attached, number: int, terms: Sequence[Term], here: View, slug: str) -> None:
    """Draw the square of a photo; a rectangle dragged over it becomes the part that counts."""
    place = next((i for i, term in enumerate(terms) if _is_of(term, photo, number)), None)
    region = terms[place].region if place is not None else None
    data = {
        "image": data_url(photo.understood, "png"),
        "width": photo.width,
        "height": photo.height,
        "region": str(region) if region else "",
        "label": f"Choose a part of {photo.name}",
        "whole": "Use the whole photo",
    }
    key = f"region {photo.key}"
    chosen = _region(key=key, data=data, width=132, on_chosen_change=lambda: None).chosen
    if chosen is not None and place is not None:
        part = Region(*chosen) if chosen else None
        changed = [*terms[:place], replace(terms[place], region=part), *terms[place + 1 :]]
        go(here.changed(query=format_query(changed), like={}), slug)


def _is_of(term: Term, photo: Attached, number: int) -> bool:
    return term.photo == number if photo.data else term.ids == (photo.key,)
