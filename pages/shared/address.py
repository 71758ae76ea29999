"""Reading an address: what makes no sense there falls back to its default, silently."""

from __future__ import annotations

import math
from typing import Protocol

MAX_WEIGHT = 4.0


class Address(Protocol):
    """The part of ``st.query_params`` that a view reads."""

    def get_all(self, key: str) -> list[str]:
        """Return every value of a parameter, none for one that is not there."""
        ...


def last(address: Address, key: str) -> str:
    """Return a parameter's last value, "" where it has none."""
    values = address.get_all(key)
    return values[-1].strip() if values else ""


def whole(text: str, default: int) -> int:
    """Return a whole number."""
    return int(text) if text.isdecimal() and len(text) < 7 else default


def weighted(ids: list[str], weights: list[str]) -> dict[str, float]:
    """Pair ids with weights; a missing or senseless weight counts as 1."""
    padded = weights + ["1"] * (len(ids) - len(weights))
    return {photo_id: _weight(text) for photo_id, text in zip(ids, padded, strict=False)}


def _weight(text: str) -> float:
    weight = _number(text, 1.0)
    return weight if 0 < abs(weight) <= MAX_WEIGHT else 1.0


def _number(text: str, default: float) -> float:
    try:
        number = float(text)
    except ValueError:
        return default
    return number if math.isfinite(number) else default
