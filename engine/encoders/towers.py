"""The two towers, as Keras models: pixels to unit rows, token ids to unit rows.

Layers are named so that other rooms can ask for them: ``feature_map`` (the last map before
pooling), ``features`` (the pooled vector) and ``embedding`` (the unit row).
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import layers, ops

from engine.encoders.applications import open_application
from engine.encoders.batch_norm import BatchNormalization, with_fused
from engine.encoders.model_settings import AUTOENCODER, BACKBONES, COMPACT, FEATURES, ModelSettings


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


@keras.saving.register_keras_serializable("kindred")
class WordMean(layers.Layer):
    """Mean over a text's words, padding left out; a text without words gives zeros."""

    def call(self, vectors: Any, tokens: Any) -> Any:
        """Return (n, width) from vectors (n, n_tokens, width)."""
        real = ops.expand_dims(ops.cast(ops.not_equal(tokens, 0), vectors.dtype), -1)
        return ops.sum(vectors * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1)


@keras.saving.register_keras_serializable("kindred")
class WordMaximum(layers.Layer):
    """Maximum over a text's words, padding left out; a text without words gives −1."""

    supports_masking = True

    def call(self, states: Any, tokens: Any) -> Any:
        """Return (n, width) from states (n, n_tokens, width) between −1 and 1."""
        padding = ops.expand_dims(ops.cast(ops.equal(tokens, 0), states.dtype), -1)
        return ops.max(states * (1 - padding) - padding, axis=1)


@keras.saving.register_keras_serializable("kindred")
class Real(layers.Layer):
    """Tell which tokens are words and which are padding."""

    def call(self, tokens: Any) -> Any:
        """Return booleans of the same shape."""
        return ops.not_equal(tokens, 0)


@keras.saving.register_keras_serializable("kindred")
class BothSides(layers.Layer):
    """Photos, and after them their mirror images."""

    def call(self, pixels: Any) -> Any:
        """Return (2 n, size, size, 3) from (n, size, size, 3)."""
        return ops.concatenate([pixels, ops.flip(pixels, axis=2)], axis=0)


@keras.saving.register_keras_serializable("kindred")
class MeanOfSides(layers.Layer):
    """The mean of what was found in photos and in their mirror images."""

    def call(self, features: Any) -> Any:
        """Return (n, width) from (2 n, width)."""
        as_it_is, mirrored = ops.split(features, 2, axis=0)
        return (as_it_is + mirrored) / 2


def photo_tower(
    settings: ModelSettings, *, weights: str | None = None, dtype: str = "float32"
) -> keras.Model:
    """Build the photo tower: uint8 pixels (n, size_px, size_px, 3) to unit rows (n, n_dims).

    Parameters
    ----------
    settings
        Shape of the model.
    weights
        Of a named backbone: ``"imagenet"`` (from its package, or downloaded by Keras, and checked),
        the path of a weights file made without its top, or None for random ones.
    dtype
        Keras dtype policy, ``"mixed_bfloat16"`` to train faster where the processor can.

    Raises
    ------
    ModelError
        The backbone is unknown, or its weights cannot be had.
    """
    if settings.backbone == FEATURES:
        given = keras.Input((settings.n_features,), dtype="float32", name="given_features")
    else:
        given = keras.Input((settings.size_px, settings.size_px, 3), dtype="uint8", name="pixels")
    with _policy(dtype):
        features = layers.Activation("linear", name="features")(_features(given, settings, weights))
        if settings.standardises:
            rows = layers.BatchNormalization(center=False, scale=False, name="standard")(features)
        else:
            rows = features
        rows = _dense(rows, settings.hidden, settings.dropout)
    embedding = _embedding(rows, settings.n_dims) if settings.projects else _unit(rows)
    return keras.Model(given, embedding, name="photo_tower")


def feature_tower(tower: keras.Model) -> keras.Model:
    """Return the part of a photo tower that ends with its features, sharing its weights."""
    return keras.Model(tower.input, tower.get_layer("features").output, name="feature_tower")


def text_tower(settings: ModelSettings, *, dtype: str = "float32") -> keras.Model:
    """Build the text tower: int32 token ids (n, n_tokens) to unit rows (n, n_dims)."""
    tokens = keras.Input((settings.n_tokens,), dtype="int32", name="tokens")
    with _policy(dtype):
        if settings.text_kind == "vectors":
            embedding = _text_of_vectors(tokens, settings)
        else:
            vectors = layers.Embedding(settings.n_ids, settings.text_width, name="words")(tokens)
            read = _neighbours if settings.text_kind == "convolution" else _recurrent
            embedding = _embedding(read(vectors, tokens, settings), settings.n_dims)
    return keras.Model(tokens, embedding, name="text_tower")


def _neighbours(vectors: Any, tokens: Any, settings: ModelSettings) -> Any:
    """Let each word see its two neighbours through one convolution; then pool the words."""
    near = layers.Conv1D(settings.text_width, 3, padding="same", name="neighbours")(vectors)
    features = layers.Activation("relu")(layers.Add()([vectors, near]))
    return WordPooling(name="features")(features, tokens)


def _recurrent(vectors: Any, tokens: Any, settings: ModelSettings) -> Any:
    """Read the words with GRUs (Cho et al., EMNLP 2014); return each state's maximum over time."""
    read: Any = layers.GRU(settings.text_width, return_sequences=True, name="gru")
    if settings.text_kind == "bigru":
        read = layers.Bidirectional(read, name="bigru")
    real = Real(name="real")(tokens)
    return WordMaximum(name="features")(read(vectors, mask=real), tokens)


def _text_of_vectors(tokens: Any, settings: ModelSettings) -> Any:
    """Average fixed word vectors, and bring the mean to the joint space if it is another one."""
    vectors = layers.Embedding(
        settings.n_ids, settings.text_width, trainable=False, name="words", dtype="float32"
    )(tokens)
    mean = WordMean(name="features", dtype="float32")(vectors, tokens)
    if not settings.text_hidden:
        return _unit(mean)
    return _embedding(_dense(mean, settings.text_hidden, 0.0), settings.n_dims)


def _features(given: Any, settings: ModelSettings, weights: str | None) -> Any:
    """Return the features of pixels, or of features the features themselves."""
    if settings.backbone == FEATURES:
        return given
    if settings.backbone == AUTOENCODER:
        from engine.encoders.autoencoder import lifted_latent

        return lifted_latent(given, settings)
    seen = BothSides(name="both_sides")(given) if settings.mirrored else given
    features = _pooled(seen, settings, weights)
    return MeanOfSides(name="mean_of_sides")(features) if settings.mirrored else features


def _pooled(pixels: Any, settings: ModelSettings, weights: str | None) -> Any:
    """Return the features of each photo as it is."""
    if settings.backbone == COMPACT:
        feature_map = _compact(pixels, settings.widths)
    else:
        feature_map = _application(pixels, settings, weights)
    if settings.feature_layer:
        return feature_map
    feature_map = layers.Activation("linear", name="feature_map")(feature_map)
    if settings.pooling == "average":
        return layers.GlobalAveragePooling2D(name="pooled")(feature_map)
    return layers.GlobalMaxPooling2D(name="pooled")(feature_map)


def _dense(rows: Any, widths: tuple[int, ...], dropout: float) -> Any:
    for number, width in enumerate(widths, start=1):
        rows = layers.Dense(width, activation="relu", name=f"hidden_{number}")(rows)
    return layers.Dropout(dropout, name="dropout")(rows) if dropout else rows


def _embedding(features: Any, n_dims: int) -> Any:
    return _unit(layers.Dense(n_dims, name="projection", dtype="float32")(features))


def _unit(rows: Any) -> Any:
    return layers.UnitNormalization(name="embedding", dtype="float32")(rows)


def _compact(pixels: Any, widths: tuple[int, ...]) -> Any:
    """A small residual network that a processor runs at about a thousand photos a second."""
    x = layers.Rescaling(1 / 127.5, offset=-1.0)(pixels)
    x = _convolution(x, widths[0], stride=2)
    for width in widths[1:]:
        x = _residual_block(x, width)
    return x


def _residual_block(x: Any, width: int) -> Any:
    """Two 3×3 convolutions beside an averaged shortcut; halves the sides."""
    # The shortcut averages before its 1×1 convolution: ResNet-D, He et al., CVPR 2019.
    y = _convolution(x, width, stride=2)
    y = _convolution(y, width, activate=False)
    shortcut = layers.AveragePooling2D(2, padding="same")(x)
    shortcut = _convolution(shortcut, width, kernel=1, activate=False)
    return layers.Activation("relu")(layers.Add()([y, shortcut]))


def _convolution(
    x: Any, width: int, *, kernel: int = 3, stride: int = 1, activate: bool = True
) -> Any:
    x = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False)(x)
    x = BatchNormalization(momentum=0.9)(x)
    return layers.Activation("relu")(x) if activate else x


def _application(pixels: Any, settings: ModelSettings, weights: str | None) -> Any:
    name = settings.backbone
    backbone = open_application(
        name,
        size_px=settings.size_px,
        alpha=settings.backbone_alpha,
        layer=settings.feature_layer,
        weights=weights,
    )
    if BACKBONES[name]:
        pixels = Preprocessing(BACKBONES[name], name="preprocessing")(pixels)
    return with_fused(backbone)(pixels)


@contextmanager
def _policy(dtype: str) -> Iterator[None]:
    """Build layers under a dtype policy: `keras.applications` takes it from nowhere else."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
