"""What a run keeps on disk to go on from: the last finished epoch, and the best one.

Checkpoints are numbered folders. A new one is written beside and renamed before the old one is
removed, so at every moment one is whole.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.durable import flush_folder, read_json, write_json, write_whole
from engine.encoders.joint import JointEncoder
from engine.errors import TrainingError
from engine.training.trainer import JointTrainer

METRICS = "metrics.jsonl"
_STATE = "state.json"
_WEIGHTS = "trainer.weights.h5"
_BEST = "best"
_PHOTO, _TEXT = "photo.weights.h5", "text.weights.h5"


@dataclass(slots=True)
class RunState:
    """How far a run is.

    Parameters
    ----------
    epoch
        Epochs finished.
    seconds
        Spent training, over all sittings.
    best_epoch, best_score
        The epoch, from 1, with the highest mean of the six recalls; 0 before any.
    history
        One dictionary an epoch, as in ``metrics.jsonl``.
    """

    epoch: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def best_recall(self) -> float | None:
        """Text → image recall among ten of the best epoch, or None before any."""
        if not self.best_epoch:
            return None
        return float(self.history[self.best_epoch - 1]["text_to_image"]["recall_at_10"])

    def note(self, line: dict[str, Any]) -> bool:
        """Add an epoch's figures and tell whether it is the best so far."""
        self.history.append(line)
        recalls = [
            line[direction][f"recall_at_{k}"]
            for direction in ("text_to_image", "image_to_text")
            for k in (1, 5, 10)
        ]
        score = sum(recalls) / len(recalls)
        if score <= self.best_score:
            return False
        self.best_epoch, self.best_score = line["epoch"], score
        return True


def save(out: Path, trainer: JointTrainer, state: RunState) -> None:
    """Keep the trainer with its optimizer, and the state; drop the checkpoints before."""
    folder = out / f"checkpoint-{state.epoch:03d}"
    beside = _fresh(folder.with_suffix(".partial"))
    trainer.save_weights(beside / _WEIGHTS)
    write_json(beside / _STATE, asdict(state))
    flush_folder(beside)
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    lines = "".join(json.dumps(line) + "\n" for line in state.history)
    write_whole(out / METRICS, lines.encode())
    for older in _checkpoints(out)[:-1]:
        shutil.rmtree(older)


def restore(out: Path, trainer: JointTrainer) -> RunState | None:
    """Load the last whole checkpoint into a built trainer; None when there is none.

    Raises
    ------
    TrainingError
        The checkpoint does not fit the run's data and settings any more.
    """
    found = _checkpoints(out)
    if not found:
        return None
    try:
        trainer.load_weights(found[-1] / _WEIGHTS)
        return RunState(**read_json(found[-1] / _STATE))
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(
            "the checkpoint does not fit the run; were photos or captions changed since it began",
            value=found[-1],
            remedy="Start a new run",
        ) from error


def keep_best(out: Path, trainer: JointTrainer) -> None:
    """Keep the towers of the epoch that just ended as the best ones."""
    folder = out / _BEST
    folder.mkdir(exist_ok=True)
    for tower, name in ((trainer.photo_tower, _PHOTO), (trainer.text_tower, _TEXT)):
        beside = folder / f"partial-{name}"
        tower.save_weights(beside)
        beside.replace(folder / name)


def load_best(out: Path, encoder: JointEncoder) -> None:
    """Load the best epoch's towers into an encoder of the same shape."""
    encoder.photo_tower.load_weights(out / _BEST / _PHOTO)
    encoder.text_tower.load_weights(out / _BEST / _TEXT)


def _checkpoints(out: Path) -> list[Path]:
    """Return the whole checkpoints, oldest first."""
    return sorted(p for p in out.glob("checkpoint-*") if p.is_dir() and p.suffix != ".partial")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
