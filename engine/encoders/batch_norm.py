"""Batch normalisation in one step where the backend has it.

Keras writes it as a dozen operations, each a pass over the whole map. Measured with TensorFlow on
two cores, more than half of a training step went there.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("kindred")
class BatchNormalization(keras.layers.BatchNormalization):
    """The layer of Keras, its name and its weights; only training on maps takes another way.

    Examples
    --------
    >>> import numpy as np
    >>> maps = np.random.default_rng(0).normal(5, 3, (8, 6, 6, 4)).astype("float32")
    >>> rows = ops.convert_to_numpy(BatchNormalization()(maps, training=True))
    >>> bool(abs(rows.mean()) < 1e-3), bool(abs(rows.std() - 1) < 1e-3)
    (True, True)
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the inputs with mean `beta` and deviation `gamma` in each channel."""
        is_map = len(inputs.shape) == 4 and self.axis in (-1, 3) and self.center and self.scale
        if not (training and self.trainable and is_map and keras.backend.backend() == "tensorflow"):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        rows, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=ops.cast(inputs, self.compute_dtype),
            scale=ops.cast(self.gamma, "float32"),
            offset=ops.cast(self.beta, "float32"),
            mean=tf.zeros([0]),  # of the batch, not given
            variance=tf.zeros([0]),
            epsilon=self.epsilon,
            is_training=True,
        )
        n_places = ops.cast(ops.prod(ops.shape(inputs)[:-1]), "float32")
        variance *= (n_places - 1) / n_places  # TensorFlow divides by one less than Keras does
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            share = 1 - self.momentum
            moving.assign(moving * self.momentum + ops.stop_gradient(now) * share)
        return rows


def with_fused(network: keras.Model) -> keras.Model:
    """Return a copy of a network, its weights too, with this normalisation in place of Keras' own.

    Examples
    --------
    >>> given = keras.Input((4, 4, 2))
    >>> network = keras.Model(given, keras.layers.BatchNormalization()(given))
    >>> [type(layer) is BatchNormalization for layer in with_fused(network).layers]
    [False, True]
    """

    def copied(layer: keras.layers.Layer) -> keras.layers.Layer:
        kind = type(layer)
        if kind is keras.layers.BatchNormalization:
            kind = BatchNormalization
        return kind.from_config(layer.get_config())

    copy = keras.models.clone_model(network, clone_function=copied)
    copy.set_weights(network.get_weights())
    return copy
