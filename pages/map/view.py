"""What a link to the explorer holds: which map, in which colours, and what is shown on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from typing import Any, get_args

from engine.maps import MapSettings, Method, Metric, What
from engine.search import PARAMETERS, read_link
from pages.shared.address import Address
from pages.shared.view import Parameters

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
    filters
        Attribute to the values that points may have.
    look
        Where to look: the middle (x, y) and how many times larger than whole, as text; "" for
        the whole map.
    """

    settings: MapSettings = field(default_factory=MapSettings)
    colour: str = ""
    query: str = ""
    photo: str = ""
    beside: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    look: str = ""

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
            filters=read_link(address.get_all).get("filters", {}),
            look=_look(_last(address, "look")),
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
        rest: Parameters = {
            "colour": self.colour,
            "q": self.query,
            "photo": self.photo,
            "beside": self.beside,
            "filter": PARAMETERS["filters"].write(self.filters),
            "look": self.look,
        }
        return {**told, **{key: value for key, value in rest.items() if value}}

    def changed(self, **changes: Any) -> MapView:
        """Return the view after a change of it, or of its map's settings."""
        names = {each.name for each in fields(MapSettings)}
        settings = {key: value for key, value in changes.items() if key in names}
        others = {key: value for key, value in changes.items() if key not in names}
        return replace(self, settings=replace(self.settings, **settings), **others)

    def renewed(self, address: Address) -> MapView:
        """Return the view with the filters of now: they change without a run of the whole page."""
        return self.changed(filters=MapView.read(address).filters)


def _look(text: str) -> str:
    """Return a look if it is one: three numbers, the last of them above 0.

    Examples
    --------
    >>> _look("1.5,-2,4"), _look("1,2"), _look("1,2,nan")
    ('1.5,-2,4', '', '')
    """
    try:
        x, y, zoom = map(float, text.split(","))
    except ValueError:
        return ""
    return text if isfinite(x) and isfinite(y) and 0 < zoom < 1e6 else ""


def _is(value: object) -> bool:
    return isinstance(value, int | float)


def _last(address: Address, key: str) -> str:
    values = address.get_all(key)
    return values[-1].strip() if values else ""
