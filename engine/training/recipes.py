"""The recipes: five systems of image search as settings over the same training code.

A recipe is a preset; whatever a person says beside it counts more. Each names the backbone of its
description, and any of them runs on another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.encoders.model_settings import PACKAGED
from engine.errors import TrainingError
from engine.training.settings import BUNDLED, TrainingSettings

DEFAULT = "contrastive"
# What a backbone of `keras.applications` wants to see, unless a recipe or a person says otherwise.
_APPLICATION_PX = 224


@dataclass(frozen=True, slots=True)
class Recipe:
    """A preset of a training run.

    Parameters
    ----------
    summary
        What it is, in a line.
    settings
        What it sets; every other setting keeps its default.
    """

    summary: str
    settings: Mapping[str, Any]


RECIPES = {
    "contrastive": Recipe(
        "photos and captions meet in one space; every other pair of the batch is a negative",
        {},
    ),
    "triplet": Recipe(
        "ResNet50 and a GRU, maxima of both, Euclidean triplets with margin 0.4",
        {
            "backbone": "ResNet50",
            "weights": "imagenet",
            "size_px": 224,
            "loss": "triplet",
            "margin": 0.4,
            "negatives": "random",
            "text_kind": "gru",
            "text_width": 128,
            "batch_size": 64,
            "learning_rate": 1e-4,
            "attribute_rate": 0.0,
            "word_dropout": 0.0,
        },
    ),
    "devise": Recipe(
        "VGG16 features learn to point at the word vector of a photo's label",
        {
            "backbone": "VGG16",
            "weights": "imagenet",
            "size_px": 224,
            "feature_layer": "fc2",
            "frozen": True,
            "hidden": (2000,),
            "dropout": 0.5,
            "text_kind": "vectors",
            "loss": "cosine",
            "say": "label",
            "epochs": 30,
            "batch_size": 64,
            "augment": 0.0,
            "word_dropout": 0.0,
        },
    ),
    "autoencoder": Recipe(
        "photos are drawn again from sixteen numbers, and those are searched",
        {
            "backbone": "autoencoder",
            "size_px": 256,
            "n_dims": 17,
            "widths": (32, 64, 64),
            "strides": (2, 2, 2),
            "projects": False,
            "text_kind": "none",
            "loss": "reconstruction",
            "epochs": 20,
            "batch_size": 16,
            "learning_rate": 1e-3,
            "augment": 0.0,
        },
    ),
    "vgg16-fc1": Recipe(
        "VGG16's fc1 features as they are, nothing trained",
        {
            "backbone": "VGG16",
            "weights": "imagenet",
            "size_px": 224,
            "feature_layer": "fc1",
            "n_dims": 4096,
            "projects": False,
            "frozen": True,
            "text_kind": "none",
            "loss": "none",
            "augment": 0.0,
        },
    ),
    "matching": Recipe(
        "ResNet50 features and the word vectors of tags meet through two layers each",
        {
            "backbone": "ResNet50",
            "weights": "imagenet",
            "size_px": 224,
            "pooling": "average",
            "frozen": True,
            "n_dims": 128,
            "hidden": (512,),
            "text_kind": "vectors",
            "text_hidden": (256,),
            "loss": "hinge",
            "margin": 0.3,
            "say": "tags",
            "epochs": 30,
            "augment": 0.0,
            "word_dropout": 0.0,
        },
    ),
}


def settings_of(recipe: str, chosen: Mapping[str, Any] | None = None) -> TrainingSettings:
    """Return the settings of a recipe, with what a person chose in their place.

    Raises
    ------
    TrainingError
        There is no such recipe, or a choice is impossible.

    Examples
    --------
    >>> settings = settings_of("triplet", {"margin": 0.2})
    >>> settings.backbone, settings.margin, settings.text_kind
    ('ResNet50', 0.2, 'gru')
    """
    if recipe not in RECIPES:
        raise TrainingError(
            "no such recipe", value=recipe, remedy=f"Choose one of {', '.join(RECIPES)}"
        )
    preset = dict(RECIPES[recipe].settings)
    chosen = dict(chosen or {})
    if "backbone" in chosen and chosen["backbone"] != preset.get("backbone"):
        preset = _on_another_backbone(preset, chosen["backbone"])
    return TrainingSettings.from_json({**preset, **chosen, "recipe": recipe})


def _on_another_backbone(preset: dict[str, Any], backbone: str) -> dict[str, Any]:
    """Drop what belongs to the described backbone alone: its weights, layer, size and width."""
    for name in ("weights", "feature_layer", "size_px"):
        preset.pop(name, None)
    if preset.get("loss") == "none":
        preset.pop("n_dims")
    if backbone not in ("compact", BUNDLED):
        preset["size_px"] = _APPLICATION_PX
    if backbone in PACKAGED:  # its weights are always at hand, and were learned on means
        preset |= {"weights": "imagenet", "pooling": "average"}
    return preset
