"""What is asked of a build: which photos, by which model, into which collection; and its report."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine import config
from engine.catalogue import Skipped, Source, TableReport, read_source
from engine.encoders import Encoder, bundled_model, bundled_models, load_encoder
from engine.encoders.suitability import Suitability, look_at
from engine.images import PhotoFile
from engine.progress import Report, Step
from engine.storage.build_state import Standing
from engine.storage.collection import Collection
from engine.storage.manifest import ModelCard, Origin, portable


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """A folder of photos and, perhaps, a table; not read yet."""

    root: Path
    captions: Path | None
    columns: Mapping[str, str] | None

    def read(self, collection: Path) -> Source:
        """Read the source, leaving out a collection that lies among its photos."""
        source = read_source(self.root, self.captions, columns=self.columns)
        own = self.own_prefix(collection)
        if own is None:
            return source
        records = [each for each in source.records if not each.path.startswith(own)]
        skipped = [each for each in source.skipped if not each.path.startswith(own)]
        return replace(source, records=records, skipped=skipped)

    def own_prefix(self, collection: Path) -> str | None:
        """Return how paths of a collection among the photos begin; None where it lies elsewhere."""
        inside = collection.resolve()
        if inside == self.root or not inside.is_relative_to(self.root):
            return None
        return inside.relative_to(self.root).as_posix() + "/"

    def origin(self, collection: Path) -> Origin:
        """Return how the manifest of a collection names it."""
        captions = portable(self.captions, collection) if self.captions else None
        return Origin(portable(self.root, collection), captions, self.columns)


@dataclass(frozen=True, slots=True)
class Model:
    """An encoder, and how a manifest names its folder (see `find_model`)."""

    encoder: Encoder
    folder: str | None

    @classmethod
    def load(cls, model: Path | str | Encoder) -> Model:
        """Load a model's folder; an encoder is taken as it is.

        Raises
        ------
        ModelError
            When the folder cannot be loaded.
        """
        if not isinstance(model, Path | str):
            return cls(model, None)
        folder = absolute(model)
        is_bundled = folder.parent == absolute(config.MODELS)
        return cls(load_encoder(folder), folder.name if is_bundled else str(folder))

    @property
    def card(self) -> ModelCard:
        """What a manifest says of it."""
        encoder = self.encoder
        size_px = encoder.preprocessing.size_px
        return ModelCard(encoder.name, encoder.fingerprint, encoder.n_dims, size_px, self.folder)


@dataclass(frozen=True, slots=True)
class Order:
    """One build.

    Attributes
    ----------
    folder
        The collection's folder.
    standing
        What stands there until now, if anything does.
    is_update
        Whether rows are to be kept, and files known to be bad not tried again.
    keeps_previous
        Whether the build that stands is the one to go back to; otherwise that stays the one it was.
    is_confirmed
        Whether a person wants it even where many photos are gone.
    """

    folder: Path
    source: PhotoSource
    model: Model
    name: str
    standing: Standing
    is_update: bool
    report: Report
    keeps_previous: bool = False
    is_confirmed: bool = False

    @property
    def older(self) -> Collection | None:
        """The build that stands there until now, if its photos and embeddings are whole."""
        return self.standing.collection

    @property
    def reusable(self) -> Collection | None:
        """The older build, if its embeddings are this model's."""
        if self.older is None:
            return None
        is_same = self.older.manifest.model.fingerprint == self.model.encoder.fingerprint
        return self.older if is_same else None

    @property
    def looked_ns(self) -> int:
        """When the files were last looked at, in nanoseconds since 1970."""
        manifest = self.standing.manifest
        return 2**63 if manifest is None or not manifest.looked_ns else manifest.looked_ns

    @property
    def terms(self) -> dict[str, object]:
        """What every embedding in a journal depends on."""
        encoder = self.model.encoder
        return {
            "fingerprint": encoder.fingerprint,
            "n_dims": encoder.n_dims,
            "size_px": encoder.preprocessing.size_px,
            "thumbnail_px": config.THUMBNAIL_PX,
            "root": str(self.source.root),
        }


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build or an update has come to.

    Attributes
    ----------
    indexed
        Photos in the collection now.
    embedded
        Contents that went through the model, in this run.
    reused
        Photos whose embedding was there: from before, from a run that was cut short, or from
        another photo with the same bytes.
    added, changed, renamed, removed
        Photos, against the build before.
    skipped
        Files and table lines left out, by path, with reasons.
    tables
        What became of each table of captions that was found.
    seconds
        All of the work.
    photos_per_second
        Files read in this run, per second of all of the work; 0 when none had to be.
    suitability
        What the photos look like, where the model was chosen by that.
    """

    indexed: int
    embedded: int
    reused: int
    added: int
    changed: int
    renamed: int
    removed: int
    skipped: list[Skipped]
    tables: list[TableReport]
    seconds: float
    photos_per_second: float
    suitability: Suitability | None = None


def suited_model(photos: Sequence[PhotoFile], progress: Report) -> tuple[Path, Suitability | None]:
    """Return the folder of the bundled model that suits some photos, and what they look like.

    Where only one model is bundled, it is taken and nothing is looked at.

    Raises
    ------
    ModelError
        There is none, or it cannot be loaded.
    """
    if len(bundled_models()) < 2:
        return bundled_model(), None
    step = Step(progress, "looking at some photos", 1)
    found = look_at(photos)
    step.at(1)
    return bundled_model(found.model), found


def absolute(path: Path | str) -> Path:
    """Return a path from the root of the file system, without following links."""
    return Path(os.path.abspath(path))
