"""Held-out pairs of a run: those found best, those found worst, and some chosen by chance."""

from __future__ import annotations

import random

import numpy as np
import streamlit as st

from engine.runs import HeldOut, Run
from pages.run.space import moment_after
from pages.shared.phrases import count, plain
from pages.shared.resources import picture_of

N_SHOWN = 4


def draw_pairs(run: Run) -> None:
    """Draw the best, the worst and some random pairs of the last epoch, with their ranks."""
    held_out = HeldOut(run.folder)
    epochs = held_out.epochs() if held_out.is_there else []
    if not epochs:
        st.caption("Pairs are ranked after the first epoch.")
        return
    moment = moment_after(run, epochs[-1])
    order = np.argsort(moment.ranks, kind="stable")
    chance = random.Random(epochs[-1]).sample(range(len(order)), min(N_SHOWN, len(order)))
    kinds = {
        "Found best": order[:N_SHOWN].tolist(),
        "Found worst": order[::-1][:N_SHOWN].tolist(),
        "Chosen by chance": chance,
    }
    st.caption(
        f"The rank of a photo is its place when its own caption is the query, among all "
        f"{moment.pool:,} held-out photos, after epoch {epochs[-1]}. "
        f"{count(len(order), 'pair')} are watched."
    )
    for title, places in kinds.items():
        st.markdown(f"**{title}**")
        for position, column in zip(places, st.columns(N_SHOWN), strict=False):
            with column:
                place = held_out.pairs[position]
                if picture := picture_of(str(run.folder), place):
                    st.image(picture, width="stretch", alt=held_out.caption(place))
                rank = moment.ranks[position]
                st.markdown(f"rank **{rank:g}** of {moment.pool:,}")
                st.caption(plain(held_out.caption(place)))
