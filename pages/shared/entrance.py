"""The entrance of every page: who may not come in reads why, who may log in is asked to."""

from __future__ import annotations

import streamlit as st

from engine.access import Role, may
from pages.shared.access import GUARDED, Access, enforce, role_of_visit

NOT_YOURS = {
    Role.EDITOR: "This page is for those who look after the collections.",
    Role.OWNER: "This page is for the owner of this Kindred.",
}


def admit() -> None:
    """Let nobody see anything of a page who may not come in."""
    enforce()
    known, role = Access.read(), role_of_visit()
    if not GUARDED and (known.is_told or role is None):
        _turn_away("Start Kindred by its home page, app.py: others come in by that door alone.")
    if role is None:
        if known.has_login and not st.user.get("is_logged_in"):
            _ask_to_log_in()
        _turn_away("This account is not among those that may come in. Ask whoever runs Kindred.")


def keep_for(least: Role) -> None:
    """Draw the rest of a page only for whom it is for; the doors of the engine ask again."""
    if not may(least):
        st.info(
            f"{NOT_YOURS[least]} Searching and exploring is open to you.", icon=":material/lock:"
        )
        st.stop()


def draw_account() -> None:
    """Draw who is logged in, and the way in or out, where people can log in."""
    if not Access.read().has_login:
        return
    if st.user.get("is_logged_in"):
        st.caption(f"Logged in as {st.user.get('name') or st.user.get('email') or 'somebody'}")
        st.button("Log out", type="tertiary", icon=":material/logout:", on_click=st.logout)
    else:
        st.button("Log in", type="tertiary", icon=":material/login:", on_click=st.login)


def _ask_to_log_in() -> None:
    st.title("Kindred", anchor=False)
    st.markdown("Log in to search these photos.")
    st.button("Log in", type="primary", icon=":material/login:", on_click=st.login)
    st.stop()


def _turn_away(why: str) -> None:
    st.error(why, icon=":material/lock:")
    st.stop()
