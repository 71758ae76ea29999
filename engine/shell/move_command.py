"""`move`: a collection's photos go to Qdrant, or come back to this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import option

from engine.shell.commands import Outcome, at_least, collection_argument, command
from engine.shell.meter import listening
from engine.shell.table import plain

if TYPE_CHECKING:
    from engine.storage import Manifest

HERE = "here"


def place_options(work: Any) -> Any:
    """Add what says how photos lie on a server."""
    shards = option(
        "--shards",
        "n_shards",
        type=at_least(1),
        default=1,
        show_default=True,
        help="On a cluster: parts that the photos are spread over.",
    )
    replicas = option(
        "--replicas",
        "n_replicas",
        type=at_least(1),
        default=1,
        show_default=True,
        help="On a cluster: copies of each part, on machines of their own.",
    )
    return shards(replicas(work))


@command("move")
@collection_argument
@option(
    "--to",
    "place",
    required=True,
    metavar="PLACE",
    help="qdrant://HOST:6333/NAME (qdrants:// over TLS; the key is in QDRANT_API_KEY), "
    "edge:FOLDER, or 'here' for this machine again.",
)
@place_options
def move(collection: Path, place: str, n_shards: int, n_replicas: int) -> Outcome:
    """Let a collection answer from Qdrant, or from its own folder again."""
    from engine.storage import withdraw_collection

    if place == HERE:
        manifest = withdraw_collection(collection)
        record = {"folder": str(collection), "place": HERE, "photos": manifest.n_photos}
        return Outcome(record, [f"{manifest.n_photos:,} photos answer from {plain(collection)}."])
    return published(collection, place, n_shards, n_replicas)


def published(collection: Path, place: str, n_shards: int = 1, n_replicas: int = 1) -> Outcome:
    """Publish a collection, and learn what its words mean there."""
    from engine.search import prepare
    from engine.storage import publish_collection

    with listening() as progress:
        manifest = publish_collection(
            collection, place, n_shards=n_shards, n_replicas=n_replicas, progress=progress
        )
        prepare(collection, progress)
    return outcome_of_points(manifest, collection)


def outcome_of_points(manifest: Manifest, collection: Path) -> Outcome:
    """Return where a collection's photos lie now."""
    assert manifest.remote is not None
    record = {
        "folder": str(collection),
        "place": manifest.remote.address,
        "points": manifest.remote.points,
        "photos": manifest.n_photos,
        "sampled": manifest.n_rows,
    }
    told = (
        f"{manifest.n_photos:,} photos of {plain(collection)} answer from"
        f" {plain(manifest.remote.address)}."
    )
    return Outcome(record, [told])
