"""One shard of rows: photos, embeddings and thumbnails as the bytes of a Parquet file, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import NewPhoto, PhotoRecord, Skipped
from engine.catalogue.photo import stays_inside
from engine.durable import MALFORMED
from engine.images import Metadata
from engine.storage.journal import Content, Reading
from engine.storage.row_match import completed, new_photo, own_id

if TYPE_CHECKING:
    import pyarrow

# Of embeddings whose length is not 1 a cosine index would answer nonsense.
_LENGTH_TOLERANCE = 1e-3
_HASH = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, eq=False)
class RowBatch:
    """The rows of one shard.

    Attributes
    ----------
    found
        Record and reading of each photo that was read.
    ids
        Their ids, unique among all rows.
    embeddings
        Their unit rows, float32 (n, n_dims).
    thumbnails
        Their thumbnails as JPEG; None where the photo's own file is its thumbnail.
    unreadable
        The photos that could not be read, each with its reason.
    """

    found: Sequence[tuple[PhotoRecord, Reading]]
    ids: Sequence[str]
    embeddings: NDArray[np.float32]
    thumbnails: Sequence[bytes | None]
    unreadable: Sequence[Reading]

    @property
    def photos(self) -> list[NewPhoto]:
        """The photos, ready for a catalogue."""
        pairs = zip(self.found, self.ids, strict=True)
        return [new_photo(record, reading, photo_id) for (record, reading), photo_id in pairs]

    @property
    def skipped(self) -> list[Skipped]:
        """The photos that could not be read."""
        return [Skipped(each.path, each.reason or "") for each in self.unreadable]

    @property
    def contents(self) -> list[Content]:
        """Hash, embedding and thumbnail of each photo that was read."""
        hashes = (reading.content_hash for _, reading in self.found)
        rows = zip(hashes, self.embeddings, self.thumbnails, strict=True)
        return [Content(*row) for row in rows]


def encode_rows(
    found: Sequence[tuple[PhotoRecord, Reading]], contents: Mapping[str, Content], n_dims: int
) -> bytes:
    """Return a shard as the bytes of a Parquet file.

    Parameters
    ----------
    found
        Record and reading of each photo, whether it could be read or not, in the order of paths.
    contents
        Embedding and thumbnail of all that could be read, by hash.
    n_dims
        Width of an embedding.
    """
    import pyarrow.parquet

    pairs = [(completed(record, reading.metadata), reading) for record, reading in found]
    kept = [contents.get(reading.content_hash) for _, reading in pairs]
    told = [_told(record, reading) for record, reading in pairs]
    columns: dict[str, Any] = {
        name: [each[name] for each in told] for name in _schema(n_dims).names if name in told[0]
    }
    embeddings = np.zeros((len(kept), n_dims), np.float32)
    for place, content in enumerate(kept):
        if content is not None:
            embeddings[place] = content.embedding
    columns["embedding"] = pyarrow.FixedSizeListArray.from_arrays(
        embeddings.reshape(-1),
        n_dims,
        mask=pyarrow.array([content is None for content in kept]),
    )
    columns["thumbnail"] = [None if content is None else content.thumbnail for content in kept]
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pydict(columns, schema=_schema(n_dims)),
        sink,
        compression="zstd",
        use_dictionary=False,
        write_page_checksum=True,
    )
    return sink.getvalue().to_pybytes()


def decode_rows(data: bytes, n_dims: int, renamed: Mapping[str, str]) -> RowBatch:
    """Return the rows in a shard's bytes.

    Parameters
    ----------
    data
        The file.
    n_dims
        Width of an embedding.
    renamed
        Ids by path, of photos whose own id another photo has.

    Raises
    ------
    ValueError
        When they are not what `encode_rows` wrote.
    """
    with _translated():
        table = _table_of(data)
        embeddings = table.column("embedding").combine_chunks()
        names = [name for name in table.column_names if name not in ("embedding", "thumbnail")]
        pairs = [_parsed(row) for row in table.select(names).to_pylist()]
        is_read = [reading.reason is None for _, reading in pairs]
        vectors = embeddings.flatten().to_numpy().reshape(-1, n_dims)
        found = [pair for pair in pairs if pair[1].reason is None]
        _check(found, vectors, embeddings.is_valid().to_pylist() == is_read)
        thumbnails = table.column("thumbnail").to_pylist()
    return RowBatch(
        found=found,
        ids=[renamed.get(reading.path, own_id(record, reading)) for record, reading in found],
        embeddings=vectors,
        thumbnails=[each for each, read in zip(thumbnails, is_read, strict=True) if read],
        unreadable=[reading for _, reading in pairs if reading.reason is not None],
    )


def names_in(data: bytes) -> list[tuple[str, str | None, str | None]]:
    """Return path, own id and reason of each row; no id where the photo could not be read.

    Raises
    ------
    ValueError
        When the bytes are no shard.
    """
    with _translated():
        columns = ("path", "id", "reason")
        table = _table_of(data, columns)
        return list(zip(*(table.column(name).to_pylist() for name in columns), strict=True))


def _schema(n_dims: int) -> pyarrow.Schema:
    import pyarrow

    text, number = pyarrow.string(), pyarrow.int64()
    return pyarrow.schema(
        [
            ("id", text),
            ("path", text),
            ("content_hash", text),
            ("size_bytes", number),
            ("modified_ns", number),
            ("width", pyarrow.int32()),
            ("height", pyarrow.int32()),
            ("captions", pyarrow.list_(text)),
            ("attributes", pyarrow.map_(text, text)),
            ("tags", pyarrow.list_(text)),
            ("metadata", text),
            ("embedding", pyarrow.list_(pyarrow.float32(), n_dims)),
            ("thumbnail", pyarrow.binary()),
            ("reason", text),
        ]
    )


def _table_of(data: bytes, columns: Sequence[str] | None = None) -> pyarrow.Table:
    import pyarrow.parquet

    return pyarrow.parquet.read_table(
        pyarrow.BufferReader(data),
        columns=list(columns) if columns else None,
        page_checksum_verification=True,
    )


def _told(record: PhotoRecord, reading: Reading) -> dict[str, Any]:
    is_read = reading.reason is None
    return {
        "id": own_id(record, reading) if is_read else None,
        "path": record.path,
        "content_hash": reading.content_hash or None,
        "size_bytes": reading.size_bytes,
        "modified_ns": reading.modified_ns,
        "width": reading.width,
        "height": reading.height,
        "captions": list(record.captions),
        "attributes": list(record.attributes.items()),
        "tags": list(record.tags),
        "metadata": json.dumps(reading.metadata) if reading.metadata else None,
        "reason": reading.reason,
    }


def _parsed(row: Mapping[str, Any]) -> tuple[PhotoRecord, Reading]:
    said = json.loads(row["metadata"]) if row["metadata"] else None
    reading = Reading(
        row["path"],
        row["size_bytes"],
        row["modified_ns"],
        row["content_hash"] or "",
        row["width"],
        row["height"],
        row["reason"],
        Metadata(captions=said["captions"], tags=said["tags"], attributes=said["attributes"])
        if said
        else None,
    )
    record = PhotoRecord(
        row["path"],
        row["id"],
        tuple(row["captions"]),
        dict(row["attributes"]),
        tuple(row["tags"]),
    )
    if row["id"] == own_id(replace(record, photo_id=None), reading):
        record = replace(record, photo_id=None)  # the bytes name it, and no table
    return record, reading


def _check(
    found: Iterable[tuple[PhotoRecord, Reading]], embeddings: NDArray[np.float32], fits: bool
) -> None:
    """Refuse what would harm a collection: rows come from elsewhere."""
    for record, reading in found:
        if not stays_inside(record.path) or not _HASH.fullmatch(reading.content_hash):
            raise ValueError(f"no photo of a collection: {record.path!r}")
    lengths = np.linalg.norm(embeddings, axis=1)
    if not fits or not np.allclose(lengths, 1.0, atol=_LENGTH_TOLERANCE):  # NaN is not close
        raise ValueError("an embedding is missing or is no unit row")


@contextmanager
def _translated() -> Any:
    """Turn what reading another program's bytes may raise into ValueError."""
    import pyarrow

    try:
        yield
    except (pyarrow.ArrowException, OSError, *MALFORMED) as error:
        raise ValueError((str(error) or type(error).__name__).splitlines()[0][:200]) from error
