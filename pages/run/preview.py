"""The first batch of a run, as the model will see it."""

from __future__ import annotations

import streamlit as st

from engine.images import encode_png
from engine.progress import Progress
from engine.runs import Plan, Preview, preview_batch
from pages.shared.elements import data_url
from pages.shared.frame import ErrorBoundary
from pages.shared.phrases import count, plain

PER_ROW = 4


def draw_preview(plan: Plan) -> None:
    """Offer the preview; photos are decoded for it once, and the run then begins with them."""
    if not st.button("Show the first batch", icon=":material/visibility:"):
        return
    with ErrorBoundary():
        bar = st.empty()

        def report(progress: Progress) -> None:
            share = progress.done / max(progress.total, 1)
            text = f"Decoding {progress.done:,} of {count(progress.total, 'photo')}"
            bar.progress(min(share, 1.0), text=text)

        shown = preview_batch(plan, progress=report)
        bar.empty()
        _draw(shown)


def _draw(shown: Preview) -> None:
    st.caption(
        f"{len(shown.said)} of the {shown.batch_size} pairs of the first batch, as the model will "
        f"see them. An epoch is {count(shown.n_steps, 'step')} over {shown.n_training:,} photos; "
        f"{shown.n_held_out:,} are held out."
    )
    for start in range(0, len(shown.said), PER_ROW):
        columns = st.columns(PER_ROW)
        for i, column in zip(range(start, len(shown.said)), columns, strict=False):
            with column:
                st.image(
                    data_url(encode_png(shown.pixels[i]), "png"), width="stretch", alt=shown.said[i]
                )
                st.caption(plain(shown.said[i]))
