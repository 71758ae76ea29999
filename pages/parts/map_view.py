"""What a link to the explorer holds: which map, in which colours, and what is shown on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_args

from engine.maps import MapSettings
from engine.maps.settings import Method, Metric, What
from pages.parts.view import Address, Parameters

CLUSTER, TRUST, LIKENESS, SIDE = "cluster", "trust", "likeness", "side"
ATTRIBUTE = "by "
_DEFAULT = MapSettings()
_CHOICES = {"method": get_args(Method), "what": get_args(What), "metric": get_args(Metric)}
_NUMBERS: dict[str, Callable[[str], Any]] = {"perplexity": float, "seed": int, "iterations": int}


@dataclass(frozen=True, slots=True)
class MapView:
    """One state of the explorer.

    Parameters
    ----------
    settings
        Which map.
    colour
        ``"cluster"``, ``"trust"``, ``"likeness"``, ``"side"``, or ``"by "`` and an attribute;
        "" lets the page choose.
    query
        Words whose place is shown.
    photo
        Id of a photo that is shown on the map.
    beside
        Key of a second map.
    """

    settings: MapSettings = field(default_factory=MapSettings)
    colour: str = ""
    query: str = ""
    photo: str = ""
    beside: str = ""

    @classmethod
    def read(cls, address: Address) -> MapView:
        """Read a view from an address; what makes no sense there falls back to its default."""
        told = {name: _last(address, name) for name in (*_CHOICES, *_NUMBERS)}
        chosen: dict[str, Any] = {
            name: told[name] for name, choices in _CHOICES.items() if told[name] in choices
        }
        for name, kind in _NUMBERS.items():
            try:
                MapSettings(**{name: kind(told[name])})
            except ValueError:
                continue
            chosen[name] = kind(told[name])
        return cls(
            settings=MapSettings(**chosen, centred=_last(address, "centred") == "yes"),
            colour=_last(address, "colour"),
            query=_last(address, "q"),
            photo=_last(address, "photo"),
            beside=_last(address, "beside"),
        )

    def parameters(self) -> Parameters:
        """Return what the address must hold to read this view back; defaults are left out.

        Examples
        --------
        >>> MapView(MapSettings(what="both", perplexity=50), query="red boots").parameters()
        {'what': 'both', 'perplexity': '50', 'q': 'red boots'}
        """
        told: Parameters = {}
        for each in fields(MapSettings):
            value = getattr(self.settings, each.name)
            if value != getattr(_DEFAULT, each.name):
                told[each.name] = "yes" if value is True else f"{value:g}" if _is(value) else value
        rest = {"colour": self.colour, "q": self.query, "photo": self.photo, "beside": self.beside}
        return {**told, **{key: value for key, value in rest.items() if value}}

    def changed(self, **changes: Any) -> MapView:
        """Return the view after a change of it, or of its map's settings."""
        names = {each.name for each in fields(MapSettings)}
        settings = {key: value for key, value in changes.items() if key in names}
        others = {key: value for key, value in changes.items() if key not in names}
        return replace(self, settings=replace(self.settings, **settings), **others)


def _is(value: object) -> bool:
    return isinstance(value, int | float)


def _last(address: Address, key: str) -> str:
    values = address.get_all(key)
    return values[-1].strip() if values else ""
