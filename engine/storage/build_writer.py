"""One build folder, written from what the journal and the build before it know, and its manifest.

Only the manifest's rename can be seen from outside; whatever is killed before it changed nothing.
"""

from __future__ import annotations

import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from engine import config
from engine.catalogue import Catalogue
from engine.durable import whole_folder, write_json
from engine.errors import CollectionError
from engine.index import PhotoIndex
from engine.progress import Step
from engine.storage.collection import CATALOGUE, EMBEDDINGS, INDEX, Collection
from engine.storage.findings import METADATA, UNREADABLE, Findings
from engine.storage.journal import Content
from engine.storage.manifest import Manifest, file_notes, now, portable
from engine.storage.order import Order
from engine.storage.row_match import Placed
from engine.storage.sample_queries import tune
from engine.storage.site import next_build
from engine.storage.thumbnails import ThumbnailWriter
from engine.storage.verification import remember_whole

MAX_RETIRED_SHARE = 0.3
_RETUNED_SHARE = 0.1  # of the rows; with fewer new ones an index looks as far as it did


class Contents(Protocol):
    """Where embeddings and thumbnails come from: a journal, or rows made elsewhere."""

    def contents(self) -> Iterator[Content]:
        """Yield every content, in any order."""
        ...


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a build shall hold: every live photo with its row; `keeps_rows` where it continues."""

    order: Order
    findings: Findings
    placed: Sequence[Placed]
    rows: Sequence[int]
    keeps_rows: bool

    @classmethod
    def of(cls, order: Order, findings: Findings, placed: Sequence[Placed]) -> _Draft:
        older = order.reusable if order.is_update else None
        rows = _kept_rows(placed, older) if older else None
        if rows is None:
            return cls(order, findings, placed, range(len(placed)), keeps_rows=False)
        return cls(order, findings, placed, rows, keeps_rows=True)

    @property
    def older(self) -> Collection | None:
        """A build whose embeddings, made by the same model, are used again."""
        return self.order.reusable

    @property
    def root(self) -> str:
        """What the catalogue, one folder deeper than the manifest, notes as the photos' folder."""
        root = portable(self.order.source.root, self.order.folder)
        return root if Path(root).is_absolute() else f"../{root}"

    @property
    def n_rows(self) -> int:
        """Rows of the build, retired ones included."""
        before = self.older.manifest.n_rows if self.older and self.keeps_rows else 0
        return max(before, 1 + max(self.rows))

    @property
    def retired(self) -> list[int]:
        """Live rows of the older build that no photo has any more."""
        if self.older is None or not self.keeps_rows:
            return []
        return sorted(set(self.older.catalogue.live_rows().tolist()) - set(self.rows))

    def pairs(self) -> Iterator[tuple[int, Placed]]:
        """Yield every photo with its row."""
        return zip(self.rows, self.placed, strict=True)

    def is_appended(self, row: int) -> bool:
        """Whether the older build had no such row."""
        return not self.keeps_rows or self.older is None or row >= self.older.manifest.n_rows


def write_build(
    order: Order, findings: Findings, placed: Sequence[Placed], journal: Contents, begin: float
) -> None:
    """Write a new build beside the one that stands, and let the manifest point to it.

    Parameters
    ----------
    order, findings
        What was asked for, and what the files turned out to be.
    placed
        Every photo of the build.
    journal
        The embeddings that the older build lacks.
    begin
        When the work began, by `time.perf_counter`.

    Raises
    ------
    CollectionError
        When an embedding is in neither place.
    """
    step = Step(order.report, "writing the collection", 5)
    draft = _Draft.of(order, findings, placed)
    build = order.folder / next_build(order.folder)
    with whole_folder(build) as beside:
        _write_catalogue(beside, draft)
        step.at(1)
        fresh = _write_embeddings(beside, draft, journal)
        step.at(2)
        _write_index(beside, draft, fresh)
        step.at(3)
        readings = [reading for _, reading in findings.wanted if reading.metadata]
        metadata = {reading.content_hash: reading.metadata for reading in readings}
        write_json(beside / METADATA, metadata, flush=False)
        unreadable = [astuple(reading) for reading in findings.unreadable]
        write_json(beside / UNREADABLE, unreadable, flush=False)
        step.at(4)
    manifest = _manifest(draft, build, time.perf_counter() - begin)
    manifest.save(order.folder)
    remember_whole(order.folder, manifest)
    step.at(5)


def _kept_rows(placed: Sequence[Placed], older: Collection) -> list[int] | None:
    """Return the row of each photo, new ones behind the old; None when too many lie fallow."""
    next_row = older.manifest.n_rows
    rows = []
    for each in placed:
        rows.append(next_row if each.before is None else each.before.row)
        next_row += each.before is None
    return None if len(placed) < (1 - MAX_RETIRED_SHARE) * next_row else rows


def _manifest(draft: _Draft, build: Path, seconds: float) -> Manifest:
    order, findings = draft.order, draft.findings
    moment = now()
    older, published = order.standing.manifest, order.standing.published
    manifest = Manifest(
        name=order.name,
        build=build.name,
        created=older.created if older else moment,
        updated=moment,
        n_photos=len(draft.placed),
        n_rows=draft.n_rows,
        n_skipped=len(findings.skipped),
        origin=order.source.origin(order.folder),
        model=order.model.card,
        thumbnail_px=config.THUMBNAIL_PX,
        seconds=seconds,
        photos_per_second=findings.n_read / seconds,
        files=file_notes(build),
        looked_ns=findings.began_ns,
        published_to=older.published_to if older else None,
    )
    before = published or older
    return manifest.before(before if order.keeps_previous or before is None else before.previous)


def _write_catalogue(folder: Path, draft: _Draft) -> None:
    path = folder / CATALOGUE
    if draft.older is not None and draft.keeps_rows:
        shutil.copyfile(draft.older.build / CATALOGUE, path)
        with Catalogue.open(path, read_only=False) as catalogue:
            _change_catalogue(catalogue, draft)
    else:
        with Catalogue.create(path, root=draft.root) as catalogue:
            catalogue.add(placed.photo for placed in draft.placed)
            catalogue.record_skipped(draft.findings.skipped)
            catalogue.record_tables(draft.findings.tables)


def _change_catalogue(catalogue: Catalogue, draft: _Draft) -> None:
    catalogue.move_root(draft.root)
    catalogue.retire(draft.retired)
    kept = {row: placed for row, placed in draft.pairs() if not draft.is_appended(row)}
    changed = {row: each.photo for row, each in kept.items() if not each.is_unchanged}
    catalogue.replace_all(changed)
    catalogue.add(placed.photo for row, placed in draft.pairs() if draft.is_appended(row))
    catalogue.forget_skipped()
    catalogue.record_skipped(draft.findings.skipped)
    catalogue.record_tables(draft.findings.tables)


def _write_embeddings(folder: Path, draft: _Draft, journal: Contents) -> list[int]:
    """Write embeddings and thumbnails; return the rows whose embedding is not the older build's."""
    rows_of = _rows_to_fill(draft)
    fresh = sorted(row for rows in rows_of.values() for row in rows)
    base = draft.older if draft.keeps_rows else None
    shape = draft.n_rows, draft.order.model.encoder.n_dims
    embeddings = np.lib.format.open_memmap(folder / EMBEDDINGS, "w+", np.float32, shape)
    if base is not None:
        embeddings[: base.manifest.n_rows] = base.embeddings
    with ThumbnailWriter(folder, draft.n_rows, older=base.build if base else None) as thumbnails:
        for content in _known_contents(draft, journal):
            if not rows_of:
                break
            rows = rows_of.pop(content.content_hash, None)
            if rows is not None:
                embeddings[rows] = content.embedding
                thumbnails.put(rows, content.thumbnail)
    embeddings.flush()
    if rows_of:
        raise CollectionError(
            f"the embeddings of {len(rows_of):,} photos were lost while building",
            value=folder.parent,
            remedy="Run the same command again",
        )
    return fresh


def _rows_to_fill(draft: _Draft) -> dict[str, list[int]]:
    """Return the rows without an embedding yet, by the hash of their content."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, placed in draft.pairs():
        if draft.is_appended(row) or placed.has_new_content:
            rows_of[placed.photo.content_hash].append(row)
    return rows_of


def _known_contents(draft: _Draft, journal: Contents) -> Iterable[Content]:
    yield from journal.contents()
    if draft.older is not None:
        older = draft.older
        for photo in older.catalogue.all_photos():
            yield Content(
                photo.content_hash, older.embeddings[photo.row], older.kept_thumbnail(photo.row)
            )


def _write_index(folder: Path, draft: _Draft, fresh: Sequence[int]) -> None:
    embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    if draft.older is not None and draft.keeps_rows:
        index = PhotoIndex.load(draft.older.build / INDEX, draft.older.embeddings)
        appended = np.array([row for row in fresh if draft.is_appended(row)], np.int64)
        changed = np.array([row for row in fresh if not draft.is_appended(row)], np.int64)
        must_tune = len(fresh) + len(draft.retired) > _RETUNED_SHARE * index.n_live
        index.remove(np.array(draft.retired, np.int64))
        index.update(changed, embeddings[changed])
        index.add(appended, embeddings[appended])
    else:
        index, must_tune = PhotoIndex.build(embeddings, n_threads=config.n_threads()), True
    if must_tune:
        with Catalogue.open(folder / CATALOGUE) as catalogue:
            tune(index, catalogue, embeddings, draft.order.model.encoder)
    index.save(folder / INDEX)
