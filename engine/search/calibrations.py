"""Calibrations: what the similarities of a collection mean, kept with its build.

They are learned when a collection is made or changed, in about a second, and read in a moment when
it is opened. Where none lie with a build, or they are of another state of it, they are learned when
first asked for, and kept if the folder can be written.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.durable import MALFORMED
from engine.relevance import Calibration
from engine.search.build_arrays import BuildArrays
from engine.search.shown_value import ShownValue
from engine.search.vocabulary import BestWords
from engine.storage import Collection
from engine.storage.collection import CATALOGUE, EMBEDDINGS

CALIBRATIONS = BuildArrays("calibrations.npz", way=1, files=(EMBEDDINGS, CATALOGUE))
_N_NEAREST, _N_CONTRASTED = 9, 3
_CURVES = ("of_text_answer", "of_text_match", "of_photo_answer", "of_photo_match")
_PARTS = {"best_words": BestWords, "shown_value": ShownValue}


@dataclass(frozen=True, slots=True, eq=False)
class Calibrations:
    """Likelihoods fitted to one collection, separately for queries by words and by photo.

    Parameters
    ----------
    of_text_answer, of_text_match
        That a text has an answer, of `TextEvidence`; that a photo is one, of `match_evidence` or,
        where words are asked against each other, of a margin.
    of_photo_answer, of_photo_match
        The same of a photo, of the similarity of the nearest photo, and of `match_evidence`.
    is_fitted
        Whether the collection's own phrases were there to fit to.
    best_words
        Of every row, where texts are weighed by their margins above the model's words, because the
        photos say nothing that the model could be held to.
    shown_value
        What an uploaded photo is held to, where the model tells a value of the photos.
    """

    of_text_answer: Calibration
    of_text_match: Calibration
    of_photo_answer: Calibration
    of_photo_match: Calibration
    is_fitted: bool
    best_words: BestWords | None = None
    shown_value: ShownValue | None = None

    @property
    def n_nearest(self) -> int:
        """Of how many photos nearest to a text the nearness is weighed."""
        return _N_NEAREST if self.best_words is None else _N_CONTRASTED

    def keep(self, collection: Collection) -> None:
        """Write them into the folder of the collection's build, if it can be written."""
        arrays: dict[str, Any] = {"is_fitted": self.is_fitted}
        for name in _CURVES:
            curve = getattr(self, name)
            arrays[name] = np.array([*curve.weights, curve.offset])
        for name in _PARTS:
            part = getattr(self, name)
            for each in fields(part) if part else ():
                arrays[f"{name}.{each.name}"] = getattr(part, each.name)
        CALIBRATIONS.keep(collection, arrays)

    @classmethod
    def kept(cls, collection: Collection) -> Calibrations | None:
        """Return what lies with a build; None where nothing does, or nothing that fits it."""
        arrays = CALIBRATIONS.kept(collection)
        if arrays is None:
            return None
        try:
            told: dict[str, Any] = {name: _curve(arrays[name]) for name in _CURVES}
            told |= {name: _part(kind, name, arrays) for name, kind in _PARTS.items()}
            return cls(is_fitted=bool(arrays["is_fitted"]), **told)
        except MALFORMED:
            return None


def _curve(numbers: NDArray[np.float64]) -> Calibration:
    *weights, offset = numbers.tolist()
    return Calibration(tuple(weights), offset)


def _part(kind: type, name: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """Return one part, or None where there was none."""
    if not any(each.startswith(f"{name}.") for each in arrays):
        return None
    return kind(**{each.name: arrays[f"{name}.{each.name}"] for each in fields(kind)})
