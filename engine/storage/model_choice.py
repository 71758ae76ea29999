"""Which model embeds a collection: the bundled one that suits its photos, until it is changed."""

from __future__ import annotations

from pathlib import Path

from engine.catalogue import Source
from engine.encoders import bundled_model, bundled_models
from engine.encoders.suitability import Suitability, look_at
from engine.progress import Report, Step


def suited_model(source: Source, progress: Report) -> tuple[Path, Suitability | None]:
    """Return the folder of the bundled model that suits some photos, and what they look like.

    Where only one model is bundled, it is taken and nothing is looked at.

    Raises
    ------
    ModelError
        There is none, or it cannot be loaded.
    """
    if len(bundled_models()) < 2:
        return bundled_model(), None
    step = Step(progress, "looking at some photos", 1)
    found = look_at([source.root / record.path for record in source.records])
    step.at(1)
    return bundled_model(found.model), found
