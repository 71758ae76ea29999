"""Make a collection, or bring it in step with its photos.

Both are the same work: look at the files, read and embed what is not known, write a new build
beside the old one, and let the manifest point to it. Only the last of these can be seen from
outside, and it is one rename; whatever is killed before it has changed nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from engine.catalogue import Photo
from engine.encoders import Encoder, bundled_model
from engine.encoders.model_folder import read_manifest
from engine.errors import CatalogueError, CollectionError, DamageError, ModelError
from engine.progress import Report, no_report
from engine.storage.build_state import Standing, captions_of, find_standing
from engine.storage.build_writer import Contents, write_build
from engine.storage.collection import Collection, find_model
from engine.storage.findings import Findings, find_out
from engine.storage.journal import Journal, discard_journal
from engine.storage.manifest import COPY, Manifest, located
from engine.storage.order import BuildReport, Model, Order, PhotoSource, absolute, suited_model
from engine.storage.publication import publish_again
from engine.storage.row_match import Placed, place
from engine.storage.safeguard import check_captions, check_retired, check_same_photos, nothing_found
from engine.storage.site import check_place, only_writer, sweep
from engine.storage.snapshot import Snapshot
from engine.storage.tags import with_tags


def build_collection(
    photos: Path | str,
    captions: Path | str | None = None,
    *,
    model: Path | str | Encoder | None = None,
    out: Path | str,
    columns: Mapping[str, str] | None = None,
    name: str | None = None,
    keeps_previous: bool = False,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport:
    """Make a collection from a folder of photos.

    Run again after it was cut short, it goes on from where it was. Run again over a collection
    of the same photos, it makes that one anew, using every embedding the model made before.

    Parameters
    ----------
    photos, captions, columns
        See `engine.catalogue.read_source`.
    model
        Name of a bundled model, folder of a model, or an encoder. None keeps the model of a
        collection that stands there; for a new one, some photos are looked at and the bundled
        model that suits them is taken.
    out
        Folder of the collection: new, empty, a collection of these photos, or holding nothing
        but these photos.
    name
        What people call it; the folder's name by default.
    keeps_previous
        Keep the collection as it was whole beside it, for one step back (`roll_back`).
    confirmed
        Go on even where more than a third of the photos that stand in `out` are gone.
    progress
        Hears how far it is.

    Raises
    ------
    CatalogueError
        When there are no photos there, or the table cannot be read.
    CollectionError
        When `out` holds something else, or another program is building it.
    UnconfirmedError
        When more than a third of the photos that stand in `out` are gone.
    ModelError
        When the model cannot be loaded.
    """
    folder = absolute(out)
    source = PhotoSource(absolute(photos), absolute(captions) if captions else None, columns)
    check_place(folder, [path for path in (source.root, source.captions) if path])
    with only_writer(folder), closing(find_standing(folder)) as standing:
        older = standing.manifest
        if older is not None:
            check_same_photos(older, folder, source.root)
        found = None
        if model is None and older is not None:
            with suppress(CollectionError):  # it is gone: one is chosen anew
                model = find_model(older, folder)
        if model is None:
            seen = source.read(folder)
            files = [seen.root / record.path for record in seen.records]
            model, found = suited_model(files, progress)
        order = Order(
            folder,
            source,
            Model.load(model),
            name or (older.name if older else folder.name),
            standing,
            is_update=False,
            report=progress,
            keeps_previous=keeps_previous,
            is_confirmed=confirmed,
        )
        return replace(_carry_out(order), suitability=found)


def update_collection(
    folder: Path | str,
    *,
    model: Path | str | Encoder | None = None,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport:
    """Bring a collection in step with its photos: new, changed, renamed and deleted ones.

    Files are told apart by size and times first, and by their bytes where those differ; only
    content that was never seen is embedded. Captions and attributes are taken from the table
    anew. When nothing has changed, nothing is written. A damaged collection is made whole from
    its photos.

    Parameters
    ----------
    folder
        The collection's folder.
    model
        The model that made it, where it does not lie where it did; by default it is found.
    confirmed
        Go on even where more than a third of the photos are gone, or more than a tenth of those
        with captions would lose them.
    progress
        Hears how far it is.

    Raises
    ------
    CollectionError
        When there is no collection, its photos or its model are gone, the model is another one,
        or another program is building it.
    UnconfirmedError
        When that many photos are gone or would lose their captions.
    """
    folder = absolute(folder)
    _check_is_collection(folder)  # before a lock file is left in a folder that is no collection
    with only_writer(folder):
        report = _unchanged(folder, model)
        if report is not None:
            return report
        with closing(find_standing(folder)) as standing:
            return _carry_out(_update_of(folder, standing, model, confirmed, progress))


def _unchanged(folder: Path, model: Path | str | Encoder | None) -> BuildReport | None:
    """Return the report of an update that finds nothing to do; None where one has to look."""
    # Only arrays are compared: no photo becomes an object, no table is read, no model is loaded.
    begin = time.perf_counter()
    with (
        suppress(CollectionError, CatalogueError, ModelError),
        Collection.open(folder, manifest=Manifest.load(folder).whole) as standing,
    ):
        manifest = standing.manifest
        kept = Snapshot.load(folder, manifest.build)
        made_by = Model.load(model).card if model else read_manifest(standing.model_folder)
        if kept is None or made_by.fingerprint != manifest.model.fingerprint:
            return None
        captions = captions_of(manifest.origin, folder)
        source = PhotoSource(standing.root, captions, manifest.origin.columns)
        if not kept.equals(Snapshot.take(source, folder)):
            return None
        standing.wait_until_verified()
        skipped, tables = standing.catalogue.skipped(), standing.catalogue.tables()
        standing.close()
        discard_journal(folder)
        sweep(folder)
        n_photos, seconds = manifest.n_photos, time.perf_counter() - begin
        return BuildReport(n_photos, 0, n_photos, 0, 0, 0, 0, skipped, tables, seconds, 0.0)
    return None


def repair_collection(
    folder: Path | str,
    *,
    model: Path | str | Encoder | None = None,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport | None:
    """Read all of a collection, and make it anew from its photos where anything is damaged.

    Photos, tags and judgements are never touched, ids stay, and whatever part of the collection is
    whole is used again.

    Parameters
    ----------
    folder
        The collection's folder.
    model
        The model to embed with; by default the one that made it.
    confirmed
        Go on even where as much is gone as `update_collection` asks about.
    progress
        Hears how far it is.

    Returns
    -------
    BuildReport or None
        None when nothing was damaged.

    Raises
    ------
    CollectionError
        When there is no collection, its photos or its model are gone, or another program is
        building it. Nothing is changed then.
    """
    folder = absolute(folder)
    _check_is_collection(folder)
    with only_writer(folder), closing(find_standing(folder, deep=True)) as standing:
        if standing.damage is None:
            return None
        return _carry_out(_update_of(folder, standing, model, confirmed, progress))


def _check_is_collection(folder: Path) -> None:
    if not (folder / COPY).is_file():
        with suppress(DamageError):
            Manifest.load(folder)


def _update_of(
    folder: Path,
    standing: Standing,
    model: Path | str | Encoder | None,
    confirmed: bool,
    progress: Report,
) -> Order:
    origin = standing.origin(folder)
    source = PhotoSource(located(origin.root, folder), captions_of(origin, folder), origin.columns)
    manifest = standing.manifest
    made_by = model or (find_model(manifest, folder) if manifest else bundled_model())
    loaded = Model.load(made_by)
    is_other = manifest and loaded.encoder.fingerprint != manifest.model.fingerprint
    if is_other and standing.damage is None:
        raise CollectionError(
            f"the model {loaded.encoder.name!r} is not the one that made this collection",
            value=folder,
            remedy="Run 'index' again with the same photos to embed all of them with it",
        )
    return Order(
        folder,
        source,
        loaded,
        manifest.name if manifest else folder.name,
        standing,
        is_update=standing.damage is None,
        report=progress,
        is_confirmed=confirmed,
    )


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

    The collection changes in one rename, and keeps what it was for one step back
    (`engine.storage.roll_back`).

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
    with Collection.open_whole(collection) as older:
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


def _carry_out(order: Order) -> BuildReport:
    begin = time.perf_counter()
    sweep(order.folder)
    snapshot = Snapshot.take(order.source, order.folder)  # before any file is read
    source = order.source.read(order.folder)
    journal = Journal(order.folder, order.terms)
    findings = find_out(order, source, journal, order.standing.photos)
    report = complete(order, findings, journal, begin)
    whole = Manifest.load(order.folder).whole
    if whole is not None:
        snapshot.save(order.folder, whole.build)
    return report


def complete(order: Order, findings: Findings, journal: Contents, begin: float) -> BuildReport:
    """Make a build of what the files turned out to be; the caller holds the writer's lock.

    Parameters
    ----------
    order, findings
        What was asked for, and what is known of its photos.
    journal
        The embeddings that the older build lacks.
    begin
        When the work began, by `time.perf_counter`.

    Raises
    ------
    CollectionError
        When there are no photos, or an embedding is in neither place.
    UnconfirmedError
        When more photos or captions would go than `engine.storage.safeguard` allows unasked.
    """
    before = order.standing.photos
    if not findings.wanted:
        raise nothing_found(order, findings)
    placed = with_tags(place(findings.wanted, before), order.folder)
    check_retired(order, placed, before)
    check_captions(order, placed)
    if not _is_in_step(order, placed, findings):
        write_build(order, findings, placed, journal, begin)
    elif findings.n_doubted and order.standing.manifest is not None:
        # What proved to be as it was need not be read again the next time.
        standing = order.standing.published or order.standing.manifest
        standing.looked(findings.began_ns).save(order.folder)
    discard_journal(order.folder)
    if order.older is not None:
        order.standing.close()  # or our own reading would keep the old build from being swept away
    publish_again(order.folder, order.standing.published, order.report)
    sweep(order.folder)
    return _report(placed, before, findings, time.perf_counter() - begin)


def _is_in_step(order: Order, placed: Sequence[Placed], findings: Findings) -> bool:
    """Tell whether an update would write what stands there already."""
    older = order.older
    return (
        order.is_update
        and older is not None
        and len(placed) == older.n_photos
        and all(each.is_unchanged for each in placed)
        and findings.skipped == older.catalogue.skipped()
        and findings.tables == older.catalogue.tables()
    )


def _report(
    placed: Sequence[Placed], before: Sequence[Photo], findings: Findings, seconds: float
) -> BuildReport:
    kept = {each.before.row for each in placed if each.before is not None}
    return BuildReport(
        indexed=len(placed),
        embedded=findings.n_embedded,
        reused=len(placed) - findings.n_embedded,
        added=len(placed) - len(kept),
        changed=sum(each.before is not None and each.has_new_content for each in placed),
        renamed=sum(each.is_renamed for each in placed),
        removed=len(before) - len(kept),
        skipped=findings.skipped,
        tables=findings.tables,
        seconds=seconds,
        photos_per_second=findings.n_read / seconds,
    )
