"""The manifest: which build of a collection stands, what it is made of, and which one was before.

``manifest.json`` is replaced in one rename, and that alone decides: before it the old build stands,
after it the new one, each with its own way back. A reader who has the manifest has a whole
collection. ``.manifest.copy.json`` is written after it and is read only where it is damaged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from shlex import quote
from typing import Any

from engine.config import THUMBNAIL_PX
from engine.durable import DamagedFileError, from_record, read_checked, write_checked
from engine.errors import CollectionError, DamageError

FORMAT = 2
_PLAIN = 1  # what a collection of files is written as; older Kindreds read it
KIND = "kindred collection"
MANIFEST = "manifest.json"
COPY = ".manifest.copy.json"
PREVIOUS = "previous.json"  # where the version before was noted until it moved into the manifest

_PIECE_BYTES = 2**20
# Of photos that lie elsewhere so many stay here: five times what similarities are measured on.
N_SAMPLED = 20_000


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
    """Size of one file of a build, and the hash of its bytes; old builds lack it for big ones."""

    n_bytes: int
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """Where photos are to lie if not in a build, and how: asked for once, and kept to by updates.

    On a cluster in `n_shards` parts, each `n_replicas` times; `n_sampled` of the photos stay here.
    """

    address: str
    n_shards: int = 1
    n_replicas: int = 1
    n_sampled: int = N_SAMPLED


@dataclass(frozen=True, slots=True)
class Remote:
    """The points that a build answers from; of all photos, an even sample lies in the build.

    `address` and `points` name them (see `engine.qdrant`). Of all photos: `n_words` in their
    captions, and the attributes that sort them. `source` is the build that holds all of them, to be
    brought in step and published again; None where they were made of rows alone. `ef` is how far
    their graph is searched.
    """

    address: str
    points: str
    n_words: int
    facet_names: tuple[str, ...]
    source: Manifest | None = None
    ef: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a collection says about itself.

    `n_photos` counts live photos; `n_rows` counts the rows of the embedding matrix, retired ones
    included. Times are ISO 8601 in UTC. `seconds` and `photos_per_second` tell how long the build
    took, until its files were written. `files` is keyed by path below the build's folder.
    `looked_ns` is when the photos' files were last looked at, in nanoseconds since 1970; 0 where no
    build noted it. `previous` is the version to go back to, which has none itself. `remote` says
    where the photos lie if not in the build; `published_to` where they are to lie, which a build
    made of files says until it is published there.
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
    looked_ns: int = 0
    previous: Manifest | None = None
    remote: Remote | None = None
    published_to: Publication | None = None

    def save(self, folder: Path) -> None:
        """Make this the manifest of `folder`: the moment at which its build stands."""
        content = {"kind": KIND, "format": FORMAT if self.remote else _PLAIN, **asdict(self)}
        write_checked(folder / MANIFEST, content)
        write_checked(folder / COPY, content)
        (folder / PREVIOUS).unlink(missing_ok=True)

    def before(self, older: Manifest | None) -> Manifest:
        """Return this manifest with `older` as the version to go back to."""
        return replace(self, previous=replace(older, previous=None) if older else None)

    def looked(self, looked_ns: int) -> Manifest:
        """Return this manifest with when the photos' files were last looked at."""
        if self.remote is None or self.remote.source is None:
            return replace(self, looked_ns=looked_ns)
        source = replace(self.remote.source, looked_ns=looked_ns)
        return replace(self, remote=replace(self.remote, source=source))

    def renamed(self, name: str) -> Manifest:
        """Return this manifest, and that of the build it was published from, by another name."""
        if self.remote is None or self.remote.source is None:
            return replace(self, name=name)
        source = replace(self.remote.source, name=name)
        return replace(self, name=name, remote=replace(self.remote, source=source))

    @property
    def whole(self) -> Manifest | None:
        """The build on this machine that holds all photos; None where none does."""
        return self.remote.source if self.remote else self

    @property
    def builds(self) -> set[str]:
        """The folders of builds that must stay for this one: its own, and that of all photos."""
        return {self.build} | ({self.whole.build} if self.whole else set())

    @property
    def fingerprint(self) -> str:
        """A word that is another one after every change: 16 hexadecimal digits."""
        content = asdict(self)
        del content["previous"], content["looked_ns"]
        told = json.dumps(content, sort_keys=True)
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()

    @classmethod
    def load(cls, folder: Path, name: str = MANIFEST) -> Manifest:
        """Read and check a collection's manifest, or the copy it keeps of it.

        Raises
        ------
        CollectionError
            When `folder` holds no collection, a newer Kindred wrote it, or it may not be read.
        DamageError
            When it is damaged.
        """
        manifest = _manifest_from(_read(folder, name), folder)
        if manifest.previous is None and name == MANIFEST and (folder / PREVIOUS).is_file():
            with suppress(CollectionError):
                return manifest.before(_manifest_from(_read(folder, PREVIOUS), folder))
        return manifest


def _read(folder: Path, name: str) -> Any:
    try:
        return read_checked(folder / name)
    except (FileNotFoundError, NotADirectoryError):
        raise CollectionError(
            "there is no collection here",
            value=folder,
            remedy="Make one with 'python -m engine index PHOTOS --out COLLECTION'",
        ) from None
    except OSError as error:
        raise unreadable(folder / name, error) from error
    except DamagedFileError as error:
        raise damaged(folder, f"its manifest {error}") from error


def file_note(file: Path) -> FileNote:
    """Measure and hash one file."""
    return FileNote(file.stat().st_size, _hash_of(file))


def file_notes(build: Path) -> dict[str, FileNote]:
    """Measure and hash every file below a build's folder."""
    files = (file for file in sorted(build.rglob("*")) if file.is_file())
    return {file.relative_to(build).as_posix(): file_note(file) for file in files}


def check_files(
    folder: Path,
    manifest: Manifest,
    *,
    largest_hashed: int = 0,
    below: str = "",
    proceed: Callable[[], bool] = lambda: True,
) -> None:
    """Compare the files of a build with the manifest.

    Parameters
    ----------
    folder
        The collection's folder.
    manifest
        Its manifest.
    largest_hashed
        Compare the bytes of files up to this size too; of others, that they are there, how long.
    below
        Only the files whose path begins so.
    proceed
        Asked between pieces of files; the comparison ends when it says no.

    Raises
    ------
    DamageError
        At the first file that is missing, has another size, or other bytes.
    CollectionError
        When a file may not be read.
    """
    for name, note in manifest.files.items():
        if not name.startswith(below):
            continue
        file = folder / manifest.build / name
        try:
            n_bytes = file.stat().st_size
            if n_bytes != note.n_bytes:
                raise damaged(folder, f"{name} has {n_bytes:,} bytes instead of {note.n_bytes:,}")
            is_compared = note.content_hash is not None and n_bytes <= largest_hashed
            found = _hash_of(file, proceed) if is_compared else note.content_hash
        except FileNotFoundError as error:
            raise damaged(folder, f"{name} is missing") from error
        except OSError as error:
            raise unreadable(file, error) from error
        if not proceed():
            return
        if found != note.content_hash:
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


def damaged(folder: Path, reason: str) -> DamageError:
    """Return the error that says how a collection is damaged."""
    return DamageError(
        reason,
        value=folder,
        remedy=f"Repair it from its photos with 'python -m engine check {quote(str(folder))} "
        "--repair': photos, tags and judgements stay",
    )


def nowhere_here(folder: Path) -> CollectionError:
    """Return the error for what asks for all photos where no build on this machine holds them."""
    return CollectionError(
        "no build on this machine holds this collection's photos",
        value=folder,
        remedy="Embed the photos anew, and make the collection of those rows with 'index --rows'",
    )


def unreadable(file: Path, error: OSError) -> CollectionError:
    """Return the error for a file that the system does not hand out; that is no damage."""
    if isinstance(error, FileNotFoundError):
        return damaged(file.parent, f"{file.name} is missing")
    return CollectionError(
        f"a file of the collection cannot be opened ({(error.strerror or str(error)).lower()})",
        value=file,
        remedy="Check that you may read it and that its disk is well; nothing was changed",
    )


def _hash_of(file: Path, proceed: Callable[[], bool] = lambda: True) -> str:
    found = hashlib.blake2b(digest_size=16)
    with file.open("rb", buffering=0) as opened:
        while proceed() and (piece := opened.read(_PIECE_BYTES)):
            found.update(piece)
    return found.hexdigest()


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
        parts["origin"] = from_record(Origin, parts["origin"])
        parts["model"] = from_record(ModelCard, parts["model"])
        parts["files"] = {
            name: from_record(FileNote, note) for name, note in parts["files"].items()
        }
        if parts.get("previous") is not None:
            parts["previous"] = _nested(parts["previous"], version, folder)
        if parts.get("remote") is not None:
            remote = dict(parts["remote"])
            if remote.get("source") is not None:
                remote["source"] = _nested(remote["source"], version, folder)
            remote["facet_names"] = tuple(remote["facet_names"])
            parts["remote"] = from_record(Remote, remote)
        if parts.get("published_to") is not None:
            parts["published_to"] = from_record(Publication, parts["published_to"])
        return _checked(from_record(Manifest, parts))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(folder, f"its manifest lacks or garbles something: {error}") from error


def _nested(value: Mapping[str, Any], version: int, folder: Path) -> Manifest:
    return _manifest_from({"kind": KIND, "format": version, **value}, folder)


def _checked(manifest: Manifest) -> Manifest:
    """Refuse names that lead out of the folder, and counts that cannot be."""
    counts = (
        *(manifest.n_photos, manifest.n_rows, manifest.n_skipped, manifest.model.n_dims),
        manifest.looked_ns,
    )
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
