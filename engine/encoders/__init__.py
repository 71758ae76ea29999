"""Encoders: photos and texts become unit rows of one space.

`load_encoder` is the door. Behind it, a model folder is answered by ONNX Runtime when it holds a
portable copy (no TensorFlow to wait for), and by Keras otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from engine import config
from engine.encoders.model_folder import MANIFEST, ModelManifest, read_manifest
from engine.encoders.model_settings import BACKBONES, COMPACT, KERAS_HUB, OPEN_CLIP, ModelSettings
from engine.errors import ModelError
from engine.images import Preprocessing
from engine.lazy import lazy_names
from engine.text import Tokenizer

if TYPE_CHECKING:
    from engine.encoders.portable import load_reconstruction

EVERYDAY, FASHION = "kindred-everyday", "kindred-fashion"
BUNDLED_MODELS = (EVERYDAY, FASHION)

__all__ = [
    "BACKBONES",
    "BUNDLED_MODELS",
    "COMPACT",
    "EVERYDAY",
    "FASHION",
    "Encoder",
    "ModelManifest",
    "ModelSettings",
    "bundled_model",
    "bundled_models",
    "load_encoder",
    "load_reconstruction",
    "model_at",
    "models_folder",
    "read_manifest",
]

__getattr__, _ = lazy_names(__name__, __file__)


class Encoder(Protocol):
    """What search, storage and evaluation know of a model."""

    @property
    def name(self) -> str:
        """What people call the model."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of everything that decides an embedding; equal fingerprints give equal rows."""
        ...

    @property
    def n_dims(self) -> int:
        """Width of an embedding."""
        ...

    @property
    def preprocessing(self) -> Preprocessing:
        """The square the model wants of a photo; whoever reads photos for it reads them so."""
        ...

    @property
    def tokenizer(self) -> Tokenizer | None:
        """The vocabulary, or None when the model has no text side."""
        ...

    @property
    def runtime(self) -> str:
        """``"onnx"`` or ``"keras"``."""
        ...

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims)."""
        ...


def load_encoder(folder: Path) -> Encoder:
    """Open a model folder.

    Nothing found in the folder is executed: weights are arrays, the vocabulary and the settings
    JSON.

    Raises
    ------
    ModelError
        The folder is missing, damaged, or was written by a newer Kindred.
    """
    manifest = read_manifest(folder)
    if manifest.settings.backbone == OPEN_CLIP:
        from engine.encoders.open_clip import OpenClipEncoder

        return OpenClipEncoder(folder, manifest)
    if manifest.settings.backbone == KERAS_HUB:
        from engine.encoders.keras_preset import KerasPresetEncoder

        return KerasPresetEncoder(folder, manifest)
    if manifest.settings.base:
        from engine.encoders.portable import StackedEncoder

        return StackedEncoder(folder, manifest, load_encoder(_base_of(manifest)))
    if manifest.is_portable:
        from engine.encoders.portable import PortableEncoder

        return PortableEncoder(folder, manifest)
    from engine.encoders.joint import JointEncoder

    return JointEncoder.load(folder, manifest)


def _base_of(manifest: ModelManifest) -> Path:
    """Return the published model that a head stands on, the very one it was trained on."""
    name, _, fingerprint = manifest.settings.base.rpartition("@")
    folder = model_at(name)
    base = read_manifest(folder)
    if base.fingerprint != fingerprint:
        raise ModelError(
            "the published model that this one stands on is another one now",
            value=name,
            remedy="Get the revision it was trained on, or train it again",
        )
    return folder


def models_folder(home: Path | None = None) -> Path:
    """Return where a home keeps its models: published ones, and those that collections took on."""
    return (home or config.home()) / "models"


def model_at(named: str | Path) -> Path:
    """Return the folder of a model that is named by its folder, or by its name on this machine.

    Raises
    ------
    ModelError
        There is none.
    """
    name = Path(named).expanduser()
    for place in (name, config.MODELS / name.name, models_folder() / name.name):
        if (place / MANIFEST).is_file() and (place == name or len(name.parts) == 1):
            return place
    raise ModelError(
        "there is no such model here",
        value=named,
        remedy="'models' lists those that are here, and 'models get' gets another",
    )


def bundled_models() -> tuple[str, ...]:
    """Return the names of the models that come with Kindred and are there, the default first."""
    return tuple(name for name in BUNDLED_MODELS if (config.MODELS / name / MANIFEST).is_file())


def bundled_model(name: str | None = None) -> Path:
    """Return the folder of a model that comes with Kindred.

    Parameters
    ----------
    name
        ``"kindred-everyday"``, for what people photograph, or ``"kindred-fashion"``, for products
        on plain ground; the first that is there when left out.

    Raises
    ------
    ModelError
        It is not there.
    """
    there = bundled_models()
    wanted = name or next(iter(there), EVERYDAY)
    if wanted not in there:
        raise ModelError(
            "no model of this name comes with Kindred",
            value=wanted,
            remedy=f"Choose {' or '.join(there)}, or name a model's folder"
            if there
            else "Fetch Kindred anew: assets/models is empty",
        )
    return config.MODELS / wanted
