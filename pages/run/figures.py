"""A run in figures: how good its best epoch is, how fast it goes, and how long."""

from __future__ import annotations

import streamlit as st

from engine.runs import Run
from pages.shared.phrases import duration


def draw_figures(run: Run) -> None:
    """Draw what the epochs so far have measured; nothing before the first."""
    if not run.epochs:
        return
    best, last = run.best, run.epochs[-1]
    cells: list[tuple[str, str, str]] = []
    if best is not None:
        figures, pool = best["text_to_image"], best["text_to_image"]["pool"]
        cells += [
            (
                f"Best R@10 of {pool:,} held out",
                f"{figures['recall_at_10']:.3f}",
                f"Epoch {best['epoch']}. Every caption asks for its photo among the {pool:,} "
                "photos that this run held out.",
            ),
            ("R@1 and R@5", f"{figures['recall_at_1']:.3f} · {figures['recall_at_5']:.3f}", ""),
            (f"Median rank of {pool:,}", f"{figures['median_rank']:g}", ""),
        ]
    if "photos_per_second" in last:
        cells.append(("Photos a second", f"{last['photos_per_second']:,.0f}", ""))
    if run.seconds_left is not None:
        cells.append(("Time left", duration(run.seconds_left), ""))
    else:
        cells.append(("Training", duration(run.seconds), ""))
    with st.container(horizontal=True, key="figures of run"):
        for label, value, more in cells:
            st.metric(label, value, width="content", help=more or None)
