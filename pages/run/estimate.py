"""What a run will take on this machine, measured before it starts."""

from __future__ import annotations

import streamlit as st

from engine.hub import ModelOnShelf
from engine.jobs import JobState, forget_job, jobs, line_for, start_job, stop_job
from engine.runs import PRESETS, Estimate, PresetName, TrainingSettings, estimate
from pages.shared.frame import ErrorBoundary
from pages.shared.jobs import behind
from pages.shared.phrases import duration, plain
from pages.shared.resources import models

MEASURING = "Measure how fast this computer trains"
SECONDS_TO_MEASURE = 25.0


def ask_preset(n_photos: int) -> PresetName:
    """Ask how much time the run may take; each choice says how long and what to expect.

    Where nothing is known of this machine's speed, measuring it begins.
    """
    settings = {name: preset.settings(n_photos) for name, preset in PRESETS.items()}
    found = {name: estimate(each, n_photos) for name, each in settings.items() if n_photos}
    if n_photos and not any(found.values()) and _measuring() is None:
        _measure(settings["good"])
    seconds = {name: each.seconds for name, each in found.items() if each is not None}
    told = [
        f"About {duration(seconds[name], rough=True)}. {preset.promise}"
        if name in seconds
        else preset.promise
        for name, preset in PRESETS.items()
    ]
    return st.radio(
        "How good shall it be?",
        list(PRESETS),
        1,
        format_func=lambda name: PRESETS[name].label,
        captions=told,
        key="preset",
        help="Times are those of this computer: measured with a few batches, or by a run before.",
    )


def draw_before_start(settings: TrainingSettings, n_photos: int) -> None:
    """Say what the run will take, or offer to find out."""
    with st.container(border=True, gap="small", key="estimate"):
        found = estimate(settings, n_photos) if n_photos else None
        job = _measuring()
        base = next((each for each in models() if each.name == settings.backbone), None)
        if base is not None:
            _draw_published(base, n_photos)
        elif found is not None:
            _draw_estimate(found)
        elif job is not None and not job.is_over:
            st.fragment(_draw_measuring, run_every=1.0)()
        else:
            _offer_to_measure(settings, job)
    line = line_for("long")
    if line is not None:
        st.caption(f"It will begin after {behind(line)}: one long job runs at a time.")


def stop_measuring() -> None:
    """Leave the machine to a run that starts; its own steps tell how fast it trains."""
    job = _measuring()
    if job is not None and not job.is_over:
        stop_job(job.job_id)


def _measuring() -> JobState | None:
    """Return the last job that measured how fast this machine trains."""
    return next((job for job in jobs() if job.title == MEASURING), None)


def _measure(settings: TrainingSettings) -> None:
    last = _measuring()
    if last is not None:
        forget_job(last.job_id)
    flags = ("backbone", "size_px", "n_dims", "batch_size", "augment", "loss")
    told = [f"--{name.replace('_', '-')}={getattr(settings, name)}" for name in flags]
    arguments = ["--calibrate", *told, "--json"]
    start_job("train", arguments, title=MEASURING, expected_seconds=SECONDS_TO_MEASURE)


def _draw_estimate(found: Estimate) -> None:
    left, right = st.columns(2)
    left.metric("It will take about", duration(found.seconds, rough=True))
    right.metric("Memory, about", f"{found.memory_mb / 1024:.1f} GB")
    st.caption(f"{found.photos_per_second:,.0f} photos a second, {plain(found.basis)}.")


def _draw_published(base: ModelOnShelf, n_photos: int) -> None:
    """Say how long a published model looks at the photos; what is trained on that takes seconds."""
    if base.photos_per_second and n_photos:
        st.metric("It will take about", duration(n_photos / base.photos_per_second, rough=True))
        st.caption(f"{plain(base.name)} sees {base.photos_per_second:,.0f} photos a second here.")
    st.caption(
        f"{plain(base.name)} looks at each photo once, which is kept for the next run; the head on "
        "it then learns in seconds."
    )


def _draw_measuring() -> None:
    with ErrorBoundary():
        job = _measuring()
        if job is None or job.is_over:
            st.rerun()
        st.caption("Trying a few batches on this computer, to say how long the run will take…")


def _offer_to_measure(settings: TrainingSettings, last: JobState | None) -> None:
    st.caption("This computer has not trained such a model yet, so nobody knows how long it takes.")
    if last is not None and last.error:
        st.text(last.error)
    if st.button("Measure it with a few batches", icon=":material/timer:"):
        _measure(settings)
        st.rerun()
