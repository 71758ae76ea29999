"""Another model for a collection: its photos are embedded anew beside what stands.

The collection changes in one rename, and keeps what it was for one step back
(`engine.storage.roll_back`).
"""

from __future__ import annotations

from pathlib import Path

from engine.progress import Report, no_report
from engine.storage.build import build_collection
from engine.storage.collection import Collection
from engine.storage.report import BuildReport


def change_model(
    collection: Path,
    model: Path,
    *,
    name: str | None = None,
    out: Path | None = None,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport:
    """Embed a collection's photos with another model and let it answer with that from then on.

    Parameters
    ----------
    collection
        The collection's folder.
    model
        The model's folder.
    name, out
        To make a new collection of the same photos instead: what it is called, and its folder.
    confirmed
        Go on even where more than a third of the photos are gone.
    progress
        Hears how far it is.

    Raises
    ------
    ModelError
        The model cannot be loaded.
    CollectionError
        The collection or its photos are gone, or another program is changing it.
    """
    with Collection.open(collection) as older:
        origin = older.manifest.origin
        return build_collection(
            older.root,
            older.folder / origin.captions if origin.captions else None,
            model=model,
            out=out or collection,
            columns=origin.columns,
            name=name or older.name,
            keeps_previous=out is None,
            confirmed=confirmed,
            progress=progress,
        )
