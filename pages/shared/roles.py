"""Roles by name: what ``[access]`` in ``.streamlit/secrets.toml`` makes of who logged in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.access import Role


def role_named(user: Mapping[str, Any] | str, secrets: Mapping[str, Any]) -> Role | None:
    """Return the role that ``[access]`` gives a user: the claims of a login, or a bare name.

    Whom it does not name is a visitor; where visitors are named, nobody.

    Examples
    --------
    >>> secrets = {"access": {"owners": ["ada@example.org"], "editors": ["@example.org"]}}
    >>> role_named({"email": "Ada@example.org"}, secrets)
    <Role.OWNER: 2>
    >>> role_named({"email": "bo@example.org"}, secrets), role_named({"email": "x@y.z"}, secrets)
    (<Role.EDITOR: 1>, <Role.VISITOR: 0>)
    >>> role_named({"email": "ada@example.org", "email_verified": False}, secrets)
    <Role.VISITOR: 0>
    """
    told = secrets.get("access", {})
    values = [user] if isinstance(user, str) else _claimed(user, told.get("claim", "email"))
    known = {part for each in values for part in _ways_to_say(each.strip().lower())}
    for role, name in zip(reversed(Role), ("owners", "editors", "visitors"), strict=True):
        if known & {str(each).lower() for each in told.get(name, ())}:
            return role
    return None if "visitors" in told else Role.VISITOR


def _claimed(user: Mapping[str, Any], claim: str) -> list[str]:
    """Return what a login says of a user; an address that nobody has proved says nothing."""
    if claim == "email" and user.get("email_verified") in (False, "false"):
        return []
    value = user.get(claim) or []
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _ways_to_say(name: str) -> set[str]:
    """Return a name and, of an e-mail address, its domain, which stands for everybody there."""
    user, at, domain = name.partition("@")
    return {name, f"@{domain}"} if user and at else {name} - {f"@{domain}"}
