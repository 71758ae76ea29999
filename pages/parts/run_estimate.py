"""What a run will take on this machine, before it starts."""

from __future__ import annotations

import streamlit as st

from engine.hub import ModelOnShelf
from engine.jobs import jobs, line_for, start_job
from engine.runs import (
    PRESETS,
    Estimate,
    PresetName,
    TrainingSettings,
    estimate,
    rough_seconds,
)
from pages.parts.jobs_view import behind
from pages.parts.resources import models
from pages.parts.wording import duration, plain

SECONDS_TO_MEASURE = 25.0


def ask_preset(n_photos: int) -> PresetName:
    """Ask how much time the run may take; each choice says how long and what to expect."""
    told = []
    for preset in PRESETS.values():
        settings = preset.settings(n_photos)
        found = estimate(settings, n_photos) if n_photos else None
        seconds = found.seconds if found else rough_seconds(settings, n_photos)
        told.append(f"About {duration(seconds)}. {preset.promise}")
    return st.radio(
        "How good shall it be?",
        list(PRESETS),
        1,
        format_func=lambda name: PRESETS[name].label,
        captions=told,
        key="preset",
        help="Times are those of this machine once it has trained or measured something; until "
        "then they are what two cores take.",
    )


def draw_before_start(settings: TrainingSettings, n_photos: int) -> None:
    """Say what the run will take, or offer to find out."""
    with st.container(border=True, gap="small", key="estimate"):
        found = estimate(settings, n_photos) if n_photos else None
        base = next((each for each in models() if each.name == settings.backbone), None)
        if base is not None:
            _draw_published(base, n_photos)
        elif found is not None:
            _draw_estimate(found)
        else:
            _draw_measuring(settings)
    line = line_for("long")
    if line is not None:
        st.caption(f"It will begin after {behind(line)}: one long job runs at a time.")


def _draw_estimate(found: Estimate) -> None:
    left, right = st.columns(2)
    left.metric("It will take about", duration(found.seconds))
    right.metric("Memory, about", f"{found.memory_mb / 1024:.1f} GB")
    st.caption(f"{found.photos_per_second:,.0f} photos a second, {plain(found.basis)}.")


def _draw_published(base: ModelOnShelf, n_photos: int) -> None:
    """Say how long a published model looks at the photos; what is trained on that takes seconds."""
    if base.photos_per_second and n_photos:
        st.metric("It will take about", duration(n_photos / base.photos_per_second))
        st.caption(f"{plain(base.name)} sees {base.photos_per_second:,.0f} photos a second here.")
    st.caption(
        f"{plain(base.name)} looks at each photo once, which is kept for the next run; the head on "
        "it then learns in seconds."
    )


def _draw_measuring(settings: TrainingSettings) -> None:
    at_work = [job for job in jobs() if job.kind == "train" and "Try" in job.title]
    if any(not job.is_over for job in at_work):
        st.caption("Trying a few batches on this machine. Look again in half a minute.")
        st.button("Look again", icon=":material/refresh:")
        return
    st.caption("This machine has not trained such a model yet, so nobody knows how long it takes.")
    if st.button("Measure it with a few batches", icon=":material/timer:"):
        flags = ("backbone", "size_px", "n_dims", "batch_size", "augment", "loss")
        told = [f"--{name.replace('_', '-')}={getattr(settings, name)}" for name in flags]
        arguments, title = ["--calibrate", *told, "--json"], "Try how fast this trains"
        start_job("train", arguments, title=title, expected_seconds=SECONDS_TO_MEASURE)
        st.rerun()
