"""The heads and the text side of `kindred-everyday`, in Keras, on features that stay as they are.

Three losses in one batch: captions and their photos find each other (InfoNCE, softened by how alike
a sentence encoder finds the captions); so do names, tags and the photos they are true of, where
every true pair counts as one; and texts are taught to lie as the sentence encoder has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

N_FEATURES, N_BOTTLENECK = 1280, 256
PADDING = 0
FAR = -1e9


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and on what each step learns; the defaults make the bundled model."""

    epochs: int = 30
    n_captioned: int = 512
    n_named: int = 256
    n_tagged: int = 192
    n_taught: int = 256  # texts alone
    n_dims: int = 256
    hidden: int = 640
    text_width: int = 192
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    dropout: float = 0.5
    softness: float = 0.6  # of a caption's target: shared with captions that say the same
    sharpness: float = 0.05  # of the likeness of captions
    row_share: float = 0.3  # of the named: rows of the classifier
    name_weight: float = 0.5
    tag_weight: float = 0.5


class Residual(keras.layers.Layer):
    """A linear map, and beside it one through a hidden layer."""

    def __init__(self, width: int, hidden: int, dropout: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.direct = keras.layers.Dense(width, name="direct")
        self.hidden = keras.layers.Dense(hidden, name="hidden")
        self.dropout = keras.layers.Dropout(dropout)
        self.out = keras.layers.Dense(width, use_bias=False, name="out")

    def call(self, x: Any, training: bool | None = None) -> Any:
        """Map rows, (n, any width), to (n, width)."""
        bent = keras.activations.gelu(self.hidden(x), approximate=False)
        return self.direct(x) + self.out(self.dropout(bent, training=training))


class Heads(keras.Model):
    """One member: a head on a photo's features and a text side, into one space."""

    def __init__(
        self, plan: Plan, n_ids: int, mean: NDArray[np.float32], deviation: NDArray[np.float32]
    ) -> None:
        super().__init__()
        self.plan = plan
        self.mean, self.deviation = ops.convert_to_tensor(mean), ops.convert_to_tensor(deviation)
        self.noise = keras.layers.GaussianNoise(0.1)
        self.thin = keras.layers.Dropout(0.2)
        self.without_stages = keras.layers.Dropout(0.1, noise_shape=(None, 1))
        self.stages = keras.layers.Dense(N_BOTTLENECK, name="stages")
        self.photo = Residual(plan.n_dims, plan.hidden, plan.dropout, name="photo")
        spread = keras.initializers.RandomNormal(stddev=plan.text_width**-0.5)
        self.table = keras.layers.Embedding(n_ids, plan.text_width, spread, name="table")
        self.loudness = keras.layers.Embedding(n_ids, 1, "zeros", name="loudness")
        self.text = Residual(plan.n_dims, 1024, 0.3, name="text")
        self.sentence = Residual(384, 1024, 0.1, name="sentence")
        self.scale = self.add_weight(shape=(), initializer="zeros", name="scale")
        self.name_scale = self.add_weight(shape=(), initializer="zeros", name="name_scale")

    def embed_photos(self, features: Any, training: bool = False) -> Any:
        """Return unit rows of photos' features, (n, 2376)."""
        x = (features - self.mean) / self.deviation
        x = self.thin(self.noise(x, training=training), training=training)
        last, earlier = x[:, :N_FEATURES], x[:, N_FEATURES:]
        earlier = self.stages(self.without_stages(earlier, training=training))
        return _unit(self.photo(ops.concatenate([last, earlier], axis=1), training=training))

    def pool(self, tokens: Any) -> Any:
        """Return the weighted mean of each text's pieces, times 4."""
        loudness = ops.where(tokens > PADDING, self.loudness(tokens)[..., 0], FAR)
        share = ops.softmax(loudness, axis=1)
        return 4 * ops.sum(self.table(tokens) * share[..., None], axis=1)

    def embed_texts(self, tokens: Any, training: bool = False) -> tuple[Any, Any]:
        """Return unit rows of texts, and what the sentence encoder would make of them."""
        pooled = self.pool(tokens)
        own = self.text(pooled, training=training)
        return _unit(own), _unit(self.sentence(pooled, training=training))

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Embed a batch's photos and texts."""
        own, sentences = self.embed_texts(inputs["tokens"], training=bool(training))
        photos = self.embed_photos(inputs["photos"], training=bool(training))
        return {"photos": photos, "texts": own, "sentences": sentences}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the sum of the three losses."""
        del x, sample_weight, training
        plan, photos, texts = self.plan, y_pred["photos"], y_pred["texts"]
        first, second = plan.n_captioned, plan.n_captioned + plan.n_named
        third = second + plan.n_tagged
        told = y["sentences"]
        alike = ops.softmax(told[:first] @ ops.transpose(told[:first]) / plan.sharpness, axis=1)
        alike = (alike + ops.transpose(alike)) / 2
        alike = alike / ops.sum(alike, axis=1, keepdims=True)
        target = (1 - plan.softness) * ops.eye(first) + plan.softness * alike
        scale = ops.minimum(ops.exp(self.scale) / 0.07, 100.0)
        name_scale = ops.minimum(ops.exp(self.name_scale) / 0.07, 100.0)
        loss = contrastive(photos[:first], texts[:first], target, target, scale)
        for weight, start, stop, truth in (
            (plan.name_weight, first, second, y["named"]),
            (plan.tag_weight, second, third, y["tagged"]),
        ):
            onward, back = _shares(truth), _shares(ops.transpose(truth))
            pair = contrastive(photos[start:stop], texts[start:stop], onward, back, name_scale)
            loss = loss + weight * pair
        own = ops.concatenate([y_pred["sentences"][:first], y_pred["sentences"][third:]])
        direction = 1 - ops.mean(ops.sum(own * told, axis=1))
        apart = own @ ops.transpose(own) - told @ ops.transpose(told)
        return loss + 4 * direction + 10 * ops.mean(ops.square(apart))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return what the bundled model is put together from."""
        found = {
            "photo.mean": self.mean,
            "photo.deviation": self.deviation,
            "stages.kernel": self.stages.kernel,
            "stages.bias": self.stages.bias,
            "text.table": self.table.embeddings * 4,
            "text.weight": self.loudness.embeddings[:, 0],
        }
        for name, layer in (
            ("photo", self.photo),
            ("text", self.text),
            ("sentence", self.sentence),
        ):
            found |= {
                f"{name}.direct.kernel": layer.direct.kernel,
                f"{name}.direct.bias": layer.direct.bias,
                f"{name}.hidden.kernel": layer.hidden.kernel,
                f"{name}.hidden.bias": layer.hidden.bias,
                f"{name}.out.kernel": layer.out.kernel,
            }
        return {name: ops.convert_to_numpy(value) for name, value in found.items()}


def contrastive(photos: Any, texts: Any, onward: Any, back: Any, scale: Any) -> Any:
    """Return the cross-entropy of who belongs to whom, both ways, against given shares."""
    scores = photos @ ops.transpose(texts) * scale
    there = ops.sum(onward * ops.log_softmax(scores, axis=1), axis=1)
    home = ops.sum(back * ops.log_softmax(ops.transpose(scores), axis=1), axis=1)
    return -(ops.mean(there) + ops.mean(home)) / 2


def _unit(rows: Any) -> Any:
    return rows / ops.maximum(ops.norm(rows, axis=-1, keepdims=True), 1e-9)


def _shares(truth: Any) -> Any:
    return truth / ops.sum(truth, axis=1, keepdims=True)
