"""Curves of runs: drawn from what their files say, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from engine.runs import Run

HEIGHT = 250
CONFIG = {"displayModeBar": False}
MARGIN = {"l": 8, "r": 8, "t": 34, "b": 8}
# Figures a comparison can show: where each is in an epoch, and its unit.
FIGURES: dict[str, tuple[tuple[str, ...], str]] = {
    "R@1, text → photo": (("text_to_image", "recall_at_1"), ""),
    "R@5, text → photo": (("text_to_image", "recall_at_5"), ""),
    "R@10, text → photo": (("text_to_image", "recall_at_10"), ""),
    "R@10, photo → text": (("image_to_text", "recall_at_10"), ""),
    "Median rank": (("text_to_image", "median_rank"), ""),
    "Training loss": (("loss",), ""),
    "Validation loss": (("validation_loss",), ""),
    "Learning rate": (("learning_rate",), ""),
    "Photos a second": (("photos_per_second",), ""),
}


def value_of(epoch: Mapping[str, Any], figure: str) -> float | None:
    """Return one figure of an epoch, or None where it has none."""
    found: Any = epoch
    for name in FIGURES[figure][0]:
        found = found.get(name) if isinstance(found, Mapping) else None
    return None if found is None else float(found)


def _is_known(value: float | None) -> bool:
    return value is not None


def draw_curves(run: Run) -> None:
    """Draw a run's pictures, as many as its recipe measures, the best epoch marked in each."""
    best = run.best
    pictures = [
        (
            "Loss, the lower the better",
            [
                _steps(run),
                *_lines(run, {"Training loss": "training", "Validation loss": "held out"}),
            ],
        )
    ]
    if best is not None:
        pool = best["text_to_image"]["pool"]
        recalls = {f"R@{k}, text → photo": f"R@{k}" for k in (1, 5, 10)}
        pictures += [
            (f"Recall, text → photo among {pool:,}", _lines(run, recalls)),
            (f"Median rank among {pool:,}, 1 is best", _lines(run, {"Median rank": "median rank"})),
        ]
    if "learning_rate" in run.epochs[-1]:
        pictures.append(("Learning rate", _lines(run, {"Learning rate": "learning rate"})))
    columns = st.columns(2)
    for number, (title, traces) in enumerate(pictures):
        with columns[number % 2]:
            _draw(title, traces, key=f"curve {number}", best=best["epoch"] if best else None)


def draw_first_steps(run: Run) -> None:
    """Draw the loss of the steps before the first epoch has ended."""
    steps = _steps(run)
    steps.update(mode="lines+markers", opacity=1.0, marker={"size": 5})
    _draw("Loss, the lower the better", [steps], key="curve 0")
    st.caption("Step by step; how well photos are found is measured after each epoch.")


def draw_overlaid(runs: Sequence[Run], labels: Sequence[str], figure: str) -> None:
    """Draw one figure of several runs over their epochs, each by its label."""
    traces = [
        _line([e["epoch"] for e in run.epochs], [value_of(e, figure) for e in run.epochs], label)
        for run, label in zip(runs, labels, strict=True)
    ]
    _draw(figure, traces, key="overlaid", height=340)


def _lines(run: Run, figures: Mapping[str, str]) -> list[go.Scatter]:
    epochs = [epoch["epoch"] for epoch in run.epochs]
    values = {
        name: [value_of(epoch, figure) for epoch in run.epochs] for figure, name in figures.items()
    }
    # What a recipe does not measure is no line, nor a name in the legend.
    return [_line(epochs, each, name) for name, each in values.items() if any(map(_is_known, each))]


def _line(x: Sequence[float], y: Sequence[float | None], name: str) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, name=name, mode="lines+markers", marker={"size": 5}, line={"width": 2}
    )


def _steps(run: Run) -> go.Scatter:
    """Draw the loss between epochs, faint: the mean of each epoch until that step."""
    return go.Scatter(
        x=[line["epoch"] for line in run.steps],
        y=[line["loss"] for line in run.steps],
        name="within epochs",
        mode="lines",
        opacity=0.35,
        line={"width": 1, "color": "gray"},
        showlegend=False,
    )


def _draw(
    title: str,
    traces: list[go.Scatter],
    *,
    key: str,
    best: int | None = None,
    height: int = HEIGHT,
) -> None:
    figure = go.Figure(traces)
    figure.update_layout(
        title={"text": title, "font": {"size": 14}, "x": 0, "y": 0.98},
        height=height,
        margin=MARGIN,
        hovermode="x unified",
        legend={"orientation": "h", "y": -0.18, "x": 0},
        showlegend=len([trace for trace in traces if trace.showlegend is not False]) > 1,
        uirevision=key,
    )
    figure.update_xaxes(title=None, rangemode="tozero", tickformat="~r")
    if best is not None:
        figure.add_vline(
            best,
            line={"width": 1, "dash": "dot", "color": "gray"},
            annotation={"text": "best", "xanchor": "right", "font": {"color": "gray"}},
        )
    st.plotly_chart(figure, key=key, config=CONFIG)
