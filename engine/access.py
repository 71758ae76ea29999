"""Who may do what: the roles that doors of the engine ask for, and the folders they stay within.

In a shell, a notebook and a job's own process one is the owner and no folder is out of bounds. A
program that is used by others names, once, how it tells who they are: `set_visit`. From then on a
door that writes or looks at the server begins with `require`, one that is given a folder with
`require_folder`, and who cannot be told is a visitor.

Not inside: how a program knows its people (the app: `pages.shared.access`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from pathlib import Path

from engine import config
from engine.errors import AccessError

WITHIN = "KINDRED_WITHIN"  # what a job's own process stays within: `config.folders_of` reads it
_ABSOLUTE = re.compile(r"(?<![\w.:/\\])(?:[A-Za-z]:[/\\]|/|\\\\)(?:[^/\\\s'\",;]+[/\\])+")
_MOUNTS = ("/media", "/run/media", "/mnt", "/Volumes")


class Role(IntEnum):
    """What somebody may do; each may do what those before it may.

    A visitor searches, explores and looks. An editor makes collections of uploads, keeps them in
    step, tags and judges. The owner also reads folders of the server, trains, has models, and
    removes.
    """

    VISITOR = 0
    EDITOR = 1
    OWNER = 2


_role: Callable[[], Role] | None = None
_folders: Callable[[], Sequence[Path]] | None = None


def set_visit(
    role: Callable[[], Role] | None, folders: Callable[[], Sequence[Path]] | None = None
) -> None:
    """Let a program say who asks, each time a door is used; None makes everybody the owner again.

    Parameters
    ----------
    role
        Returns the role of whoever asks now. It must not raise: who cannot be told is a visitor.
    folders
        Returns the folders of the server that may be read; None for all of them.
    """
    global _role, _folders
    _role, _folders = role, folders


def role() -> Role:
    """Return the role of whoever asks now."""
    return Role.OWNER if _role is None else _role()


def may(least: Role) -> bool:
    """Tell whether whoever asks now has at least a role."""
    return least == Role.VISITOR or role() >= least


def require(least: Role) -> None:
    """Let nobody past who has less than a role.

    Raises
    ------
    AccessError
        Whoever asks may not do this.

    Examples
    --------
    >>> set_visit(lambda: Role.EDITOR)
    >>> require(Role.EDITOR)
    >>> require(Role.OWNER)
    Traceback (most recent call last):
    engine.errors.AccessError: only the owner of this Kindred may do this. Ask whoever runs it.
    >>> set_visit(None)
    """
    if not may(least):
        who = "the owner" if least == Role.OWNER else "an editor"
        raise AccessError(f"only {who} of this Kindred may do this", remedy="Ask whoever runs it")


def require_folder(path: Path | str) -> None:
    """Let nobody read what lies outside: own uploads for an editor, named folders for the owner.

    Links are followed before it is asked where something lies. What is not there is judged by its
    path, so that nobody learns what is.

    Raises
    ------
    AccessError
        The folder or file lies outside.
    """
    if is_below(path, [config.home() / name for name in ("collections", "incoming", "drawn")]):
        require(Role.EDITOR)
        return
    require(Role.OWNER)
    within = folders()
    if within is not None and not is_below(path, within):
        raise AccessError(
            "this folder is not among those Kindred may read",
            value=path,
            remedy=f"Name it, or one it lies in, in the variable {config.PHOTOS_VARIABLE}",
        )


def folders() -> Sequence[Path] | None:
    """Return the folders of the server that may be read now; None for all of them."""
    if _folders is not None:
        return _folders()
    return config.folders_of(WITHIN)


def leads_out(path: Path | str) -> bool:
    """Tell whether a link found in a folder leads where nobody may read."""
    within = folders()
    return within is not None and not is_below(path, [*within, config.home()])


def is_below(path: Path | str, roots: Iterable[Path]) -> bool:
    """Tell whether something lies in one of some folders, once links are followed.

    Examples
    --------
    >>> is_below("/srv/photos/../secret", [Path("/srv/photos")])
    False
    """
    try:
        real = Path(os.path.realpath(path))
        return any(real.is_relative_to(os.path.realpath(root)) for root in roots)
    except (OSError, ValueError):  # a null byte: no path at all
        return False


def shown(text: object) -> str:
    """Return a text as whoever asks may read it: a path of the server is its last name to others.

    Examples
    --------
    >>> set_visit(lambda: Role.VISITOR)
    >>> shown(Path("/srv/photos/red.jpg")), shown("not readable: /srv/photos/red.jpg. Try again.")
    ('red.jpg', 'not readable: red.jpg. Try again.')
    >>> set_visit(None)
    """
    if may(Role.OWNER):
        return str(text)
    if isinstance(text, Path):
        return text.name
    told = str(text)
    for root in (config.home(), config.PROJECT, Path.home(), *(folders() or ())):
        told = told.replace(f"{root}{os.sep}", "").replace(str(root), root.name)
    return _ABSOLUTE.sub("", told)


def usual_folders() -> list[Path]:
    """Return what the owner of a computer may read at it: the home folder, and mounted disks."""
    drives = [Path(drive) for drive in os.listdrives()] if hasattr(os, "listdrives") else []
    return [Path.home(), *map(Path, _MOUNTS), *drives]
