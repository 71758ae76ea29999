"""Where views live: links to them, and the ways from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Protocol
from urllib.parse import urlencode

import streamlit as st

from pages.shared.view import Parameters

HOME = "app.py"
TEXT_SEARCH = "pages/text_search.py"
IMAGE_SEARCH = "pages/image_search.py"
WORDS = "pages/words.py"
EXPLORER = "pages/explorer.py"
COLLECTIONS = "pages/collections.py"
TRAINING = "pages/training.py"


class Linked(Protocol):
    """A state of a page that an address can hold."""

    def parameters(self) -> Parameters:
        """Return what the address must hold to read the state back."""
        ...


def address(view: Linked, slug: str) -> Parameters:
    """Return the parameters of a link to `view` of a collection."""
    return {"collection": slug, **view.parameters()}


def link_to(view: Linked, slug: str, page: str = "") -> str:
    """Return a link that opens `view` on a page, the present one by default.

    Examples
    --------
    >>> from pages.shared.view import View
    >>> link_to(View(query="red & blue"), "demo", TEXT_SEARCH)
    'text_search?collection=demo&q=red+%26+blue'
    """
    return href_of(page, address(view, slug))


def href_of(page: str, parameters: Mapping[str, str | list[str]]) -> str:
    """Return a link to a page with an address; pages lie beside each other, home above none.

    Examples
    --------
    >>> href_of(HOME, {"collection": "demo"}), href_of(TRAINING, {"view": "new"})
    ('./?collection=demo', 'training?view=new')
    """
    place = "./" if page == HOME else Path(page).stem
    return f"{place}?{urlencode(parameters, doseq=True)}"


def show(view: Linked, slug: str) -> None:
    """Write `view` into the address; in a callback, the run that follows draws it."""
    st.query_params.from_dict(address(view, slug))


def go(view: Linked, slug: str) -> None:
    """Draw `view` at once, where this page's run has already begun."""
    go_within(address(view, slug))


def go_within(parameters: Mapping[str, str | list[str]]) -> NoReturn:
    """Draw the present page at once with another address, one step of the Back button away.

    ``st.switch_page`` to the page one is on leaves two: the first press of Back changes nothing.
    """
    st.query_params.from_dict(parameters)
    st.rerun()
