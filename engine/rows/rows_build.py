"""A local collection made of rows: nothing is read but these, and nothing is embedded."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from engine.catalogue import PhotoRecord
from engine.encoders import Encoder
from engine.errors import ModelError
from engine.progress import Report, Step, no_report
from engine.rows.rows_folder import RowsFolder, read_rows
from engine.storage.build import complete
from engine.storage.build_state import captions_of, find_standing
from engine.storage.collection import model_of
from engine.storage.findings import Findings
from engine.storage.journal import Reading
from engine.storage.order import BuildReport, Model, Order, PhotoSource, absolute
from engine.storage.safeguard import check_same_photos
from engine.storage.site import check_place, only_writer, sweep


def build_from_rows(
    rows: Path | str,
    *,
    out: Path | str,
    model: Path | str | Encoder | None = None,
    name: str | None = None,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport:
    """Make a collection of the rows that `make_rows` made, as of the photos themselves.

    Parameters
    ----------
    rows
        Folder of the rows; the photos need not be there.
    out
        Folder of the collection: new, empty, or a collection of the same photos.
    model
        The model that made the rows, where it does not lie where it did; by default it is found.
    name
        What people call it; the folder's name by default.
    confirmed
        Go on even where more than a third of the photos that stand in `out` are gone.
    progress
        Hears how far it is.

    Raises
    ------
    CollectionError
        When there are no finished rows, they are damaged, or `out` holds something else.
    UnconfirmedError
        When more than a third of the photos that stand in `out` are gone.
    ModelError
        When the model is not the one that made the rows.
    KindredError
        When pyarrow is not installed.
    """
    begin = time.perf_counter()
    folder, given = absolute(out), read_rows(absolute(rows))
    loaded, origin = model_of_rows(given, model), given.manifest.origin
    # An address becomes a folder that is not there: the collection shows thumbnails alone.
    source = PhotoSource(folder / origin.root, captions_of(origin, given.folder), origin.columns)
    check_place(folder, [given.folder])
    with only_writer(folder), closing(find_standing(folder)) as standing:
        older = standing.manifest
        if older is not None:
            check_same_photos(older, folder, source.root)
        order = Order(
            folder,
            source,
            loaded,
            name or (older.name if older else folder.name),
            standing,
            is_update=False,
            report=progress,
            is_confirmed=confirmed,
        )
        sweep(folder)
        return complete(order, _findings(given, progress), given, begin)


def model_of_rows(rows: RowsFolder, model: Path | str | Encoder | None) -> Model:
    """Load the model that made rows; a ModelError where another was given."""
    card = rows.manifest.model
    loaded = Model.load(model or model_of(card, rows.folder))
    if loaded.card.fingerprint != card.fingerprint:
        raise ModelError(
            f"the model {loaded.card.name!r} is not the one that made these rows ({card.name!r})",
            value=rows.folder,
            remedy="Name that model with --model, or embed the photos again",
        )
    return loaded


def _findings(rows: RowsFolder, progress: Report) -> Findings:
    """Return what the rows say of each photo, as if the files had been read now."""
    manifest = rows.manifest
    step = Step(progress, "reading rows", manifest.n_rows)
    found: list[tuple[PhotoRecord, Reading]] = []
    unreadable: list[Reading] = []
    skipped = list(manifest.skipped)
    for batch in rows.batches():
        found += batch.found
        unreadable += batch.unreadable
        skipped += batch.skipped
        step.at(len(found) + len(unreadable))
    return Findings(
        wanted=found,
        skipped=sorted(skipped, key=lambda each: each.path),
        tables=list(manifest.tables),
        unreadable=unreadable,
        n_read=0,
        n_embedded=0,
        began_ns=manifest.looked_ns,
    )
