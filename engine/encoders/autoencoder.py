"""A convolutional autoencoder: a photo pressed through a few numbers and drawn again from them.

The numbers are the layer ``latent_space``. Near photos have near numbers by Euclidean distance;
`Lift` brings them to unit rows that rank alike, so that one index serves every model.
"""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from engine.encoders.batch_norm import BatchNormalization
from engine.encoders.model_settings import ModelSettings

LATENT = "latent_space"
# The constant coordinate beside standardised numbers, in units of their typical length.
_HEIGHT = 3.0


@keras.saving.register_keras_serializable("kindred")
class Lift(layers.Layer):
    r"""Numbers with a constant beside them, for an index that compares directions alone.

    .. math:: z \mapsto \left(\frac{z - \mu}{\sigma},\ h\right), \qquad h = 3\sqrt{n}

    with one σ for all numbers, so that distances keep their order. For rows far shorter than h the
    angle of two lifted rows is their Euclidean distance divided by σh. `settle` gives μ and σ.
    """

    def build(self, shape: Any) -> None:
        """Make μ and σ, which are learned by looking and not by gradients."""
        width = shape[-1]
        self.centre = self.add_weight(shape=(width,), initializer="zeros", trainable=False)
        self.spread = self.add_weight(shape=(), initializer="ones", trainable=False)

    def settle(self, latent: NDArray[np.float32]) -> None:
        """Take μ and σ from the numbers of the training photos, shape (n, n_latent)."""
        centre = latent.mean(axis=0)
        self.centre.assign(centre)
        self.spread.assign(max(float(np.sqrt(np.mean((latent - centre) ** 2))), 1e-6))

    def call(self, latent: Any) -> Any:
        """Return (n, n_latent + 1)."""
        standard = (ops.cast(latent, "float32") - self.centre) / self.spread
        height = _HEIGHT * math.sqrt(latent.shape[-1])
        return ops.concatenate([standard, ops.full_like(standard[:, :1], height)], axis=-1)


def lifted_latent(pixels: Any, settings: ModelSettings) -> Any:
    """Return the encoder's latent numbers, lifted: `settings.n_dims` is one more than they are."""
    x = layers.Rescaling(1 / 255)(pixels)
    for width, stride in zip(settings.widths, settings.strides, strict=True):
        x = layers.Conv2D(width, 3, strides=stride, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.3)(x)
        x = BatchNormalization()(x)
    latent = layers.Dense(settings.n_dims - 1, name=LATENT)(layers.Flatten()(x))
    return Lift(name="lift", dtype="float32")(latent)


def decoder(settings: ModelSettings) -> keras.Model:
    """Build the way back: latent numbers (n, n_latent) to photos in 0 … 1, (n, size, size, 3)."""
    side = settings.size_px // math.prod(settings.strides)
    latent = keras.Input((settings.n_dims - 1,), name="latent")
    x = layers.Dense(side * side * settings.widths[-1])(latent)
    x = layers.Reshape((side, side, settings.widths[-1]))(x)
    for width, stride in zip(reversed(settings.widths), reversed(settings.strides), strict=True):
        x = layers.Conv2DTranspose(width, 3, strides=stride, padding="same")(x)
        x = layers.LeakyReLU(negative_slope=0.3)(x)
        x = BatchNormalization()(x)
    x = layers.Conv2DTranspose(3, 3, padding="same")(x)
    photos = layers.Activation("sigmoid", name="decoder", dtype="float32")(x)
    return keras.Model(latent, photos, name="decoder")


def autoencoder(photo_tower: keras.Model, decoder: keras.Model) -> keras.Model:
    """Join a photo tower's encoder with a decoder: pixels to the photo drawn again, 0 … 1."""
    latent = photo_tower.get_layer(LATENT).output
    return keras.Model(photo_tower.input, decoder(latent), name="autoencoder")
