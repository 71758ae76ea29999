"""Photos become rows: shards embedded by whoever has time, kept whole or not at all, collected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine.catalogue import Skipped, TableReport
from engine.durable import PARTIAL, write_whole
from engine.encoders import Encoder
from engine.errors import CatalogueError, CollectionError, optional_library
from engine.images import NOT_OPENED, content_hash
from engine.progress import Report, Step, no_report
from engine.rows.parquet import names_in
from engine.rows.photo_list import PhotoList, list_photos, open_root
from engine.rows.remote import is_address
from engine.rows.rows_folder import (
    REQUIREMENTS,
    ROWS,
    SHARD_NAME,
    RowsManifest,
    ShardNote,
)
from engine.rows.shard import Shard, embed_shard, plan_shards
from engine.storage.collection import model_of
from engine.storage.order import Model, absolute, suited_model
from engine.storage.row_match import IdRegister
from engine.storage.site import WRITER, only_writer

SHARD_PHOTOS = 1024
# Embeds shards in any order and yields name and bytes of each once; hears of photos done.
Pool = Callable[[Sequence[Shard], Model, Callable[[int], None]], Iterator[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class RowsReport:
    """What making rows has come to.

    Attributes
    ----------
    manifest
        Of the rows.
    skipped
        Photos that could not be read, and what is no row, by path, with reasons.
    n_reused
        Rows that were there already.
    seconds
        All of the work.
    """

    manifest: RowsManifest
    skipped: list[Skipped]
    n_reused: int
    seconds: float

    @property
    def tables(self) -> Sequence[TableReport]:
        """What became of each table of captions that was found."""
        return self.manifest.tables

    @property
    def photos_per_second(self) -> float:
        """Photos read in this run, per second of all of the work."""
        return (self.manifest.n_rows - self.n_reused) / self.seconds


def make_rows(
    photos: Path | str,
    captions: Path | str | None = None,
    *,
    model: Path | str | Encoder | None = None,
    out: Path | str,
    columns: Mapping[str, str] | None = None,
    shard_photos: int = SHARD_PHOTOS,
    all_thumbnails: bool = False,
    pool: Pool | None = None,
    progress: Report = no_report,
) -> RowsReport:
    """Embed photos into a folder of rows, of which collections are made.

    Run again, it goes on where it was: what is there and whole is not embedded again.

    Parameters
    ----------
    photos
        A folder, the address of one, as fsspec takes it, or a file with one address a line.
    captions, columns
        See `engine.catalogue.read_source`. Beside an address no table is looked for.
    model
        Folder of a model, or an encoder. None keeps the model of rows that stand there; else some
        photos are looked at and the bundled model that suits them is taken.
    out
        Folder of the rows: new, empty, or holding rows.
    shard_photos
        Photos in one file of rows, ≥ 1.
    all_thumbnails
        Keep a thumbnail of every photo, also of those that are small enough to be their own: for
        collections that cannot reach the photos. Photos elsewhere always have one.
    pool
        Embeds the shards; by default they are embedded here, one after the other.
    progress
        Hears how far it is.

    Raises
    ------
    CatalogueError
        When there are no photos there, or the table cannot be read.
    CollectionError
        When `out` holds something else or lies among the photos, or another program writes there.
    ModelError
        When the model cannot be loaded.
    KindredError
        When pyarrow is not installed, or what reads such addresses.
    """
    if shard_photos < 1:
        raise ValueError(f"shard_photos={shard_photos} must be at least 1")
    with optional_library("pyarrow", REQUIREMENTS):
        import pyarrow.parquet  # noqa: F401
    begin = time.perf_counter()
    folder = absolute(out)
    _check_place(folder, photos)
    with only_writer(folder, "folder of rows"):
        looked_ns = time.time_ns()
        given = list_photos(photos, captions, columns, progress)
        if not given.records:
            raise CatalogueError("there are no photos here", value=photos)
        loaded = Model.load(model or _model_before(folder) or _suited(given, progress))
        keeps_all = all_thumbnails or is_address(given.origin.root)
        shards = list(plan_shards(given, loaded, shard_photos, all_thumbnails=keeps_all))
        n_reused = _fill(folder, shards, loaded, pool or _embed_here, progress)
        manifest = RowsManifest(
            given.origin,
            loaded.card,
            n_photos=0,
            looked_ns=looked_ns,
            shards=(),
            skipped=given.skipped,
            tables=given.tables,
        )
        manifest, unreadable = _collected(folder, shards, manifest, progress)
        manifest.save(folder)
        _sweep(folder, manifest)
    skipped = sorted([*manifest.skipped, *unreadable], key=lambda each: each.path)
    return RowsReport(manifest, skipped, n_reused, time.perf_counter() - begin)


def _model_before(folder: Path) -> Path | None:
    with suppress(CollectionError):  # there are none, or their model is gone
        return model_of(RowsManifest.load(folder).model, folder)
    return None


def _suited(given: PhotoList, progress: Report) -> Path:
    root = open_root(given.origin.root)
    return suited_model([root / record.path for record in given.records], progress)[0]


def _check_place(folder: Path, photos: Path | str) -> None:
    """Refuse to write rows among the photos, or among files that are no rows."""
    if not is_address(photos) and folder.resolve().is_relative_to(Path(photos).resolve()):
        raise CollectionError(
            "the rows would lie among the photos", value=folder, remedy="Name a folder elsewhere"
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise CollectionError("this is a file", value=folder, remedy="Name a folder")
    for path in folder.iterdir():
        if not _is_own(path.name):
            raise CollectionError(
                f"the folder holds other files ({path.name})",
                value=folder,
                remedy="Name a new folder for the rows",
            )


def _is_own(name: str) -> bool:
    return name in (ROWS, WRITER) or name.endswith(PARTIAL) or bool(SHARD_NAME.fullmatch(name))


def _fill(folder: Path, shards: Sequence[Shard], model: Model, pool: Pool, progress: Report) -> int:
    """Have every shard that is not there embedded; return how many photos were there."""
    missing = [shard for shard in shards if not _is_whole(folder / shard.name, len(shard.records))]
    n_missing = sum(len(shard.records) for shard in missing)
    if missing:
        step = Step(progress, "embedding photos", n_missing)
        for name, data in pool(missing, model, step.at):
            write_whole(folder / name, data)
    return sum(len(shard.records) for shard in shards) - n_missing


def _embed_here(
    shards: Sequence[Shard], model: Model, at: Callable[[int], None]
) -> Iterator[tuple[str, bytes]]:
    before = 0
    for shard in shards:

        def within(done: int, before: int = before) -> None:
            at(before + done)

        yield shard.name, embed_shard(shard, model.encoder, within)
        before += len(shard.records)


def _is_whole(path: Path, n_rows: int) -> bool:
    if not path.is_file():
        return False
    try:
        rows = names_in(path.read_bytes())
    except ValueError:
        return False
    # What could not even be opened may be there by now.
    return len(rows) == n_rows and not any(NOT_OPENED in (reason or "") for *_, reason in rows)


def _collected(
    folder: Path, shards: Sequence[Shard], manifest: RowsManifest, progress: Report
) -> tuple[RowsManifest, list[Skipped]]:
    """Return the manifest with what the shards hold, and the photos that could not be read."""
    step = Step(progress, "collecting rows", len(shards))
    ids = IdRegister()
    notes, renamed, unreadable = [], {}, []
    for done, shard in enumerate(shards, start=1):
        data = (folder / shard.name).read_bytes()
        rows = names_in(data)
        for path, own, reason in rows:
            if own is None:
                unreadable.append(Skipped(path, reason or ""))
            elif (name := ids.enter(own)) != own:
                renamed[path] = name
        notes.append(ShardNote(shard.name, len(rows), content_hash(data)))
        step.at(done)
    n_photos = sum(note.n_rows for note in notes) - len(unreadable)
    return replace(manifest, n_photos=n_photos, shards=notes, renamed=renamed), unreadable


def _sweep(folder: Path, manifest: RowsManifest) -> None:
    """Remove shards that the manifest does not name, and halves."""
    kept = {ROWS, WRITER, *(note.name for note in manifest.shards)}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
