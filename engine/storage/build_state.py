"""What stands in a folder before a build: a whole collection, a damaged one, or none.

Of a damaged one all that proves to be whole is used again: its manifest or the copy of it, the
photos its catalogue knows (so that ids stay), the embeddings and thumbnails.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from engine.catalogue import Catalogue, Photo
from engine.errors import CatalogueError, CollectionError, DamageError
from engine.storage.collection import CATALOGUE, INDEX, Collection
from engine.storage.manifest import COPY, Manifest, Origin, check_files, located, nowhere_here
from engine.storage.site import has_manifest
from engine.storage.uploads import is_uploads


@dataclass(frozen=True, slots=True)
class Standing:
    """What a build may go on from.

    Attributes
    ----------
    manifest
        What the collection says of itself; None where there is none, or nothing is left of it.
    collection
        Opened; None where its embeddings or catalogue are damaged. Its index may be.
    photos
        Its live photos; none where its catalogue is damaged.
    damage
        What is wrong with it, if anything is.
    published
        What the collection says of itself where its photos lie elsewhere: then all else is of the
        build on this machine that they were published from.
    """

    manifest: Manifest | None = None
    collection: Collection | None = None
    photos: Sequence[Photo] = ()
    damage: DamageError | None = None
    published: Manifest | None = None

    def close(self) -> None:
        """Let the collection go; closing twice is no harm."""
        if self.collection is not None:
            self.collection.close()

    def origin(self, folder: Path) -> Origin:
        """Return where the photos are.

        Raises
        ------
        CollectionError
            When nothing is left that says so.
        """
        if self.manifest is not None:
            return self.manifest.origin
        uploads = sorted(path.name for path in folder.iterdir() if is_uploads(path))
        if len(uploads) != 1:
            raise CollectionError(
                "nothing is left that says where the photos of this collection are",
                value=folder,
                remedy="Say it with 'python -m engine index PHOTOS --out COLLECTION'",
            ) from self.damage
        return Origin(uploads[0])


def find_standing(folder: Path, *, deep: bool = False) -> Standing:
    """Look at what stands in a folder; the caller holds the writer's lock and closes it.

    Parameters
    ----------
    folder
        The collection's folder.
    deep
        Compare all of it once more, whatever is remembered, and its parts with each other.

    Raises
    ------
    CollectionError
        When a file may not be read, or a newer Kindred wrote it: that is no damage.
    """
    if not has_manifest(folder) and not (folder / COPY).is_file():
        return Standing()
    try:
        standing = _restored(folder)
    except DamageError as error:
        return Standing(damage=error)
    manifest = standing.whole
    if manifest is None:
        raise nowhere_here(folder)
    published = standing if standing.remote else None
    try:
        collection = Collection.open(folder, manifest=manifest)
    except DamageError as error:
        return replace(_salvaged(folder, manifest, error), published=published)
    try:
        collection.check() if deep else collection.wait_until_verified()
        photos = list(collection.catalogue.all_photos())
        return Standing(manifest, collection, photos, published=published)
    except (DamageError, CatalogueError) as error:
        collection.close()
        damage = error if isinstance(error, DamageError) else DamageError(error.what, value=folder)
        return replace(_salvaged(folder, manifest, damage), published=published)
    except BaseException:
        collection.close()
        raise


def _restored(folder: Path) -> Manifest:
    """Return the manifest; where it is damaged, what its copy says, put back if that is true."""
    try:
        return Manifest.load(folder)
    except CollectionError as error:
        if has_manifest(folder) and not isinstance(error, DamageError):
            raise
        copy = Manifest.load(folder, COPY)
    with suppress(DamageError):
        check_files(folder, copy, largest_hashed=sys.maxsize)
        copy.save(folder)
    return copy


def _salvaged(folder: Path, manifest: Manifest, damage: DamageError) -> Standing:
    """Return what of a damaged build is whole, judged by its bytes alone."""
    files = {name: note for name, note in manifest.files.items() if not name.startswith(INDEX)}
    kept = replace(manifest, files=files)
    with suppress(CollectionError, CatalogueError):
        check_files(folder, kept, largest_hashed=sys.maxsize)
        collection = Collection.open(folder, manifest=kept)
        return Standing(manifest, collection, list(collection.catalogue.all_photos()), damage)
    with suppress(CollectionError, CatalogueError):
        check_files(folder, manifest, largest_hashed=sys.maxsize, below=CATALOGUE)
        with Catalogue.open(folder / manifest.build / CATALOGUE) as catalogue:
            return Standing(manifest, None, list(catalogue.all_photos()), damage)
    return Standing(manifest, damage=damage)


def captions_of(origin: Origin, folder: Path) -> Path | None:
    """Return where the table of a collection lies, if it has one."""
    return located(origin.captions, folder) if origin.captions else None
