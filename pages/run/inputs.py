"""How a setting of a run is asked for: choices, numbers, shares, and backbones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from engine.encoders import BACKBONES, COMPACT
from pages.shared.resources import models

Draw = Callable[[str, Any, str, str], Any]


def choice(*options: Any, show: Callable[[Any], str] = str) -> Draw:
    """Ask for one of some options."""

    def draw(label: str, value: Any, key: str, told: str) -> Any:
        known = list(options) if value in options else [*options, value]
        return st.selectbox(label, known, known.index(value), key=key, help=told, format_func=show)

    return draw


def backbone(label: str, value: Any, key: str, told: str) -> Any:
    """Ask for a network: our own, one of Keras, or a published model on this computer."""
    published = published_models()
    names = (COMPACT, "bundled", *sorted(BACKBONES), *published)
    titles = {name: f"{name} (published model)" for name in published}
    return choice(*names, show=lambda name: titles.get(name, name))(label, value, key, told)


def published_models() -> list[str]:
    """Return the names of the published models on this computer that can be used."""
    return [each.name for each in models() if each.origin == "published" and not each.reason]


def number(low: float, high: float, step: float, form: str | None = None) -> Draw:
    """Ask for a number."""

    def draw(label: str, value: Any, key: str, told: str) -> Any:
        return st.number_input(label, low, high, value, step, format=form, key=key, help=told)

    return draw


def share(low: float, high: float, step: float) -> Draw:
    """Ask for a share on a slider."""

    def draw(label: str, value: Any, key: str, told: str) -> Any:
        return st.slider(label, low, high, float(value), step, key=key, help=told)

    return draw


def limit(label: str, value: Any, key: str, told: str) -> Any:
    """Ask for minutes; 0 is no limit."""
    minutes = st.number_input(label, 0.0, 100_000.0, value or 0.0, 1.0, key=key, help=told)
    return minutes or None


def weights(label: str, value: Any, key: str, told: str) -> Any:
    """Ask for a file of weights; nothing is random ones."""
    typed = st.text_input(label, value or "", key=key, help=told, placeholder="random")
    return typed.strip() or None


def px(value: int) -> str:
    """Return a size with its unit."""
    return f"{value} px"
