"""How long a run will take and how much memory, from what this machine did before.

Every epoch of every run tells how fast its tower trained. Where no run of that tower is there yet,
`python -m engine train --calibrate` tries a few batches and leaves a line with the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from engine import config
from engine.durable import append_line, read_lines
from engine.runs.run_folder import runs_folder
from engine.training import record
from engine.training.record import read_plan
from engine.training.settings import TrainingSettings

SPEEDS = "speeds.jsonl"
# Measuring, checkpoints and the model at the end, besides the batches.
_BESIDES = 1.15
_END_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will take on this machine.

    Attributes
    ----------
    seconds
        All of it, a time limit included.
    memory_mb
        The most it will hold.
    photos_per_second
        What the tower trains at.
    basis
        Where that comes from, in words.
    """

    seconds: float
    memory_mb: float
    photos_per_second: float
    basis: str


@dataclass(frozen=True, slots=True)
class _Speed:
    size_px: int
    batch_size: int
    photos_per_second: float
    memory_mb: float
    basis: str


def estimate(
    settings: TrainingSettings, n_photos: int, *, home: Path | None = None
) -> Estimate | None:
    """Estimate a run, or return None where this machine never trained such a tower.

    A convolutional tower's work grows with the area of its photos, so a speed at another size is
    scaled by that.

    Parameters
    ----------
    settings
        Of the run.
    n_photos
        All photos with captions, those held out included.
    home
        `engine.config.home` by default.
    """
    known = list(_speeds(settings, home or config.home()))
    if not known:
        return None
    nearest = min(known, key=lambda speed: _distance(speed, settings))
    area = (settings.size_px / nearest.size_px) ** 2
    rate = nearest.photos_per_second / area
    n_training = n_photos * (1 - settings.validation_share)
    seconds = _BESIDES * settings.epochs * n_training / rate + _END_SECONDS
    if settings.minutes is not None:
        seconds = min(seconds, 60 * settings.minutes + _END_SECONDS)
    grown = area * settings.batch_size / nearest.batch_size
    basis = nearest.basis if area == 1 else f"{nearest.basis}, scaled from {nearest.size_px} px"
    return Estimate(seconds, max(nearest.memory_mb * min(grown, 4.0), 900.0), rate, basis)


def note_speed(settings: TrainingSettings, tried: dict[str, float], home: Path) -> None:
    """Keep what a calibration found."""
    home.mkdir(parents=True, exist_ok=True)
    append_line(home / SPEEDS, {"settings": settings.to_json(), **tried})


def _distance(speed: _Speed, settings: TrainingSettings) -> tuple[bool, float, int]:
    """Order speeds by how alike they are, measured ones of equal size first."""
    return (
        speed.size_px != settings.size_px,
        abs(speed.size_px - settings.size_px),
        abs(speed.batch_size - settings.batch_size),
    )


def _speeds(settings: TrainingSettings, home: Path) -> Iterator[_Speed]:
    """Yield what is known of a tower: from runs, then from trials, the newest first."""
    files = runs_folder(home).glob(f"*/{record.METRICS}")
    for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True):
        epochs = [epoch for epoch in read_lines(file) if epoch.get("photos_per_second")]
        if not epochs:
            continue
        plan = read_plan(file.with_name(record.RUN))
        if _is_same_tower(plan.settings.to_json(), settings):
            # The first epoch waits for the compiler; others may have waited for other programs.
            rate = median(epoch["photos_per_second"] for epoch in epochs[1:] or epochs)
            line = {**epochs[-1], "photos_per_second": rate}
            yield _speed(plan.settings.to_json(), line, f"from the run {plan.settings.name}")
    for line in reversed(read_lines(home / SPEEDS)):
        known = line.get("settings", {})
        if _is_same_tower(known, settings) and line.get("photos_per_second"):
            yield _speed(known, line, "measured with a few batches")


def _is_same_tower(known: dict[str, Any], settings: TrainingSettings) -> bool:
    wanted = settings.to_json()
    return all(known.get(key) == wanted[key] for key in TOWER if key in wanted)


# What decides a tower's work besides the size of its photos.
TOWER = ("backbone", "backbone_alpha", "widths", "precision")


def _speed(known: dict[str, Any], line: dict[str, Any], basis: str) -> _Speed:
    return _Speed(
        int(known["size_px"]),
        int(known["batch_size"]),
        float(line["photos_per_second"]),
        float(line.get("memory_mb") or 1000.0),
        basis,
    )
