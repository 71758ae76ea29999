"""The loop of a joint model: epochs, validation, checkpoints, and the model at the end.

A run killed at any moment goes on from its last checkpoint: one is written after every epoch, every
few minutes, and where it was asked to stop.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import keras
import numpy as np

from engine.durable import append_line, write_json
from engine.encoders import read_manifest
from engine.encoders.joint import JointEncoder
from engine.encoders.model_settings import COMPACT_WIDTHS, ModelSettings
from engine.errors import TrainingError
from engine.progress import Progress, Report
from engine.text import Tokenizer
from engine.training import checkpoint, record
from engine.training.checkpoint import RunState
from engine.training.events import EventFile, scalars_of
from engine.training.examples import Batches
from engine.training.machine import describe_machine, peak_memory_mb, resolve_precision
from engine.training.record import MODEL, Plan, StopAskedError, TrainingReport
from engine.training.run_examples import examples_of
from engine.training.start import Start
from engine.training.teacher import taught_by
from engine.training.trainer import build_trainer, recalibrate
from engine.training.validation import Probe, Rows, Validation

_CALIBRATION_BATCHES = 16
_CHECKPOINT_SECONDS = 180.0
_STEP_LINE_SECONDS = 1.0


class JointRun:
    """A run of a joint model: its data, its trainer, and what it knows so far."""

    def __init__(self, plan: Plan, out: Path, shelf: Path, progress: Report) -> None:
        self.plan, self.settings, self.out, self.report = plan, plan.settings, out, progress
        settings = plan.settings
        self.examples = examples_of(out, plan, shelf, self.report)
        rows, held_out = self.examples.split_for(settings)
        self.rows = rows
        self.tokenizer = Tokenizer.fit(self.examples.texts(rows), max_words=settings.max_words)
        teaching = taught_by(plan, self.examples, rows, self.report)
        self.batches = Batches(self.examples, rows, self.tokenizer, settings, teaching)
        self.validation = Validation(self.examples, held_out, self.tokenizer, settings.batch_size)
        self.probe = Probe(out, self.validation, self.examples, settings.seed)
        self.shape = ModelSettings(
            backbone=settings.backbone,
            backbone_alpha=settings.backbone_alpha,
            widths=settings.widths or COMPACT_WIDTHS,
            size_px=settings.size_px,
            n_dims=settings.n_dims,
            n_tokens=self.tokenizer.n_tokens,
            n_ids=self.tokenizer.n_ids,
            text_kind=settings.text_kind,
            text_width=settings.text_width,
            pooling=settings.pooling,
            hidden=settings.hidden,
            dropout=settings.dropout,
        )
        self.precision = resolve_precision(settings.precision, settings.size_px)
        write_json(out / record.ENVIRONMENT, describe_machine(self.precision))
        n_steps = self.batches.n_steps * settings.epochs
        labels = self.batches.labels
        values = self.tokenizer.encode(labels.values)
        self.trainer = build_trainer(
            self.shape,
            settings,
            n_steps,
            self.precision,
            values,
            labels.spans,
            teaching.features.shape[1] if teaching else 0,
            teaching.photos.shape[1] if teaching else 0,
        )
        self.start = Start.read(settings)
        towers = self.trainer.photo_tower, self.trainer.text_tower
        self.encoder = JointEncoder(settings.name, self.shape, self.tokenizer, *towers)
        self.events = EventFile(out / record.TENSORBOARD)
        self.state = RunState()
        self._last_step_line, self._last_checkpoint = 0.0, time.monotonic()

    def complete(self, finish: bool) -> TrainingReport:
        """Train what is left, then write the model; or stop on the way."""
        self._build_variables()
        if self.start:
            self.start.give(self.trainer, self.tokenizer)
        checkpoint.load_start(self.out, self.trainer)
        self.state = checkpoint.restore(self.out, self.trainer) or self.state
        record.rewrite_metrics(self.out, self.state.history)
        try:
            while not (finish or self._is_over()):
                self._train_epoch()
        except StopAskedError:
            return self._stop()
        finally:
            self.events.close()
        return self._finish()

    def _build_variables(self) -> None:
        """Run one batch through everything, so that each variable exists before it is restored."""
        self.trainer(next(self.batches.of_epoch(0)), training=False)

    def _is_over(self) -> bool:
        state, settings = self.state, self.settings
        is_stale = bool(settings.patience) and state.epoch - state.best_epoch >= settings.patience
        return state.epoch >= settings.epochs or self._is_late() or (state.epoch > 0 and is_stale)

    def _is_late(self) -> bool:
        limit = self.settings.minutes
        return limit is not None and self.state.seconds >= 60 * limit

    def _train_epoch(self) -> None:
        state, tick = self.state, time.monotonic()
        with closing(ahead(self.batches.of_epoch(state.epoch))) as batches:
            # What a stopped epoch has seen is drawn again and passed over: the order stays.
            for batch in islice(batches, state.step, None):
                loss = float(self.trainer.train_on_batch(batch))
                tick, before = time.monotonic(), tick
                state.note_step(loss, tick - before)
                self._note_step(loss)
                if self._is_late():
                    break
        n_batches = min(_CALIBRATION_BATCHES, 1 + self.batches.n_steps // 2)
        recalibrate(self.trainer, self.batches.as_they_are(n_batches))
        self._note_epoch(*self.validation.embed(self.encoder), began=tick)

    def _note_step(self, loss: float) -> None:
        state, now = self.state, time.monotonic()
        if not np.isfinite(loss):
            raise TrainingError(
                "the loss is no longer a number",
                value=f"epoch {state.epoch + 1}, step {state.step}",
                remedy="Start a new run with a smaller learning rate",
            )
        if now - self._last_step_line > _STEP_LINE_SECONDS:
            self._last_step_line = now
            step = state.epoch * self.batches.n_steps + state.step
            line = {"step": step, "epoch": state.epoch + state.step / self.batches.n_steps}
            append_line(self.out / record.STEPS, {**line, "loss": state.loss_sum / state.step})
        if now - self._last_checkpoint > _CHECKPOINT_SECONDS:
            self._save()
        self.report(self._progress())

    def _progress(self) -> Progress:
        state = self.state
        recall = state.best_recall
        known = f", best R@10 so far {recall:.3f}" if recall is not None else ""
        loss = f"loss {state.loss_sum / max(state.step, 1):.3f}"
        step = f"epoch {state.epoch + 1} of {self.settings.epochs}, {loss}{known}"
        return Progress(step, state.step, self.batches.n_steps, state.epoch_seconds)

    def _note_epoch(self, photos: Rows, texts: Rows, *, began: float) -> None:
        state = self.state
        figures = self.validation.figures(photos, texts)
        rate = self.trainer.optimizer.learning_rate
        seconds = time.monotonic() - began  # what measuring took; training was counted by steps
        state.seconds += seconds
        line = {
            "epoch": state.epoch + 1,
            "photos": len(self.examples),
            "loss": state.loss_sum / max(state.step, 1),
            "validation_loss": self.validation.loss(self.trainer, photos, texts),
            "learning_rate": float(keras.ops.convert_to_numpy(rate)),
            "seconds": state.epoch_seconds + seconds,
            "total_seconds": state.seconds,
            "photos_per_second": state.step
            * self.settings.batch_size
            / max(state.epoch_seconds, 1e-9),
            "memory_mb": peak_memory_mb(),
            **{direction: figure.to_json() for direction, figure in figures.items()},
        }
        is_best = state.note(line)
        if is_best:
            checkpoint.keep_best(self.out, self.trainer, state.epoch)
        self.probe.note(state.epoch, self.encoder, photos, texts, is_best=is_best)
        self._save()
        append_line(self.out / record.METRICS, line)
        self.events.write(state.epoch, scalars_of(line))
        recall = figures["text_to_image"].recall_at_10
        record.log(self.out, f"epoch {state.epoch}: loss {line['loss']:.4f}, R@10 {recall:.3f}")

    def _save(self) -> None:
        checkpoint.save(self.out, self.trainer, self.state)
        self._last_checkpoint = time.monotonic()

    def _stop(self) -> TrainingReport:
        """Keep everything as it is after this batch."""
        self._save()
        content = {**self._told(), "seconds": self.state.seconds}
        record.log(self.out, f"keeping epoch {self.state.epoch + 1} at step {self.state.step}")
        return TrainingReport(self.out / MODEL, content, "stopped")

    def _told(self) -> dict[str, Any]:
        return {
            "data": self.examples.told(self.plan.data, self.rows, self.validation.rows),
            "settings": {
                **self.settings.to_json(),
                "weights": bool(self.settings.weights),
                "start": self.start.name if self.start else None,
                "teachers": [read_manifest(Path(folder)).name for folder in self.settings.teachers],
            },
            "curves": self.state.history,
            "best_epoch": self.state.best_epoch,
        }

    def _finish(self) -> TrainingReport:
        """Write the model of the best epoch."""
        if not self.state.best_epoch:
            raise TrainingError(
                "the run has not finished an epoch", value=self.out, remedy="Resume it first"
            )
        record.log(self.out, f"writing the model of epoch {self.state.best_epoch}")
        shape = replace(self.shape, mirrored=self.settings.mirrored)
        encoder = JointEncoder(self.settings.name, shape, self.tokenizer)
        checkpoint.load_best(self.out, encoder, self.state.best_epoch)
        if self.start and self.settings.start_share:
            self.start.draw_back(encoder, self.settings.start_share)
            recalibrate(encoder, self.batches.as_they_are(_CALIBRATION_BATCHES))
        rows = self.validation.embed(encoder)
        folded, unfolded = (self.validation.figures(*rows, fold=fold) for fold in (True, False))
        content: dict[str, Any] = {
            **self._told(),
            "went_on_from": self.start.report if self.start else None,
            "final": {direction: figure.to_json() for direction, figure in folded.items()},
            "final_unfolded": {d: figure.to_json() for d, figure in unfolded.items()},
            "seconds": self.state.seconds,
            "machine": describe_machine(self.precision),
        }
        content = record.six_digits(content)
        held_out = frozenset(self.validation.hashes)
        encoder.save(self.out / MODEL, held_out=held_out, report=content)
        return TrainingReport(self.out / MODEL, content)


_AHEAD = 4


def ahead(batches: Iterator[dict[str, Any]]) -> Generator[dict[str, Any], None, None]:
    """Yield batches that a thread makes ahead; its errors come through, and closing ends it."""
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
