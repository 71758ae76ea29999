"""The frozen part of a photo tower: pixels to features, computed once, and joined to a head."""

from __future__ import annotations

from dataclasses import dataclass, replace

import keras

from engine.encoders import FASHION, bundled_model, load_encoder, model_at, read_manifest
from engine.encoders.features import FrozenFeatures
from engine.encoders.joint import frozen
from engine.encoders.model_folder import PHOTO_WEIGHTS
from engine.encoders.model_settings import FEATURES, ModelSettings
from engine.encoders.towers import feature_tower, photo_tower
from engine.training.settings import BUNDLED, TrainingSettings, is_published


@dataclass(frozen=True, slots=True)
class Backbone:
    """A tower that ends with features.

    Parameters
    ----------
    shape
        A model made of this backbone, whatever stands on it.
    tower
        Pixels to features; None where they are the rows of a published model.
    told
        What it is, for people: name, weights, layer and width.
    features
        Its features of photos, computed once and kept.
    """

    shape: ModelSettings
    tower: keras.Model | None
    told: str
    features: FrozenFeatures

    @property
    def n_features(self) -> int:
        """Width of the features."""
        return self.features.n_features

    def joined(
        self, head: ModelSettings, head_tower: keras.Model | None
    ) -> tuple[ModelSettings, keras.Model]:
        """Return the whole photo tower: this backbone with a trained head, copied onto it."""
        if self.tower is None:
            shape = replace(
                head,
                base=self.shape.base,
                size_px=self.shape.size_px,
                resize_mode=self.shape.resize_mode,
                interpolation=self.shape.interpolation,
            )
            return shape, head_tower or photo_tower(shape)
        shape = replace(
            head,
            backbone=self.shape.backbone,
            backbone_alpha=self.shape.backbone_alpha,
            widths=self.shape.widths,
            size_px=self.shape.size_px,
            resize_mode=self.shape.resize_mode,
            interpolation=self.shape.interpolation,
            pooling=self.shape.pooling,
            mirrored=self.shape.mirrored,
            feature_layer=self.shape.feature_layer,
            n_features=0,
            dropout=0.0,
        )
        whole = photo_tower(shape)
        feature_tower(whole).set_weights(self.tower.get_weights())
        for layer in head_tower.layers if head_tower else ():
            if layer.weights:
                whole.get_layer(layer.name).set_weights(layer.get_weights())
        return shape, whole


def open_backbone(settings: TrainingSettings) -> Backbone:
    """Build the backbone of some settings and load its weights.

    Raises
    ------
    ModelError
        There is no such backbone, or its weights cannot be had.
    """
    if is_published(settings.backbone):
        return _published(settings.backbone)
    if settings.backbone == BUNDLED:
        shape, tower, told = _bundled()
    else:
        shape = ModelSettings(
            backbone=settings.backbone,
            backbone_alpha=settings.backbone_alpha,
            size_px=settings.size_px,
            pooling=settings.pooling,
            mirrored=settings.mirrored,
            feature_layer=settings.feature_layer,
            projects=False,
        )
        tower = feature_tower(photo_tower(shape, weights=settings.weights))
        told = f"{settings.backbone}, {_weights_told(settings.weights)}"
    width = tower.output.shape[-1]
    part = f"its layer {shape.feature_layer}" if shape.feature_layer else f"{shape.pooling}-pooled"
    return Backbone(
        shape, tower, f"{told}, {part}, {width:,} wide", frozen(tower, shape.preprocessing)
    )


def _published(name: str) -> Backbone:
    encoder = load_encoder(model_at(name))
    wanted = encoder.preprocessing
    shape = ModelSettings(
        backbone=FEATURES,
        base=f"{name}@{encoder.fingerprint}",
        size_px=wanted.size_px,
        resize_mode=wanted.resize_mode,
        interpolation=wanted.interpolation,
        n_features=encoder.n_dims,
    )
    told = f"published model {name}, its rows of photos, {encoder.n_dims:,} wide"
    return Backbone(shape, None, told, FrozenFeatures.of_encoder(encoder))


def _bundled() -> tuple[ModelSettings, keras.Model, str]:
    folder = bundled_model(FASHION)
    manifest = read_manifest(folder)
    whole = photo_tower(manifest.settings)
    whole.load_weights(folder / PHOTO_WEIGHTS)
    told = f"bundled tower of {manifest.name}"
    return replace(manifest.settings, pooling="max"), feature_tower(whole), told


def _weights_told(weights: str | None) -> str:
    if weights is None:
        return "random weights"
    return "ImageNet weights" if weights == "imagenet" else f"weights of {weights.split('/')[-1]}"


def head_shape(
    settings: TrainingSettings, backbone: Backbone, n_ids: int, text_width: int
) -> ModelSettings:
    """Return the shape of what is trained on a backbone's features."""
    is_plain = settings.text_kind == "vectors" and not settings.text_hidden
    n_dims = text_width if is_plain else settings.n_dims
    return ModelSettings(
        backbone=FEATURES,
        n_features=backbone.n_features,
        n_dims=n_dims if settings.projects else (settings.hidden or (backbone.n_features,))[-1],
        hidden=settings.hidden,
        projects=settings.projects,
        standardises=settings.loss != "none",
        dropout=settings.dropout,
        text_kind=settings.text_kind,
        text_hidden=settings.text_hidden,
        text_width=text_width,
        n_ids=n_ids,
    )
