"""What a joint model is made of: enough to build its towers again before the weights are loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

from engine.errors import ModelError
from engine.images import Preprocessing
from engine.images.transform import Interpolation, ResizeMode

COMPACT = "compact"
# The network whose ImageNet weights are installed beside Kindred, and a smaller one of its kind.
LITE, SMALLER_LITE = "EfficientNetLite2", "EfficientNetLite0"
PACKAGED = (LITE, SMALLER_LITE)
# Models of keras.applications by name, each with the module that holds its preprocessing; those of
# packages bring pixels to their own scale themselves.
BACKBONES = {
    **dict.fromkeys(PACKAGED, ""),
    "ResNet50": "resnet",
    "ResNet50V2": "resnet_v2",
    "VGG16": "vgg16",
    "MobileNet": "mobilenet",
    "MobileNetV2": "mobilenet_v2",
    "MobileNetV3Small": "mobilenet_v3",
    "MobileNetV3Large": "mobilenet_v3",
    "EfficientNetB0": "efficientnet",
    "EfficientNetV2B0": "efficientnet_v2",
    "DenseNet121": "densenet",
    "InceptionV3": "inception_v3",
    "Xception": "xception",
    "ConvNeXtTiny": "convnext",
}
# A tower that starts from ready features, and one that learns to draw its photo again.
FEATURES = "features"
AUTOENCODER = "autoencoder"
COMPACT_WIDTHS = (32, 64, 128, 192, 240)
# Both sides are graphs in the layout of `engine.encoders.open_clip`.
OPEN_CLIP = "open_clip"
# A preset of keras_hub; see `engine.encoders.keras_preset`.
KERAS_HUB = "keras_hub"
PUBLISHED = (OPEN_CLIP, KERAS_HUB)
TEXT_KINDS = ("convolution", "gru", "bigru", "vectors", "none")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The shape of a joint model.

    Parameters
    ----------
    backbone
        ``"compact"``, our own tower for two cores, a network whose weights come as a package
        (``"EfficientNetLite2"``), or a model of `keras.applications` by name (``"ResNet50"``,
        ``"VGG16"``, ``"MobileNetV2"`` …); ``"features"`` takes ready features of
        width `n_features` instead of pixels; for ``"autoencoder"`` see
        `engine.encoders.autoencoder`.
    backbone_alpha
        Width multiplier of the MobileNets; 1 leaves it alone.
    widths
        Channels of the compact tower's stem and of each block; each halves the sides.
    size_px
        Side of the square photo.
    n_dims
        Width of the joint space.
    n_tokens, n_ids
        Width of an encoded text, and number of token ids with padding.
    text_width
        Width of a word's own vector inside the text tower.
    pooling
        How the backbone's last map becomes features: ``"max"`` or ``"average"``.
    mirrored
        Whether the tower looks at a photo and at its mirror image, and its features are the mean
        of both: a little better, at twice the work.
    feature_layer
        A dense layer of the backbone's own top whose output is the features, such as VGG16's
        ``"fc1"``; "" for the pooled last map.
    n_features
        Width of ready features; 0 for a tower that takes pixels.
    standardises
        Whether the features are brought to mean 0 and variance 1 first.
    hidden
        Widths of the dense layers between the features and the joint space.
    projects
        Whether a last dense layer brings the features to `n_dims`; without it they are the
        embedding, brought to length one.
    dropout
        Share of the features left out while training.
    text_kind
        ``"convolution"`` (each word sees its neighbours), ``"gru"``, ``"bigru"``, ``"vectors"``
        (the mean of fixed word vectors) or ``"none"``.
    text_hidden
        For ``"vectors"``: widths of the dense layers before the joint space. Without any, the mean
        vector itself is the embedding.
    strides
        Of the autoencoder's convolutions, one for each of its `widths`.
    base
        Name and fingerprint (``name@fingerprint``) of the published model whose rows of photos
        are the ready features; "" where features come from elsewhere.
    resize_mode, interpolation
        How a photo becomes its square; see `engine.images.Preprocessing`.
    """

    backbone: str = COMPACT
    backbone_alpha: float = 1.0
    widths: tuple[int, ...] = COMPACT_WIDTHS
    size_px: int = 112
    n_dims: int = 128
    n_tokens: int = 24
    n_ids: int = 5001
    text_width: int = 96
    pooling: str = "max"
    mirrored: bool = False
    feature_layer: str = ""
    n_features: int = 0
    standardises: bool = False
    hidden: tuple[int, ...] = ()
    projects: bool = True
    dropout: float = 0.0
    text_kind: str = "convolution"
    text_hidden: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    base: str = ""
    resize_mode: ResizeMode = "pad"
    interpolation: Interpolation = "adaptive"

    @property
    def preprocessing(self) -> Preprocessing:
        """The square the model wants of a photo."""
        return Preprocessing(self.size_px, self.resize_mode, self.interpolation)

    @property
    def has_text(self) -> bool:
        """Whether the model understands words."""
        return self.text_kind != "none"

    @property
    def tells_places(self) -> bool:
        """Whether features are maxima over places that one projection turns into an embedding."""
        is_pooled = self.pooling == "max" and not self.feature_layer
        is_plain = self.projects and not self.hidden and not self.standardises
        return is_pooled and is_plain and self.backbone != AUTOENCODER

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a manifest."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> ModelSettings:
        """Read what `to_json` wrote; a name this version does not know is an error.

        Examples
        --------
        >>> ModelSettings.from_json(ModelSettings(n_dims=64).to_json()).n_dims
        64
        """
        unknown = set(content) - {field.name for field in fields(cls)}
        if unknown:
            raise ModelError(
                "the model has settings this Kindred does not know",
                value=", ".join(sorted(unknown)),
                remedy="Update Kindred",
            )
        rows = {name: tuple(v) for name, v in content.items() if isinstance(v, list)}
        settings = cls(**{**content, **rows})
        settings._check()
        return settings

    def _check(self) -> None:
        """Refuse what would fill the memory, or fail in the middle: a manifest may be anybody's."""
        for each in fields(self):
            value = getattr(self, each.name)
            kinds = (int, float) if isinstance(each.default, float) else type(each.default)
            numbers = value if isinstance(value, tuple) else (value,)
            low, high = _RANGES.get(each.name, (0, _WIDEST))
            is_switch = isinstance(each.default, bool)
            if not isinstance(value, kinds) or isinstance(value, bool) is not is_switch:
                raise _out_of_range(each.name, value)
            if len(numbers) > _MOST_LAYERS:
                raise _out_of_range(each.name, value)
            if isinstance(value, str):
                if len(value) > _LONGEST_NAME:
                    raise _out_of_range(each.name, value)
            elif not all(isinstance(n, (int, float)) and low <= n <= high for n in numbers):
                raise _out_of_range(each.name, value)
        n_weights = 9 * sum(a * b for a, b in pairwise((3, *self.widths)))
        for dense in (self.hidden, self.text_hidden):
            n_weights += sum(a * b for a, b in pairwise((self.n_features, *dense, self.n_dims)))
        n_weights += self.n_ids * self.text_width if self.has_text else 0
        if n_weights > _MOST_WEIGHTS:
            raise _out_of_range("number of weights", n_weights)
        try:
            self.preprocessing  # noqa: B018 - refuses a mode it does not know
        except ValueError as error:
            raise _out_of_range("resize_mode", self.resize_mode) from error


_WIDEST, _MOST_LAYERS, _LONGEST_NAME, _MOST_WEIGHTS = 32_768, 32, 200, 1_000_000_000
_RANGES = {
    "backbone_alpha": (0.05, 4),
    "widths": (1, 8192),
    "size_px": (8, 2048),
    "n_dims": (1, 16_384),
    "n_tokens": (1, 4096),
    "n_ids": (0, 4_000_000),
    "text_width": (1, 8192),
    "n_features": (0, 1_000_000),
    "hidden": (1, 65_536),
    "text_hidden": (1, 65_536),
    "dropout": (0, 0.99),
    "strides": (1, 8),
}


def _out_of_range(name: str, value: object) -> ModelError:
    told = repr(value)
    return ModelError(
        f"the model's settings cannot be: {name}",
        value=told if len(told) <= 60 else f"{told[:60]}…",
        remedy="Load only models that you trust, or train it again",
    )
