"""What stops a build until a person has agreed: photos or captions that seem to be gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.catalogue import Photo
from engine.errors import CollectionError, UnconfirmedError
from engine.storage.findings import Findings
from engine.storage.manifest import Manifest, located
from engine.storage.order import Order
from engine.storage.row_match import Placed

MAX_UNASKED_SHARE = 1 / 3  # of the photos may be gone before a person is asked
MAX_UNASKED_CAPTIONS = 0.1  # of the photos with captions may lose them


def nothing_found(order: Order, findings: Findings) -> CollectionError:
    """Refuse an empty collection: an unmounted disk must not retire every photo."""
    first = next(iter(findings.skipped), None)
    return CollectionError(
        "no photo could be read" + (f" (such as {first.path}: {first.reason})" if first else ""),
        value=order.source.root,
        remedy="Check that the folder is the right one and that its disk is mounted",
    )


def check_same_photos(manifest: Manifest, folder: Path, root: Path) -> None:
    """Refuse to go on with a collection that was made from another folder of photos."""
    own = located(manifest.origin.root, folder)
    if own != root:
        raise CollectionError(
            f"the collection was made from other photos ({own})",
            value=folder,
            remedy="Choose another folder for the new one, or remove the old one first",
        )


def check_retired(order: Order, placed: Sequence[Placed], before: Sequence[Photo]) -> None:
    """Ask before many photos go: a disk that is half mounted looks like photos deleted."""
    n_gone = len(before) - sum(each.before is not None for each in placed)
    if n_gone > MAX_UNASKED_SHARE * len(before) and not order.is_confirmed:
        raise UnconfirmedError(
            f"{n_gone:,} of the collection's {len(before):,} photos are not there any more",
            value=order.source.root,
            remedy="Nothing was changed. Check that the disk is mounted; if they are gone indeed, "
            "go on (in a shell with --yes)",
        )


def check_captions(order: Order, placed: Sequence[Placed]) -> None:
    """Ask before many captions go: a table that was spoilt looks like captions deleted."""
    captioned = [each for each in placed if each.before is not None and each.before.captions]
    n_lost = sum(not each.photo.captions for each in captioned)
    is_much = order.is_update and n_lost > MAX_UNASKED_CAPTIONS * len(captioned)
    if is_much and not order.is_confirmed:
        raise UnconfirmedError(
            f"{n_lost:,} of the {len(captioned):,} photos with captions would lose theirs",
            value=order.source.captions or order.source.root,
            remedy="Nothing was changed. Check the table of captions; if they shall go indeed, "
            "go on (in a shell with --yes)",
        )
