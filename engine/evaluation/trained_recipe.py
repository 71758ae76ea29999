"""Each recipe trained briefly on the same photos, saved as a model, loaded again and measured."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoders import Encoder, bundled_model, bundled_models, load_encoder
from engine.encoders.applications import WeightsError
from engine.encoders.joint import JointEncoder
from engine.encoders.model_folder import read_held_out
from engine.encoders.model_settings import LITE
from engine.errors import KindredError, PhotoError, TrainingError
from engine.evaluation.metrics import both_directions, precision_at_k
from engine.evaluation.recipe_comparison import Comparison, write_comparison
from engine.evaluation.recipe_figures import Row
from engine.evaluation.recipe_sample import Sample, draw_sample
from engine.images import Preprocessing, read_photos
from engine.progress import Report, Step, no_report
from engine.training.backbone import Backbone, open_backbone
from engine.training.heads import train_head
from engine.training.material import Material, gather, list_photos
from engine.training.recipes import RECIPES, settings_of
from engine.training.settings import BUNDLED, DataSource, TrainingSettings

# What makes a recipe short enough for two cores; a person's own choice counts more.
QUICK: dict[str, dict[str, Any]] = {
    "contrastive": {"frozen": True, "epochs": 20, "batch_size": 128, "augment": 0.0},
    "triplet": {"frozen": True, "epochs": 15, "learning_rate": 1e-3, "n_dims": 128},
    "devise": {"epochs": 15},
    "autoencoder": {"size_px": 48, "epochs": 4, "batch_size": 32},
    "vgg16-fc1": {},
    "matching": {"epochs": 30, "batch_size": 128},
}
_OWN = "own"
_MOST_LABELS = 8


@dataclass(frozen=True, slots=True)
class _Pool:
    """The photos measured with, as every model meets them."""

    material: Material
    rows: NDArray[np.int64]

    @property
    def paths(self) -> list[Path]:
        return [self.material.paths[row] for row in self.rows]

    @property
    def captions(self) -> list[tuple[str, ...]]:
        return [self.material.photos.captions[row] for row in self.rows]

    def pixels(self, preprocessing: Preprocessing) -> NDArray[np.uint8]:
        return np.stack(_pixels(self.paths, preprocessing))


def compare(
    data: Sequence[DataSource],
    out: Path,
    *,
    recipes: Sequence[str] = tuple(RECIPES),
    n_photos: int = 1500,
    backbone: str = LITE,
    chosen: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Report = no_report,
) -> Comparison:
    """Train recipes on a sample of photos and measure them on others, the same for all.

    Parameters
    ----------
    data
        Photos with captions or labels.
    out
        Folder for the models and the table; must not exist yet.
    recipes
        Their names, in the order of the table.
    n_photos
        Photos of the sample, trained on and measured together.
    backbone
        What all recipes stand on: ``"EfficientNetLite2"``, ``"bundled"`` (the tower of
        kindred-fashion), a name of `keras.applications`, or ``"own"`` for each recipe's described
        one, and EfficientNetLite2 where the weights of that cannot be had.
    chosen
        Settings that count for every recipe, such as ``epochs`` or ``weights``.
    seed
        Of the sample and of training.
    progress
        Told of every step.

    Returns
    -------
    Comparison
        What was measured; a recipe that could not be trained has a row that says why.

    Raises
    ------
    TrainingError
        No such recipe, too few photos, or `out` exists.
    """
    if out.exists():
        raise TrainingError("the folder exists already", value=out, remedy="Choose another")
    wanted = {**(chosen or {}), "seed": seed}
    plans = {name: _plan(name, backbone, wanted) for name in recipes}
    found, skipped = list_photos(data)
    speaking = [item for item in found if item.record.captions or item.record.attributes]
    never_seen = frozenset().union(*(read_held_out(bundled_model(n)) for n in bundled_models()))
    sample = draw_sample(speaking, n_photos, never_seen, seed, progress)
    course = _Course(sample, out, progress)
    rows = [
        course.attend(name, plan, _plan(name, LITE, wanted) if backbone == _OWN else None)
        for name, plan in plans.items()
    ]
    rows += [course.measure_bundled(name) for name in bundled_models()]
    pool = course.pool()
    return write_comparison(
        out,
        rows,
        paths=pool.paths,
        captions=pool.captions,
        n_trained=len(sample.trained),
        note=sample.note,
        sources=[origin.photos.name for origin in data],
        n_skipped=len(skipped),
    )


def _plan(recipe: str, backbone: str, chosen: Mapping[str, Any]) -> TrainingSettings:
    """Return a recipe's settings, made short."""
    own = {} if backbone == _OWN or recipe == "autoencoder" else {"backbone": backbone}
    known = chosen if recipe != "autoencoder" else _without(chosen, {"weights", "backbone_alpha"})
    return settings_of(recipe, {**own, **QUICK.get(recipe, {}), **known, "name": recipe})


def _without(chosen: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in chosen.items() if name not in names}


class _Course:
    """Recipes taught one after another on the same sample; features are computed once for all."""

    def __init__(self, sample: Sample, out: Path, progress: Report) -> None:
        self._sample, self._out, self._progress = sample, out, progress
        self._known: dict[tuple[Any, ...], tuple[Backbone, Material]] = {}
        self._labels: list[str] = []

    def attend(
        self, recipe: str, settings: TrainingSettings, instead: TrainingSettings | None = None
    ) -> Row:
        """Train a recipe, save and load it, and measure it; a failure is told in its row.

        Where the weights of its network cannot be had, it stands on another one `instead`.
        """
        try:
            model = self._out / recipe / "model"
            try:
                backbone, vectors, seconds = self._teach(settings, model)
            except WeightsError:
                if instead is None:
                    raise
                backbone, vectors, seconds = self._teach(instead, model)
                backbone = f"{backbone}; the weights of {settings.backbone} cannot be had"
            return self._measure(recipe, model, backbone, vectors, seconds)
        except KindredError as error:
            return Row(recipe, error=str(error))

    def measure_bundled(self, name: str) -> Row:
        """Measure a model that comes with Kindred as it is."""
        try:
            return self._measure(name, bundled_model(name), "trained long before", "", 0.0)
        except KindredError as error:
            return Row(name, error=str(error))

    def pool(self) -> _Pool:
        """Return what is measured with."""
        if not self._known:
            self._features(settings_of("contrastive", {"backbone": BUNDLED, "batch_size": 2}))
        _, material = next(iter(self._known.values()))
        return _Pool(material, self._split(material)[1])

    def _teach(self, settings: TrainingSettings, model: Path) -> tuple[str, str, float]:
        if settings.loss == "reconstruction":
            return self._teach_drawing(settings, model)
        backbone, material = self._features(settings)
        rows, held_out = self._split(material)
        trained = train_head(material, rows, held_out, settings, backbone, self._progress)
        self._save(trained.encoder, model, backbone.told, trained.seconds)
        return backbone.told, trained.vectors, trained.seconds

    def _teach_drawing(self, settings: TrainingSettings, model: Path) -> tuple[str, str, float]:
        from engine.training.reconstruction import train_drawing

        paths = [item.path for item in self._sample.trained]
        photos = list(_pixels([*paths, *self.pool().paths], settings.preprocessing))
        rows = np.arange(len(photos))
        n_trained = len(photos) - len(self._sample.measured)
        drawn = train_drawing(
            np.stack(photos), rows[:n_trained], rows[n_trained:], settings, self._progress
        )
        told = "its own convolutions, from scratch"
        self._save(drawn.encoder, model, told, drawn.seconds, beside_too=drawn.write_beside)
        return told, "", drawn.seconds

    def _save(
        self, encoder: JointEncoder, model: Path, told: str, seconds: float, **extra: Any
    ) -> None:
        step = Step(self._progress, f"saving {encoder.name}", 1)
        hashes = frozenset(self.pool().material.photos.hashes[row] for row in self.pool().rows)
        report = {"backbone": told, "seconds": seconds}
        encoder.save(model, held_out=hashes, report=report, **extra)
        step.at(1)

    def _features(self, settings: TrainingSettings) -> tuple[Backbone, Material]:
        """Return the backbone of a recipe with the features of all photos, computed once."""
        names = ("backbone", "backbone_alpha", "weights", "size_px", "pooling", "feature_layer")
        key = tuple(getattr(settings, name) for name in names)
        if settings.backbone == BUNDLED:
            key = (BUNDLED,)
        if key not in self._known:
            backbone = open_backbone(settings)
            photos = [*self._sample.trained, *self._sample.measured]
            material = gather(photos, [], settings, backbone, self._progress)
            self._known[key] = backbone, material
        return self._known[key]

    def _split(self, material: Material) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        measured = {item.path for item in self._sample.measured}
        inside = np.array([path in measured for path in material.paths])
        return np.flatnonzero(~inside), np.flatnonzero(inside)

    def _measure(
        self, recipe: str, model: Path, backbone: str, vectors: str, seconds: float
    ) -> Row:
        encoder, pool = load_encoder(model), self.pool()
        pixels = pool.pixels(encoder.preprocessing)
        encoder.embed_photos(pixels[:8])  # the first call pays for what later ones share
        began = time.perf_counter()
        photos = encoder.embed_photos(pixels)
        rate = len(photos) / (time.perf_counter() - began)
        folder = self._out / recipe
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "embeddings.npy", photos)
        directions = _directions(encoder, photos, pool.captions)
        return Row(
            recipe,
            backbone,
            vectors,
            directions.get("text_to_image"),
            directions.get("image_to_text"),
            _precision(photos, pool),
            seconds,
            rate,
            _megabytes(model),
            encoder.n_dims,
        )


def _directions(
    encoder: Encoder, photos: NDArray[np.float32], captions: Sequence[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Measure both directions; {} for a model without a text side."""
    if encoder.tokenizer is None:
        return {}
    texts = encoder.embed_texts([text for said in captions for text in said])
    groups = np.arange(len(photos))
    both = both_directions(photos, texts, groups, np.repeat(groups, [len(c) for c in captions]))
    return {name: figure.to_json() for name, figure in both.items()}


def _precision(photos: NDArray[np.float32], pool: _Pool) -> dict[str, float]:
    """Measure how far nearest photos share each attribute that repeats."""
    known = [pool.material.known[row] for row in pool.rows]
    groups = np.arange(len(photos))
    found: dict[str, float] = {}
    for name in dict.fromkeys(name for each in known for name in each):
        labels = [each.get(name, "") for each in known]
        n_values = len(set(labels) - {""})
        if 1 < n_values <= len(labels) / 3 and len(found) < _MOST_LABELS:
            found[name] = precision_at_k(photos, labels, groups, 9)[0]
    return found


def _pixels(paths: Sequence[Path], preprocessing: Preprocessing) -> list[NDArray[np.uint8]]:
    """Decode photos that could be read before."""
    photos = read_photos(paths, preprocessing, n_threads=os.cpu_count() or 1)
    return [photo.pixels for photo in photos if not isinstance(photo, PhotoError)]


def _megabytes(model: Path) -> float:
    kinds = {".onnx", ".json"}
    sizes = [path.stat().st_size for path in model.iterdir() if path.suffix in kinds]
    return sum(sizes) / 1e6
