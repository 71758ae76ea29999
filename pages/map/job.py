"""The job that makes a map: started, found again, and watched while it settles."""

from __future__ import annotations

import streamlit as st

from engine.access import may
from engine.jobs import JobState, jobs, start_job, stop_job
from engine.maps import MapSettings, read_preview
from engine.search import SearchEngine
from engine.storage import Collection
from pages.map.element import Shown, draw_map, send_parts
from pages.map.parts import named, points_body
from pages.map.resources import table_of
from pages.shared.jobs import how_far, share_of
from pages.shared.limits import spend
from pages.shared.phrases import plain

PREVIEW_PX = 320


def title_of(collection: Collection, settings: MapSettings) -> str:
    """Return what the job that makes a map is called."""
    return f"Map of {collection.name}: {settings.told()}"


def start_making(collection: Collection, settings: MapSettings) -> None:
    """Queue the making of a map."""
    spend("jobs")
    arguments = [str(collection.folder), "--json"]
    for name, value in settings.essence().items():
        if name == "centred":
            arguments += ["--centred"] if value else []
        else:
            arguments.append(f"--{name}={value}")
    start_job("map", arguments, title=title_of(collection, settings))


def job_of(collection: Collection, settings: MapSettings) -> JobState | None:
    """Return the newest job that makes this map."""
    title = title_of(collection, settings)
    return next((job for job in jobs() if job.kind == "map" and job.title == title), None)


def watch(engine: SearchEngine, settings: MapSettings, title: str) -> None:
    """Show how far the map is; what stood there before stays below until it is finished."""
    collection = engine.collection
    job = job_of(collection, settings)
    if job is None or job.is_over:
        st.rerun()
        return
    with st.container(border=True, gap="small", key="map work"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(title)}**", width="stretch")
            is_watched = st.toggle("Watch it settle", key="watch map")
            if may(job.least) and st.button(
                "Stop", key="stop map", type="tertiary", icon=":material/stop:"
            ):
                stop_job(job.job_id)
        st.progress(share_of(job), text=how_far(job))
        preview = read_preview(collection, settings) if is_watched else None
        if preview is not None:
            name = named(None, collection.fingerprint, title, preview.step)
            body = points_body(preview, table_of(collection))
            words = f"A map that is still settling, after {preview.step} steps."
            parts = {"points": (name, body)}
            shown = Shown("settling map", "", parts, words, state=words, height=PREVIEW_PX)
            draw_map(shown)
            send_parts(shown)
