"""The settings of a run as fields, each with its tooltip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from engine.encoders.settings import BACKBONES, COMPACT
from pages.parts.resources import models

Draw = Callable[[str, Any, str, str], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: what it is called, what it means, and how it is asked for."""

    label: str
    told: str
    draw: Draw


def _choice(*options: Any, show: Callable[[Any], str] = str) -> Draw:
    def draw(label: str, value: Any, key: str, told: str) -> Any:
        known = list(options) if value in options else [*options, value]
        return st.selectbox(label, known, known.index(value), key=key, help=told, format_func=show)

    return draw


def _backbone(label: str, value: Any, key: str, told: str) -> Any:
    published = published_models()
    names = (COMPACT, "bundled", *sorted(BACKBONES), *published)
    titles = {name: f"{name} (published model)" for name in published}
    return _choice(*names, show=lambda name: titles.get(name, name))(label, value, key, told)


def published_models() -> list[str]:
    """Return the names of the published models on this computer that can be used."""
    return [each.name for each in models() if each.origin == "published" and not each.reason]


def _number(low: float, high: float, step: float, form: str | None = None) -> Draw:
    def draw(label: str, value: Any, key: str, told: str) -> Any:
        return st.number_input(label, low, high, value, step, format=form, key=key, help=told)

    return draw


def _share(low: float, high: float, step: float) -> Draw:
    def draw(label: str, value: Any, key: str, told: str) -> Any:
        return st.slider(label, low, high, float(value), step, key=key, help=told)

    return draw


def _limit(label: str, value: Any, key: str, told: str) -> Any:
    minutes = st.number_input(label, 0.0, 100_000.0, value or 0.0, 1.0, key=key, help=told)
    return minutes or None


def _weights(label: str, value: Any, key: str, told: str) -> Any:
    typed = st.text_input(label, value or "", key=key, help=told, placeholder="random")
    return typed.strip() or None


def px(value: int) -> str:
    """Return a size with its unit."""
    return f"{value} px"


SECTIONS: dict[str, dict[str, Field]] = {
    "Model": {
        "backbone": Field(
            "Backbone",
            "The network that looks at photos: compact is made for two cores, bundled is that of "
            "Kindred's own model; those of Keras are far slower without a graphics card. A "
            "published model stays as it is: it looks at each photo once, and a head learns on "
            "what it saw.",
            _backbone,
        ),
        "weights": Field(
            "First weights",
            "imagenet, or the path of a weights file; empty for random ones. ImageNet's are "
            "downloaded once by Keras.",
            _weights,
        ),
        "size_px": Field(
            "Photo size",
            "Side of the square the model sees. Half of it trains four times as fast.",
            _choice(32, 48, 64, 80, 96, 112, 128, 160, 192, 224, show=px),
        ),
        "n_dims": Field(
            "Embedding width",
            "Numbers per photo and text. More hold finer differences and make the index larger.",
            _choice(32, 50, 64, 96, 128, 192, 256, 512),
        ),
    },
    "Objective": {
        "loss": Field(
            "Loss",
            "Contrastive and hinge hold a pair against all of its batch, triplet against one; "
            "cosine only pulls together.",
            _choice("contrastive", "triplet", "hinge", "cosine"),
        ),
        "temperature": Field(
            "Temperature",
            "Of the contrastive loss: smaller looks harder at the nearest negatives. It is learned "
            "from here on.",
            _number(0.01, 1.0, 0.01, "%.2f"),
        ),
        "margin": Field(
            "Margin",
            "Of the triplet loss: how much farther than its own text the other must lie.",
            _number(0.01, 2.0, 0.05, "%.2f"),
        ),
        "negatives": Field(
            "Negatives",
            "Which text of the batch a triplet must keep away from.",
            _choice("random", "semi-hard", "hardest"),
        ),
        "batch_size": Field(
            "Batch",
            "Pairs per step; all others of a batch are negatives, so a larger one is harder. "
            "Photos with the same caption are never negatives of each other.",
            _choice(8, 16, 32, 64, 96, 128, 192, 256, 384, 512),
        ),
    },
    "Schedule": {
        "epochs": Field("Epochs", "Passes over the photos.", _number(1, 1000, 1)),
        "minutes": Field(
            "At most, minutes", "The run ends after this long; 0 for no limit.", _limit
        ),
        "learning_rate": Field(
            "Learning rate",
            "Its peak, reached after a twentieth of the steps and lowered along a cosine.",
            _number(1e-6, 0.1, 1e-4, "%.5f"),
        ),
        "patience": Field(
            "Early stopping",
            "Patience: the run ends after so many epochs without progress; 0 for never.",
            _number(0, 1000, 1),
        ),
        "augment": Field(
            "Augmentation",
            "How strongly photos are shifted, turned, scaled and lit anew each time. Validation "
            "photos never are.",
            _share(0.0, 1.0, 0.05),
        ),
        "validation_share": Field(
            "Held out",
            "Share of the photos that is never trained on, to measure with.",
            _share(0.02, 0.5, 0.01),
        ),
        "seed": Field(
            "Seed",
            "Of everything random. The same seed holds out the same photos, so runs can be "
            "compared.",
            _number(0, 2**31 - 1, 1),
        ),
    },
}
