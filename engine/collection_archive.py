"""A collection as one file: taken to another machine, where it answers the same, or kept.

It holds the build that stands, its maps and saved views, a person's tags and judgements, the model
where it does not come with Kindred, and, if asked, the photos with a table of what is said of them.

Not inside: versions before this one, and the machine's own paths.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from engine import config
from engine.access import Role, may, require
from engine.archive import ArchiveError, ArchiveLimits, pack, read_member, unpack
from engine.catalogue import Catalogue
from engine.durable import whole_folder
from engine.encoders import read_manifest
from engine.errors import CollectionError, writing
from engine.evaluation.judgements import judgements_file
from engine.maps import list_maps
from engine.maps.map_folder import map_folder, maps_folder
from engine.maps.views import FILE as VIEWS
from engine.progress import Report, Step, no_report
from engine.storage import MAPS, Collection, new_folder
from engine.storage.collection import CATALOGUE
from engine.storage.excerpt import TABLE, record_of
from engine.storage.manifest import FORMAT, KIND, MANIFEST, Manifest, Origin, file_note
from engine.storage.site import MODEL, TAGS, TAGS_COPY
from engine.storage.uploads import mark_as_uploads

PHOTOS = "photos"
JUDGEMENTS = "judgements.jsonl"
MAX_FILES = 5_000_000
_LONGEST_MANIFEST = 2**22
_NAME = re.compile(
    "|".join(
        [
            *map(re.escape, (MANIFEST, TAGS, TAGS_COPY, JUDGEMENTS)),
            rf"{MAPS}/({re.escape(VIEWS)}|[0-9a-f]+/[a-z]+\.(npy|json))",
            rf"(build-\d+|{MODEL})/[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*",
            rf"{PHOTOS}/.+",
        ]
    )
)


def export_collection(
    folder: Path | str, file: Path | str, *, with_photos: bool = False, progress: Report = no_report
) -> int:
    """Write a collection as one zip; return its bytes.

    Parameters
    ----------
    folder
        The collection's folder.
    file
        The zip; replaced in one step where it is there.
    with_photos
        Take the photos along, and a table of their captions, attributes and tags. A photo whose
        file has gone or changed is left out. Without them small photos, which are their own
        thumbnails, are shown as placeholders on the other machine.
    progress
        Told of the photos.

    Raises
    ------
    CollectionError
        There is no collection, it is damaged, or the file cannot be written.
    """
    file = Path(file).absolute()
    with Collection.open_whole(folder) as collection:
        collection.wait_until_verified()
        with writing(CollectionError, "the archive cannot be written", file):
            file.parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=file.parent, prefix=f".{file.name}") as beside:
                members = _members(collection, Path(beside), progress, with_photos=with_photos)
                return pack(file, members, level=0)


def told_by(file: Path | BinaryIO) -> tuple[str, int] | None:
    """Return name and number of photos of an exported collection; None where it is none.

    It is believed no further than to be shown: `import_collection` checks all of it.
    """
    try:
        told = json.loads(read_member(file, MANIFEST, _LONGEST_MANIFEST) or b"")
        return (str(told["name"]), int(told["n_photos"])) if told["kind"] == KIND else None
    except (ValueError, TypeError, KeyError):
        return None


def import_collection(
    file: Path | str | BinaryIO, *, name: str | None = None, home: Path | None = None
) -> Path:
    """Unpack a collection that `export_collection` wrote, check all of it, return its folder.

    Parameters
    ----------
    file
        The zip, or its bytes as a file; one that brings a model is for the owner alone.
    name
        What it shall be called; by default as it was.
    home
        `engine.config.home` by default.

    Raises
    ------
    CollectionError
        The file is no such archive, is damaged or holds too much, there is no room for it, or its
        model is not the one that this Kindred brings.
    """
    require(Role.EDITOR)
    file = Path(file) if isinstance(file, str) else file
    stem, home = Path(str(getattr(file, "name", ""))).stem, home or config.home()
    folder = new_folder(name or stem, home)
    try:
        with whole_folder(folder, replace=True) as beside:
            _unpack(file, beside, home)
            if (beside / MODEL).exists():
                require(Role.OWNER)
            _settle(beside, name)
            with Collection.open(beside) as collection:
                collection.check()
                _check_model(collection)
            judged = beside / JUDGEMENTS
            if judged.is_file():
                judgements_file(folder).parent.mkdir(parents=True, exist_ok=True)
                judged.replace(judgements_file(folder))
    except ArchiveError as error:
        raise CollectionError(error.what, value=error.value, remedy=error.remedy) from error
    except OSError as error:
        raise CollectionError(
            f"the collection cannot be imported ({error.strerror or error})",
            value=stem,
            remedy="Check that the file is there and that there is room on the disk",
        ) from error
    finally:
        with suppress(OSError):  # nothing came of it
            folder.rmdir()
    return folder


def _members(
    collection: Collection, beside: Path, progress: Report, *, with_photos: bool
) -> Iterator[tuple[str, Path | bytes]]:
    """Yield what travels; the manifest last, so that half an archive is none."""
    manifest, folder = collection.manifest, collection.folder
    catalogue = beside / CATALOGUE
    shutil.copyfile(collection.build / CATALOGUE, catalogue)
    with Catalogue.open(catalogue, read_only=False) as copy:
        copy.move_root(PHOTOS)
    for name in manifest.files:
        file = catalogue if name == CATALOGUE else collection.build / name
        yield f"{manifest.build}/{name}", file
    for name in (TAGS, TAGS_COPY):
        if (folder / name).is_file():
            yield name, folder / name
    judged = judgements_file(folder)
    if judged.is_file():
        yield JUDGEMENTS, judged
    yield from _maps(collection)
    model = collection.model_folder
    is_bundled = model.parent == config.MODELS
    if not is_bundled:
        for path in sorted(model.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{MODEL}/{path.relative_to(model).as_posix()}", path
    captions = f"{PHOTOS}/{TABLE}" if with_photos else None
    if with_photos:
        yield from _photos(collection, progress)
    travelled = replace(
        manifest,
        origin=Origin(PHOTOS, captions),
        model=replace(manifest.model, folder=model.name if is_bundled else MODEL),
        files={**manifest.files, CATALOGUE: file_note(catalogue)},
        published_to=None,
        looked_ns=0,
        previous=None,
    )
    yield MANIFEST, json.dumps({"kind": KIND, "format": FORMAT, **asdict(travelled)}).encode()


def _maps(collection: Collection) -> Iterator[tuple[str, Path]]:
    for record in list_maps(collection):
        for path in sorted(map_folder(collection, record.key).iterdir()):
            yield f"{MAPS}/{record.key}/{path.name}", path
    views = maps_folder(collection) / VIEWS
    if views.is_file():
        yield f"{MAPS}/{VIEWS}", views


def _photos(collection: Collection, progress: Report) -> Iterator[tuple[str, bytes]]:
    """Yield the photos that are as they were indexed, then the table of what is said of them."""
    rows = collection.catalogue.live_rows()
    step, lines = Step(progress, "packing photos", len(rows)), []
    for at in range(0, len(rows), 500):
        for photo in collection.catalogue.photos(rows[at : at + 500].tolist()):
            content = collection.photo_bytes(photo)
            if content is not None:
                yield f"{PHOTOS}/{photo.path}", content
                lines.append(json.dumps(record_of(photo), ensure_ascii=False))
        step.at(min(at + 500, len(rows)))
    yield f"{PHOTOS}/{TABLE}", "".join(f"{line}\n" for line in lines).encode()


def _unpack(file: Path | BinaryIO, beside: Path, home: Path) -> None:
    kept = 0 if may(Role.OWNER) else config.ROOM_LEFT_BYTES
    limits = ArchiveLimits(max(shutil.disk_usage(home).free - kept, 0), MAX_FILES)
    unpack(
        file,
        beside,
        kind="collection",
        required=MANIFEST,
        is_expected=lambda name: _NAME.fullmatch(name) is not None,
        limits=limits,
    )


def _settle(folder: Path, name: str | None) -> None:
    """Make the unpacked manifest this place's own."""
    manifest = Manifest.load(folder)
    others = (manifest.previous, manifest.remote, manifest.published_to)
    if manifest.origin.root != PHOTOS or others != (None, None, None):
        raise CollectionError(
            "the archive's manifest names photos of another machine",
            value=manifest.origin.root,
            remedy="Export the collection again",
        )
    if (folder / PHOTOS).is_dir():
        mark_as_uploads(folder / PHOTOS)  # they came with the collection, and go with it
    replace(manifest, name=name or manifest.name).save(folder)


def _check_model(collection: Collection) -> None:
    """Refuse a collection whose embeddings are of another model than the one found here."""
    card = collection.manifest.model
    found = read_manifest(collection.model_folder).fingerprint
    if found != card.fingerprint:
        raise CollectionError(
            f"its model {card.name} is another version ({card.fingerprint}) than the one here",
            value=found,
            remedy="Bring both machines to the same version of Kindred, and export it again",
        )
