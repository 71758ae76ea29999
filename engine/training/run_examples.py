"""The examples a run began with, kept in its folder, so that it goes on with the very same.

The photos may be moved and the captions edited while a run is stopped, or their collection
removed: as long as the decoded photos are on the shelf, the run needs neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.catalogue import Skipped
from engine.durable import known_record, write_json
from engine.errors import KindredError, TrainingError
from engine.progress import Report
from engine.training.decoded_photos import open_decoded
from engine.training.examples import Examples, load_examples
from engine.training.record import EXAMPLES, Plan


def examples_of(out: Path, plan: Plan, shelf: Path, progress: Report) -> Examples:
    """Return a run's examples: those it began with, or, the first time, what its sources hold.

    Raises
    ------
    TrainingError
        There is nothing to train on, or it is no longer what the run began with.
    """
    kept = known_record(out / EXAMPLES)
    if kept:
        photos = open_decoded(shelf, kept["decoded"])
        if photos is not None and photos.hashes == kept["hashes"]:
            skipped = [Skipped(**each) for each in kept["skipped"]]
            return Examples(
                photos.pixels,
                [tuple(each) for each in kept["captions"]],
                [dict(each) for each in kept["attributes"]],
                photos.hashes,
                kept["validates"],
                skipped,
                photos.key,
            )
    try:
        found = load_examples(plan.data, plan.settings, shelf, progress)
    except TrainingError:
        raise
    except KindredError as error:
        raise TrainingError(
            f"the run's photos cannot be read any more ({error.what})",
            value=error.value,
            remedy="Put them back and resume the run, or start a new one",
        ) from error
    if kept and not _is_same(found, kept):
        raise TrainingError(
            "photos or captions were changed since the run began",
            value=", ".join(str(each.photos) for each in plan.data),
            remedy="Put them back and resume the run, or start a new one",
        )
    _write(out, found)
    return found


def _write(out: Path, examples: Examples) -> None:
    content = {
        "decoded": examples.decoded,
        "hashes": examples.hashes,
        "captions": examples.captions,
        # Pairs keep their order, and batches draw by it which of them are said.
        "attributes": [list(each.items()) for each in examples.attributes],
        "validates": examples.validates,
        "skipped": [{"path": each.path, "reason": each.reason} for each in examples.skipped],
    }
    write_json(out / EXAMPLES, content)


def _is_same(found: Examples, kept: dict[str, Any]) -> bool:
    return found.hashes == kept["hashes"] and [list(c) for c in found.captions] == kept["captions"]
