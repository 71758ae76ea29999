"""The folder a collection is built in: who may, what may lie there, what is swept away."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.durable import PARTIAL
from engine.errors import CollectionError, DamageError, writing
from engine.locks import LockHeldError, exclusive, has_readers, holder
from engine.storage.journal import JOURNAL
from engine.storage.manifest import COPY, MANIFEST, PREVIOUS, Manifest

WRITER = ".writer"
MAPS = "maps"
MODEL = "kindred-model"  # one that came with an imported collection
SNAPSHOT = "snapshot.npz"
PUBLISHING = "publishing.json"
TAGS, TAGS_COPY = "tags.json", ".tags.copy.json"
_BUILD = re.compile(r"build-(\d+)")


@contextmanager
def only_writer(folder: Path, what: str = "collection") -> Iterator[None]:
    """Be the only program that changes a collection, for the length of a ``with`` block."""
    try:
        with writing(CollectionError, f"the {what} cannot be written", folder):
            folder.mkdir(parents=True, exist_ok=True)
            with exclusive(folder / WRITER):
                yield
    except LockHeldError as error:
        raise CollectionError(
            f"another program ({error.holder}) is building this {what}",
            value=folder,
            remedy="Wait until it has finished, or stop it, then run this again",
        ) from error


def writer_of(folder: Path) -> str | None:
    """Return which program is changing a collection now ("pid 4711"), or None."""
    return holder(folder / WRITER)


def sweep(folder: Path) -> None:
    """Remove what no manifest names: halves of killed builds, and builds nobody reads any more.

    Only for whoever holds the writer's lock.
    """
    kept = _standing_builds(folder)
    for path in folder.iterdir():
        is_half = path.name.endswith(PARTIAL)
        is_old = kept is not None and _BUILD.fullmatch(path.name) and path.name not in kept
        if is_half or (is_old and not has_readers(path)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def sweep_leftovers(folder: Path) -> None:
    """Remove what a killed program left half written, unless one is writing now or nobody may."""
    with suppress(OSError, CollectionError):
        if any(path.name.endswith(PARTIAL) for path in folder.iterdir()):
            with only_writer(folder):
                sweep(folder)


def _standing_builds(folder: Path) -> set[str] | None:
    """Return the builds that the manifest names; None where it is damaged and may name any."""
    if not has_manifest(folder):
        return set()
    try:
        manifest = Manifest.load(folder)
    except DamageError:
        return None
    return manifest.builds | (manifest.previous.builds if manifest.previous else set())


def next_build(folder: Path) -> str:
    """Return the name of the next build, such as "build-0002"."""
    numbers = [_BUILD.match(path.name) for path in folder.iterdir()]
    return f"build-{1 + max((int(found[1]) for found in numbers if found), default=0):04d}"


def has_manifest(folder: Path) -> bool:
    """Tell whether a collection stands here, whole or damaged."""
    return (folder / MANIFEST).is_file()


def is_own_name(name: str) -> bool:
    """Tell whether something in a collection's folder is Kindred's own, by its name.

    Examples
    --------
    >>> [is_own_name(name) for name in ("manifest.json", "build-0002.partial", "photos")]
    [True, True, False]
    """
    is_half = name.endswith(PARTIAL)
    records = (MANIFEST, COPY, PREVIOUS, WRITER, JOURNAL, TAGS, TAGS_COPY, SNAPSHOT, PUBLISHING)
    is_named = name in (*records, MAPS, MODEL)
    return is_named or is_half or _BUILD.fullmatch(name) is not None


def check_place(folder: Path, sources: Sequence[Path]) -> None:
    """Refuse to build among files that are neither a collection's own nor its sources.

    Raises
    ------
    CollectionError
        When `folder` is a file, or holds something else.
    """
    if has_manifest(folder) or not folder.exists():
        return
    if not folder.is_dir():
        raise CollectionError("this is a file", value=folder, remedy="Name a folder")
    for path in folder.iterdir():
        is_source = any(source.is_relative_to(path) for source in sources)
        if not is_source and not is_own_name(path.name):
            raise CollectionError(
                f"the folder holds other files ({path.name})",
                value=folder,
                remedy="Name a new folder for the collection",
            )
