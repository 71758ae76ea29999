"""The manifest: which build of a collection stands, and what it is made of.

``manifest.json`` is the only file of a collection that is ever replaced, in one rename: before it
the old build stands, after it the new one. A reader who has the manifest has a whole collection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from engine.config import THUMBNAIL_PX
from engine.durable import read_json, write_json
from engine.errors import CollectionError

FORMAT = 1
KIND = "kindred collection"
MANIFEST = "manifest.json"
PREVIOUS = "previous.json"
HASHED_BYTES = 64 * 2**20

_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the photos and their texts come from.

    `root` and `captions` are relative to the collection's folder when they lie inside it, so that
    such a collection can be moved or copied whole; otherwise they are absolute.
    """

    root: str
    captions: str | None = None
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The model that made the embeddings: photos of `size_px` pixels a side, rows of `n_dims`.

    `folder` is None where the encoder came from no folder.
    """

    name: str
    fingerprint: str
    n_dims: int
    size_px: int
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class FileNote:
    """Size of one file of a build, and the hash of its bytes unless it is a very big one."""

    n_bytes: int
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a collection says about itself.

    `n_photos` counts live photos; `n_rows` counts the rows of the embedding matrix, retired ones
    included. Times are ISO 8601 in UTC. `seconds` and `photos_per_second` tell how long the build
    took, until its files were written. `files` is keyed by path below the build's folder.
    """

    name: str
    build: str
    created: str
    updated: str
    n_photos: int
    n_rows: int
    n_skipped: int
    origin: Origin
    model: ModelCard
    thumbnail_px: int = THUMBNAIL_PX
    seconds: float = 0.0
    photos_per_second: float = 0.0
    files: Mapping[str, FileNote] = field(default_factory=dict)

    def save(self, folder: Path) -> None:
        """Make this the manifest of `folder`: the moment at which its build stands."""
        write_json(folder / MANIFEST, {"kind": KIND, "format": FORMAT, **asdict(self)})

    @property
    def fingerprint(self) -> str:
        """A word that is another one after every change: 16 hexadecimal digits."""
        told = json.dumps(asdict(self), sort_keys=True)
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    @classmethod
    def load(cls, folder: Path, name: str = MANIFEST) -> Manifest:
        """Read and check a collection's manifest, or the one it keeps of the version before.

        Raises
        ------
        CollectionError
            When `folder` holds no collection, a newer Kindred wrote it, or it is damaged.
        """
        try:
            value = read_json(folder / name)
        except (FileNotFoundError, NotADirectoryError):
            raise CollectionError(
                "there is no collection here",
                value=folder,
                remedy="Make one with 'python -m engine index PHOTOS --out COLLECTION'",
            ) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise CollectionError(
                f"a manifest cannot be opened ({reason})", value=folder / name
            ) from error
        except ValueError as error:
            raise damaged(folder, "its manifest is not JSON") from error
        return _manifest_from(value, folder)


def file_notes(build: Path) -> dict[str, FileNote]:
    """Measure every file below a build's folder, hashing those of up to 64 MiB."""
    files = (file for file in sorted(build.rglob("*")) if file.is_file())
    return {file.relative_to(build).as_posix(): _note(file) for file in files}


def check_files(folder: Path, manifest: Manifest, *, contents: bool = False) -> None:
    """Compare the files of a build with the manifest.

    Parameters
    ----------
    folder
        The collection's folder.
    manifest
        Its manifest.
    contents
        Compare the bytes too, not only which files there are and how long.

    Raises
    ------
    CollectionError
        At the first file that is missing, has another size, or other bytes.
    """
    for name, note in manifest.files.items():
        file = folder / manifest.build / name
        try:
            n_bytes = file.stat().st_size
        except OSError as error:
            raise damaged(folder, f"{name} is missing") from error
        if n_bytes != note.n_bytes:
            raise damaged(folder, f"{name} has {n_bytes:,} bytes instead of {note.n_bytes:,}")
        if contents and note.content_hash is not None and _hash_of(file) != note.content_hash:
            raise damaged(folder, f"the bytes of {name} have changed")


def portable(path: Path, folder: Path) -> str:
    """Write `path` so that moving `folder` keeps it true: relative when it lies inside.

    Examples
    --------
    >>> portable(Path("/shelf/shoes/photos"), Path("/shelf/shoes"))
    'photos'
    >>> portable(Path("/pictures"), Path("/shelf/shoes"))
    '/pictures'
    """
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def located(path: str, folder: Path) -> Path:
    """Return where `portable` pointed to, now that the collection lies in `folder`."""
    return folder / PurePosixPath(path)


def now() -> str:
    """Return the time in UTC as ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def damaged(folder: Path, reason: str) -> CollectionError:
    """Return the error that says how a collection is damaged."""
    return CollectionError(
        f"the collection is damaged ({reason})",
        value=folder,
        remedy="Remove it and index its photos again, or restore it from a copy",
    )


def _note(file: Path) -> FileNote:
    n_bytes = file.stat().st_size
    return FileNote(n_bytes, _hash_of(file) if n_bytes <= HASHED_BYTES else None)


def _hash_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _manifest_from(value: Any, folder: Path) -> Manifest:
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise damaged(folder, "its manifest is not one of a collection")
    version = value.get("format")
    if not isinstance(version, int) or version > FORMAT:
        raise CollectionError(
            f"a newer Kindred wrote this collection (format {version}; this one reads {FORMAT})",
            value=folder,
            remedy="Update Kindred, or index the photos again into another folder",
        )
    try:
        parts = {key: entry for key, entry in value.items() if key not in ("kind", "format")}
        parts["origin"] = _record(Origin, parts["origin"])
        parts["model"] = _record(ModelCard, parts["model"])
        parts["files"] = {name: _record(FileNote, note) for name, note in parts["files"].items()}
        return _checked(_record(Manifest, parts))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(folder, f"its manifest lacks or garbles something: {error}") from error


def _record(kind: type[_Record], value: Mapping[str, Any]) -> _Record:
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: entry for name, entry in value.items() if name in names})


def _checked(manifest: Manifest) -> Manifest:
    """Refuse names that lead out of the folder, and counts that cannot be."""
    counts = (manifest.n_photos, manifest.n_rows, manifest.n_skipped, manifest.model.n_dims)
    if not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ValueError("a count is negative or no number")
    if not all(map(_stays_inside, _names(manifest))):
        raise ValueError("a file name leads out of the collection")
    return manifest


def _names(manifest: Manifest) -> Iterable[str]:
    yield manifest.build
    yield from manifest.files


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
