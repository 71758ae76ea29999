"""Models as cards: those on this computer, and those that can be had by name."""

from __future__ import annotations

import streamlit as st

from engine.config import DEMO_COLLECTION
from engine.hub import KNOWN, KnownModel, ModelOnShelf, find_known, half_fetched, remove_model
from engine.jobs import jobs, start_job
from pages.shared.elements import quiet_button
from pages.shared.frame import ErrorBoundary, draw_removal
from pages.shared.phrases import MODELS, count, file_size, plain
from pages.shared.resources import collections, models

ORIGINS = {"bundled": "Comes with Kindred", "published": "Published", "trained": "Trained here"}
N_SHOWN = 5


def draw_models_here() -> None:
    """Draw each model on this computer, with what can be done with it."""
    st.subheader("On this computer", anchor=False)
    for each in models():
        with st.container(border=True, gap="small", key=f"here {each.name}"):
            _draw_here(each)


def _draw_here(each: ModelOnShelf) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(each.name)}**", width="stretch")
        if each.reason:
            st.badge("Damaged", color="red", icon=":material/error:")
        else:
            st.badge(ORIGINS[each.origin], color="gray")
    if each.reason:
        st.text(each.reason)
    else:
        st.caption(" · ".join(_facts(each)))
    with st.container(horizontal=True):
        if not each.reason and quiet_button(
            "Use for a collection", each.name, ":material/swap_horiz:"
        ):
            ask_where_to_use(each)
        if each.origin != "bundled" and quiet_button("Remove", each.name, ":material/delete:"):
            ask_to_remove(each)


def _facts(each: ModelOnShelf) -> list[str]:
    known = find_known(each.name)
    facts = [plain(known.good_at), _languages(known)] if known else []
    facts += [MODELS[each.name].partition(", ")[2]] if each.name in MODELS else []
    facts.append(file_size(each.n_bytes))
    if each.photos_per_second:
        facts.append(f"{each.photos_per_second:,.0f} photos a second here")
    if each.text_ms:
        facts.append(f"{each.text_ms:,.0f} ms a question")
    facts += [f"licence {plain(each.told['licence'])}"] if each.told.get("licence") else []
    return [*facts, *([f"recall {known.recall:.3f}"] if known else [])]


def _languages(known: KnownModel) -> str:
    return f"{known.languages} languages" if "100" in known.languages else known.languages


def draw_models_to_get() -> None:
    """Draw each published model that is not here, and a way to bring one along."""
    here = {each.name for each in models()}
    begun, under_way = half_fetched(), {job.title for job in jobs() if not job.is_over}
    st.subheader("To get", anchor=False)
    st.caption(
        "Published by others, for ONNX Runtime. Nothing in them is executed. Recall is published "
        "too: text to photo on Crossmodal-3600 in English, the mean of R@1, R@5 and R@10."
    )
    absent = [known for known in KNOWN if known.name not in here]
    absent.sort(key=lambda known: known.name not in begun)
    first = st.container()
    more = st.expander(f"{len(absent) - N_SHOWN} more") if absent[N_SHOWN:] else first
    for place, known in zip([first] * N_SHOWN + [more] * len(absent), absent, strict=False):
        with place.container(border=True, gap="small", key=f"known {known.name}"):
            _draw_known(known, is_begun=known.name in begun, titles=under_way)
    _draw_bring()


def _draw_known(known: KnownModel, *, is_begun: bool, titles: set[str]) -> None:
    title = f"Get {known.name}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{plain(known.name)}**", width="stretch")
        label, icon = ("Go on", ":material/resume:") if is_begun else ("Get", ":material/download:")
        if st.button(label, key=title, icon=icon, disabled=title in titles):
            start_job("models", ["get", known.name, "--json"], title=title)
            st.rerun()
    facts = [known.good_at, _languages(known), f"about {file_size(known.n_bytes)}"]
    facts += [f"licence {known.licence}", f"recall {known.recall:.3f}"]
    st.caption(" · ".join(map(plain, facts)))
    if known.forbids_commerce:
        st.badge("The licence forbids to earn money with it", color="orange")


def _draw_bring() -> None:
    """Offer what has no name in the list: a repository, or files without a connection."""
    with st.form("bring a model", border=True):
        source = st.text_input(
            "Another model",
            placeholder="owner/name, or a folder or zip file on this computer",
            help="In the layout of those above: visual/model.onnx, textual/model.onnx and their "
            "settings; or, with keras_hub installed, a preset as keras:clip_vit_base_patch32.",
        ).strip()
        if st.form_submit_button("Get it", icon=":material/download:") and source:
            start_job("models", ["get", source, "--json"], title=f"Get {source}")
            st.rerun()


@st.dialog("Use this model", icon=":material/swap_horiz:")
def ask_where_to_use(each: ModelOnShelf) -> None:
    """Ask which collection shall answer with a model, and start the work."""
    known = {slug: found for slug, found in collections().items() if found.health == "ready"}
    own = [slug for slug, found in known.items() if found.folder != DEMO_COLLECTION]
    if not own:
        st.markdown("Make a collection of your own photos first, on the page Collections.")
        return
    slug = st.selectbox("Collection", own, format_func=lambda name: known[name].name, key="use for")
    photos = count(known[slug].n_photos, "photo")
    spent = ""
    if each.photos_per_second:
        minutes = max(1, round(known[slug].n_photos / each.photos_per_second / 60))
        spent = f" About {count(minutes, 'minute')} on this computer."
    st.markdown(
        f"Its {photos} are embedded anew in the background.{spent} Until that is done it answers "
        "as it does now; then it changes at once, and keeps the version before for one step back."
    )
    if st.button("Use it", type="primary"):
        with ErrorBoundary():
            folder = known[slug].folder
            title = f"Move {known[slug].name} to {each.name}"
            arguments = ["use", each.name, f"--to={folder}", "--json"]
            start_job("models", arguments, title=title, lane="long", on=folder)
            st.rerun()


@st.dialog("Remove the model?", icon=":material/delete:")
def ask_to_remove(each: ModelOnShelf) -> None:
    """Remove a model only when that is confirmed."""
    st.markdown(f"**{plain(each.name)}** goes, {file_size(each.n_bytes)}. It can be got again.")
    draw_removal(lambda: remove_model(each.name))
