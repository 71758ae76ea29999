"""What a link holds: everything that makes a search again, and nothing private.

The address is the one source of truth. A page reads its `View` from the address, draws its inputs
from it, and an input that changes writes the next `View` back. Uploaded photos are never in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from engine.config import DEFAULT_K, MAX_K

MIN_K = 3
MAX_WEIGHT = 4.0
Parameters = dict[str, str | list[str]]


class Address(Protocol):
    """The part of ``st.query_params`` that a view reads."""

    def get_all(self, key: str) -> list[str]:
        """Return every value of a parameter, none for one that is not there."""
        ...


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
    """

    query: str = ""
    like: Mapping[str, float] = field(default_factory=dict)
    k: int = DEFAULT_K
    page: int = 1
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    photo: str = ""

    @property
    def offset(self) -> int:
        """Matches that stand before this page."""
        return (self.page - 1) * self.k

    @classmethod
    def read(cls, address: Address) -> View:
        """Read a view from an address; what makes no sense there falls back to its default."""
        return cls(
            query=_last(address, "q"),
            like=_weighted(address.get_all("like"), address.get_all("weight")),
            k=min(max(_whole(_last(address, "k"), DEFAULT_K), MIN_K), MAX_K),
            page=max(_whole(_last(address, "page"), 1), 1),
            filters=_filters(address.get_all("filter")),
            photo=_last(address, "photo"),
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
        }
        return {key: value for key, value in everything.items() if value}

    def changed(self, **changes: Any) -> View:
        """Return the view after a change; a new question starts again at its first page."""
        same_question = "page" in changes or "photo" in changes
        page = self.page if same_question else 1
        return replace(self, **{"page": page, "photo": "", **changes})


def _last(address: Address, key: str) -> str:
    values = address.get_all(key)
    return values[-1].strip() if values else ""


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else default


def _weighted(ids: list[str], weights: list[str]) -> dict[str, float]:
    """Pair ids with weights; a missing or senseless weight counts as 1."""
    padded = weights + ["1"] * (len(ids) - len(weights))
    return {photo_id: _weight(text) for photo_id, text in zip(ids, padded, strict=False)}


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if math.isfinite(weight) and 0 < abs(weight) <= MAX_WEIGHT else 1.0


def _filters(pairs: list[str]) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for key, equals, value in (pair.partition("=") for pair in pairs):
        if key and equals and value not in filters.get(key, ()):
            filters[key] = (*filters.get(key, ()), value)
    return filters
