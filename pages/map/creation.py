"""From a map that is not there yet to one that is: ask for it, watch it settle, or draw it now."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine.access import Role, may, shown
from engine.jobs import JobState
from engine.maps import DrawnMap, MapSettings, Metric, Pace, make_map, measure_pace
from engine.projection import MIN_TSNE_ROWS
from engine.search import SearchEngine
from engine.storage import Collection
from pages.map.job import job_of, start_making, watch
from pages.map.resources import map_of, older_map_of, table_of
from pages.map.view import MapView
from pages.shared.phrases import count, duration, plain

# A PCA of so many rows is drawn while a person waits: about two seconds.
MOST_AT_ONCE = 30_000
SECONDS_A_PACE_HOLDS = 120


@dataclass(frozen=True, slots=True)
class Offer:
    """A map to show, and where its offer is told how long a better one takes.

    Parameters
    ----------
    drawn
        The map asked for; until it is there, an older one of the same settings, else a quick one;
        None where there is none to show meanwhile.
    place
        Where the time is written, once the map itself is on the page; None where nothing is
        offered.
    """

    drawn: DrawnMap | None
    place: DeltaGenerator | None = None

    def tell_time(self, engine: SearchEngine, settings: MapSettings) -> None:
        """Measure how fast this machine draws just now, and write what the map will take."""
        if self.place is None:
            return
        found = _pace(engine.collection, settings).estimate(n_points(engine, settings), settings)
        about = duration(found.seconds, rough=True)
        text = f"About {about} in the background, as fast as this machine is now"
        alone = f"; {duration(found.seconds_alone, rough=True)} when it has nothing else to do"
        self.place.caption(f"{text}{alone if found.is_busy else ''}.")


def map_to_show(engine: SearchEngine, here: MapView) -> Offer:
    """Return the map the view names, or what stands for it while it is not made."""
    collection, settings = engine.collection, here.settings
    drawn = map_of(collection, settings)
    if drawn is not None:
        _draw_notes(drawn)
        return Offer(drawn)
    n = n_points(engine, settings)
    if n < MIN_TSNE_ROWS or (settings.method == "pca" and n <= MOST_AT_ONCE):
        return Offer(_draw_at_once(engine, settings))
    older = older_map_of(engine, settings)
    job = job_of(collection, settings)
    if job is not None and not job.is_over:
        st.fragment(watch, run_every=1.0)(engine, settings, job.title)
        place = None
    else:
        place = _offer(engine, settings, job, older)
    return Offer(older or _quick(engine, settings, n), place)


def n_points(engine: SearchEngine, settings: MapSettings) -> int:
    """Return how many points a map of these settings has."""
    counts = {
        "photos": engine.collection.n_photos,
        "captions": table_of(engine.collection).n_captions,
    }
    return counts.get(settings.what, sum(counts.values()))


def _quick(engine: SearchEngine, settings: MapSettings, n: int) -> DrawnMap | None:
    quick = MapSettings("pca", settings.what, centred=settings.centred)
    return _draw_at_once(engine, quick) if n <= MOST_AT_ONCE else map_of(engine.collection, quick)


def _pace(collection: Collection, settings: MapSettings) -> Pace:
    return _paces(collection.fingerprint, settings.perplexity, settings.metric, collection)


@st.cache_data(show_spinner=False, max_entries=16, ttl=SECONDS_A_PACE_HOLDS)
def _paces(fingerprint: str, perplexity: float, metric: Metric, _collection: Collection) -> Pace:
    return measure_pace(_collection, MapSettings(perplexity=perplexity, metric=metric))


def _draw_at_once(engine: SearchEngine, settings: MapSettings) -> DrawnMap:
    found = map_of(engine.collection, settings)
    if found is not None:
        return found
    with st.spinner("Drawing…"):
        return make_map(engine.collection, engine.encoder, settings)


def _offer(
    engine: SearchEngine, settings: MapSettings, last: JobState | None, older: DrawnMap | None
) -> DeltaGenerator:
    """Say that the map is not there yet and offer to make it; return where its time is told."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="map offer"):
        with st.container(gap=None, width="stretch"):
            if older is None:
                st.markdown(
                    f"**{plain(settings.told())}** is not made yet. "
                    "This is the quick view by PCA, which keeps few neighbourhoods."
                )
            else:
                st.markdown(f"**This map is older than the photos.** {_changes(older)}")
            place = st.empty()
            place.caption("Measuring how long the map will take…")
        if last is not None and last.error:
            st.text(shown(last.error))
        if may(Role.EDITOR) and st.button(
            "Make the map", type="primary", icon=":material/scatter_plot:"
        ):
            start_making(engine.collection, settings)
            st.rerun()
    return place


def _changes(older: DrawnMap) -> str:
    """Say what has changed since an older map was made."""
    placed, gone = older.record.n_placed, older.record.n_gone
    parts = [f"{count(placed, 'point')} placed beside those they are most like"] if placed else []
    parts += [f"{count(gone, 'point')} gone"] if gone else []
    return f"Since it was made: {', '.join(parts) or 'nothing that moves a point'}."


def _draw_notes(drawn: DrawnMap) -> None:
    if drawn.record.note:
        st.info(f"{plain(drawn.record.note)}.", icon=":material/info:")
