"""The version before: kept whole beside the one that stands, for one step back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from engine.durable import write_json
from engine.errors import CollectionError
from engine.storage.manifest import FORMAT, KIND, PREVIOUS, Manifest, check_files
from engine.storage.site import only_writer


def keep_previous(folder: Path, manifest: Manifest) -> None:
    """Keep an earlier version of a collection, whose build must still be there.

    Raises
    ------
    CollectionError
        A file of it is missing, or another program is changing the collection.
    """
    with only_writer(folder):
        check_files(folder, manifest)
        _write(folder, manifest)


def previous_version(folder: Path) -> Manifest | None:
    """Return the version a collection can be rolled back to, or None."""
    try:
        manifest = Manifest.load(folder, PREVIOUS)
        check_files(folder, manifest)
    except CollectionError:
        return None
    return manifest if manifest.build != Manifest.load(folder).build else None


def roll_back(folder: Path) -> Manifest:
    """Let a collection answer as it did before its model was changed; called again, it goes back.

    Raises
    ------
    CollectionError
        There is no version before this one, or another program is changing the collection.
    """
    with only_writer(folder):
        standing = Manifest.load(folder)
        previous = previous_version(folder)
        if previous is None:
            raise CollectionError(
                "there is no version to go back to", value=folder, remedy="Nothing was changed"
            )
        previous.save(folder)
        _write(folder, standing)
    return previous


def _write(folder: Path, manifest: Manifest) -> None:
    write_json(folder / PREVIOUS, {"kind": KIND, "format": FORMAT, **asdict(manifest)})
