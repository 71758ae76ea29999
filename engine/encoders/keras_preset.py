"""Published models that Keras runs whole: presets of keras_hub, by their names.

keras_hub is no requirement: it is imported when such a model is got or asked, and its absence is
one sentence. What came by a preset's name is kept in the model's folder and read from there alone;
only the classes of keras_hub that are named here are built of it.

Photos are brought to the square by the engine, which averages where a photo is made smaller, as the
models' own training did; the preset's converter then only scales their values.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from engine.durable import read_json
from engine.encoders.model_folder import ModelManifest
from engine.encoders.model_settings import KERAS_HUB, ModelSettings
from engine.encoders.open_vocabulary import OpenWords
from engine.encoders.photo_batches import in_batches
from engine.encoders.places import Places, left_out, unit_rows
from engine.errors import KindredError, ModelError
from engine.images.transform import Interpolation

PRESET = "preset"
REQUIREMENTS = "requirements-keras-hub.txt"
# What is built of a preset: its backbone, and what prepares photos and texts for it.
_FAMILIES = {"CLIPBackbone": "CLIPPreprocessor", "SigLIPBackbone": "SigLIPPreprocessor"}
_BATCH = 16


def keep_preset(name: str, folder: Path) -> list[str]:
    """Get a preset, and keep all of it in a new folder; return the names of its files there.

    Parameters
    ----------
    name
        As keras_hub lists it: ``"clip_vit_base_patch32"``, ``"siglip2_base_patch16_224"`` …
    folder
        Where to; it must be new.

    Raises
    ------
    ModelError
        keras_hub is not installed, has no such preset, or cannot get it.
    """
    hub = _keras_hub(name)
    known = {each: family for family in _FAMILIES for each in getattr(hub.models, family).presets}
    if name not in known:
        near = [each for each in known if name.lower() in each.lower()] or list(known)
        raise ModelError(
            "keras_hub has no such preset of photos and texts",
            value=name,
            remedy=f"It has {', '.join(near[:6])}",
        )
    family = known[name]
    try:
        backbone = getattr(hub.models, family).from_preset(name)
        preprocessor = getattr(hub.models, _FAMILIES[family]).from_preset(name)
        (folder / PRESET).mkdir(parents=True)
        for part in (backbone, preprocessor):
            part.save_to_preset(str(folder / PRESET))
    except Exception as error:  # its download, and what it builds, raise nearly anything
        raise ModelError(
            f"the preset cannot be had ({_first_line(error)})",
            value=name,
            remedy="Look at the connection, and try again",
        ) from error
    files = (path for path in (folder / PRESET).rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def read_preset(folder: Path) -> ModelSettings:
    """Return what the settings of a kept preset say.

    Raises
    ------
    ModelError
        keras_hub is not installed, or the preset is damaged or wants what is not known here.
    """
    backbone, preprocessor = _load(folder)
    converter = preprocessor.image_converter
    sides = set(converter.image_size)
    known = converter.interpolation in get_args(Interpolation) and not converter.pad_to_aspect_ratio
    if len(sides) != 1 or not known:
        raise ModelError(
            "the preset wants photos in a way that is not known here",
            value=f"{converter.image_size}, {converter.interpolation}",
            remedy="Choose another model",
        )
    return ModelSettings(
        backbone=KERAS_HUB,
        size_px=int(sides.pop()),
        n_dims=_width(backbone, preprocessor),
        n_tokens=int(preprocessor.sequence_length),
        text_kind=KERAS_HUB,
        resize_mode="crop" if converter.crop_to_aspect_ratio else "squash",
        interpolation=converter.interpolation,
    )


class KerasPresetEncoder:
    """A preset behind the `Encoder` protocol; TensorFlow and keras_hub are loaded on first use.

    Parameters
    ----------
    folder
        Of a model, with the folder ``preset`` in it.
    manifest
        What `read_manifest` returned for it.
    """

    runtime = "keras"

    def __init__(self, folder: Path, manifest: ModelManifest) -> None:
        self.name = manifest.name
        self.fingerprint = manifest.fingerprint
        self.n_dims = manifest.settings.n_dims
        self.preprocessing = manifest.settings.preprocessing
        self.tokenizer = PresetVocabulary(self._ids, manifest.settings.n_tokens)
        self._folder = folder
        self._loading = threading.RLock()

    def embed_photos(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn photos, shape (n, size_px, size_px, 3), into unit rows, shape (n, n_dims)."""
        return self._rows(self._photo_side, pixels)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows, shape (n, n_dims)."""
        return self._rows(self._text_side, self._ids(texts))

    def feature_places(self, pixels: NDArray[np.uint8]) -> Places:
        """Return what one photo's row is without each of its parts."""
        return left_out(self.embed_photos, pixels, self.mean_colour)

    @property
    def mean_colour(self) -> NDArray[np.float32]:
        """The colour that the photo side sees as zero, (3,), in shares of 255."""
        converter = self._parts[1].image_converter
        scale, offset = (
            np.broadcast_to(np.asarray(each, np.float32), 3)
            for each in (converter.scale or 1 / 255, converter.offset or 0)
        )
        return np.clip(-offset / scale / 255, 0, 1)

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        with self._loading:
            return _load(self._folder)

    @cached_property
    def _photo_side(self) -> Any:
        import keras

        backbone, preprocessor = self._parts
        pixels = keras.Input((*preprocessor.image_converter.image_size, 3))
        side = keras.Model(pixels, backbone.get_vision_embeddings(pixels))
        return lambda batch: side.predict_on_batch(preprocessor.image_converter(batch))

    @cached_property
    def _text_side(self) -> Any:
        import keras

        backbone, preprocessor = self._parts
        ids = keras.Input((preprocessor.sequence_length,), dtype="int32")
        return keras.Model(ids, backbone.get_text_embeddings(ids)).predict_on_batch

    def _ids(self, texts: Sequence[str]) -> NDArray[np.int32]:
        preprocessor = self._parts[1]
        nothing = np.zeros((1, *preprocessor.image_converter.image_size, 3), np.float32)
        given = preprocessor({"images": nothing, "prompts": list(texts)})
        return np.asarray(given["token_ids"], np.int32).reshape(len(texts), -1)

    def _rows(self, side: Any, given: NDArray[Any]) -> NDArray[np.float32]:
        with self._loading:  # Keras compiles a side on its first call
            return unit_rows(in_batches(side, given, self.n_dims, _BATCH))


class PresetVocabulary(OpenWords):
    """Token ids as a preset's own tokenizer gives them.

    Parameters
    ----------
    read
        Turns texts into ids, (n_texts, n_tokens).
    n_tokens
        Width of an encoded row.
    """

    def __init__(self, read: Any, n_tokens: int) -> None:
        super().__init__(n_tokens)
        self._read = read

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return token ids, shape (n_texts, n_tokens)."""
        return self._read(texts)


def _load(folder: Path) -> tuple[Any, Any]:
    """Return the backbone and the preprocessor of a kept preset."""
    hub = _keras_hub(folder.name)
    preset = folder / PRESET
    try:
        family = read_json(preset / "config.json")["class_name"]
        if family not in _FAMILIES:
            raise ModelError(
                "the preset is of a kind that is not known here",
                value=family,
                remedy=f"Known are {', '.join(_FAMILIES)}",
            )
        names = (family, _FAMILIES[family])
        backbone, preprocessor = (
            getattr(hub.models, name).from_preset(str(preset)) for name in names
        )
    except KindredError:
        raise
    except Exception as error:  # Keras' exceptions on damaged files share no base but this one
        raise ModelError(
            f"the preset cannot be read ({_first_line(error)})",
            value=folder,
            remedy="Get the model again",
        ) from error
    return backbone, preprocessor


def _width(backbone: Any, preprocessor: Any) -> int:
    """Return how wide a photo's row is, by trying a photo of nothing."""
    nothing = np.zeros((1, *preprocessor.image_converter.image_size, 3), np.float32)
    return int(np.shape(backbone.get_vision_embeddings(nothing))[-1])


def _keras_hub(wanted: str) -> Any:
    try:
        import keras_hub
    except ImportError as error:
        raise ModelError(
            f"keras_hub is not installed, or cannot be loaded ({_first_line(error)})",
            value=wanted,
            remedy=f"Install it with '.venv/bin/pip install --no-deps -r {REQUIREMENTS}'",
        ) from error
    return keras_hub


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
