"""The loop of a run: epochs, validation, checkpoints, resume, and the model at the end.

A run folder holds ``run.json`` (data and settings), ``metrics.jsonl`` (one line an epoch),
``checkpoint-NNN/`` (weights, optimizer and what is needed to go on), ``best/`` (the towers of the
best epoch) and in the end ``model/``. Each is written beside and renamed, so a run killed at any
moment is resumed from its last finished epoch.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from engine.durable import read_json, write_json
from engine.encoders.joint import JointEncoder
from engine.encoders.settings import ModelSettings
from engine.errors import TrainingError
from engine.evaluation import Retrieval, both_directions
from engine.locks import LockHeldError, exclusive
from engine.progress import Progress, Report, unheard
from engine.text import Tokenizer
from engine.training.checkpoint import RunState, keep_best, load_best, restore, save
from engine.training.examples import Batches, load_examples
from engine.training.machine import describe_machine, resolve_precision
from engine.training.settings import DataSource, TrainingSettings
from engine.training.trainer import JointTrainer, build_trainer, recalibrate

RUN = "run.json"
STOP = "STOP"
MODEL = "model"
_AHEAD = 4
_CALIBRATION_BATCHES = 16


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What a finished run says of itself.

    Parameters
    ----------
    model
        The folder of the model.
    content
        What ``report.json`` beside the weights holds: data, settings, curves, final figures,
        seconds, machine.
    """

    model: Path
    content: dict[str, Any]


def train(
    data: Sequence[DataSource],
    settings: TrainingSettings,
    out: Path,
    *,
    progress: Report = unheard,
) -> TrainingReport:
    """Train a joint model from photos and captions.

    Parameters
    ----------
    data
        One or more sources of photos.
    settings
        Everything else that decides the run.
    out
        The run's folder; must not hold a run yet.
    progress
        Told of every step.

    Raises
    ------
    TrainingError
        The folder is taken, or there is too little to train on.
    """
    if (out / RUN).exists():
        raise TrainingError(
            "the folder holds a run already",
            value=out,
            remedy="Resume it with '--resume', or choose another",
        )
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / RUN, {"settings": settings.to_json(), "data": [d.to_json() for d in data]})
    return resume(out, progress=progress)


def resume(out: Path, *, progress: Report = unheard) -> TrainingReport:
    """Go on with a run from its last finished epoch; a run that is finished stays as it is.

    Raises
    ------
    TrainingError
        The folder holds no run, or another program is at it.
    """
    try:
        content = read_json(out / RUN)
    except (OSError, ValueError) as error:
        raise TrainingError(
            "this folder holds no run", value=out, remedy="Start one with 'train'"
        ) from error
    settings = TrainingSettings.from_json(content["settings"])
    data = [DataSource.from_json(item) for item in content["data"]]
    if (out / MODEL).exists():
        return TrainingReport(out / MODEL, read_json(out / MODEL / "report.json"))
    (out / STOP).unlink(missing_ok=True)
    try:
        with exclusive(out / "lock"):
            return _Run(data, settings, out, progress).complete()
    except LockHeldError as error:
        raise TrainingError(
            "another program is training this run",
            value=error.holder,
            remedy="Wait for it, or stop it",
        ) from error


class _Run:
    """One run at work: its data, its trainer, and what it knows so far."""

    def __init__(
        self, data: Sequence[DataSource], settings: TrainingSettings, out: Path, progress: Report
    ) -> None:
        self.data, self.settings, self.out, self.progress = data, settings, out, progress
        self.cache = out / "photos.npy"
        self.examples = load_examples(data, settings, self.cache, progress)
        rows, self.held_out = self.examples.split(settings.validation_share, settings.seed)
        if not len(self.held_out):
            raise TrainingError(
                "no captioned photo is left to measure with",
                value=f"validation share {settings.validation_share}",
                remedy="Raise '--validation-share' or give more photos",
            )
        self.n_training = len(rows)
        self.tokenizer = Tokenizer.fit(self.examples.texts(rows), max_words=settings.max_words)
        self.batches = Batches(self.examples, rows, self.tokenizer, settings)
        self.shape = ModelSettings(
            backbone=settings.backbone,
            backbone_alpha=settings.backbone_alpha,
            size_px=settings.size_px,
            n_dims=settings.n_dims,
            n_tokens=self.tokenizer.n_tokens,
            n_ids=self.tokenizer.n_ids,
        )
        self.precision = resolve_precision(settings.precision)
        n_steps = self.batches.n_steps * settings.epochs
        self.trainer = build_trainer(self.shape, settings, n_steps, self.precision)
        self.state = RunState()

    def complete(self) -> TrainingReport:
        """Train what is left, then write the model."""
        self._build_variables()
        self.state = restore(self.out, self.trainer) or self.state
        while not self._is_over():
            self._train_epoch()
        model = self._write_model()
        self.cache.unlink(missing_ok=True)
        return model

    def _build_variables(self) -> None:
        """Run one batch through everything, so that each variable exists before it is restored."""
        self.trainer(next(self.batches.of_epoch(0)), training=False)
        self.trainer.optimizer.build(self.trainer.trainable_variables)

    def _is_over(self) -> bool:
        state, settings = self.state, self.settings
        is_late = settings.minutes is not None and state.seconds >= 60 * settings.minutes
        is_stale = bool(settings.patience) and state.epoch - state.best_epoch >= settings.patience
        is_stopped = (self.out / STOP).exists() and state.best_epoch > 0
        return state.epoch >= settings.epochs or is_late or is_stale or is_stopped

    def _train_epoch(self) -> None:
        started = time.monotonic()
        epoch = self.state.epoch
        losses: list[float] = []
        for batch in _ahead(self.batches.of_epoch(epoch)):
            losses.append(float(self.trainer.train_on_batch(batch)))
            self.progress(self._epoch_progress(epoch, losses, started))
            if self._must_end(started):
                break
        recalibrate(self.trainer, self.batches.as_they_are(_CALIBRATION_BATCHES))
        seconds = time.monotonic() - started
        figures = both_directions(
            *self._embed_held_out(self._encoder(self.trainer)), *self._groups()
        )
        self._note_epoch(losses, seconds, figures)

    def _must_end(self, started: float) -> bool:
        """Whether the run's time is up, or a person asked it to stop, in the middle of an epoch."""
        limit = self.settings.minutes
        spent = self.state.seconds + time.monotonic() - started
        return (limit is not None and spent >= 60 * limit) or (self.out / STOP).exists()

    def _epoch_progress(self, epoch: int, losses: list[float], started: float) -> Progress:
        recall = self.state.best_recall
        known = f", best R@10 so far {recall:.3f}" if recall is not None else ""
        step = (
            f"epoch {epoch + 1} of {self.settings.epochs}, loss {np.mean(losses[-20:]):.3f}{known}"
        )
        return Progress(step, len(losses), self.batches.n_steps, time.monotonic() - started)

    def _note_epoch(
        self, losses: list[float], seconds: float, figures: dict[str, Retrieval]
    ) -> None:
        state = self.state
        state.epoch += 1
        state.seconds += seconds
        line = {
            "epoch": state.epoch,
            "loss": float(np.mean(losses)),
            "learning_rate": float(
                keras.ops.convert_to_numpy(self.trainer.optimizer.learning_rate)
            ),
            "seconds": seconds,
            "photos_per_second": len(losses) * self.settings.batch_size / seconds,
            **{direction: figure.to_json() for direction, figure in figures.items()},
        }
        if state.note(line):
            keep_best(self.out, self.trainer)
        save(self.out, self.trainer, state)

    def _encoder(self, trainer: JointTrainer | None = None) -> JointEncoder:
        """Wrap the trainer's towers, or make fresh ones in full precision for the best weights."""
        towers = (trainer.photo_tower, trainer.text_tower) if trainer else (None, None)
        return JointEncoder(self.settings.name, self.shape, self.tokenizer, *towers)

    def _embed_held_out(
        self, encoder: JointEncoder
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        photos = encoder.embed_photos(self.examples.pixels[self.held_out])
        texts = [text for row in self.held_out for text in self.examples.captions[row]]
        return photos, encoder.embed_texts(texts)

    def _groups(self, *, fold: bool = True) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number the held-out photos and their captions; copies share a number when folded."""
        names = [self.examples.hashes[row] if fold else str(row) for row in self.held_out]
        _, photos = np.unique(names, return_inverse=True)
        n_captions = [len(self.examples.captions[row]) for row in self.held_out]
        return photos.astype(np.int64), np.repeat(photos, n_captions).astype(np.int64)

    def _write_model(self) -> TrainingReport:
        encoder = self._encoder()
        load_best(self.out, encoder)
        rows = self._embed_held_out(encoder)
        folded = both_directions(*rows, *self._groups())
        unfolded = both_directions(*rows, *self._groups(fold=False))
        content = {
            "data": {
                "sources": [origin.photos.name for origin in self.data],
                "photos": len(self.examples),
                "trained_on": self.n_training,
                "held_out": len(self.held_out),
                "skipped": len(self.examples.skipped),
            },
            "settings": {**self.settings.to_json(), "weights": bool(self.settings.weights)},
            "curves": self.state.history,
            "best_epoch": self.state.best_epoch,
            "final": {direction: figure.to_json() for direction, figure in folded.items()},
            "final_unfolded": {d: figure.to_json() for d, figure in unfolded.items()},
            "seconds": self.state.seconds,
            "machine": describe_machine(self.precision),
        }
        held_out = frozenset(self.examples.hashes[row] for row in self.held_out)
        encoder.save(self.out / MODEL, held_out=held_out, report=content)
        return TrainingReport(self.out / MODEL, content)


def _ahead(batches: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Make batches in a thread while the model trains on the ones before; errors come through."""
    made: queue.Queue[Any] = queue.Queue(_AHEAD)
    is_over = threading.Event()

    def make() -> None:
        try:
            for batch in batches:
                if is_over.is_set():
                    return
                made.put(batch)
            made.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the batches are used
            made.put(error)

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_over.set()
        while maker.is_alive():
            while not made.empty():
                made.get_nowait()
            maker.join(timeout=0.05)
