"""The frame of every page: title, mark, menu, the collection chosen, and what goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import streamlit as st

from engine.access import Role, shown
from engine.config import keep_files_private
from engine.errors import CollectionError, KindredError
from engine.search import SearchEngine
from engine.storage import CollectionSummary
from pages.shared.collection_box import draw_collection_box, first_of
from pages.shared.elements import keep_contrast
from pages.shared.entrance import admit, draw_account, keep_for
from pages.shared.figures import PAGE_FAILURES
from pages.shared.limits import spend
from pages.shared.line import drawing, wait_for_turn
from pages.shared.navigation import draw_menu
from pages.shared.phrases import plain
from pages.shared.resources import collections, engine_of
from pages.shared.view import View

LOGGER = logging.getLogger(__name__)
HERE = Path(__file__).parent
ABOUT = "Kindred finds photos by words and by other photos, on the computer it runs on."

keep_files_private()


@dataclass(frozen=True, slots=True)
class Page:
    """What a page starts from: the collection chosen, and the view its link describes."""

    slug: str
    summary: CollectionSummary | None
    view: View

    def engine(self) -> SearchEngine:
        """Open the chosen collection.

        Raises
        ------
        CollectionError
            When the link names none that exists, or there is none at all.
        BusyError
            When too much is asked, by this visitor or by all of them.
        """
        spend("queries")
        wait_for_turn()
        if self.summary is None:
            raise CollectionError(
                "no such collection",
                value=self.slug or None,
                remedy="Choose another in the menu, or make one on the page Collections",
            )
        return engine_of(self.summary.folder)


def open_page(title: str, *, least: Role = Role.VISITOR) -> Page:
    """Draw what every page has and read what its link says; all else is for a role."""
    st.set_page_config(
        page_title=f"{title} · Kindred",
        page_icon=str(HERE / "mark.svg"),
        layout="wide",
        initial_sidebar_state=272,
        menu_items={"About": ABOUT},
    )
    admit()
    st.logo(str(HERE / "wordmark.svg"), icon_image=str(HERE / "mark.svg"), size="large")
    known = collections()
    slug = st.query_params.get("collection", "") or first_of(known)
    with st.sidebar:
        draw_menu(title, slug)
        draw_collection_box(known, slug)
        draw_account()
        keep_contrast()
    keep_for(least)
    return Page(slug, known.get(slug), View.read(st.query_params))


class ErrorBoundary:
    """Within it nothing fails unseen: a `KindredError` is one box, all else one sentence.

    The rest of an unexpected exception goes to the log, where its traceback belongs.
    """

    def __enter__(self) -> None:
        self._drawing = drawing()
        self._drawing.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._drawing.__exit__(None, None, None)
        if isinstance(error, KindredError):
            tell(error)
        elif isinstance(error, Exception):
            PAGE_FAILURES.inc()
            LOGGER.error("a page failed", exc_info=error)
            st.error(
                "Something went wrong inside Kindred, and nothing was changed. "
                "The log of the app says what; loading the page again may help.",
                icon=":material/error:",
            )
        return isinstance(error, Exception)


def tell(error: KindredError) -> None:
    """Show the world's fault in one box: what happened, with what, and what to do next."""
    what = plain(shown(error.what[:1].upper() + error.what[1:]))
    value = f": {plain(shown(error.value))}" if error.value is not None else ""
    remedy = f"  \n{plain(shown(error.remedy))}." if error.remedy else ""
    st.error(f"**{what}**{value}.{remedy}", icon=":material/error:")


def draw_removal(remove: Callable[[], object], then: Callable[[], object] = st.rerun) -> None:
    """Draw both answers to whether something shall go; `then` leads on from where it was."""
    with st.container(horizontal=True):
        if st.button("Remove it", type="primary"):
            with ErrorBoundary():
                remove()
                then()
        if st.button("Keep it"):
            st.rerun()
