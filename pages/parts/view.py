"""What a link holds: everything that makes a search again, and nothing private.

The address is the one source of truth. A page reads its `View` from the address, draws its inputs
from it, and an input that changes writes the next `View` back. Uploaded photos are never in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.config import DEFAULT_K, MAX_K
from engine.search import Mode, read_mode
from pages.parts.address import Address, filters, last, tenths, weighted, whole

MIN_K = 3
MAX_EF = 5_000
Parameters = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class View:
    """One state of a search page.

    Parameters
    ----------
    query
        The words asked for; may be empty.
    like
        Ids of photos in the collection that the search starts from, with their weights.
    k
        Photos per page, 3 to 60.
    page
        Page of results, from 1.
    filters
        Attribute → the values allowed for it.
    photo
        Id of the photo whose details are open, or "".
    mode
        How photos are looked for: ``"hybrid"``, ``"dense"`` or ``"lexical"``. Older links say
        ``by=all``, ``by=meaning`` or ``by=text``.
    up, down
        Ids of photos with a thumb up or down.
    folded
        Whether near-identical photos fold behind the first of them.
    variety
        How much matches should differ, 0 to 0.9.
    ef
        Candidates the index keeps, 0 for the collection's own; ``exact`` compares with every photo.
    """

    query: str = ""
    like: Mapping[str, float] = field(default_factory=dict)
    k: int = DEFAULT_K
    page: int = 1
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    photo: str = ""
    mode: Mode = "hybrid"
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    folded: bool = True
    variety: float = 0.0
    ef: int = 0
    exact: bool = False

    @property
    def offset(self) -> int:
        """Matches that stand before this page."""
        return (self.page - 1) * self.k

    @classmethod
    def read(cls, address: Address) -> View:
        """Read a view from an address; what makes no sense there falls back to its default."""
        return cls(
            query=last(address, "q"),
            like=weighted(address.get_all("like"), address.get_all("weight")),
            k=min(max(whole(last(address, "k"), DEFAULT_K), MIN_K), MAX_K),
            page=max(whole(last(address, "page"), 1), 1),
            filters=filters(address.get_all("filter")),
            photo=last(address, "photo"),
            mode=read_mode(last(address, "mode") or last(address, "by")) or "hybrid",
            up=tuple(dict.fromkeys(address.get_all("up"))),
            down=tuple(dict.fromkeys(address.get_all("down"))),
            folded=last(address, "fold") != "0",
            variety=tenths(last(address, "variety")),
            ef=min(whole(last(address, "ef"), 0), MAX_EF),
            exact=last(address, "exact") == "1",
        )

    def parameters(self) -> Parameters:
        """Return what the address must hold to read this view back; defaults are left out.

        Examples
        --------
        >>> View(query="red dress", k=24, filters={"gender": ("Women",)}).parameters()
        {'q': 'red dress', 'k': '24', 'filter': ['gender=Women']}
        """
        weights = [f"{weight:g}" for weight in self.like.values()]
        everything: Parameters = {
            "q": self.query,
            "like": list(self.like),
            "weight": weights if set(weights) - {"1"} else [],
            "k": str(self.k) if self.k != DEFAULT_K else "",
            "page": str(self.page) if self.page > 1 else "",
            "filter": [f"{key}={value}" for key in self.filters for value in self.filters[key]],
            "photo": self.photo,
            "mode": self.mode if self.mode != "hybrid" else "",
            "up": list(self.up),
            "down": list(self.down),
            "fold": "" if self.folded else "0",
            "variety": f"{self.variety:g}" if self.variety else "",
            "ef": str(self.ef) if self.ef else "",
            "exact": "1" if self.exact else "",
        }
        return {key: value for key, value in everything.items() if value}

    def changed(self, **changes: Any) -> View:
        """Return the view after a change; a new question starts again at its first page."""
        same_question = "page" in changes or "photo" in changes
        if {"query", "like"} & changes.keys():
            changes = {"up": (), "down": (), **changes}  # thumbs belong to their question
        page = self.page if same_question else 1
        return replace(self, **{"page": page, "photo": "", **changes})
