"""Photos as rows: a folder of Parquet files that collections are made of, without the photos.

Each file, a shard, holds a run of photos in the order of their paths, one row each: what a
catalogue says of it, its embedding, its thumbnail; a photo that could not be read is a row with a
reason. ``_rows.json`` is written last and names the shards: without it the rows are not finished.

Any program that reads Parquet reads them. The columns are `id`, `path`, `content_hash`,
`size_bytes`, `modified_ns`, `width`, `height`, `captions`, `attributes`, `tags`, `metadata` (what
the photo's own file says, as JSON), `embedding`, `thumbnail` and `reason`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.catalogue import Skipped, TableReport
from engine.config import THUMBNAIL_PX
from engine.durable import DamagedFileError, from_record, read_checked, write_checked
from engine.errors import CollectionError, optional_library
from engine.images import content_hash
from engine.rows.parquet import RowBatch, decode_rows
from engine.storage.journal import Content
from engine.storage.manifest import ModelCard, Origin

FORMAT = 1
KIND = "kindred rows"
ROWS = "_rows.json"  # readers of Parquet pass over names with such a beginning
REQUIREMENTS = "requirements-scale.txt"
SHARD_NAME = re.compile(r"rows-\d{6,}-[0-9a-f]{16}\.parquet")


@dataclass(frozen=True, slots=True)
class ShardNote:
    """One file of rows: how many rows, and the hash of its bytes."""

    name: str
    n_rows: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class RowsManifest:
    """What a folder of rows says about itself.

    Attributes
    ----------
    origin
        Where the photos and their texts were.
    model
        What made the embeddings.
    n_photos
        Rows with an embedding; the others say why they have none.
    looked_ns
        When the photos' files were looked at, in nanoseconds since 1970.
    shards
        The files, in the order of the photos' paths.
    thumbnail_px
        Longest side of a thumbnail.
    renamed
        Ids by path, of photos whose own id an earlier photo has.
    skipped
        What is no row: table lines that name no photo, files beside photos, folders.
    tables
        What became of each table of captions.
    """

    origin: Origin
    model: ModelCard
    n_photos: int
    looked_ns: int
    shards: Sequence[ShardNote]
    thumbnail_px: int = THUMBNAIL_PX
    renamed: Mapping[str, str] = field(default_factory=dict)
    skipped: Sequence[Skipped] = ()
    tables: Sequence[TableReport] = ()

    @property
    def n_rows(self) -> int:
        """Photos, with those that could not be read."""
        return sum(shard.n_rows for shard in self.shards)

    def save(self, folder: Path) -> None:
        """Make this the manifest of `folder`: the moment at which its rows are finished."""
        write_checked(folder / ROWS, {"kind": KIND, "format": FORMAT, **asdict(self)})

    @classmethod
    def load(cls, folder: Path) -> RowsManifest:
        """Read and check the manifest of a folder of rows.

        Raises
        ------
        CollectionError
            When there are no finished rows, they are damaged, or a newer Kindred wrote them.
        """
        try:
            record = read_checked(folder / ROWS)
        except (FileNotFoundError, NotADirectoryError):
            raise CollectionError(
                "there are no finished rows here",
                value=folder,
                remedy="Make them with 'python -m engine embed PHOTOS --out ROWS'; "
                "run again, it goes on where it was",
            ) from None
        except OSError as error:
            raise damaged_rows(folder / ROWS, (error.strerror or str(error)).lower()) from error
        except DamagedFileError as error:
            raise damaged_rows(folder / ROWS, str(error)) from error
        return _manifest_from(record, folder)


class RowsFolder:
    """Photos as rows, read a shard at a time; see `read_rows`.

    Attributes
    ----------
    folder
        Holds ``_rows.json`` and the shards.
    manifest
        What it says about itself.
    """

    def __init__(self, folder: Path, manifest: RowsManifest) -> None:
        self.folder = folder
        self.manifest = manifest

    def batches(self) -> Iterator[RowBatch]:
        """Yield the rows in the order of their paths, one shard in memory at a time.

        Raises
        ------
        CollectionError
            When a shard is missing or is not what was written.
        """
        for note in self.manifest.shards:
            path = self.folder / note.name
            try:
                data = path.read_bytes()
                if content_hash(data) != note.content_hash:
                    raise damaged_rows(path, "its bytes have changed")
                yield decode_rows(data, self.manifest.model.n_dims, self.manifest.renamed)
            except OSError as error:
                raise damaged_rows(path, (error.strerror or str(error)).lower()) from error
            except ValueError as error:
                raise damaged_rows(path, str(error)) from error

    def contents(self) -> Iterator[Content]:
        """Yield hash, embedding and thumbnail of every photo, as a journal does."""
        for batch in self.batches():
            yield from batch.contents


def read_rows(folder: Path | str) -> RowsFolder:
    """Open a folder of rows.

    Raises
    ------
    CollectionError
        When there are no finished rows, they are damaged, or a newer Kindred wrote them.
    KindredError
        When pyarrow is not installed.
    """
    with optional_library("pyarrow", REQUIREMENTS):
        import pyarrow.parquet  # noqa: F401
    folder = Path(folder)
    return RowsFolder(folder, RowsManifest.load(folder))


def damaged_rows(path: Path, reason: str) -> CollectionError:
    """Return the error for a file of rows that is not what was written."""
    return CollectionError(
        f"the rows are damaged ({reason})",
        value=path,
        remedy="Run 'python -m engine embed' again with the same photos: "
        "what is whole is not embedded again",
    )


def _manifest_from(record: Mapping[str, Any], folder: Path) -> RowsManifest:
    version = record.get("format")
    if record.get("kind") != KIND or not isinstance(version, int):
        raise damaged_rows(folder / ROWS, "it is no record of rows")
    if version > FORMAT:
        raise CollectionError(
            f"a newer Kindred wrote these rows (format {version}; this one reads {FORMAT})",
            value=folder,
            remedy="Update Kindred, or embed the photos again into another folder",
        )
    try:
        parts = dict(record)
        parts["origin"] = from_record(Origin, parts["origin"])
        parts["model"] = from_record(ModelCard, parts["model"])
        parts["shards"] = [from_record(ShardNote, note) for note in parts["shards"]]
        parts["skipped"] = [from_record(Skipped, each) for each in parts["skipped"]]
        parts["tables"] = [from_record(TableReport, each) for each in parts["tables"]]
        if not all(SHARD_NAME.fullmatch(note.name) for note in parts["shards"]):
            raise ValueError("a shard's name leads elsewhere")
        return from_record(RowsManifest, parts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged_rows(
            folder / ROWS, f"its record lacks or garbles something: {error}"
        ) from error
