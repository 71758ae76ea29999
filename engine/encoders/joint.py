"""The joint encoder in Keras: both towers, saved to and loaded from a model folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.durable import whole_folder, write_json
from engine.encoders import model_folder as files
from engine.encoders.features import FrozenFeatures, fingerprint_of
from engine.encoders.model_folder import ModelManifest, no_text_side, write_manifest
from engine.encoders.model_settings import PUBLISHED, ModelSettings
from engine.encoders.photo_batches import in_batches
from engine.encoders.places import FeaturePlaces, no_places, places_of
from engine.encoders.towers import feature_tower, photo_tower, text_tower
from engine.errors import ModelError
from engine.images import Preprocessing
from engine.text import Tokenizer


class JointEncoder:
    """Two Keras towers and their vocabulary behind the `Encoder` protocol.

    Parameters
    ----------
    name
        What people call the model.
    settings
        Shape of the towers.
    tokenizer
        The vocabulary its texts were encoded with; None for a model without a text side.
    photos, texts
        The towers; built with random weights when left out.
    """

    runtime = "keras"

    def __init__(
        self,
        name: str,
        settings: ModelSettings,
        tokenizer: Tokenizer | None,
        photos: keras.Model | None = None,
        texts: keras.Model | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.tokenizer: Tokenizer | None = tokenizer
        self.n_dims = settings.n_dims
        self.preprocessing = settings.preprocessing
        self.fingerprint = ""
        self.photo_tower = photos or photo_tower(settings)
        self.text_tower: Any = (texts or text_tower(settings)) if settings.has_text else None
        self._run_photos = _to_numpy(compiled(self.photo_tower))
        self._run_texts = _to_numpy(compiled(self.text_tower)) if self.text_tower else None

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return in_batches(self._run_photos, pixels, self.n_dims)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims).

        Raises
        ------
        ModelError
            The model has no text side.
        """
        if self.tokenizer is None or self._run_texts is None:
            raise no_text_side(self.name)
        return in_batches(self._run_texts, self.tokenizer.encode(texts), self.n_dims)

    def feature_places(self, pixels: NDArray[np.uint8]) -> FeaturePlaces:
        """Return which place of one photo gave which feature (see `engine.encoders.places`)."""
        if not self.settings.tells_places:
            raise no_places(self.name)
        tower = self.photo_tower
        looking = keras.Model(tower.input, tower.get_layer("feature_map").output)
        maps = keras.ops.convert_to_numpy(looking(pixels[None], training=False))
        return places_of(maps, *tower.get_layer("projection").get_weights())

    def save(
        self,
        folder: Path,
        *,
        portable: bool = True,
        held_out: frozenset[str] = frozenset(),
        report: dict[str, Any] | None = None,
        beside_too: Callable[[Path], None] | None = None,
    ) -> ModelManifest:
        """Write a model folder beside and rename it into place.

        Parameters
        ----------
        folder
            Must not exist yet.
        portable
            Also write the copy that ONNX Runtime answers from.
        held_out
            Content hashes of the photos training never saw.
        report
            How the model was made.
        beside_too
            Writes what else belongs into the folder.
        """
        if folder.exists():
            raise ModelError(
                "the model's folder exists already", value=folder, remedy="Choose another"
            )
        with whole_folder(folder) as beside:
            self.photo_tower.save_weights(beside / files.PHOTO_WEIGHTS)
            if self.text_tower and self.tokenizer:
                self.text_tower.save_weights(beside / files.TEXT_WEIGHTS)
                self.tokenizer.save(beside / files.VOCABULARY)
            hashes = {"content_hashes": sorted(held_out)}
            write_json(beside / files.HELD_OUT, hashes, flush=False)
            write_json(beside / files.REPORT, report or {}, flush=False, indent=1)  # nested, long
            if portable:
                from engine.encoders.portable import export

                export(self.photo_tower, beside / files.PHOTO_ONNX)
                if self.text_tower:
                    export(self.text_tower, beside / files.TEXT_ONNX)
            if beside_too:
                beside_too(beside)
            manifest = write_manifest(beside, self.name, self.settings)
        self.fingerprint = manifest.fingerprint
        return manifest

    @classmethod
    def load(cls, folder: Path, manifest: ModelManifest) -> JointEncoder:
        """Build the towers of a manifest and load their weights.

        Raises
        ------
        ModelError
            The weights do not fit the settings, or the model has none for Keras.
        """
        if files.PHOTO_WEIGHTS not in manifest.files:
            raise ModelError(
                "this model answers, but holds no weights to train further",
                value=manifest.name,
                remedy=f"Train on its backbone instead: '--backbone {manifest.settings.backbone}'",
            )
        tokenizer = files.read_tokenizer(folder, manifest)
        encoder = cls(manifest.name, manifest.settings, tokenizer)
        try:
            encoder.photo_tower.load_weights(folder / files.PHOTO_WEIGHTS)
            if encoder.text_tower:
                encoder.text_tower.load_weights(folder / files.TEXT_WEIGHTS)
        except (ValueError, OSError, KeyError) as error:
            raise ModelError(
                "the weights do not fit the model's settings",
                value=folder,
                remedy="Copy or train the model again",
            ) from error
        encoder.fingerprint = manifest.fingerprint
        return encoder


def open_features(folder: Path) -> FrozenFeatures:
    """Return what the backbone of a saved model makes of photos.

    Raises
    ------
    ModelError
        The folder is damaged.
    """
    manifest = files.read_manifest(folder)
    if manifest.settings.base or manifest.settings.backbone in PUBLISHED:
        from engine.encoders import load_encoder

        return FrozenFeatures.of_encoder(load_encoder(folder))
    if manifest.package:
        from engine.encoders.weightless import frozen_features

        return frozen_features(folder / files.PHOTO_ONNX, manifest)
    whole = JointEncoder.load(folder, manifest)
    return frozen(feature_tower(whole.photo_tower), whole.preprocessing)


def frozen(tower: keras.Model, preprocessing: Preprocessing) -> FrozenFeatures:
    """Return a tower's features of photos, kept on the disk once computed."""
    tower.trainable = False
    return FrozenFeatures(
        _to_numpy(compiled(tower)),
        preprocessing=preprocessing,
        n_features=int(tower.output.shape[-1]),
        fingerprint=fingerprint_of(tower, preprocessing),
    )


def compiled(tower: keras.Model) -> Any:
    """Return a function of one batch, compiled where calling a model is slow.

    Not by `predict`: that compiles anew for every size of batch, and with XLA, whose convolutions
    use one core.
    """
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.function(lambda batch: tower(batch, training=False), reduce_retracing=True)
    return lambda batch: tower(batch, training=False)


def _to_numpy(run: Any) -> Callable[[NDArray[Any]], NDArray[np.float32]]:
    return lambda batch: keras.ops.convert_to_numpy(run(batch)).astype(np.float32, copy=False)
