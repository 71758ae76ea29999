"""A new run: what to learn from, how, and what it will take; nothing starts before Start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from engine.errors import TrainingError
from engine.runs import (
    FEW,
    PRESETS,
    DataSource,
    Plan,
    Start,
    by_recipe,
    check_plan,
    create_run,
    drawn_source,
    estimate,
    find_by_id,
    fork_run,
    is_drawn,
    read_run,
    source_of_collection,
    start_run,
)
from engine.storage import CollectionSummary
from engine.training import DEFAULT
from pages.run.estimate import ask_preset, draw_before_start, stop_measuring
from pages.run.preview import draw_preview
from pages.run.settings import ask_recipe, ask_settings
from pages.shared.frame import tell
from pages.shared.links import go_within
from pages.shared.phrases import count, plain
from pages.shared.resources import collection_of, collections

DRAWN = "Products drawn for this run"
STARTS: dict[Start, str] = {
    "afresh": "From random weights",
    "weights": "With the best weights of the other run",
    "checkpoint": "Where the other run ended",
}
MAX_NAME_CHARACTERS = 80


def draw_form(slug: str, *, fork: str = "") -> None:
    """Draw the form, and start the run it describes."""
    old = read_run(find_by_id(fork)) if fork else None
    left, right = st.columns([3, 2], gap="large")
    start: Start = "afresh"
    with left, st.container(border=True, key="new run"):
        if old is None:
            photos, n_photos = _ask_photos(slug)
            preset = ask_preset(n_photos)
            defaults = PRESETS[preset].settings(n_photos)
            token = f"{photos} {n_photos > FEW} {preset}"
        else:
            photos, n_photos, token = "", _n_examples(old.epochs), f"fork {fork}"
            defaults = replace(old.plan.settings, name=f"{old.name} again")
            start = _ask_start(old.name)
        name = st.text_input("Name", defaults.name, MAX_NAME_CHARACTERS, key=f"name {fork}")
        note = st.text_input("Note", "", 200, key=f"note {fork}", placeholder="What you try here")
        with st.expander("Expert settings", old is not None, icon=":material/tune:"):
            if old is None and (recipe := ask_recipe()) != DEFAULT:
                defaults, token = by_recipe(recipe, n_photos), f"{photos} {n_photos > FEW} {recipe}"
            chosen = ask_settings(defaults, token)
    with right:
        try:
            settings = replace(defaults, name=name, **chosen)
            data = list(old.plan.data) if old else []
            if n_photos:
                check_plan(Plan(settings, data), n_photos)
        except TrainingError as error:
            tell(error)
            return
        draw_before_start(settings, n_photos)
        if st.button("Start", type="primary", icon=":material/play_arrow:", width="stretch"):
            stop_measuring()
            if old is not None:
                folder = fork_run(old.folder, settings, start=start, note=note)
            else:
                folder = create_run([_source(photos, n_photos)], settings, note=note)
            expected = estimate(settings, n_photos) if n_photos else None
            start_run(folder, expected_seconds=expected.seconds if expected else None)
            go_within({"collection": slug, "run": folder.name})
        if old is not None or photos != DRAWN or is_drawn(n_photos):
            plan = Plan(settings, data or [_source(photos, n_photos)])
            draw_preview(plan)
        else:
            st.caption("Products are drawn when the run starts; then its first batch is shown.")


def _ask_photos(slug: str) -> tuple[str, int]:
    """Ask what to learn from; return its slug and how many photos there have captions."""
    known = {name: each for name, each in collections().items() if each.health == "ready"}
    options = [*known, DRAWN]
    first = options.index(slug) if slug in options else 0
    photos = st.selectbox(
        "Photos",
        options,
        first,
        format_func=lambda name: _called(name, known),
        help="A collection whose photos have captions, or products that Kindred draws itself.",
        key="photos of run",
    )
    if photos == DRAWN:
        n_photos = st.number_input(
            "How many", 200, 20_000, 3000, 100, key="n drawn", help="They are drawn once."
        )
        return photos, int(n_photos)
    n_photos = collection_of(known[photos].folder).catalogue.n_captioned
    st.caption(f"{count(n_photos, 'photo')} with captions")
    return photos, n_photos


def _called(slug: str, known: dict[str, CollectionSummary]) -> str:
    """Name a collection; those of one name by their folders too, or a box takes one for another."""
    if slug not in known:
        return slug
    name = known[slug].name
    n_alike = sum(each.name == name for each in known.values())
    return name if n_alike == 1 else f"{name} ({slug})"


def _ask_start(name: str) -> Start:
    return st.radio(
        f"Start, after {plain(name)}",
        list(STARTS),
        format_func=STARTS.__getitem__,
        help="Going on where it ended needs more epochs in all than it had.",
        key="start of run",
    )


def _source(photos: str, n_photos: int) -> DataSource:
    if photos == DRAWN:
        return drawn_source(n_photos)
    return source_of_collection(collection_of(collections()[photos].folder))


def _n_examples(epochs: Any) -> int:
    """Return how many photos a forked run has, as far as its figures tell; 0 for unknown."""
    return 0 if not epochs else int(epochs[-1].get("photos", 0))
