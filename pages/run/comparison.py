"""Runs side by side: curves, settings that differ, figures with intervals, answers to one query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from engine.errors import TrainingError
from engine.runs import (
    Comparison,
    HeldOut,
    Run,
    compare_runs,
    list_runs,
    settings_that_differ,
)
from pages.run.curves import FIGURES, draw_overlaid
from pages.run.space import draw_found
from pages.shared.frame import ErrorBoundary, tell
from pages.shared.phrases import attribute, count, plain
from pages.shared.resources import encoder_of


def draw_comparison(chosen: Sequence[str], slug: str) -> None:
    """Draw the choice of runs, and what tells them apart."""
    known = {run.run_id: run for run in list_runs() if run.epochs}
    if len(known) < 2:
        st.info("Two runs with an epoch each are needed to compare them.", icon=":material/info:")
        return
    picked = _ask_runs(known, chosen)
    if len(picked) < 2:
        st.caption("Choose two runs or more.")
        return
    runs = [known[run_id] for run_id in picked]
    figure = st.selectbox("Figure", list(FIGURES), list(FIGURES).index("R@10, text → photo"))
    draw_overlaid(runs, _labels(runs), figure)
    _draw_settings(runs)
    _draw_figures(runs)
    st.fragment(_draw_answers)(runs)


def _ask_runs(known: dict[str, Run], chosen: Sequence[str]) -> list[str]:
    st.session_state["compared"] = [each for each in chosen if each in known]
    return st.multiselect(
        "Runs",
        list(known),
        key="compared",
        format_func=lambda run_id: f"{known[run_id].name} ({run_id})",
        placeholder="Choose runs; the first is what the others are held against",
        on_change=lambda: st.query_params.update(runs=st.session_state["compared"]),
    )


def _labels(runs: Sequence[Run]) -> list[str]:
    """Name runs; those of one name by their ids too."""
    names = [run.name for run in runs]
    return [
        run.name if names.count(run.name) == 1 else f"{run.name} ({run.run_id})" for run in runs
    ]


def _draw_settings(runs: Sequence[Run]) -> None:
    st.subheader("Settings that differ", anchor=False)
    differences = settings_that_differ([run.folder for run in runs])
    if not differences:
        st.caption("None: these runs have the same settings and photos.")
        return
    labels = _labels(runs)
    rows = [
        {"Setting": attribute(name), **dict(zip(labels, map(str, values), strict=True))}
        for name, values in differences.items()
    ]
    st.dataframe(rows, hide_index=True, width="stretch", height="auto")


def _draw_figures(runs: Sequence[Run]) -> None:
    st.subheader("Figures over the same photos", anchor=False)
    try:
        found = compare_runs([run.folder for run in runs])
    except TrainingError as error:
        tell(error)
        return
    st.dataframe(
        _rows(found, _labels(runs)),
        hide_index=True,
        width="stretch",
        height="auto",
        column_config={
            "R@1": st.column_config.NumberColumn(format="%.3f"),
            "R@5": st.column_config.NumberColumn(format="%.3f"),
            "R@10": st.column_config.NumberColumn(format="%.3f"),
            "R@10 ahead": st.column_config.NumberColumn(format="%+.3f"),
        },
    )
    st.caption(
        f"In each run's best epoch, {count(found.n_captions, 'caption')} ask for their photos "
        f"among the {found.pool:,} that all of these runs held out. A run that held out others "
        "too chooses among more on its own page, so its figure there is another. Intervals hold "
        "95 of 100 draws of these photos; ahead is against the first run, photo by photo, and "
        "more than luck when its interval leaves out 0."
    )


def _rows(found: Comparison, labels: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "Run": label,
            "R@1": row.recall_at[1].value,
            "R@5": row.recall_at[5].value,
            "R@10": row.recall_at[10].value,
            "R@10, 95 %": f"{row.recall_at[10].low:.3f} to {row.recall_at[10].high:.3f}",
            "Median rank": row.median_rank,
            "R@10 ahead": row.ahead.value,
            "ahead, 95 %": f"{row.ahead.low:+.3f} to {row.ahead.high:+.3f}",
        }
        for label, row in zip(labels, found.rows, strict=True)
    ]


def _draw_answers(runs: Sequence[Run]) -> None:
    st.subheader("The same query, answered by two models", anchor=False)
    able = [run for run in runs if run.has_model]
    if len(able) < 2:
        st.caption("This needs two finished runs: a run's model is written when it finishes.")
        return
    words = st.text_input("Words", key="asked of both", placeholder="A few words about the photo")
    if not words.strip():
        return
    for run, label, column in zip(able[:2], _labels(able[:2]), st.columns(2), strict=True):
        with column, ErrorBoundary():
            st.markdown(f"**{plain(label)}**")
            _draw_answer(run, words.strip())


def _draw_answer(run: Run, words: str) -> None:
    encoder = encoder_of(Path(run.folder) / "model")
    tokenizer = encoder.tokenizer
    if tokenizer is None or not tokenizer.sort_words(words)[0]:
        st.caption("This model knows none of these words.")
        return
    held_out = HeldOut(run.folder)
    draw_found(run, held_out, held_out.search(encoder, words, 6))
