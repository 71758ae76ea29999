"""`watch`: a collection stays in step with its photos by itself, until Ctrl-C."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from click import argument

from engine.errors import KindredError
from engine.progress import Progress
from engine.shell.commands import FOLDER, Outcome, command
from engine.shell.meter import listening
from engine.shell.table import plain

CHANGES = ("added", "changed", "renamed", "removed")


@command("watch")
@argument("photos", type=FOLDER, metavar="[PHOTOS]", help="The folder of its photos.")
@argument(
    "collection", type=FOLDER, required=False, metavar="COLLECTION", help="A collection's folder."
)
def watch(photos: Path, collection: Path | None) -> Outcome:
    """Take in what comes, changes or goes, and tell of each time."""
    from engine.storage.order import absolute
    from engine.watch import watch_collection, watched_places

    if collection is None:
        collection = absolute(photos)
        photos = watched_places(collection)[0]
    else:
        photos, collection = absolute(photos), absolute(collection)
        _make_or_check(photos, collection)
    updates: list[dict[str, Any]] = []
    try:
        print(f"Watching {plain(photos)}. Ctrl-C ends it.", file=sys.stderr)
        _tell_job("")
        for told in watch_collection(collection):
            if isinstance(told, KindredError):
                _tell(str(told))
                continue
            counts = {name: getattr(told, name) for name in CHANGES if getattr(told, name)}
            updates.append({"photos": told.indexed, **counts})
            changes = ", ".join(f"{number:,} {name}" for name, number in counts.items())
            _tell(f"{told.indexed:,} photos: {changes}.")
    except KeyboardInterrupt:
        pass
    record = {"collection": str(collection), "updates": updates}
    return Outcome(record, [f"Updates of {plain(collection)}: {len(updates):,}."])


def _make_or_check(photos: Path, collection: Path) -> None:
    """Make the collection where there is none; refuse one of other photos."""
    from engine.search import prepare
    from engine.storage import Manifest, build_collection
    from engine.storage.safeguard import check_same_photos
    from engine.storage.site import has_manifest

    if has_manifest(collection):
        check_same_photos(Manifest.load(collection), collection, photos)
        return
    with listening() as progress:
        build_collection(photos, out=collection, progress=progress)
        prepare(collection, progress)


def _tell(sentence: str) -> None:
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {plain(sentence)}", file=sys.stderr)
    _tell_job(f"{datetime.now():%H:%M} · {plain(sentence)}")


def _tell_job(sentence: str) -> None:
    """Tell the job that this may be what it did last; the step's name is what a page shows."""
    from engine.jobs import progress_writer

    progress_writer()(Progress(sentence, done=0, total=0, seconds=0.0))
