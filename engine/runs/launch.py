"""What a run may learn from, three ways to begin, and whether settings can work at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from engine import config
from engine.access import Role, require
from engine.encoders.model_settings import AUTOENCODER, BACKBONES, COMPACT
from engine.errors import CollectionError
from engine.jobs import start_job
from engine.storage import Collection
from engine.training.recipes import DEFAULT, RECIPES, settings_of
from engine.training.record import Plan
from engine.training.settings import (
    BUNDLED,
    DataSource,
    TrainingSettings,
    demand,
    is_published,
)

DRAWN_PX = 96
FEW = 6000
# Of the machine's memory: the rest is for the page, the system and the disk's cache.
_MEMORY_SHARE = 0.85
_KERAS_MB = 900.0
_BYTES_PER_PIXEL = 1100.0  # of a batch, in the compact tower's activations; measured
_LARGEST_MARGIN = 2.0
_SECONDS_TO_DRAW = 0.004  # a product, on two cores; measured


def source_of_collection(collection: Collection) -> DataSource:
    """Return the photos and captions that a collection was made from, for a run.

    Raises
    ------
    CollectionError
        The photos are not where they were.
    """
    origin = collection.manifest.origin
    if not collection.root.is_dir():
        raise CollectionError(
            "the collection's photos are not where they were",
            value=collection.root,
            remedy="Put them back, or choose another collection",
        )
    captions = collection.folder / origin.captions if origin.captions else None
    return DataSource(collection.root, captions, dict(origin.columns or {}))


def is_drawn(n_photos: int, home: Path | None = None) -> bool:
    """Tell whether so many products are drawn already."""
    return (_drawn_folder(n_photos, home or config.home()) / "products.csv").is_file()


def _drawn_folder(n_photos: int, home: Path) -> Path:
    return home / "drawn" / f"{n_photos}-products"


def drawn_source(n_photos: int, home: Path | None = None) -> DataSource:
    """Return drawn products to learn from; where they are not there yet, a job draws them.

    It is in the lane of long work, so a run that is queued after this call finds them.
    """
    require(Role.OWNER)
    home = home or config.home()
    folder = _drawn_folder(n_photos, home)
    if not is_drawn(n_photos, home):
        folder.parent.mkdir(parents=True, exist_ok=True)
        arguments = [f"--photos={n_photos}", f"--out={folder}", f"--size={DRAWN_PX}", "--json"]
        title = f"Draw {n_photos:,} products"
        seconds = _SECONDS_TO_DRAW * n_photos
        start_job("demo", arguments, home=home, title=title, lane="long", expected_seconds=seconds)
    return DataSource(folder)


def suited(n_photos: int, name: str = "My model") -> TrainingSettings:
    """Return settings to begin with: small photos and large steps where there are few photos.

    A few thousand photos are learned in minutes on two cores; the more there are, the more the
    settings are those that the bundled model was made with.
    """
    if n_photos > FEW:
        return TrainingSettings(name=name)
    return TrainingSettings(
        name=name,
        size_px=64,
        n_dims=64,
        batch_size=min(64, max(8, n_photos // 10)),
        learning_rate=2e-3,
        epochs=20,
        validation_share=0.1 if n_photos >= 1000 else 0.2,
    )


def by_recipe(recipe: str, n_photos: int, name: str = "My model") -> TrainingSettings:
    """Return a recipe's settings to begin with on a machine like this one.

    A recipe described on a large network stands here on what trains without one: our compact tower,
    or, where nothing of the network is trained, the bundled model's. Its own can be chosen again.
    """
    here = suited(n_photos, name)
    if recipe == DEFAULT:
        return here
    preset = RECIPES[recipe].settings
    chosen: dict[str, Any] = {"name": name, "validation_share": here.validation_share}
    chosen["batch_size"] = min(int(preset.get("batch_size", 256)), max(8, n_photos // 10))
    is_large = preset.get("backbone") in BACKBONES
    if is_large and (preset.get("frozen") or preset["loss"] == "none"):
        chosen["backbone"] = BUNDLED
    elif is_large:
        same = ("size_px", "n_dims", "learning_rate", "epochs")
        chosen |= {"backbone": COMPACT, **{each: getattr(here, each) for each in same}}
    return settings_of(recipe, chosen)


def check_plan(plan: Plan, n_captioned: int) -> None:
    """Refuse a plan that cannot work, in words that say what to change.

    Parameters
    ----------
    plan
        Settings have been checked one by one already, when they were made.
    n_captioned
        Photos with something said of them.

    Raises
    ------
    TrainingError
        At the first thing that cannot be.
    """
    settings = plan.settings
    demand(bool(settings.name.strip()), "the run needs a name", None, "Type at least one letter")
    n_held_out = int(n_captioned * settings.validation_share)
    demand(
        n_captioned - n_held_out >= 2 * settings.batch_size,
        "too few photos with captions for such a batch",
        f"{n_captioned - n_held_out:,} to train on, {settings.batch_size} a batch",
        "Choose a smaller batch, or more photos",
    )
    demand(
        n_held_out >= 10,
        "too few photos would be held out to measure with",
        n_held_out,
        "Raise the validation share, or choose more photos",
    )
    _check_tower(settings)
    demand(
        0 < settings.margin <= _LARGEST_MARGIN,
        "margin out of range",
        settings.margin,
        "Two unit rows are at most 2 apart: give more than 0, at most 2",
    )
    needed, there = likely_memory_mb(settings), memory_mb()
    demand(
        there is None or needed <= _MEMORY_SHARE * there,
        "the machine has too little memory for such a batch",
        f"about {needed:,.0f} MB of {there or 0:,.0f} MB",
        "Choose a smaller batch or smaller photos",
    )


def _check_tower(settings: TrainingSettings) -> None:
    backbone, weights = settings.backbone, settings.weights
    demand(
        backbone in (COMPACT, BUNDLED, AUTOENCODER, *BACKBONES) or is_published(backbone),
        "no such backbone",
        backbone,
        f"Choose one of {COMPACT}, {BUNDLED}, {', '.join(sorted(BACKBONES))}",
    )
    demand(
        backbone != COMPACT or not weights,
        "the compact tower starts from random weights",
        weights,
        "Leave the weights empty, or choose a backbone of keras.applications",
    )
    is_file = weights not in (None, "", "imagenet")
    demand(
        not is_file or Path(str(weights)).expanduser().is_file(),
        "there is no such file of weights",
        weights,
        "Check the path, or write imagenet",
    )


def likely_memory_mb(settings: TrainingSettings) -> float:
    """Return a rough need of memory, for refusing what cannot work; see `estimate` for better."""
    n_pixels = settings.batch_size * settings.size_px**2
    heavier = 1.0 if settings.backbone == COMPACT else 3.0
    return _KERAS_MB + heavier * _BYTES_PER_PIXEL * n_pixels / 2**20


def memory_mb() -> float | None:
    """Return the machine's memory, or None where it does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20
    except (ValueError, OSError, AttributeError):
        return None


PresetName = Literal["quick", "good", "best"]


@dataclass(frozen=True, slots=True)
class Preset:
    """Settings for somebody who does not want to know them.

    Attributes
    ----------
    label
        What it is called.
    promise
        What to expect of it, in one sentence.
    settings
        From the number of photos with captions.
    """

    label: str
    promise: str
    settings: Callable[[int], TrainingSettings]


def _quick(n_photos: int) -> TrainingSettings:
    return replace(suited(min(n_photos, FEW)), size_px=48, epochs=4, patience=0)


def _good(n_photos: int) -> TrainingSettings:
    return suited(n_photos)


def _best(n_photos: int) -> TrainingSettings:
    """As the first stages of the bundled model, with as many passes as few photos need."""
    return replace(
        suited(n_photos),
        size_px=96,
        n_dims=128,
        batch_size=min(128, max(8, n_photos // 10)),
        learning_rate=1e-3,
        epochs=40 if n_photos <= FEW else 24,
        patience=8,
        augment=0.35,
        attribute_weight=1.0,
        word_dropout=0.08,
    )


PRESETS: dict[PresetName, Preset] = {
    "quick": Preset(
        "Quick look",
        "Shows whether your captions can teach a model at all: main kinds and colours.",
        _quick,
    ),
    "good": Preset(
        "Good",
        "Finds kinds, colours and what captions often say; a first model to search with.",
        _good,
    ),
    "best": Preset(
        "Best",
        "Sees larger photos, many more times, and learns attribute values too: small details, "
        "short queries.",
        _best,
    ),
}
