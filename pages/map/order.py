"""On a narrow screen the map comes first, then its photos, and its controls below them."""

from __future__ import annotations

from pages.shared.elements import element

_order = element("map_order", css="map/order.css", js="map/order.js", is_isolated=False)


def place_controls() -> None:
    """Put the map above its controls where the screen is narrow; elsewhere nothing changes."""
    _order(key="map order")
