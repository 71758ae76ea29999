"""Rows into Qdrant: a collection that no machine holds whole, made of rows alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.catalogue import NewPhoto, Skipped, TableReport
from engine.encoders import Encoder
from engine.progress import Report, no_report
from engine.rows.rows_build import model_of_rows
from engine.rows.rows_folder import RowsFolder, read_rows
from engine.storage import Manifest, publish_rows
from engine.storage.manifest import now
from engine.storage.order import absolute
from engine.storage.point_writer import Row
from engine.storage.site import check_place


class _Source:
    """Rows as what is to be published; see `engine.storage.point_writer.RowSource`."""

    def __init__(self, rows: RowsFolder) -> None:
        self._rows = rows
        self.n_photos = rows.manifest.n_photos
        self.tables: Sequence[TableReport] = rows.manifest.tables
        self._unread: list[Skipped] = []

    @property
    def skipped(self) -> list[Skipped]:
        """What was left out, once all rows were read."""
        found = [*self._rows.manifest.skipped, *self._unread]
        return sorted(found, key=lambda each: each.path)

    def photos(self) -> Iterator[NewPhoto]:
        self._unread = []
        for batch in self._rows.batches():
            self._unread += batch.skipped
            yield from batch.photos

    def rows(self) -> Iterator[Row]:
        for batch in self._rows.batches():
            for photo, embedding, thumbnail in zip(
                batch.photos, batch.embeddings, batch.thumbnails, strict=True
            ):
                yield Row(photo, embedding, thumbnail)


def publish_from_rows(
    rows: Path | str,
    *,
    out: Path | str,
    to: str,
    model: Path | str | Encoder | None = None,
    name: str | None = None,
    n_shards: int = 1,
    n_replicas: int = 1,
    progress: Report = no_report,
) -> Manifest:
    """Put rows into Qdrant as a collection; one shard of them is in memory at a time.

    Parameters
    ----------
    rows, model, name, progress
        As of `build_from_rows`.
    out
        Folder of the collection; an even sample of its photos will lie there.
    to, n_shards, n_replicas
        As of `engine.storage.publish_collection`.

    Raises
    ------
    CollectionError, ModelError, KindredError
        As of both.
    """
    folder, given = absolute(out), read_rows(absolute(rows))
    loaded = model_of_rows(given, model)
    check_place(folder, [given.folder])
    manifest = Manifest(
        name=name or folder.name,
        build="",
        created=now(),
        updated=now(),
        n_photos=0,
        n_rows=0,
        n_skipped=0,
        origin=given.manifest.origin,
        model=loaded.card,
        thumbnail_px=given.manifest.thumbnail_px,
    )
    return publish_rows(
        folder,
        _Source(given),
        manifest,
        to,
        n_shards=n_shards,
        n_replicas=n_replicas,
        progress=progress,
    )
