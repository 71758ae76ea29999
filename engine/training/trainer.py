"""Both towers and a loss, as one Keras model that trains on any backend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from engine import losses
from engine.encoders.joint import JointEncoder
from engine.encoders.model_settings import ModelSettings
from engine.encoders.towers import photo_tower, text_tower
from engine.training.settings import TrainingSettings

# e^4.6 ≈ 100: beyond it the softmax is so sharp that one batch can upset everything learned.
MAX_LOG_SCALE = 4.6
WHITE = 255.0
_PUPIL_WIDTH = 512


@keras.saving.register_keras_serializable("kindred")
class Augmentation(keras.layers.Layer):
    """Photos turned, scaled, shifted, lit and, where told so, coloured as they are told.

    What comes into view is white.
    """

    def call(self, pixels: Any, transforms: Any, light: Any, hues: Any = None) -> Any:
        """Return uint8 pixels, shape as before."""
        moved = ops.image.affine_transform(
            ops.cast(pixels, "float32"),
            transforms,
            interpolation="bilinear",
            fill_mode="constant",
            fill_value=WHITE,
        )
        if hues is not None:
            moved = ops.einsum("nhwc,ndc->nhwd", moved, hues)
        lit = moved * ops.reshape(light, (-1, 1, 1, 1))
        return ops.cast(ops.round(ops.clip(lit, 0.0, WHITE)), "uint8")


@keras.saving.register_keras_serializable("kindred")
class JointTrainer(keras.Model):
    """The towers, trained together.

    A batch is a dictionary: ``pixels`` uint8 (n, size, size, 3), ``tokens`` int32 (n, n_tokens),
    ``same`` bool (n, n); to augment, ``transforms`` float32 (n, 8) with ``light`` float32 (n,) and
    perhaps ``hues`` float32 (n, 3, 3); to learn attribute values, ``codes`` int32 (n, n_keys); and,
    to learn from teachers, ``taught`` float32 (n, n_taught) and, where they read, ``told_photos``
    and ``told_texts`` float32 (n, n_told).

    Parameters
    ----------
    shape, settings
        Of the towers, and of the run.
    dtype
        Keras dtype policy.
    values, spans
        Token ids of the attribute values, int32 (n_values, n_tokens), and where each attribute's
        begin and end; see `engine.losses.attribute_values`.
    n_taught, n_told
        Widths of the teachers' features of photos, and of their rows of photos and texts; 0 for
        none.
    """

    def __init__(
        self,
        shape: ModelSettings,
        settings: TrainingSettings,
        dtype: str,
        values: NDArray[np.int32] | None = None,
        spans: Sequence[tuple[int, int]] = (),
        n_taught: int = 0,
        n_told: int = 0,
    ) -> None:
        super().__init__(name="joint_trainer")
        self.photo_tower = photo_tower(shape, weights=settings.weights, dtype=dtype)
        self.text_tower = text_tower(shape, dtype=dtype)
        self.augmentation = Augmentation(dtype="float32")
        self.loss_name = settings.loss
        self.margin = settings.margin
        self.attribute_weight = settings.attribute_weight if spans else 0.0
        self._values, self._spans = values, tuple(spans)
        self.negatives = settings.negatives
        self.teacher_weight = settings.teacher_weight
        self.pupil = pupil(self.photo_tower, n_taught, dtype) if n_taught else None
        self.mimic = mimic(shape.n_dims, n_told) if n_told else None
        self.log_scale = self.add_weight(
            name="log_scale",
            shape=(),
            initializer=keras.initializers.Constant(float(np.log(1 / settings.temperature))),
            constraint=lambda value: ops.clip(value, 0.0, MAX_LOG_SCALE),
            dtype="float32",
        )

    def build(self, batch_shape: Any) -> None:
        """Every variable exists already: the towers were built with their own inputs."""
        self.built = True

    def call(self, batch: Mapping[str, Any], training: bool = False) -> dict[str, Any]:
        """Return unit rows of the batch, ``photos`` and ``texts``."""
        pixels = batch["pixels"]
        if training and "transforms" in batch:
            pixels = self.augmentation(
                pixels, batch["transforms"], batch["light"], batch.get("hues")
            )
        rows = {}
        if training and self.pupil and "taught" in batch:
            rows["photos"], rows["foretold"] = self.pupil(pixels, training=training)
        else:
            rows["photos"] = self.photo_tower(pixels, training=training)
        rows["texts"] = self.text_tower(batch["tokens"], training=training)
        if training and self.attribute_weight and "codes" in batch:
            tokens = ops.convert_to_tensor(self._values)
            rows["values"] = self.text_tower(tokens, training=training)
        if training and self.mimic and "told_texts" in batch:
            rows["mimicked_photos"] = self.mimic(rows["photos"])
            rows["mimicked_texts"] = self.mimic(rows["texts"])
        return rows

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the loss of a batch; `x` is the batch and `y_pred` what `call` made of it."""
        pair = y_pred["photos"], y_pred["texts"], x["same"]
        if self.loss_name == "triplet":
            loss = losses.triplet_margin(*pair, self.margin, self.negatives)
        elif self.loss_name == "hinge":
            loss = losses.hinge(*pair, self.margin)
        elif self.loss_name == "cosine":
            loss = losses.cosine(y_pred["photos"], y_pred["texts"])
        else:
            loss = losses.contrastive(*pair, self.log_scale)
        if "values" in y_pred:
            known = losses.attribute_values(
                y_pred["photos"], y_pred["values"], x["codes"], self._spans
            )
            loss = loss + self.attribute_weight * known
        if "foretold" in y_pred:
            loss = loss + self.teacher_weight * losses.cosine(y_pred["foretold"], x["taught"])
        for side in ("photos", "texts"):
            if f"mimicked_{side}" in y_pred:
                apart = losses.cosine(y_pred[f"mimicked_{side}"], x[f"told_{side}"])
                loss = loss + self.teacher_weight * apart / 2
        return loss


def pupil(tower: keras.Model, n_taught: int, dtype: str) -> keras.Model:
    """Return a photo tower with a second output: its features' guess at a teacher's unit rows."""
    features = tower.get_layer("features").output
    hidden = keras.layers.Dense(_PUPIL_WIDTH, activation="relu", name="guess_hidden", dtype=dtype)
    guess = keras.layers.Dense(n_taught, name="guess", dtype="float32")(hidden(features))
    unit = keras.layers.UnitNormalization(name="foretold", dtype="float32")(guess)
    return keras.Model(tower.input, [tower.output, unit], name="pupil")


def mimic(n_dims: int, n_told: int) -> keras.Model:
    """Return the one linear map that brings rows of both towers to teachers' joint spaces.

    One for both: so photos and texts that the teachers find alike become alike to the towers.
    """
    rows = keras.Input((n_dims,), dtype="float32")
    told = keras.layers.Dense(n_told, use_bias=False, name="told", dtype="float32")(rows)
    unit = keras.layers.UnitNormalization(name="mimicked", dtype="float32")(told)
    return keras.Model(rows, unit, name="mimic")


def recalibrate(trainer: JointTrainer | JointEncoder, batches: Iterable[Any]) -> None:
    """Set the photo tower's normalisation to plain averages over some batches of pixels.

    While training, the statistics run after the last few, augmented batches. Measured on photos
    as they are, such a tower lost a quarter of its recall; these averages give it back.

    References
    ----------
    Wu, Johnson, "Rethinking 'Batch' in BatchNorm", 2021, section 3 ("precise" statistics).
    """
    norms = [layer for layer in _layers(trainer.photo_tower) if _is_norm(layer)]
    momenta = [norm.momentum for norm in norms]
    for n_seen, pixels in enumerate(batches):
        for norm in norms:
            norm.momentum = n_seen / (n_seen + 1)  # makes the moving average a plain one
        trainer.photo_tower(pixels, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _is_norm(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.BatchNormalization) and layer.trainable


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield every layer, those of a backbone inside the tower too."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _layers(layer)
        else:
            yield layer


def build_trainer(
    shape: ModelSettings,
    settings: TrainingSettings,
    n_steps: int,
    dtype: str,
    values: NDArray[np.int32] | None = None,
    spans: Sequence[tuple[int, int]] = (),
    n_taught: int = 0,
    n_told: int = 0,
) -> JointTrainer:
    """Return a compiled trainer for a run of `n_steps` batches; see `JointTrainer`."""
    keras.utils.set_random_seed(settings.seed)
    trainer = JointTrainer(shape, settings, dtype, values, spans, n_taught, n_told)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=max(n_steps - n_steps // 20, 1),
        warmup_target=settings.learning_rate,
        warmup_steps=max(n_steps // 20, 1),
    )
    optimizer = keras.optimizers.AdamW(
        schedule, weight_decay=settings.weight_decay, global_clipnorm=1.0
    )
    # Decay is for matrices: pulling a scale, a shift or the temperature to zero means nothing.
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "log_scale"])
    # Before the first step, which would be traced a second time were its slots made within it.
    optimizer.build(trainer.trainable_variables)
    trainer.compile(optimizer=optimizer)
    return trainer
