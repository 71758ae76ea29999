"""How photos and captions of a run met: a picture of both for every epoch, and true ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from engine.runs import Found, HeldOut, Moment, Plane, Run
from pages.shared.phrases import count, plain
from pages.shared.resources import moment_of, picture_of

N_ANSWERS = 6
HEIGHT = 520
MARGIN = {"l": 0, "r": 0, "t": 8, "b": 0}


def draw_space(run: Run) -> None:
    """Draw the watched pairs on one plane, and what the watched queries found, by epoch."""
    held_out = HeldOut(run.folder)
    epochs = held_out.epochs() if held_out.is_there else []
    if not epochs:
        st.caption("The first picture comes with the first epoch.")
        return
    st.fragment(_draw_replay)(run, epochs)


def _draw_replay(run: Run, epochs: Sequence[int]) -> None:
    held_out = HeldOut(run.folder)
    epoch = epochs[0]
    if len(epochs) > 1:
        epoch = st.select_slider(
            "Epoch",
            epochs,
            epochs[-1],
            key=f"epoch of {run.run_id}",
            help="All epochs are drawn on one plane: the one through the last epoch's pairs.",
        )
    plane = Plane.through(moment_after(run, epochs[-1]))
    moment = moment_after(run, epoch)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _draw_plane(held_out, moment, plane)
        distance = float(np.mean(np.linalg.norm(moment.photos - moment.texts, axis=1)))
        st.caption(
            f"{count(len(moment.photos), 'held-out pair')} after epoch {epoch}. A line joins a "
            f"photo to its caption; on average they are {distance:.2f} apart, where 0 is the same "
            "place and 2 the farthest."
        )
    with right:
        query = st.selectbox(
            "Query",
            range(len(held_out.queries)),
            format_func=held_out.queries.__getitem__,
            key="watched query",
            help="Asked again after every epoch, among the pairs on the left.",
        )
        draw_found(run, held_out, held_out.answers(moment, query, N_ANSWERS))


def moment_after(run: Run, epoch: int) -> Moment:
    """Return how a run's watched pairs stood after an epoch."""
    file = HeldOut(run.folder).folder / f"epoch-{epoch:04d}.npz"
    return moment_of(str(run.folder), epoch, file.stat().st_mtime_ns)


def _draw_plane(held_out: HeldOut, moment: Moment, plane: Plane) -> None:
    photos, texts = plane.project(moment.photos), plane.project(moment.texts)
    captions = [held_out.caption(place) for place in held_out.pairs]
    gap = np.full(len(photos), np.nan)
    lines = [np.stack([photos[:, i], texts[:, i], gap], axis=1).ravel() for i in (0, 1)]
    figure = go.Figure(
        [
            go.Scatter(
                x=lines[0],
                y=lines[1],
                mode="lines",
                line={"width": 1, "color": "gray"},
                opacity=0.3,
                hoverinfo="skip",
                showlegend=False,
            ),
            _dots(photos, captions, "photos", "circle"),
            _dots(texts, captions, "captions", "diamond-open"),
        ]
    )
    reach = float(np.abs(np.concatenate([photos, texts])).max()) * 1.05
    figure.update_layout(
        height=HEIGHT,
        margin=MARGIN,
        legend={"orientation": "h", "y": 1.04, "x": 0},
        uirevision="space",
    )
    reach = max(reach, 1.0)
    figure.update_xaxes(visible=False, range=[-reach, reach])
    figure.update_yaxes(visible=False, range=[-reach, reach], scaleanchor="x")
    st.plotly_chart(figure, key="space", config={"displayModeBar": False})


def _dots(places: np.ndarray, captions: Sequence[str], name: str, symbol: str) -> go.Scatter:
    return go.Scatter(
        x=places[:, 0],
        y=places[:, 1],
        mode="markers",
        name=name,
        marker={"size": 8, "symbol": symbol, "opacity": 0.85},
        # Plotly reads HTML in hovers: a caption's own signs must stay signs.
        text=[caption.replace("<", "‹")[:90] for caption in captions],
        hovertemplate="%{text}<extra></extra>",
    )


def draw_found(run: Run, held_out: HeldOut, found: Sequence[Found]) -> None:
    """Draw what a query found, the nearest first."""
    for start in range(0, len(found), 3):
        for each, column in zip(found[start : start + 3], st.columns(3), strict=False):
            with column:
                if picture := picture_of(str(run.folder), each.place):
                    st.image(picture, width="stretch", alt=held_out.caption(each.place))
                st.caption(f"{each.similarity:.2f} · {plain(held_out.caption(each.place))}")
