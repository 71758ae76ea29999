"""One build folder, written from what the journal and the build before it know."""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from engine.catalogue import Catalogue, Skipped, TableReport
from engine.durable import write_json
from engine.encoders import Encoder
from engine.errors import CollectionError
from engine.images import Metadata
from engine.index import PhotoIndex
from engine.progress import Step
from engine.storage.collection import CATALOGUE, EMBEDDINGS, INDEX, Collection
from engine.storage.journal import Content, Journal, Reading
from engine.storage.row_match import Placed
from engine.storage.sample_queries import tune
from engine.storage.thumbnails import ThumbnailWriter

UNREADABLE = "unreadable.json"
METADATA = "metadata.json"
# Queries of either kind that the index is tuned to.
_RETUNED_SHARE = 0.1  # of the rows; with fewer new ones an index looks as far as it did


@dataclass(frozen=True, slots=True)
class Draft:
    """What a build shall hold.

    Attributes
    ----------
    placed
        Every live photo.
    rows
        The row of each of them.
    older
        A build whose embeddings, made by the same model, are used again; or None.
    keeps_rows
        Whether this build goes on from `older`: rows stay, what is new is appended. Otherwise
        the rows are counted anew.
    skipped
        Files and table lines left out.
    tables
        What became of each table of captions.
    unreadable
        Those of `skipped` that were files, so that the next update need not try them again.
    metadata
        What files themselves say of their photos, by content hash.
    root
        What the catalogue notes as the photos' folder.
    encoder
        What made the embeddings, and understands the texts that they are asked with.
    """

    placed: Sequence[Placed]
    rows: Sequence[int]
    older: Collection | None
    keeps_rows: bool
    skipped: Sequence[Skipped]
    tables: Sequence[TableReport]
    unreadable: Sequence[Reading]
    metadata: Mapping[str, Metadata]
    root: str
    encoder: Encoder

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


def write_build(folder: Path, draft: Draft, journal: Journal, step: Step) -> None:
    """Write all files of a build.

    Parameters
    ----------
    folder
        An empty folder.
    draft
        What it shall hold.
    journal
        The embeddings that the older build lacks.
    step
        Hears of four units: catalogue, embeddings, index, the rest.

    Raises
    ------
    CollectionError
        When an embedding is in neither place.
    """
    _write_catalogue(folder, draft)
    step.at(1)
    fresh = _write_embeddings(folder, draft, journal)
    step.at(2)
    _write_index(folder, draft, fresh)
    step.at(3)
    write_json(folder / METADATA, dict(draft.metadata), flush=False)
    write_json(folder / UNREADABLE, [astuple(reading) for reading in draft.unreadable], flush=False)
    step.at(4)


def read_unreadable(build: Path) -> dict[str, Reading]:
    """Return the files a build could not read, by path; none where that is not known."""
    try:
        entries = json.loads((build / UNREADABLE).read_bytes())
        return {reading.path: reading for reading in (Reading(*entry) for entry in entries)}
    except (OSError, ValueError, TypeError):
        return {}


def read_kept_metadata(build: Path) -> dict[str, Metadata] | None:
    """Return what a build kept of its files' metadata, by content hash; None where it kept none."""
    try:
        kept = json.loads((build / METADATA).read_bytes())
        return {
            name: Metadata(
                captions=told["captions"], tags=told["tags"], attributes=told["attributes"]
            )
            for name, told in kept.items()
        }
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return None


def _write_catalogue(folder: Path, draft: Draft) -> None:
    path = folder / CATALOGUE
    if draft.older is not None and draft.keeps_rows:
        shutil.copyfile(draft.older.build / CATALOGUE, path)
        with Catalogue.open(path, read_only=False) as catalogue:
            _change_catalogue(catalogue, draft)
    else:
        with Catalogue.create(path, root=draft.root) as catalogue:
            catalogue.add(placed.photo for placed in draft.placed)
            catalogue.record_skipped(draft.skipped)
            catalogue.record_tables(draft.tables)


def _change_catalogue(catalogue: Catalogue, draft: Draft) -> None:
    catalogue.move_root(draft.root)
    catalogue.retire(draft.retired)
    kept = {row: placed for row, placed in draft.pairs() if not draft.is_appended(row)}
    changed = {row: each.photo for row, each in kept.items() if not each.is_unchanged}
    catalogue.replace_all(changed)
    catalogue.add(placed.photo for row, placed in draft.pairs() if draft.is_appended(row))
    catalogue.forget_skipped()
    catalogue.record_skipped(draft.skipped)
    catalogue.record_tables(draft.tables)


def _write_embeddings(folder: Path, draft: Draft, journal: Journal) -> list[int]:
    """Write embeddings and thumbnails; return the rows whose embedding is not the older build's."""
    rows_of = _rows_to_fill(draft)
    fresh = sorted(row for rows in rows_of.values() for row in rows)
    base = draft.older if draft.keeps_rows else None
    embeddings = np.lib.format.open_memmap(
        folder / EMBEDDINGS, mode="w+", dtype=np.float32, shape=(draft.n_rows, draft.encoder.n_dims)
    )
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


def _rows_to_fill(draft: Draft) -> dict[str, list[int]]:
    """Return the rows without an embedding yet, by the hash of their content."""
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, placed in draft.pairs():
        if draft.is_appended(row) or placed.has_new_content:
            rows_of[placed.photo.content_hash].append(row)
    return rows_of


def _known_contents(draft: Draft, journal: Journal) -> Iterable[Content]:
    yield from journal.contents()
    if draft.older is not None:
        older = draft.older
        for photo in older.catalogue.all_photos():
            yield Content(
                photo.content_hash, older.embeddings[photo.row], older.kept_thumbnail(photo.row)
            )


def _write_index(folder: Path, draft: Draft, fresh: Sequence[int]) -> None:
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
        index, must_tune = PhotoIndex.build(embeddings, n_threads=os.cpu_count() or 1), True
    if must_tune:
        with Catalogue.open(folder / CATALOGUE) as catalogue:
            tune(index, catalogue, embeddings, draft.encoder)
    index.save(folder / INDEX)
