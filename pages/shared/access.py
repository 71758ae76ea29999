"""Who comes in, and as what: told from where the server listens and how it was started.

On an address of this computer alone one is the owner. Any other address, or a proxy before this
one, needs to be told who people are: nobody in particular (``--public``), whoever logs in
(``[auth]`` in ``.streamlit/secrets.toml``), or whom a trusted proxy names in a header. Once one of
them is told it holds on every address. docs/deploy.md says it for those who run the app.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import streamlit as st

from engine.access import Role, set_visit, usual_folders
from engine.config import PHOTOS_VARIABLE, folders_of
from pages.shared.origin import PEERS, Headers, is_direct, is_loopback, is_peer, values_of
from pages.shared.roles import role_named

WORD, HEADER = "KINDRED_ACCESS", "KINDRED_PROXY_HEADER"
NOBODY_KNOWN = (
    "Kindred does not know who its visitors are, so it lets nobody in. Start it with --public "
    "for everybody to search and look, set up a login, or name the header of a trusted proxy; "
    "docs/deploy.md says how. At its own computer it opens at http://localhost."
)

GUARDED: list[bool] = []  # true once the server stands behind `pages.shared.guard`


@dataclass(frozen=True, slots=True)
class Access:
    """How people are told apart.

    Parameters
    ----------
    is_local
        Whether only programs of this computer reach the server.
    is_public
        Whether everybody may come in, as a visitor.
    has_login
        Whether people can log in.
    header
        Header in which a trusted proxy names the user; "" for none.
    """

    is_local: bool = False
    is_public: bool = False
    has_login: bool = False
    header: str = ""

    @classmethod
    def read(cls) -> Access:
        """Read how this server was started."""
        return cls(
            is_loopback(st.get_option("server.address") or ""),
            "--public" in sys.argv[1:] or os.environ.get(WORD) == "public",
            "auth" in _secrets(),
            os.environ.get(HEADER, "").strip().lower(),
        )

    @property
    def is_told(self) -> bool:
        """Whether somebody has said who people are."""
        return self.is_public or self.has_login or bool(self.header)

    def refusal(self, headers: Headers, client: tuple[str, int] | None) -> str:
        """Return why a request is turned away, "" where it is not."""
        if (word := os.environ.get(WORD, "")) not in ("", "public"):
            return f"{WORD} is {word!r}, and the one word it may be is public."
        if self.has_login and find_spec("authlib") is None:
            return "A login needs one more library: pip install -r requirements-login.txt"
        if self.header and not self.is_public:
            return self._refusal_of_proxy(headers, client)
        if self.is_told or (self.is_local and is_direct(headers)):
            return ""
        return NOBODY_KNOWN

    def _refusal_of_proxy(self, headers: Headers, client: tuple[str, int] | None) -> str:
        try:
            is_named = is_peer(client)
        except ValueError as error:
            return f"{PEERS} names what is no address and no network: {error}"
        if not is_named:
            return f"Come by way of the proxy: only those named in {PEERS} are let in."
        if len(user := values_of(headers, self.header)) != 1 or not user[0].strip():
            return f"The proxy names nobody in the header {self.header!r}."
        return ""

    def role(self, headers: Headers, user: Mapping[str, Any]) -> Role | None:
        """Return what somebody may do who was let in; None where that is nothing at all."""
        if self.header and not self.is_public:
            return role_named("".join(values_of(headers, self.header)), _secrets())
        if self.has_login and user.get("is_logged_in"):
            return role_named(user, _secrets())
        if self.is_told:
            return Role.VISITOR if self.is_public else None
        return Role.OWNER if self.is_local and is_direct(headers) else None


def role_of_visit() -> Role | None:
    """Return the role of the session that runs now; None where nobody is let in, or none runs."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return Access.read().role(list_headers(), st.user.to_dict())


def list_headers() -> list[tuple[str, str]]:
    """Return the headers of the session that runs now."""
    headers = st.context.headers
    return [(name, value) for name in headers for value in headers.get_all(name)]


def enforce() -> None:
    """Let the doors of the engine ask who comes, from now on."""
    set_visit(lambda: role_of_visit() or Role.VISITOR, _folders)


def _folders() -> Sequence[Path]:
    named = folders_of(PHOTOS_VARIABLE)
    return named if named is not None else usual_folders() if Access.read().is_local else []


def has_whole_secrets() -> bool:
    """Tell whether secrets can be read, where there are any: roles and the login lie there."""
    files = st.get_option("secrets.files")
    return not any(map(os.path.exists, files)) or st.secrets.load_if_toml_exists()


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}
