"""The fields of a new run, drawn: those that mean anything beside what was chosen before."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import streamlit as st

from engine.encoders import BACKBONES
from engine.runs import RECIPES, TrainingSettings
from pages.run.fields import SECTIONS
from pages.run.inputs import published_models

KNOWN = {field.name for field in fields(TrainingSettings)}


def is_asked(name: str, chosen: dict[str, Any]) -> bool:
    """Tell whether a setting means anything beside those chosen before it."""
    loss = chosen.get("loss")
    if name in ("size_px", "augment") and chosen.get("backbone") in published_models():
        return False  # it has its own size, and sees each photo once
    return name in KNOWN and {
        "weights": chosen.get("backbone") in BACKBONES,
        "temperature": loss == "contrastive",
        "margin": loss in ("triplet", "hinge"),
        "negatives": loss == "triplet",
    }.get(name, True)


def ask_recipe() -> str:
    """Ask which system the run trains."""
    return st.selectbox(
        "Recipe",
        list(RECIPES),
        format_func=lambda name: f"{name[:1].upper()}{name[1:]}: {RECIPES[name].summary}",
        help="A recipe sets the fields below; each of them can still be changed. Described on a "
        "large network, it starts here on one that two cores can train.",
        key="recipe",
    )


def ask_settings(defaults: TrainingSettings, token: str) -> dict[str, Any]:
    """Draw every field and return what was chosen.

    Parameters
    ----------
    defaults
        Where the fields stand at first.
    token
        Another one lets the fields stand at `defaults` again.
    """
    chosen: dict[str, Any] = {}
    for title, section in SECTIONS.items():
        st.markdown(f"**{title}**")
        columns = st.columns(2)
        n_drawn = 0
        for name, field in section.items():
            if not is_asked(name, chosen):
                continue
            with columns[n_drawn % 2]:
                value = getattr(defaults, name)
                chosen[name] = field.draw(field.label, value, f"{name} {token}", field.told)
            n_drawn += 1
    return chosen
