"""What a run keeps on disk to go on from: where it is, and the best epoch's towers.

Checkpoints and best towers are numbered folders. A new one is written beside and renamed; older
ones go only when a checkpoint that needs them no more is whole, so at every moment one is whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.durable import PARTIAL, read_arrays, read_json, whole_folder, write_arrays, write_json
from engine.errors import TrainingError

if TYPE_CHECKING:
    from engine.encoders.joint import JointEncoder
    from engine.training.trainer import JointTrainer

START = "start"
_STATE = "state.json"
_SEEDS = "seeds.npz"
_WEIGHTS = "trainer.weights.h5"
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
    step, loss_sum, epoch_seconds
        Steps of the epoch under way, the sum of their losses, and the time they took.
    """

    epoch: int = 0
    seconds: float = 0.0
    best_epoch: int = 0
    best_score: float = -1.0
    history: list[dict[str, Any]] = field(default_factory=list)
    step: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0

    @property
    def best_recall(self) -> float | None:
        """Text → image recall among ten of the best epoch, or None before any."""
        if not self.best_epoch:
            return None
        return float(self.history[self.best_epoch - 1]["text_to_image"]["recall_at_10"])

    def note_step(self, loss: float, seconds: float) -> None:
        """Count a step."""
        self.step += 1
        self.loss_sum += loss
        self.epoch_seconds += seconds
        self.seconds += seconds

    def note(self, line: dict[str, Any]) -> bool:
        """Add an epoch's figures and tell whether it is the best so far."""
        self.history.append(line)
        self.epoch += 1
        self.step, self.loss_sum, self.epoch_seconds = 0, 0.0, 0.0
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
    """Keep the trainer with its optimizer, and the state; drop what it makes needless."""
    folder = out / f"checkpoint-{state.epoch:04d}-{state.step:06d}"
    if not folder.exists():
        with whole_folder(folder) as beside:
            trainer.save_weights(beside / _WEIGHTS)
            write_arrays(beside / _SEEDS, {name: seed.numpy() for name, seed in _seeds(trainer)})
            write_json(beside / _STATE, asdict(state), flush=False)
    best = out / f"best-{state.best_epoch:04d}"
    for older in [*checkpoints(out), *_whole(out, "best-*")]:
        if older not in (folder, best):
            shutil.rmtree(older)


def restore(out: Path, trainer: JointTrainer) -> RunState | None:
    """Load the last whole checkpoint into a built trainer; None when there is none.

    Raises
    ------
    TrainingError
        The checkpoint does not fit the run's data and settings any more.
    """
    for half in out.glob(f"*{PARTIAL}"):
        shutil.rmtree(half, ignore_errors=True)
    found = checkpoints(out)
    if not found:
        return None
    try:
        trainer.load_weights(found[-1] / _WEIGHTS)
        kept = read_arrays(found[-1] / _SEEDS) or {}  # earlier checkpoints have none
        for name, seed in _seeds(trainer):
            if name in kept:
                seed.assign(kept[name])
        return read_state(out)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise TrainingError(
            "the checkpoint does not fit the run; were its settings changed since it began",
            value=found[-1],
            remedy="Start a new run",
        ) from error


def read_state(out: Path) -> RunState | None:
    """Return the state of the last whole checkpoint, without its weights; None before any."""
    found = checkpoints(out)
    return RunState(**read_json(found[-1] / _STATE)) if found else None


def keep_best(out: Path, trainer: JointTrainer, epoch: int) -> None:
    """Keep the towers of the epoch that just ended as the best ones."""
    # An epoch that is trained a second time replaces what the first left.
    with whole_folder(out / f"best-{epoch:04d}", replace=True) as beside:
        trainer.photo_tower.save_weights(beside / _PHOTO)
        trainer.text_tower.save_weights(beside / _TEXT)


def load_best(out: Path, encoder: JointEncoder, epoch: int) -> None:
    """Load an epoch's towers into an encoder of the same shape."""
    _load(out / f"best-{epoch:04d}", encoder.photo_tower, encoder.text_tower)


def load_start(out: Path, trainer: JointTrainer) -> None:
    """Begin with the towers of another run, where this one was forked with them.

    Raises
    ------
    TrainingError
        They have another shape.
    """
    if not (out / START).is_dir():
        return
    try:
        _load(out / START, trainer.photo_tower, trainer.text_tower)
    except (OSError, ValueError, KeyError) as error:
        raise TrainingError(
            "the other run's weights do not fit this one's settings",
            value=out,
            remedy="Keep its photos, backbone, sizes and seed, or start without its weights",
        ) from error


def checkpoints(out: Path) -> list[Path]:
    """Return the whole checkpoints, oldest first."""
    return _whole(out, "checkpoint-*")


def _seeds(trainer: JointTrainer) -> Iterator[tuple[str, Any]]:
    """Yield what the model draws its chances from, such as dropout: no weights file holds it."""
    weights = {id(each) for each in trainer.weights}
    found = [each for each in trainer.variables if id(each) not in weights and "seed" in each.path]
    return ((str(place), each) for place, each in enumerate(found))


def _load(folder: Path, photo_tower: Any, text_tower: Any) -> None:
    photo_tower.load_weights(folder / _PHOTO)
    text_tower.load_weights(folder / _TEXT)


def _whole(out: Path, pattern: str) -> list[Path]:
    return sorted(path for path in out.glob(pattern) if path.suffix != PARTIAL)
