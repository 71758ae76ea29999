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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import Catalogue
from engine.durable import known_record, whole_folder, write_json
from engine.encoders import load_encoder
from engine.errors import CollectionError, ModelError
from engine.progress import Report, Step, no_report
from engine.qdrant import (
    Address,
    Layout,
    PointQuery,
    PointStore,
    create_store,
    open_store,
    point_alias,
    reach,
)
from engine.qdrant.point import PHOTO
from engine.storage.collection import CATALOGUE, EMBEDDINGS, Collection, find_model
from engine.storage.manifest import (
    N_SAMPLED,
    Manifest,
    Publication,
    Remote,
    file_notes,
    now,
    nowhere_here,
)
from engine.storage.point_writer import CollectionRows, Counts, PointWriter, RowSource
from engine.storage.sample_queries import photo_queries, text_queries
from engine.storage.site import PUBLISHING, has_manifest, next_build, only_writer, sweep

# Larger collections have their vectors on the disk, and a byte a number of them in memory.
_MOST_IN_MEMORY = 4 * 2**30
# How far a graph may be searched, and of how many of the nearest which share must be found.
EFS, K, _LEAST_RECALL, _AS_NEAR = (128, 256, 512, 1024, 2048), 10, 0.985, 1e-5
_N_TUNING = 40


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
    asked = Publication(str(reach(to)), n_shards, n_replicas, n_sampled)
    with only_writer(folder):
        standing = Manifest.load(folder)
        made = _published_again(folder, standing, asked, None, progress)
        sweep(folder)
        return made


def publish_again(folder: Path, before: Manifest | None, progress: Report = no_report) -> None:
    """Publish a new build of photos that lie elsewhere, as it was asked for once.

    Nothing is done where the build that stands is not to be published. Only for who holds the
    writer's lock.

    Parameters
    ----------
    folder
        The collection's folder.
    before
        What answered before that build; its points go, if they are no step back.
    progress
        Hears how far it is.
    """
    manifest = Manifest.load(folder)
    if manifest.published_to is not None and manifest.remote is None:
        _published_again(folder, manifest, manifest.published_to, before, progress)


def _published_again(
    folder: Path,
    standing: Manifest,
    asked: Publication,
    before: Manifest | None,
    progress: Report,
) -> Manifest:
    """Publish the build that holds all photos."""
    source = standing.whole
    if source is None:
        raise nowhere_here(folder)
    with Collection.open(folder, manifest=source) as collection:
        is_edge = Address.parse(asked.address).is_edge
        rows = CollectionRows(collection, carries_files=not is_edge)
        kept = replace(source, previous=None, published_to=asked)
        draft = replace(kept, previous=standing.previous, looked_ns=0)
        return _published(folder, rows, draft, kept, before, progress)


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
    asked = Publication(str(reach(to)), n_shards, n_replicas, n_sampled)
    with only_writer(folder):
        draft = replace(manifest, published_to=asked)
        made = _published(folder, rows, draft, None, None, progress)
        sweep(folder)
        return made


def _published(
    folder: Path,
    rows: RowSource,
    draft: Manifest,
    source: Manifest | None,
    before: Manifest | None,
    progress: Report,
) -> Manifest:
    asked = draft.published_to
    assert asked is not None
    address = reach(asked.address)
    if not rows.n_photos:
        raise CollectionError("there are no photos to publish", value=folder)
    build = folder / next_build(folder)
    name = f"{address.name}-{build.name}-{token_hex(4)}"
    counts = Counts.of(rows.photos(), Step(progress, "counting words and values", rows.n_photos))
    _note_points(folder, before, Points(str(address), name))
    is_large = 4 * draft.model.n_dims * rows.n_photos > _MOST_IN_MEMORY
    layout = Layout(
        draft.model.n_dims,
        asked.n_shards,
        asked.n_replicas,
        on_disk=is_large or not address.is_edge,
    )
    with ExitStack() as undo:
        store = create_store(address, name, layout)
        undo.callback(store.drop)
        writing = PointWriter(
            rows, counts, asked.n_sampled, Step(progress, "publishing", rows.n_photos)
        )
        store.upsert(writing.points())
        Step(progress, "indexing the points", 1)
        store.finish()
        with whole_folder(build) as beside:
            root = draft.origin.root
            writing.write_sample(beside, root if Path(root).is_absolute() else f"../{root}")
            with Catalogue.open(beside / CATALOGUE) as catalogue:
                names = tuple(catalogue.facets(limit=1))
                queries = _queries(catalogue, beside, draft, folder)
        ef = tuned_ef(store, queries)
        point_alias(address, name)
        undo.pop_all()
    store.close()
    remote = Remote(str(address), name, counts.n_words, names, source=source, ef=ef)
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
    drop_points(folder, made)
    return made


def _queries(
    catalogue: Catalogue, build: Path, draft: Manifest, folder: Path
) -> list[NDArray[np.float32]]:
    """Return photos and, where the model is at hand, texts that the points are asked with."""
    embeddings = np.load(build / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    queries = [photo_queries(catalogue, embeddings, _N_TUNING)]
    with suppress(CollectionError, ModelError):
        encoder = load_encoder(find_model(draft, folder))
        queries.append(text_queries(catalogue, encoder, _N_TUNING))
    return [each for each in queries if len(each)]


def tuned_ef(store: PointStore, kinds: Sequence[NDArray[np.float32]]) -> int:
    """Return how far the graph is to be searched, so that of every kind nearly all are found.

    Texts lie farther from photos than photos do. What is as near as the last of the nearest counts
    as one of them.
    """
    exact = [
        store.search([PointQuery(row, K, PHOTO, is_exact=True) for row in rows]) for rows in kinds
    ]
    for ef in EFS:
        recalls = []
        for rows, nearest in zip(kinds, exact, strict=True):
            hits = store.search([PointQuery(row, K, PHOTO, ef=ef) for row in rows])
            shares = [
                np.mean([score >= best[-1][1] - _AS_NEAR for _, score in found] or [False])
                for found, best in zip(hits, nearest, strict=True)
            ]
            recalls.append(np.mean(shares))
        if min(recalls, default=1) >= _LEAST_RECALL:
            return ef
    return EFS[-1]


def _note_points(folder: Path, before: Manifest | None, new: Points) -> None:
    """Note what is to be dropped once the manifest does not name it; drop what was noted before."""
    standing = Manifest.load(folder) if has_manifest(folder) else None
    drop_points(folder, standing)
    noted = [*_points_of(standing), *_points_of(before), new]
    write_json(folder / PUBLISHING, {"points": noted})


def drop_points(folder: Path, standing: Manifest | None, *before: Manifest) -> None:
    """Drop points that were noted, or that manifests named, where the one that stands does not."""
    noted = [Points(*each) for each in known_record(folder / PUBLISHING).get("points", ())]
    named = [points for manifest in before for points in _points_of(manifest)]
    for address, name in {*noted, *named} - {*_points_of(standing)}:
        with suppress(CollectionError):  # they may never have been made, or their place is gone
            open_store(Address.parse(address), name).drop()
    (folder / PUBLISHING).unlink(missing_ok=True)


class Points(NamedTuple):
    """A collection of points: where, and its name there."""

    address: str
    name: str


def _points_of(manifest: Manifest | None) -> list[Points]:
    """Return the points of a manifest and of the version before it."""
    named = [] if manifest is None else [manifest, manifest.previous]
    remotes = [each.remote for each in named if each is not None and each.remote is not None]
    return [Points(remote.address, remote.points) for remote in remotes]


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
            raise nowhere_here(folder)
        made = replace(standing.whole, published_to=None, previous=None)
        made.save(folder)
        drop_points(folder, made, standing)
        sweep(folder)
        return made
