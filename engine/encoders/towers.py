"""The two towers, as Keras models: pixels to unit rows, token ids to unit rows.

Layers are named so that other rooms can ask for them: ``feature_map`` (the last map before
pooling),
``features`` (the pooled vector) and ``embedding`` (the unit row).
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from engine.encoders.settings import BACKBONES, COMPACT, ModelSettings
from engine.errors import ModelError

_TAKES_ALPHA = {"MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large"}


@keras.saving.register_keras_serializable("kindred")
class Preprocessing(layers.Layer):
    """Pixels 0–255 in RGB, brought to what a `keras.applications` backbone was trained on."""

    def __init__(self, module: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.module = module

    def call(self, pixels: Any) -> Any:
        """Return float pixels, shape as before."""
        application = importlib.import_module(f"keras.applications.{self.module}")
        return application.preprocess_input(ops.cast(pixels, self.compute_dtype))

    def get_config(self) -> dict[str, Any]:
        """Return what it takes to make this layer again."""
        return {**super().get_config(), "module": self.module}


@keras.saving.register_keras_serializable("kindred")
class WordPooling(layers.Layer):
    """Mean and maximum over a text's words, padding left out; a text without words gives zeros."""

    def call(self, features: Any, tokens: Any) -> Any:
        """Return (n, 2 * width) from features (n, n_tokens, width), all at least 0."""
        real = ops.expand_dims(ops.cast(ops.not_equal(tokens, 0), features.dtype), -1)
        n_words = ops.maximum(ops.sum(real, axis=1), 1)
        mean = ops.sum(features * real, axis=1) / n_words
        # Features come out of a rectifier: zero is the least they can be, so padding never wins.
        return ops.concatenate([mean, ops.max(features * real, axis=1)], axis=-1)


def photo_tower(
    settings: ModelSettings, *, weights: str | None = None, dtype: str = "float32"
) -> keras.Model:
    """Build the photo tower: uint8 pixels (n, size_px, size_px, 3) to unit rows (n, n_dims).

    Parameters
    ----------
    settings
        Shape of the model.
    weights
        For a `keras.applications` backbone: ``"imagenet"`` (Keras downloads and checks them), the
        path of a weights file made without its top, or None for random ones.
    dtype
        Keras dtype policy, ``"mixed_bfloat16"`` to train faster where the processor can.

    Raises
    ------
    ModelError
        The backbone is unknown, or its weights cannot be had.
    """
    pixels = keras.Input((settings.size_px, settings.size_px, 3), dtype="uint8", name="pixels")
    with _policy(dtype):
        if settings.backbone == COMPACT:
            feature_map = _compact(pixels, settings.widths)
        else:
            feature_map = _application(pixels, settings, weights)
        feature_map = layers.Activation("linear", name="feature_map")(feature_map)
        features = layers.GlobalMaxPooling2D(name="features")(feature_map)
    return keras.Model(pixels, _embedding(features, settings.n_dims), name="photo_tower")


def text_tower(settings: ModelSettings, *, dtype: str = "float32") -> keras.Model:
    """Build the text tower: int32 token ids (n, n_tokens) to unit rows (n, n_dims).

    Each word sees its two neighbours through one convolution; then words are pooled.
    """
    tokens = keras.Input((settings.n_tokens,), dtype="int32", name="tokens")
    with _policy(dtype):
        vectors = layers.Embedding(settings.n_ids, settings.text_width, name="words")(tokens)
        near = layers.Conv1D(settings.text_width, 3, padding="same", name="neighbours")(vectors)
        features = layers.Activation("relu")(layers.Add()([vectors, near]))
        pooled = WordPooling(name="features")(features, tokens)
    return keras.Model(tokens, _embedding(pooled, settings.n_dims), name="text_tower")


def _embedding(features: Any, n_dims: int) -> Any:
    rows = layers.Dense(n_dims, name="projection", dtype="float32")(features)
    return layers.UnitNormalization(name="embedding", dtype="float32")(rows)


def _compact(pixels: Any, widths: tuple[int, ...]) -> Any:
    """A small residual network that a processor runs at about a thousand photos a second."""
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
    x = _convolution(x, widths[0], stride=2)
    for width in widths[1:]:
        x = _residual_block(x, width)
    return x


def _residual_block(x: Any, width: int) -> Any:
    """Two 3×3 convolutions beside an averaged shortcut; halves the sides.

    References
    ----------
    He et al., "Bag of tricks for image classification with convolutional neural networks",
    CVPR 2019: the shortcut averages before its 1×1 convolution (ResNet-D).
    """
    y = _convolution(x, width, stride=2)
    y = _convolution(y, width, activate=False)
    shortcut = layers.AveragePooling2D(2, padding="same")(x)
    shortcut = _convolution(shortcut, width, kernel=1, activate=False)
    return layers.Activation("relu")(layers.Add()([y, shortcut]))


def _convolution(
    x: Any, width: int, *, kernel: int = 3, stride: int = 1, activate: bool = True
) -> Any:
    x = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x) if activate else x


def _application(pixels: Any, settings: ModelSettings, weights: str | None) -> Any:
    name = settings.backbone
    if name not in BACKBONES:
        raise ModelError(
            "no such backbone",
            value=name,
            remedy=f"Choose one of {COMPACT}, {', '.join(sorted(BACKBONES))}",
        )
    x = Preprocessing(BACKBONES[name], name="preprocessing")(pixels)
    shape = (settings.size_px, settings.size_px, 3)
    extra = {"alpha": settings.backbone_alpha} if name in _TAKES_ALPHA else {}
    build = getattr(keras.applications, name)
    keras.config.disable_interactive_logging()  # a download must not write into a command's answer
    try:
        backbone = build(include_top=False, weights=weights, input_shape=shape, **extra)
    except Exception as error:  # Keras raises whatever its download or its HDF5 reader raised.
        raise _weights_error(name, weights, error) from error
    return backbone(x)


def _weights_error(name: str, weights: str | None, error: Exception) -> ModelError:
    if weights == "imagenet":
        cache = Path(os.environ.get("KERAS_HOME") or "~/.keras")
        return ModelError(
            f"the ImageNet weights of {name} cannot be downloaded",
            value=str(error).splitlines()[0],
            remedy=f"Go online once, or put the file into {cache / 'models'}, or name a local file "
            f"with '--weights FILE', or train with '--backbone {COMPACT}' meanwhile",
        )
    return ModelError(
        f"the weights do not fit {name}",
        value=weights,
        remedy="Give a Keras 3 weights file made without its top, for this size and alpha",
    )


@contextmanager
def _policy(dtype: str) -> Iterator[None]:
    """Build layers under a dtype policy: `keras.applications` takes it from nowhere else."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
