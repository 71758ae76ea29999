"""Which photos a comparison trains on, and which it measures with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.images import content_hash
from engine.progress import Report, Step
from engine.training.material import Found

# Shares of the sample that are measured with; and how many files are opened in search of photos
# that the backbone never saw.
_MEASURED_SHARE = 1 / 3
_MOST_HASHED = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The photos of a comparison.

    Parameters
    ----------
    trained
        Photos to train on.
    measured
        Photos to measure with; none of them, and no copy, is trained on.
    note
        What a reader has to know of the split.
    """

    trained: list[Found]
    measured: list[Found]
    note: str


def draw_sample(
    found: Sequence[Found],
    n_photos: int,
    never_seen: frozenset[str],
    seed: int,
    progress: Report,
) -> Sample:
    """Draw photos evenly, and split them by their bytes.

    Parameters
    ----------
    found
        Photos that have a caption.
    n_photos
        How many at most, both sides together.
    never_seen
        Content hashes that the backbone's own training held out. Where there are enough of them
        among the photos, only they are measured with, so that no recipe gains by what its backbone
        has seen.
    seed
        Decides which.
    progress
        Told of every file opened.
    """
    rng = np.random.default_rng(seed)
    order = [found[i] for i in rng.permutation(len(found))[:_MOST_HASHED]]
    n_measured = max(int(min(n_photos, len(order)) * _MEASURED_SHARE), 2)
    step = Step(progress, "choosing photos", len(order))
    by_hash: dict[str, list[Found]] = {}
    for done, item in enumerate(order, start=1):
        name = _hash(item.path)
        if name:
            by_hash.setdefault(name, []).append(item)
        step.at(done)
    held_out = [name for name in by_hash if name in never_seen]
    if len(held_out) >= n_measured // 2:
        others = [name for name in by_hash if name not in never_seen]
        note = "measured on photos that no bundled model's training ever saw"
    else:
        held_out, others = list(by_hash), []
        note = "the bundled models may have seen some of the measured photos"
    measured = held_out[:n_measured]
    rest = others or held_out[n_measured:]
    # One photo of each content is measured: a copy would be a second right answer.
    return Sample(
        [by_hash[name][0] for name in rest[: n_photos - len(measured)]],
        [by_hash[name][0] for name in measured],
        note,
    )


def _hash(path: Path) -> str:
    try:
        return content_hash(path.read_bytes())
    except OSError:
        return ""
