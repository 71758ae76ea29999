"""The collections of a home, seen from outside: list them, rename, roll back or remove one."""

from __future__ import annotations

import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from engine import config
from engine.access import Role, require
from engine.catalogue.database import forget_copy
from engine.durable import PARTIAL, free_folder
from engine.errors import CollectionError, DamageError
from engine.qdrant import Address, point_alias
from engine.storage.collection import CATALOGUE
from engine.storage.manifest import COPY, MANIFEST, Manifest, check_files, damaged
from engine.storage.publication import drop_points
from engine.storage.site import WRITER, has_manifest, is_own_name, only_writer, writer_of
from engine.storage.uploads import is_uploads
from engine.storage.verification import known_damage

Health = Literal["ready", "building", "damaged", "unreadable"]


@dataclass(frozen=True, slots=True)
class CollectionSummary:
    """A collection as a list shows it.

    Attributes
    ----------
    folder
        The collection's folder.
    name, n_photos, model, n_skipped, created
        As the manifest says; of a collection without one, the folder's name, zeros, and when its
        build began. `created` is ISO 8601 in UTC.
    health
        "ready" to be searched, "building" for the first time, "damaged" (`repair_collection` makes
        it whole again), or "unreadable", where a right is missing or a newer Kindred wrote it.
    reason
        One sentence: what is wrong and what to do; empty otherwise.
    writer
        Which program is changing it now ("pid 4711"), or None. A ready collection stays ready
        while it is updated.
    """

    folder: Path
    name: str
    n_photos: int
    model: str
    n_skipped: int
    created: str
    health: Health
    reason: str = ""
    writer: str | None = None

    @property
    def is_repairable(self) -> bool:
        """Whether it is a damaged collection, rather than one that was never finished."""
        is_finished = has_manifest(self.folder) or (self.folder / COPY).is_file()
        return self.health == "damaged" and is_finished


def collections_folder(home: Path) -> Path:
    """Return where a home keeps its collections."""
    return home / "collections"


def new_folder(name: str, home: Path | None = None) -> Path:
    """Make a folder for a new collection; a person's name is never a path.

    Parameters
    ----------
    name
        What it shall be called; the folder gets its letters and digits.
    home
        `engine.config.home` by default.
    """
    require(Role.EDITOR)
    shelf = collections_folder(home or config.home())
    shelf.mkdir(parents=True, exist_ok=True)
    folder = free_folder(shelf, name, "collection", taken=[config.DEMO_COLLECTION.name])
    folder.mkdir()
    return folder


def list_collections(
    home: Path | None = None, *, demo: Path = config.DEMO_COLLECTION
) -> list[CollectionSummary]:
    """Return every collection of a home by name, after the one that comes with Kindred.

    Only manifests and file sizes are read, so a list of hundreds is quick.

    Parameters
    ----------
    home
        `engine.config.home` by default.
    demo
        The collection that comes with Kindred; passed over where there is none.
    """
    shelf = collections_folder(home or config.home())
    folders = [folder for folder in shelf.iterdir() if folder.is_dir()] if shelf.is_dir() else []
    own = [summarise(folder) for folder in folders if _is_collection(folder)]
    own.sort(key=lambda summary: (summary.name.casefold(), summary.folder.name))
    return [*([summarise(demo)] if has_manifest(demo) else []), *own]


def summarise(folder: Path) -> CollectionSummary:
    """Return what a list shows of the collection, or the unfinished build, in a folder."""
    writer = writer_of(folder)
    if not has_manifest(folder):
        return _unfinished(folder, writer)
    try:
        manifest = Manifest.load(folder)
    except CollectionError as error:
        return _nameless(folder, _kind_of(error), _sentence(error), writer)
    health, reason = _health(folder, manifest)
    return CollectionSummary(
        folder,
        manifest.name,
        manifest.n_photos,
        manifest.model.name,
        manifest.n_skipped,
        manifest.created,
        health,
        reason,
        writer,
    )


def rename_collection(folder: Path | str, name: str) -> None:
    """Give a collection another name; its folder and its links stay.

    Raises
    ------
    CollectionError
        When there is no collection, the name is empty, or another program is changing it.
    """
    require(Role.EDITOR)
    folder = Path(folder)
    if not name.strip():
        raise CollectionError("a collection needs a name", remedy="Type at least one letter")
    Manifest.load(folder)
    with only_writer(folder):
        Manifest.load(folder).renamed(name.strip()).save(folder)


def previous_version(folder: Path) -> Manifest | None:
    """Return the version a collection can be rolled back to, or None.

    Which one stands and which one is before is one file's word (see `manifest`): whoever changes
    it writes both in one rename, so there is no moment without a way back.
    """
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
        if previous.remote is not None:
            point_alias(Address.parse(previous.remote.address), previous.remote.points)
        previous.before(Manifest.load(folder)).save(folder)
    return previous


def remove_collection(folder: Path | str) -> None:
    """Remove a collection: what Kindred made, and the photos it was given by upload.

    Nothing else is touched: not the photos of a folder that was indexed where it lies, nor any
    other file that somebody put beside the collection; the folder itself goes when it is empty.
    A link in the collection is removed, never followed.

    Raises
    ------
    CollectionError
        When the folder is no collection, or is a link to one; when another program is building
        it, or it cannot be written.
    """
    require(Role.OWNER)
    folder = Path(folder)
    if folder.is_symlink():
        raise CollectionError(
            "this is a link to a folder", value=folder, remedy="Remove the folder it points to"
        )
    if not _is_collection(folder):
        raise CollectionError(
            "there is no collection here", value=folder, remedy="Nothing was removed"
        )
    with only_writer(folder):
        with suppress(CollectionError):  # where the manifest is damaged, nothing says what is ours
            drop_points(folder, None, Manifest.load(folder))
        # The manifest goes first: half a removal is an unfinished build, never a damaged one.
        for name in (COPY, MANIFEST):
            (folder / name).unlink(missing_ok=True)
        for catalogue in folder.glob(f"build-*/{CATALOGUE}"):
            forget_copy(catalogue)
        for path in sorted(folder.iterdir()):
            if path.name != WRITER and (is_own_name(path.name) or is_uploads(path)):
                _remove(path)
        (folder / WRITER).unlink(missing_ok=True)
        with suppress(OSError):  # somebody keeps other files here: then the folder stays
            folder.rmdir()


def _is_collection(folder: Path) -> bool:
    """Tell whether Kindred has built, or begun to build, a collection here."""
    is_begun = has_manifest(folder) or (folder / WRITER).is_file()
    return is_begun and not folder.name.endswith(PARTIAL)


def _health(folder: Path, manifest: Manifest) -> tuple[Health, str]:
    try:
        check_files(folder, manifest)
        reason = known_damage(folder, manifest)
        if reason:
            raise damaged(folder, reason)
    except CollectionError as error:
        return _kind_of(error), _sentence(error)
    return "ready", ""


def _sentence(error: CollectionError) -> str:
    if not isinstance(error, DamageError):
        return str(error)
    return (
        f"It is damaged: {error.reason}. A repair makes it whole again from its photos; they, your "
        "tags and your judgements stay."
    )


def _kind_of(error: CollectionError) -> Health:
    return "damaged" if isinstance(error, DamageError) else "unreadable"


def _unfinished(folder: Path, writer: str | None) -> CollectionSummary:
    if writer is not None:
        return _nameless(folder, "building", "", writer)
    reason = "It was never finished. Start the same build again, and it goes on; or remove it."
    return _nameless(folder, "damaged", reason, writer)


def _nameless(folder: Path, health: Health, reason: str, writer: str | None) -> CollectionSummary:
    """Tell of a collection without a manifest what its copy says, or its folder."""
    name, n_photos, model = folder.name, 0, ""
    begun = datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat(timespec="seconds")
    with suppress(CollectionError):
        copy = Manifest.load(folder, COPY)
        name, n_photos, model, begun = copy.name, copy.n_photos, copy.model.name, copy.created
    return CollectionSummary(folder, name, n_photos, model, 0, begun, health, reason, writer)


def _remove(path: Path) -> None:
    if not stat.S_ISDIR(path.lstat().st_mode):
        path.unlink()
        return
    # Renamed first: half of an upload folder would no longer be known for one, and stay for ever.
    going = path if path.name.endswith(PARTIAL) else path.with_name(f"{path.name}{PARTIAL}")
    path.rename(going)
    shutil.rmtree(going)
