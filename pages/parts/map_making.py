"""From a map that is not there yet to one that is: ask for it, watch it settle, or draw it now."""

from __future__ import annotations

import streamlit as st

from engine.jobs import JobState, jobs, start_job, stop_job
from engine.maps import DrawnMap, MapSettings, make_map, read_preview
from engine.projection import MIN_TSNE_ROWS
from engine.search import SearchEngine
from engine.storage import Collection
from pages.parts.jobs_view import how_far, share_of
from pages.parts.map_element import Shown, draw_map, send_parts
from pages.parts.map_parts import named, points_body
from pages.parts.map_resources import map_of, told_of
from pages.parts.map_view import MapView
from pages.parts.wording import count, duration, plain

# A PCA of so many rows is drawn while a person waits: about two seconds.
MOST_AT_ONCE = 30_000
# Measured on two cores; the start of the program comes first.
SECONDS_PER_POINT, SECONDS_BEFORE = 0.0018, 8.0


def map_to_show(engine: SearchEngine, here: MapView, slug: str) -> DrawnMap | None:
    """Return the map the view names; None while it is being made, which is then shown instead."""
    collection, settings = engine.collection, here.settings
    drawn = map_of(collection, settings)
    if drawn is not None:
        _draw_notes(drawn)
        return drawn
    job = _job_of(collection, settings)
    if job is not None and not job.is_over:
        _watch(engine, settings, job)
        return None
    n = n_points(engine, settings)
    if n < MIN_TSNE_ROWS or (settings.method == "pca" and n <= MOST_AT_ONCE):
        return _draw_at_once(engine, settings)
    _offer(engine, settings, job)
    quick = MapSettings("pca", settings.what, centred=settings.centred)
    if n > MOST_AT_ONCE:
        return map_of(collection, quick)
    return _draw_at_once(engine, quick)


def n_points(engine: SearchEngine, settings: MapSettings) -> int:
    """Return how many points a map of these settings has."""
    n_captions = sum(len(photo.captions) for photo in told_of(engine.collection).photos)
    counts = {"photos": engine.collection.n_photos, "captions": n_captions}
    return counts.get(settings.what, sum(counts.values()))


def title_of(collection: Collection, settings: MapSettings) -> str:
    """Return what the job that makes a map is called."""
    return f"Map of {collection.name}: {settings.told()}"


def start_making(collection: Collection, settings: MapSettings) -> None:
    """Queue the making of a map."""
    arguments = [str(collection.folder), "--json"]
    for name, value in settings.essence().items():
        if name == "centred":
            arguments += ["--centred"] if value else []
        else:
            arguments.append(f"--{name}={value}")
    start_job("map", arguments, title=title_of(collection, settings))


def _job_of(collection: Collection, settings: MapSettings) -> JobState | None:
    """Return the newest job that makes this map."""
    title = title_of(collection, settings)
    return next((job for job in jobs() if job.kind == "map" and job.title == title), None)


def _draw_at_once(engine: SearchEngine, settings: MapSettings) -> DrawnMap:
    found = map_of(engine.collection, settings)
    if found is not None:
        return found
    with st.spinner("Drawing…"):
        return make_map(engine.collection, engine.encoder, settings)


def _offer(engine: SearchEngine, settings: MapSettings, last: JobState | None) -> None:
    """Say that the map is not there yet, how long it takes, and offer to make it."""
    n = n_points(engine, settings)
    seconds = SECONDS_BEFORE + SECONDS_PER_POINT * n * settings.iterations / 750
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="map offer"):
        with st.container(gap=None, width="stretch"):
            st.markdown(f"**{plain(settings.told())}** is not made yet.")
            st.caption(
                f"{count(n, 'point')}, about {duration(seconds)} in the background. "
                "Until then this is the quick view by PCA, which keeps few neighbourhoods."
            )
        if last is not None and last.error:
            st.text(last.error)
        if st.button("Make the map", type="primary", icon=":material/scatter_plot:"):
            start_making(engine.collection, settings)
            st.rerun()


def _watch(engine: SearchEngine, settings: MapSettings, job: JobState) -> None:
    st.fragment(_draw_settling, run_every=1.0)(engine, settings, job.title)


def _draw_settling(engine: SearchEngine, settings: MapSettings, title: str) -> None:
    """Show how far the map is, and where its points are now."""
    collection = engine.collection
    job = _job_of(collection, settings)
    if job is None or job.is_over:
        st.rerun()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(title)}**", width="stretch")
        if st.button("Stop", key="stop map", type="tertiary", icon=":material/stop:"):
            stop_job(job.job_id)
    st.progress(share_of(job), text=how_far(job))
    preview = read_preview(collection, settings)
    if preview is not None:
        name = named(None, collection.fingerprint, title, preview.step)
        body = points_body(preview, told_of(collection))
        words = f"A map that is still settling, after {preview.step} steps."
        shown = Shown("settling map", "", {"points": (name, body)}, words, state=words)
        draw_map(shown)
        send_parts(shown)


def _draw_notes(drawn: DrawnMap) -> None:
    if drawn.record.note:
        st.info(f"{plain(drawn.record.note)}.", icon=":material/info:")
