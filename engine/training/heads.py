"""Training on frozen features: what stands on a backbone learns in seconds.

The same trainer, losses and batches as a whole run's, with features in the place of pixels. In the
end the head is joined to its backbone, so that the model is one tower like every other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import append_line
from engine.encoders.joint import JointEncoder
from engine.evaluation.metrics import both_directions
from engine.progress import Report, Step
from engine.text import Tokenizer, singular, words
from engine.training import record
from engine.training.backbone import Backbone, head_shape, open_backbone
from engine.training.examples import Batches, Examples
from engine.training.machine import describe_machine
from engine.training.material import Material, TagBatches, gather, list_photos
from engine.training.record import MODEL, Plan, TrainingReport
from engine.training.settings import TrainingSettings
from engine.training.trainer import build_trainer, recalibrate

if TYPE_CHECKING:
    from engine.words import WordVectors

_MAX_VECTORS = 200_000
_CALIBRATION_BATCHES = 16
DIRECTIONS = ("text_to_image", "image_to_text")

Rows = NDArray[np.int64]
Note = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model trained in one go, and how that went.

    Parameters
    ----------
    encoder
        The whole model, from pixels on.
    curves
        One dictionary an epoch.
    seconds
        Spent training, features not counted.
    vectors
        Name of the word vectors it stands on, or "".
    write_beside
        Writes what else belongs into the model's folder.
    """

    encoder: JointEncoder
    curves: list[dict[str, Any]]
    seconds: float
    vectors: str = ""
    write_beside: Callable[[Path], None] | None = None


def train_on_features(plan: Plan, out: Path, progress: Report) -> TrainingReport:
    """Train on the features of a frozen backbone, and write a model folder into a run's folder.

    Raises
    ------
    TrainingError
        There is too little to train on.
    ModelError
        The backbone's weights, or the word vectors, cannot be had.
    """
    settings = plan.settings
    backbone = open_backbone(settings)
    record.log(out, f"on features of {backbone.told}")
    material = gather(*list_photos(plan.data), settings, backbone, progress)
    rows, held_out = material.photos.split_for(settings)
    note = partial(append_line, out / record.METRICS)
    trained = train_head(material, rows, held_out, settings, backbone, progress, note)
    return write_model(plan, out, trained, material.photos, rows, held_out, backbone.told)


def write_model(
    plan: Plan, out: Path, trained: Trained, photos: Examples, rows: Rows, held_out: Rows, told: str
) -> TrainingReport:
    """Write the model of a run that is trained in one go, with its report, into its folder."""
    settings, last = plan.settings, trained.curves[-1] if trained.curves else {}
    content = {
        "data": photos.told(plan.data, rows, held_out),
        "settings": {**settings.to_json(), "weights": bool(settings.weights)},
        "backbone": told,
        "vectors": trained.vectors,
        "curves": trained.curves,
        "best_epoch": len(trained.curves),
        "final": {name: last[name] for name in DIRECTIONS if name in last},
        "seconds": trained.seconds,
        "machine": describe_machine("float32"),
    }
    hashes = frozenset(photos.hashes[row] for row in held_out)
    trained.encoder.save(
        out / MODEL, held_out=hashes, report=content, beside_too=trained.write_beside
    )
    return TrainingReport(out / MODEL, content)


def train_head(
    material: Material,
    rows: Rows,
    held_out: Rows,
    settings: TrainingSettings,
    backbone: Backbone,
    progress: Report,
    note: Note = lambda line: None,
) -> Trained:
    """Train what stands on the features, and join it to its backbone.

    Parameters
    ----------
    material
        Features, and what is said of their photos.
    rows, held_out
        Which to train on, and which to measure every epoch with.
    settings
        The recipe.
    backbone
        Where the features came from.
    progress
        Told of every epoch.
    note
        Given each epoch's line of the curves as it is measured.
    """
    said = material.said(settings.say)
    tokenizer, table, vectors = _words(settings, said, rows)
    width = table.shape[1] if table is not None else settings.text_width
    shape = head_shape(settings, backbone, tokenizer.n_ids if tokenizer else 1, width)
    if settings.loss == "none":
        whole, tower = backbone.joined(shape, None)
        return Trained(JointEncoder(settings.name, whole, None, tower), [], 0.0)
    assert tokenizer is not None  # every loss but "none" is about texts
    kind = TagBatches if settings.say == "tags" else Batches
    batches = kind(said, rows, tokenizer, replace(settings, augment=0.0))
    trainer = build_trainer(shape, settings, batches.n_steps * settings.epochs, "float32")
    trainer.jit_compile = False  # XLA takes longer to compile a head than the head to learn
    if table is not None:
        trainer.text_tower.get_layer("words").set_weights([table])
    head = JointEncoder(settings.name, shape, tokenizer, trainer.photo_tower, trainer.text_tower)
    # The first batches settle the features' mean and variance, which training only follows.
    recalibrate(trainer, batches.as_they_are(_CALIBRATION_BATCHES))
    curves: list[dict[str, Any]] = []
    seconds = 0.0
    step = Step(progress, f"training {settings.recipe}", settings.epochs)
    for epoch in range(settings.epochs):
        began = time.monotonic()
        loss = mean_loss(trainer, batches.of_epoch(epoch))
        recalibrate(trainer, batches.as_they_are(_CALIBRATION_BATCHES))
        spent = time.monotonic() - began
        seconds += spent
        line = {"epoch": epoch + 1, "photos": len(material), "loss": loss}
        line |= {"seconds": spent, "total_seconds": seconds}
        curves.append(line | figures(head, material.photos, held_out))
        note(curves[-1])
        step.at(epoch + 1)
    whole, tower = backbone.joined(shape, trainer.photo_tower)
    encoder = JointEncoder(settings.name, whole, tokenizer, tower, trainer.text_tower)
    return Trained(encoder, curves, seconds, vectors)


def mean_loss(trainer: Any, batches: Iterable[Mapping[str, Any]]) -> float:
    """Train on each batch once, and return the mean of their losses.

    Keras forgets its running mean before every `train_on_batch`, so it is taken here.
    """
    return float(np.mean([float(trainer.train_on_batch(batch)) for batch in batches]))


def figures(head: JointEncoder, photos: Examples, held_out: Rows) -> dict[str, Any]:
    """Measure both directions on held-out features and captions."""
    _, groups = np.unique([photos.hashes[row] for row in held_out], return_inverse=True)
    captions = [photos.captions[row] for row in held_out]
    texts = head.embed_texts([text for said in captions for text in said])
    text_groups = np.repeat(groups, [len(said) for said in captions])
    embedded = head.embed_photos(photos.pixels[held_out])
    both = both_directions(embedded, texts, groups.astype(np.int64), text_groups.astype(np.int64))
    return {direction: figure.to_json() for direction, figure in both.items()}


def _words(
    settings: TrainingSettings, said: Examples, rows: Rows
) -> tuple[Tokenizer | None, NDArray[np.float32] | None, str]:
    """Return the vocabulary, with fixed vectors for it where the recipe stands on them."""
    if settings.text_kind == "none":
        return None, None, ""
    if settings.text_kind != "vectors":
        return Tokenizer.fit(said.texts(rows), max_words=settings.max_words), None, ""
    from engine.words import WordVectors

    vectors = WordVectors.open(settings.vectors)
    tokenizer, table = word_table(vectors)
    return tokenizer, table, f"{vectors.name}, {vectors.n_dims} wide"


def word_table(vectors: WordVectors) -> tuple[Tokenizer, NDArray[np.float32]]:
    """Return a vocabulary of all words that have a vector, and their rows by token id.

    Words are folded to their singular as in every vocabulary; the singular's own vector counts,
    and the plural's only where there is no other.
    """
    chosen: dict[str, str] = {}
    for word in vectors.words[:_MAX_VECTORS]:
        if words(word) == [word]:
            folded = singular(word)
            if folded not in chosen or word == folded:
                chosen[folded] = word
    rows, _ = vectors.vectors(list(chosen.values()))
    tokenizer = Tokenizer([(word, 1) for word in chosen], n_tokens=24)
    return tokenizer, np.concatenate([np.zeros((1, vectors.n_dims), np.float32), rows])
