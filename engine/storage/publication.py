"""Publication: photos of a build, or of rows, become points in Qdrant, which then answer.

New points are put beside those that answer, under a name of their own; the manifest's rename is
what makes them answer, and the alias on the server moves just before it. Whatever is killed before
has changed nothing, and is dropped by the next publication, which finds it noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from engine.catalogue import Catalogue
from engine.durable import known_record, whole_folder, write_json
from engine.errors import CollectionError
from engine.progress import Report, Step, no_report
from engine.qdrant import Address, Layout, create_store, open_store, point_alias, reach
from engine.storage.collection import CATALOGUE, Collection
from engine.storage.manifest import Manifest, Remote, file_notes, now
from engine.storage.point_writer import CollectionRows, Counts, PointWriter, RowSource
from engine.storage.site import PUBLISHING, has_manifest, next_build, only_writer, sweep

# So many photos lie on this machine too: five times what similarities are measured on.
N_SAMPLED = 20_000


def publish_collection(
    folder: Path,
    to: str,
    *,
    n_shards: int = 1,
    n_replicas: int = 1,
    n_sampled: int = N_SAMPLED,
    progress: Report = no_report,
) -> Manifest:
    """Let a collection on this machine answer from points elsewhere.

    Its build stays, so that it can be brought in step with its photos and published again, and
    `withdraw_collection` goes back to it at once.

    Parameters
    ----------
    folder
        The collection's folder.
    to
        Where the points shall lie; see `engine.qdrant.Address`.
    n_shards, n_replicas
        Parts of a cluster's collection, and copies of each.
    n_sampled
        How many photos lie in the build that answers, evenly chosen.
    progress
        Hears how far it is.

    Raises
    ------
    CollectionError
        There is no collection, or no build of it holds its photos; the place is none, does not
        answer, or its library is not installed. What answered before goes on answering.
    """
    address = reach(to)
    with only_writer(folder):
        standing = Manifest.load(folder)
        if standing.whole is None:
            raise CollectionError(
                "no build on this machine holds this collection's photos",
                value=folder,
                remedy="Publish the rows it was made of there: 'index --rows ROWS --to ...'",
            )
        return publish(
            folder,
            standing,
            Layout(standing.model.n_dims, n_shards, n_replicas),
            address,
            n_sampled=n_sampled,
            progress=progress,
        )


def publish(
    folder: Path,
    standing: Manifest,
    layout: Layout,
    address: Address,
    *,
    n_sampled: int = N_SAMPLED,
    progress: Report = no_report,
) -> Manifest:
    """Publish the whole build that a manifest stands on; only for who holds the writer's lock."""
    source = standing.whole
    assert source is not None
    with Collection.open(folder, manifest=source) as collection:
        rows = CollectionRows(collection, carries_files=not address.is_edge)
        draft = replace(
            source,
            published_to=str(address),
            previous=standing.previous,
            looked_ns=0,
        )
        kept = replace(source, previous=None, published_to=str(address))
        made = _published(folder, rows, draft, kept, layout, address, n_sampled, progress)
    drop_unnamed(made, standing)
    sweep(folder)
    return made


def publish_again(folder: Path, before: Manifest | None, progress: Report = no_report) -> None:
    """Publish a new build of photos that lie elsewhere, laid out as the one before it was.

    Nothing is done where the build that stands is not to be published. Only for who holds the
    writer's lock.
    """
    manifest = Manifest.load(folder)
    if not manifest.published_to or manifest.remote:
        return
    remote = before.remote if before else None
    layout = Layout(
        manifest.model.n_dims,
        n_shards=remote.n_shards if remote else 1,
        n_replicas=remote.n_replicas if remote else 1,
    )
    address = reach(manifest.published_to)
    drop_unnamed(publish(folder, manifest, layout, address, progress=progress), before)


def publish_rows(
    folder: Path,
    rows: RowSource,
    manifest: Manifest,
    to: str,
    *,
    n_shards: int = 1,
    n_replicas: int = 1,
    n_sampled: int = N_SAMPLED,
    progress: Report = no_report,
) -> Manifest:
    """Make a collection of rows that no build on this machine holds; see `publish_collection`.

    Parameters
    ----------
    folder
        Of the collection.
    rows
        Its photos.
    manifest
        Name, origin and model of it; all counts are filled in.
    to, n_shards, n_replicas, n_sampled, progress
        As of `publish_collection`.
    """
    address, layout = reach(to), Layout(manifest.model.n_dims, n_shards, n_replicas)
    with only_writer(folder):
        standing = None
        with suppress(CollectionError):
            standing = Manifest.load(folder)
        draft = replace(manifest, published_to=str(address))
        made = _published(folder, rows, draft, None, layout, address, n_sampled, progress)
        drop_unnamed(made, standing)
        sweep(folder)
        return made


def _published(
    folder: Path,
    rows: RowSource,
    draft: Manifest,
    source: Manifest | None,
    layout: Layout,
    address: Address,
    n_sampled: int,
    progress: Report,
) -> Manifest:
    if not rows.n_photos:
        raise CollectionError("there are no photos to publish", value=folder)
    build = folder / next_build(folder)
    name = f"{address.name}-{build.name}-{token_hex(4)}"
    counts = Counts.of(rows.photos(), Step(progress, "counting words and values", rows.n_photos))
    _drop_half(folder, address, name)
    with ExitStack() as undo:
        store = create_store(address, name, layout)
        undo.callback(store.drop)
        writing = PointWriter(rows, counts, n_sampled, Step(progress, "publishing", rows.n_photos))
        store.upsert(writing.points())
        Step(progress, "indexing the points", 1)
        store.finish()
        with whole_folder(build) as beside:
            root = draft.origin.root
            writing.write_sample(beside, root if Path(root).is_absolute() else f"../{root}")
            with Catalogue.open(beside / CATALOGUE) as catalogue:
                names = tuple(catalogue.facets(limit=1))
        point_alias(address, name)
        undo.pop_all()
    store.close()
    remote = Remote(
        *(str(address), name, counts.n_words, names, layout.n_shards, layout.n_replicas), source
    )
    made = replace(
        draft,
        build=build.name,
        updated=now(),
        n_photos=rows.n_photos,
        n_rows=writing.n_sampled,
        n_skipped=len(rows.skipped),
        files=file_notes(build),
        remote=remote,
    )
    made.save(folder)
    (folder / PUBLISHING).unlink()
    return made


def _drop_half(folder: Path, address: Address, name: str) -> None:
    """Drop what a publication that was killed has left, and note which one begins now."""
    half = known_record(folder / PUBLISHING)
    standing = Manifest.load(folder) if has_manifest(folder) else None
    if half and half["points"] not in {each.points for each in remotes_of(standing)}:
        with suppress(CollectionError):  # it may never have been made
            open_store(Address.parse(half["address"]), half["points"]).drop()
    write_json(folder / PUBLISHING, {"address": str(address), "points": name})


def withdraw_collection(folder: Path) -> Manifest:
    """Let a published collection answer from its build on this machine again, and drop its points.

    Raises
    ------
    CollectionError
        When its photos lie nowhere here.
    """
    with only_writer(folder):
        standing = Manifest.load(folder)
        if standing.whole is None:
            raise CollectionError(
                "no build on this machine holds this collection's photos",
                value=folder,
                remedy="Make one of its rows with 'index --rows ROWS --out COLLECTION'",
            )
        made = replace(standing.whole, published_to="", previous=None)
        made.save(folder)
        drop_unnamed(made, standing)
        sweep(folder)
        return made


def drop_unnamed(made: Manifest | None, *before: Manifest | None) -> None:
    """Drop the points that manifests named before, and that the one which stands does not."""
    kept = {remote.points for remote in remotes_of(made)}
    for older in before:
        for remote in remotes_of(older):
            if remote.points not in kept:
                with suppress(CollectionError):  # a place that is gone holds nothing of ours
                    open_store(Address.parse(remote.address), remote.points).drop()


def remotes_of(manifest: Manifest | None) -> Sequence[Remote]:
    """Return where a manifest, and the version before it, have their points."""
    if manifest is None:
        return ()
    named = [manifest, *([manifest.previous] if manifest.previous else [])]
    return [each.remote for each in named if each.remote is not None]
