"""A model on disk: one folder, complete or not there at all.

========================  =========================================================================
``manifest.json``         version, name, settings, hash of every other file; written last
``photo.weights.h5``      the Keras weights of the photo tower
``text.weights.h5``       the same for the text tower
``vocabulary.json``       the tokenizer
``tokenizer.json``        its pieces of words, where it reads by such
``photo.onnx``            the portable copy of the photo tower, weights in half precision; where
                          the manifest names a package, its backbone's weights are in that
``text.onnx``             the same for the text tower
``reconstruction.onnx``   an autoencoder's photos drawn again
``held_out.json``         content hashes of the validation photos, which training never saw
``report.json``           how the model was made, and its final numbers
``visual``, ``textual``   instead of all these graphs: see `engine.encoders.open_clip`
========================  =========================================================================
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engine.durable import MALFORMED, read_record, write_json
from engine.encoders.model_settings import ModelSettings
from engine.errors import ModelError
from engine.images import Preprocessing
from engine.text import PIECES, SubwordTokenizer, Tokenizer

FORMAT_VERSION = 2  # 2: a package may hold the weights of the photo side's backbone
MANIFEST = "manifest.json"
PHOTO_WEIGHTS = "photo.weights.h5"
TEXT_WEIGHTS = "text.weights.h5"
VOCABULARY = "vocabulary.json"
PHOTO_ONNX = "photo.onnx"
TEXT_ONNX = "text.onnx"
HELD_OUT = "held_out.json"
REPORT = "report.json"
RECONSTRUCTION = "reconstruction.onnx"
# What an embedding depends on; a report may be reworded without making another model of it.
_DECISIVE = (PHOTO_WEIGHTS, TEXT_WEIGHTS, VOCABULARY, PIECES, PHOTO_ONNX, TEXT_ONNX)


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model folder says of itself.

    Parameters
    ----------
    name
        What people call the model.
    settings
        Shape of the towers.
    files
        Hash of each file, by its path in the folder.
    sizes
        Bytes of each file of a published model: too much to be hashed at every opening.
    package
        Package, version and hash of the backbone's weights where they are not in the folder; see
        `engine.encoders.weights_package`.
    """

    name: str
    settings: ModelSettings
    files: Mapping[str, str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    package: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_portable(self) -> bool:
        """Whether ONNX Runtime can answer for this model."""
        reads_texts = TEXT_ONNX in self.files or not self.settings.has_text
        return PHOTO_ONNX in self.files and reads_texts

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides an embedding, 16 hexadecimal digits."""
        decisive = sorted(self.sizes) or _DECISIVE
        parts = [f"{name}={self.files[name]}" for name in decisive if name in self.files]
        if self.package:
            parts.append(f"package={self.package['sha256']}")
        if self.settings.preprocessing != Preprocessing(self.settings.size_px):
            parts.append(f"{self.settings.preprocessing}")
        parts += [f"base={self.settings.base}"] if self.settings.base else []
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def write_manifest(
    folder: Path,
    name: str,
    settings: ModelSettings,
    package: Mapping[str, str] | None = None,
    published: Sequence[str] = (),
) -> ModelManifest:
    """Describe the files of a folder; they become a model by this.

    Parameters
    ----------
    package
        Where the backbone's weights are, if not in the folder; see `ModelManifest`.
    published
        The files of a published model, by their paths in the folder. Left out, all that lie in
        the folder itself are one of ours.
    """
    own = [path.name for path in folder.iterdir() if path.is_file() and path.name != MANIFEST]
    files = {each: _file_hash(folder / each) for each in sorted(published or own)}
    sizes = {each: (folder / each).stat().st_size for each in sorted(published)}
    content = {
        "version": FORMAT_VERSION,
        "name": name,
        "settings": settings.to_json(),
        "files": files,
    }
    content |= {"package": dict(package)} if package else {}
    content |= {"sizes": sizes} if sizes else {}
    write_json(folder / MANIFEST, content)
    return ModelManifest(name, settings, files, sizes, package or {})


def read_manifest(folder: Path) -> ModelManifest:
    """Read a folder's manifest and check that its files are there and whole.

    Raises
    ------
    ModelError
        The folder is no model, was written by a newer Kindred, or a file is missing or damaged.
    """
    content = _read(folder / MANIFEST)
    try:
        manifest = ModelManifest(
            str(content["name"]),
            ModelSettings.from_json(content["settings"]),
            dict(content["files"]),
            {str(name): int(size) for name, size in content.get("sizes", {}).items()},
            dict(content.get("package", {})),
        )
        manifest.fingerprint  # noqa: B018 - is not to be had where a hash is no text
    except MALFORMED as error:
        raise _damaged(folder / MANIFEST) from error
    for name, expected in manifest.files.items():
        path = folder / Path(name).name
        if name in _DECISIVE and (not path.is_file() or _file_hash(path) != expected):
            raise _damaged(path)
    for name, n_bytes in manifest.sizes.items():
        path = folder / PurePosixPath(name)
        if ".." in path.parts or not path.is_file() or path.stat().st_size != n_bytes:
            raise _damaged(path)
    return manifest


def read_tokenizer(folder: Path, manifest: ModelManifest) -> Tokenizer | None:
    """Return a model's vocabulary, or None where it has no text side.

    Raises
    ------
    ModelError
        It is damaged.
    """
    if not manifest.settings.has_text:
        return None
    kind = SubwordTokenizer if PIECES in manifest.files else Tokenizer
    return kind.load(folder / VOCABULARY)


def read_held_out(folder: Path) -> frozenset[str]:
    """Return the content hashes of the photos that were kept out of the model's training."""
    path = folder / HELD_OUT
    return frozenset(_read(path)["content_hashes"]) if path.is_file() else frozenset()


def read_report(folder: Path) -> dict[str, Any]:
    """Return how the model was made, or an empty dictionary when it does not say."""
    path = folder / REPORT
    return _read(path) if path.is_file() else {}


def no_text_side(name: str) -> ModelError:
    """Say that a model only sees photos."""
    return ModelError(
        "this model understands no words", value=name, remedy="Search with a photo instead"
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_record(path, FORMAT_VERSION, refuse=ModelError)
    except FileNotFoundError as error:
        raise ModelError(
            "this folder is no model",
            value=path.parent,
            remedy="Name the folder that holds its manifest.json",
        ) from error
    except (OSError, ValueError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ModelError:
    return ModelError(
        "a file of the model is missing or damaged",
        value=path,
        remedy="Copy or train the model again",
    )


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
