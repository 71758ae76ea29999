"""A collection, opened to be asked: all of it is there, and nothing is read before its turn."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np

from engine import config
from engine.catalogue import Catalogue, Photo
from engine.catalogue.database import CatalogueFile
from engine.durable import MALFORMED
from engine.errors import CatalogueError, CollectionError
from engine.images import content_hash
from engine.index import PhotoIndex, read_loss
from engine.locks import ReaderMark
from engine.qdrant import (
    Address,
    Extent,
    PointCatalogue,
    PointEmbeddings,
    PointStore,
    RememberedEmbeddings,
    open_store,
)
from engine.qdrant.point import THUMBNAIL, thumbnail_of
from engine.qdrant.point_store import EF
from engine.storage.manifest import (
    Manifest,
    ModelCard,
    check_files,
    damaged,
    located,
    nowhere_here,
    unreadable,
)
from engine.storage.site import sweep_leftovers
from engine.storage.thumbnails import ThumbnailPack
from engine.storage.verification import Verification

CATALOGUE = "catalogue.sqlite"
EMBEDDINGS = "embeddings.npy"
INDEX = "index"
_TRIES = 5
_SMALL_BYTES = 2**18  # compared with the manifest at once; bigger files a moment later


class Collection:
    """One collection on disk, open for reading.

    Opening maps the embeddings and leaves them on the disk; the index is loaded when it is first
    asked for. It may be shared by any number of threads, and goes on answering from its build
    while another program makes the next one.

    Call `Collection.open`, and `close` it, best by a ``with`` statement.

    Attributes
    ----------
    folder
        The collection's folder.
    manifest
        What it says about itself.
    catalogue
        Photos, captions, attributes and tags, by row.
    embeddings
        (n_rows, n_dims) float32 unit rows, mapped from the disk, retired rows included; of points
        those of the sample, and all others by number.
    store
        Where its photos lie if not in the build; else None.
    """

    def __init__(self, folder: Path, manifest: Manifest, mark: ReaderMark) -> None:
        self.folder = folder
        self.manifest = manifest
        self._mark = mark
        self._index: PhotoIndex | None = None
        self._loading = threading.Lock()
        check_files(folder, manifest, largest_hashed=_SMALL_BYTES)
        self.embeddings: Any = _embeddings(folder, manifest)
        try:
            self._thumbnails = ThumbnailPack(self.build)
        except OSError as error:
            raise unreadable(self.build, error) from error
        except MALFORMED as error:
            raise damaged(folder, "its thumbnails are no list any more") from error
        self.store: PointStore | None = None
        try:
            self.catalogue = self._catalogue()
        except CatalogueError:
            check_files(folder, manifest, largest_hashed=sys.maxsize)  # says it if it is damage
            raise
        self._verification = Verification(folder, manifest)

    @classmethod
    def open(cls, folder: Path | str, *, manifest: Manifest | None = None) -> Collection:
        """Open a collection; its folder may be read-only.

        Parameters
        ----------
        folder
            The folder that holds its ``manifest.json``.
        manifest
            Open what this one says instead; only for whoever holds the writer's lock.

        Raises
        ------
        CollectionError
            When there is no collection, or it may not be read, or a newer Kindred wrote it.
        DamageError
            When something that is cheap to compare is not what was written; the rest is compared
            behind the scenes, see `raise_if_damaged`.
        """
        folder = Path(folder).absolute()
        sweep_leftovers(folder)
        if manifest is None:
            manifest, mark = _marked(folder)
        else:
            mark = ReaderMark(folder / manifest.build)
        try:
            return cls(folder, manifest, mark)
        except BaseException:
            mark.close()
            raise

    def _catalogue(self) -> Catalogue:
        """Open the catalogue; of points, so that all of them are asked and not the sample alone."""
        file, remote = self.build / CATALOGUE, self.manifest.remote
        if remote is None:
            return Catalogue.open(file)
        self.store = open_store(Address.parse(remote.address), remote.points)
        n_photos = self.manifest.n_photos
        self.embeddings = PointEmbeddings(
            self.embeddings, RememberedEmbeddings(self.store), n_photos
        )
        extent = Extent(n_photos, remote.facet_names)
        return PointCatalogue(CatalogueFile(file, read_only=True), self.store, extent)

    @classmethod
    def open_whole(cls, folder: Path | str) -> Collection:
        """Open the build on this machine that holds all photos, wherever they answer from.

        Raises
        ------
        CollectionError
            When none does; else as `open`.
        """
        manifest = Manifest.load(Path(folder).absolute())
        if manifest.whole is None:
            raise nowhere_here(Path(folder))
        return cls.open(folder, manifest=manifest.whole if manifest.remote else None)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.manifest.name

    @property
    def n_photos(self) -> int:
        """How many photos an answer may come from."""
        return self.manifest.n_photos

    @property
    def build(self) -> Path:
        """Folder of the build that this object reads."""
        return self.folder / self.manifest.build

    @property
    def fingerprint(self) -> str:
        """A word that is another one after every change of the collection."""
        return self.manifest.fingerprint

    @property
    def root(self) -> Path:
        """The folder that photo paths are relative to; it need not be there any more."""
        return located(self.manifest.origin.root, self.folder)

    @property
    def index(self) -> PhotoIndex:
        """The index over the live rows, loaded on first use.

        Raises
        ------
        CollectionError
            When it does not fit the embeddings.
        """
        with self._loading:
            if self._index is None:
                self._index = self._load_index()
            return self._index

    @property
    def ef(self) -> int:
        """How far its graph is searched; 0 where every photo is compared."""
        if self.manifest.remote is not None:
            return self.manifest.remote.ef or EF
        return 0 if self.index.is_exact else self.index.ef

    @property
    def index_remark(self) -> str:
        """What a person should know of how photos are searched; "" where nothing.

        Raises
        ------
        CollectionError
            When the index cannot be read.
        """
        return str(read_loss(self.build / INDEX) or "")

    def _load_index(self) -> PhotoIndex:
        if not self._verification.is_over:  # a damaged graph would not raise, but end the program
            check_files(self.folder, self.manifest, largest_hashed=sys.maxsize, below=INDEX)
        try:
            return PhotoIndex.load(self.build / INDEX, self.embeddings[: self.manifest.n_rows])
        except CollectionError as error:
            raise damaged(self.folder, error.what) from error

    @property
    def model_folder(self) -> Path:
        """Where the model that made the embeddings lies now.

        Raises
        ------
        CollectionError
            When it is not where it was, nor among the models that come with Kindred.
        """
        return find_model(self.manifest, self.folder)

    def photo_file(self, row: int) -> Path:
        """Return where the photo of a live row is, whether or not it is still there."""
        return self._file_of(self.catalogue.photos([row])[0])

    def thumbnail(self, row: int) -> bytes | None:
        """Return a small picture of a live row as JPEG bytes.

        Returns
        -------
        bytes or None
            None when the photo is its own thumbnail, and its file is gone or has changed.
        """
        thumbnail = self.kept_thumbnail(row)
        if thumbnail is not None:
            return thumbnail
        return self.photo_bytes(self.catalogue.photos([row])[0])

    def photo_bytes(self, photo: Photo) -> bytes | None:
        """Return a photo's file; None where it is gone, or is not what was indexed."""
        try:
            content = self._file_of(photo).read_bytes()
        except OSError:
            return None
        return content if content_hash(content) == photo.content_hash else None

    def kept_thumbnail(self, row: int) -> bytes | None:
        """Return a row's thumbnail if the collection keeps one, apart from the photo's file."""
        if self.store is None or row < len(self._thumbnails):
            return self._thumbnails.read(row)
        found = self.store.points([row], fields=(THUMBNAIL,))
        return thumbnail_of(found[0]) if found else None

    def raise_if_damaged(self) -> None:
        """Raise `DamageError` once it is known that bytes are not what was written.

        All files are compared with the manifest in the background, once per build. This asks how
        that stands, and never waits.
        """
        self._verification.raise_if_damaged()

    def wait_until_verified(self) -> None:
        """Wait for that comparison to end, and raise what it found."""
        self._verification.wait()

    def check(self) -> None:
        """Read everything once and compare it with the manifest and with itself.

        Raises
        ------
        DamageError
            At the first thing that is wrong.
        """
        check_files(self.folder, self.manifest, largest_hashed=sys.maxsize)
        rows = self.catalogue.live_rows()
        counts = (self.catalogue.n_rows, self.catalogue.n_photos)
        if self.store is not None:
            counts = (len(rows), self.store.count(None))
        if counts != (self.manifest.n_rows, self.manifest.n_photos):
            raise damaged(self.folder, f"its catalogue counts {counts} rows and photos")
        lengths = np.linalg.norm(self.embeddings[: self.manifest.n_rows], axis=1)
        crooked = rows[~np.isclose(lengths[rows], 1.0, atol=1e-3)]
        if len(crooked):
            raise damaged(self.folder, f"the embedding of row {crooked[0]} is no unit row")
        if self.index.n_live != len(rows):
            raise damaged(self.folder, f"its index holds {self.index.n_live} photos")

    def close(self) -> None:
        """Let every file go; closing twice is no harm."""
        self._verification.close()
        self.catalogue.close()
        if self.store is not None:
            self.store.close()
        self._thumbnails.close()
        self._mark.close()

    def __enter__(self) -> Collection:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _file_of(self, photo: Photo) -> Path:
        return self.root / photo.path


def find_model(manifest: Manifest, folder: Path) -> Path:
    """Return the folder of a collection's model (see `model_of`)."""
    return model_of(manifest.model, folder)


def model_of(card: ModelCard, folder: Path) -> Path:
    """Return where the model lies that made the embeddings in a folder.

    A model that comes with Kindred is named by its folder alone, so that a collection finds it on
    another machine; any other by its whole path.

    Raises
    ------
    CollectionError
        When it is in none of these places.
    """
    named = card.folder or card.name
    name = Path(named).name
    places = (located(named, folder), config.MODELS / name, config.home() / "models" / name)
    for place in places:
        if (place / "manifest.json").is_file():
            return place
    raise CollectionError(
        "the collection's model is missing",
        value=named,
        remedy="Put it back, name its folder, or index the photos again with another model",
    )


def _marked(folder: Path) -> tuple[Manifest, ReaderMark]:
    """Read the manifest and mark its build as being read, before anybody can remove it."""
    manifest = Manifest.load(folder)
    for _ in range(_TRIES):
        try:
            mark = ReaderMark(folder / manifest.build)
        except OSError as error:
            reason: OSError | None = error
        else:
            reason = None
        again = Manifest.load(folder)
        if again.build == manifest.build:
            if reason is None:
                return again, mark
            raise unreadable(folder / manifest.build, reason) from reason
        manifest = again
    raise CollectionError(
        "the collection is replaced again and again", value=folder, remedy="Try again in a moment"
    )


def _embeddings(folder: Path, manifest: Manifest) -> np.memmap:
    try:
        embeddings = np.load(
            folder / manifest.build / EMBEDDINGS, mmap_mode="r", allow_pickle=False
        )
    except OSError as error:
        raise unreadable(folder / manifest.build / EMBEDDINGS, error) from error
    except MALFORMED as error:
        raise damaged(folder, "its embeddings are no matrix any more") from error
    expected = (manifest.n_rows, manifest.model.n_dims)
    if embeddings.shape != expected or embeddings.dtype != np.float32:
        found = f"{embeddings.dtype} {embeddings.shape}"
        raise damaged(folder, f"the embeddings are {found} instead of float32 {expected}")
    return embeddings
