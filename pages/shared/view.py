"""What a link holds: everything that makes a search again, and nothing private.

The address is the one source of truth. A page reads its `View` from the address, draws its inputs
from it, and an input that changes writes the next `View` back. Uploaded photos are never in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from engine.config import MAX_K
from engine.query import Term
from engine.search import SearchRequest, read_link
from pages.shared.address import Address, last, weighted, whole

MIN_K = 3
MAX_EF = 5_000
Parameters = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class View(SearchRequest):
    """One state of a search page: a request, and what of its answer is open.

    The fields of the request are those of `SearchRequest`, within what the page offers: 3 to 60
    photos, diversity in tenths, at most 5,000 candidates.

    Parameters
    ----------
    like
        Ids of photos in the collection that the search starts from, with their weights.
    photo
        Id of the photo whose details are open, or "".
    """

    query: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    like: Mapping[str, float] = field(default_factory=dict)
    photo: str = ""
    deduplicate: bool = True

    @property
    def page(self) -> int:
        """Page of results, from 1."""
        return self.offset // self.k + 1

    @classmethod
    def read(cls, address: Address) -> View:
        """Read a view from an address; what makes no sense there falls back to its default."""
        given = read_link(address.get_all)
        for name in ("inside", "offset"):  # a page holds these as `like` and as its page
            given.pop(name, None)
        for name in ("liked", "disliked"):
            given[name] = tuple(dict.fromkeys(given.get(name, ())))
        if "k" in given:
            given["k"] = min(max(given["k"], MIN_K), MAX_K)
        if "diversity" in given:
            given["diversity"] = round(given["diversity"], 1)
        if "ef" in given:
            given["ef"] = min(given["ef"], MAX_EF)
        view = cls(
            **given,
            like=weighted(address.get_all("like"), address.get_all("weight")),
            photo=last(address, "photo"),
        )
        return replace(view, offset=(max(whole(last(address, "page"), 1), 1) - 1) * view.k)

    def parameters(self) -> Parameters:
        """Return what the address must hold to read this view back; defaults are left out.

        Examples
        --------
        >>> View(query="red dress", k=24, filters={"gender": ("Women",)}).parameters()
        {'q': 'red dress', 'filter': ['gender=Women'], 'k': '24'}
        """
        weights = [f"{weight:g}" for weight in self.like.values()]
        mine: Parameters = {
            "like": list(self.like),
            "weight": weights if set(weights) - {"1"} else [],
            "page": str(self.page) if self.page > 1 else "",
            "photo": self.photo,
        }
        asked = SearchRequest.parameters(replace(self, offset=0))
        return asked | {key: value for key, value in mine.items() if value}

    def changed(self, **changes: Any) -> View:
        """Return the view after a change; a new question starts again at its first page."""
        if {"query", "like"} & changes.keys():
            changes = {"liked": (), "disliked": (), **changes}  # they belong to their question
        offset = self.offset if "photo" in changes else 0
        if "page" in changes:
            offset = (changes.pop("page") - 1) * changes.get("k", self.k)
        return replace(self, **{"offset": offset, "photo": "", **changes})

    def request(self, terms: Sequence[Term], images: Sequence[bytes] = ()) -> SearchRequest:
        """Return what the engine is asked: these terms, and everything else that is given."""
        mine = {each.name: getattr(self, each.name) for each in fields(SearchRequest)}
        return SearchRequest(**{**mine, "query": tuple(terms), "images": tuple(images)})
