"""A collection that keeps itself in step with its photos: new, changed and vanished ones.

Not inside: the update itself, with all its care (`engine.storage.update_collection`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from engine.errors import KindredError
from engine.search import prepare
from engine.storage import BuildReport, Collection, update_collection
from engine.storage.build_state import captions_of
from engine.storage.site import is_own_name, writer_of

SECONDS_BETWEEN_LOOKS = 600.0
_WAIT_MS = 2_000
_TOGETHER_MS = 5_000  # photos that are copied together are taken in together


def watch_collection(
    folder: Path | str,
    *,
    stop: threading.Event | None = None,
    moments: Iterable[bool] | None = None,
) -> Iterator[BuildReport | KindredError]:
    """Update a collection now, after each change of its photos or captions, and now and then.

    The system tells of changes; some network disks do not, so all files are looked at every ten
    minutes besides. Nothing is removed because a disk has gone: an update refuses that, the refusal
    is told once, and the next change or look tries again.

    Parameters
    ----------
    folder
        The collection's folder.
    stop
        Ends the watching once it is set.
    moments
        When to look whether a look is due, and whether something has changed then; by default the
        system tells.

    Yields
    ------
    BuildReport or KindredError
        Of each update that changed something; of each that could not be done, if it was not for the
        reason that the one before it could not.

    Raises
    ------
    CollectionError
        There is no collection.
    """
    folder = Path(folder).absolute()
    places = watched_places(folder)
    told, looked = "", float("-inf")
    for has_changed in moments or _moments(places, folder, stop or threading.Event()):
        if not has_changed and time.monotonic() - looked < SECONDS_BETWEEN_LOOKS:
            continue
        if writer_of(folder) is not None:  # somebody else changes it: look again right after
            looked = float("-inf")
            continue
        looked = time.monotonic()
        try:
            report = update_collection(folder)
            prepare(folder)
        except KindredError as error:
            if str(error) != told:
                told = str(error)
                yield error
            continue
        told = ""
        if report.added or report.changed or report.renamed or report.removed:
            yield report


def watched_places(folder: Path) -> list[Path]:
    """Return the folder of a collection's photos, and its table where that lies elsewhere."""
    with Collection.open_whole(folder) as collection:
        root, captions = collection.root, captions_of(collection.manifest.origin, folder)
    return [root, *([captions] if captions and not captions.is_relative_to(root) else [])]


def _moments(places: list[Path], own: Path, stop: threading.Event) -> Iterator[bool]:
    """Yield whether something has changed, every few seconds, beginning with a yes."""
    # The first yes comes once the system watches: what changes before that would be missed.

    def is_of_photos(change: Change, path: str) -> bool:
        return not _is_own(Path(path), own)

    while not stop.is_set():
        if not all(place.exists() for place in places):
            stop.wait(_WAIT_MS / 1000)
            yield False
            continue
        is_first = True  # of all, or since a disk is back; only now does the system tell of changes
        for changes in watch(
            *places,
            watch_filter=is_of_photos,
            debounce=_TOGETHER_MS,
            step=_WAIT_MS,
            rust_timeout=_WAIT_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            yield is_first or bool(changes)
            is_first = False
            if not all(place.exists() for place in places):
                break


def _is_own(path: Path, own: Path) -> bool:
    """Tell whether a file is the collection's own, whose photos may lie in its folder."""
    return path.is_relative_to(own) and path != own and is_own_name(path.relative_to(own).parts[0])
