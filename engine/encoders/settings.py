"""What a joint model is made of: enough to build its towers again before the weights are loaded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from engine.errors import ModelError

COMPACT = "compact"
# keras.applications models by name, each with the module that holds its preprocessing.
BACKBONES = {
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


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The shape of a joint model.

    Parameters
    ----------
    backbone
        ``"compact"``, our own tower for two cores, or a model of `keras.applications` by name
        (``"ResNet50"``, ``"VGG16"``, ``"MobileNetV2"`` …).
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
    """

    backbone: str = COMPACT
    backbone_alpha: float = 1.0
    widths: tuple[int, ...] = (32, 64, 128, 192, 240)
    size_px: int = 112
    n_dims: int = 128
    n_tokens: int = 24
    n_ids: int = 5001
    text_width: int = 96

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
        widths = {"widths": tuple(content["widths"])} if "widths" in content else {}
        return cls(**{**content, **widths})
