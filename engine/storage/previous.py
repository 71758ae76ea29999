"""The version before: kept whole beside the one that stands, for one step back.

Which one stands and which one is before is one file's word (see `manifest`): whoever changes it
writes both in one rename, so there is no moment without a way back.
"""

from __future__ import annotations

from pathlib import Path

from engine.access import Role, require
from engine.errors import CollectionError
from engine.storage.manifest import Manifest, check_files
from engine.storage.site import only_writer


def previous_version(folder: Path) -> Manifest | None:
    """Return the version a collection can be rolled back to, or None."""
    try:
        standing = Manifest.load(folder)
        if standing.previous is not None:
            check_files(folder, standing.previous)
    except CollectionError:
        return None
    previous = standing.previous
    return previous if previous is not None and previous.build != standing.build else None


def roll_back(folder: Path) -> Manifest:
    """Let a collection answer as it did before its model was changed; called again, it goes back.

    Raises
    ------
    CollectionError
        There is no version before this one, or another program is changing the collection.
    """
    require(Role.OWNER)
    with only_writer(folder):
        previous = previous_version(folder)
        if previous is None:
            raise CollectionError(
                "there is no version to go back to", value=folder, remedy="Nothing was changed"
            )
        previous.before(Manifest.load(folder)).save(folder)
    return previous
