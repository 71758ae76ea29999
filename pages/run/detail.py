"""One run: what it is doing, its curves, its space, its pairs, its settings and its log."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from engine.jobs import find_job
from engine.runs import Run, find_by_id, read_run
from engine.training import STOP
from pages.run.actions import draw_deeds
from pages.run.curves import draw_curves, draw_first_steps
from pages.run.figures import draw_figures
from pages.run.overview import SECONDS_BETWEEN_LOOKS, draw_title, told
from pages.run.pairs import draw_pairs
from pages.run.space import draw_space
from pages.shared.frame import ErrorBoundary
from pages.shared.jobs import behind
from pages.shared.phrases import attribute, plain

TABS = {
    "Curves": ":material/show_chart:",
    "Space": ":material/scatter_plot:",
    "Pairs": ":material/compare:",
    "Settings": ":material/tune:",
    "Log": ":material/article:",
}
HANGS_AFTER_SECONDS = 20.0
LIVE_TABS = ("Curves", "Log")


def draw_run(run_id: str, slug: str) -> None:
    """Draw a run; what changes while it works is looked at again and again."""
    folder = find_by_id(run_id)
    run = read_run(folder)
    _again_and_again(_draw_head, run.is_live)(run_id, slug, run.is_live)
    asked = st.query_params.get("show", "")
    st.session_state["show"] = asked if asked in TABS else "Curves"
    tab = st.segmented_control(
        "Show",
        list(TABS),
        required=True,
        format_func=lambda name: f"{TABS[name]} {name}",
        key="show",
        on_change=lambda: st.query_params.update(show=st.session_state["show"]),
        label_visibility="collapsed",
    )
    if tab in LIVE_TABS:
        _again_and_again(_draw_live, run.is_live)(run_id, tab)
    elif tab == "Space":
        draw_space(run)
    elif tab == "Pairs":
        draw_pairs(run)
    else:
        _draw_settings(run)


def _again_and_again(draw: Callable[..., None], is_live: bool) -> Callable[..., None]:
    """Let a part of the page be drawn every few seconds; of a run at rest, once is enough."""
    return st.fragment(draw, run_every=SECONDS_BETWEEN_LOOKS) if is_live else draw


def _draw_head(run_id: str, slug: str, was_live: bool) -> None:
    with ErrorBoundary():
        run = read_run(find_by_id(run_id))
        if was_live and not run.is_live:
            st.rerun()
        draw_title(run, slug)
        st.caption(" · ".join(told(run)))
        _draw_state(run)
        draw_figures(run)
        draw_deeds(run, slug, hangs=_hangs(run))


def _hangs(run: Run) -> bool:
    """Tell whether a run was asked to stop long ago and has not."""
    try:
        asked = (run.folder / STOP).stat().st_mtime
    except OSError:
        return False
    return run.is_live and time.time() - asked > HANGS_AFTER_SECONDS


def _draw_state(run: Run) -> None:
    if run.error:
        st.error(plain(run.error), icon=":material/error:")
        if tail := run.log(6):
            st.code(tail, language=None)
    elif run.stage == "queued":
        st.info(_waiting(run), icon=":material/schedule:")
    elif run.stage == "stopping":
        st.warning("It stops at the next batch and keeps everything.", icon=":material/stop:")
    elif run.stage == "running":
        progress = run.progress
        share = min(progress.done / progress.total, 1.0) if progress and progress.total else 0.0
        st.progress(share, text=plain(progress.step.capitalize()) if progress else "Waking Keras…")


def _waiting(run: Run) -> str:
    """Say what a queued run waits for."""
    wait = find_job(run.job_id).wait if run.job_id else None
    if wait is None:
        return "It starts in a moment."
    return f"It begins after {behind(wait)}: one long job runs at a time."


def _draw_live(run_id: str, tab: str) -> None:
    with ErrorBoundary():
        run = read_run(find_by_id(run_id))
        if tab == "Log":
            with st.container(height=420):  # a box that scrolls by itself takes no focus
                st.code(run.log() or "Nothing yet.", language=None, wrap_lines=True)
        elif run.epochs:
            draw_curves(run)
        elif run.steps:
            draw_first_steps(run)
        elif run.stage == "finished":
            st.caption("Nothing is trained in this recipe, so there are no curves to draw.")
        else:
            st.caption("The curves begin with the first step of training.")


def _draw_settings(run: Run) -> None:
    settings = run.plan.settings.to_json()
    rows = [
        {"Setting": attribute(name), "Value": "" if value is None else str(value)}
        for name, value in settings.items()
    ]
    rows += [{"Setting": "Photos", "Value": str(each.photos)} for each in run.plan.data]
    rows += [
        {"Setting": attribute(name), "Value": value} for name, value in run.plan.origin.items()
    ]
    st.dataframe(rows, hide_index=True, width="stretch", height="auto")
    content = (run.folder / "run.json").read_text(encoding="utf-8")
    st.caption("The same file makes the run again: `python -m engine train --settings run.json`")
    st.download_button(
        "Download run.json", content, "run.json", "application/json", on_click="ignore"
    )
