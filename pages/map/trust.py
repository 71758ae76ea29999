"""How far a map may be believed: what it kept, by colour, and by perplexity."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from engine.jobs import jobs
from engine.maps import DrawnMap, MapRecord, list_maps
from engine.search import SearchEngine
from pages.map.colours import colouring_of
from pages.map.job import start_making
from pages.map.resources import table_of
from pages.map.view import MapView
from pages.shared.jobs import draw_jobs
from pages.shared.phrases import count, duration

PERPLEXITIES = (5.0, 15.0, 50.0, 100.0)
LOW = 0.2
CHART_PX = 280
MOST_BARS = 14


def draw_trust(engine: SearchEngine, drawn: DrawnMap, here: MapView, slug: str) -> None:
    """Draw the figures of a map, and when it misleads."""
    record = drawn.record
    st.subheader("How far to trust this map", anchor=False)
    _draw_figures(record)
    if record.kept < LOW and record.n_points > 20:
        st.warning(
            f"On this map only {record.kept:.0%} of a photo's ten nearest are still beside it. "
            "Believe searches, not distances.",
            icon=":material/warning:",
        )
    if any(job.kind == "map" and not job.is_over for job in jobs()):
        draw_jobs({"map"})
    left, right = st.columns(2, gap="large")
    with left:
        _draw_by_colour(engine, drawn, here)
    with right:
        _draw_by_perplexity(engine, record, here)


def _draw_figures(record: MapRecord) -> None:
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Neighbours kept",
            f"{record.kept:.0%}",
            help="Of a point's ten nearest in the full space, how many are among its ten nearest "
            "here, on average.",
            width="content",
        )
        if record.trustworthiness is not None:
            st.metric(
                "Trustworthiness",
                f"{record.trustworthiness:.3f}",
                help="1 where no neighbour on the map is a stranger in the full space.",
                width="content",
            )
        if record.gap is not None:
            st.metric(
                "Gap between sides",
                f"{record.gap['distance']:.2f}",
                help="Distance of the means of photos and captions, 0 to 2. A caption and its own "
                f"photo have a similarity of {record.gap['partners']:.2f} on average.",
                width="content",
            )
        st.metric("Points", f"{record.n_points:,}", width="content")
        memory = f"at most {record.peak_mib:,.0f} MiB"
        st.metric("Made in", duration(record.seconds), help=memory, width="content")


def _draw_by_colour(engine: SearchEngine, drawn: DrawnMap, here: MapView) -> None:
    colour = colouring_of(drawn, table_of(engine.collection), here)
    if colour.kind != "groups":
        return
    known = [
        (label, kept, n)
        for label, kept, n in zip(colour.labels, colour.kept, colour.counts, strict=True)
        if n
    ]
    worst = sorted(known, key=lambda each: each[1])[:MOST_BARS]
    st.markdown("**Neighbours kept, by colour**")
    bars = go.Bar(
        x=[kept for _, kept, _ in worst],
        y=[label for label, _, _ in worst],
        customdata=[[n] for _, _, n in worst],
        orientation="h",
        hovertemplate="%{y}: %{x:.0%} of %{customdata[0]:,} points<extra></extra>",
    )
    figure = go.Figure(bars)
    figure.update_layout(
        height=60 + 30 * len(worst),
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        xaxis={"range": [0, 1], "tickformat": ".0%"},
        yaxis={"automargin": True, "autorange": "reversed"},
    )
    st.plotly_chart(figure, width="stretch", config={"displayModeBar": False}, key="kept by colour")


def _draw_by_perplexity(engine: SearchEngine, record: MapRecord, here: MapView) -> None:
    known = [
        each
        for each in list_maps(engine.collection)
        if each.material == record.material
        and each.settings.method == "tsne"
        and each.settings.what == record.settings.what
        and each.settings.centred == record.settings.centred
        and each.trustworthiness is not None
    ]
    known.sort(key=lambda each: each.settings.perplexity)
    st.markdown("**Trust against perplexity**")
    if known:
        x = [each.settings.perplexity for each in known]
        figure = go.Figure(
            [
                go.Scatter(
                    x=x,
                    y=[e.trustworthiness for e in known],
                    name="trustworthiness",
                    mode="lines+markers",
                ),
                go.Scatter(
                    x=x, y=[e.kept for e in known], name="neighbours kept", mode="lines+markers"
                ),
            ]
        )
        figure.update_layout(
            height=CHART_PX,
            margin={"l": 0, "r": 0, "t": 8, "b": 0},
            xaxis={"title": "perplexity", "type": "log", "tickvals": x},
            yaxis={"range": [0, 1.02]},
            legend={"orientation": "h", "y": 1.15},
        )
        st.plotly_chart(
            figure, width="stretch", config={"displayModeBar": False}, key="by perplexity"
        )
    else:
        st.caption("No t-SNE map of these points is kept yet.")
    made = {each.settings.perplexity for each in known}
    missing = [perplexity for perplexity in PERPLEXITIES if perplexity not in made]
    label = "Measure " + ", ".join(f"{perplexity:g}" for perplexity in missing)
    if missing and st.button(label, icon=":material/monitoring:", key="measure perplexities"):
        for perplexity in missing:
            chosen = here.changed(method="tsne", perplexity=perplexity)
            start_making(engine.collection, chosen.settings)
        st.toast(f"{count(len(missing), 'map')} queued; the line grows as they are made.")
