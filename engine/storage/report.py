"""What a build or an update has come to."""

from __future__ import annotations

from dataclasses import dataclass

from engine.catalogue import Skipped, TableReport
from engine.encoders.suitability import Suitability


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build or an update has come to.

    Attributes
    ----------
    indexed
        Photos in the collection now.
    embedded
        Contents that went through the model, in this run.
    reused
        Photos whose embedding was there: from before, from a run that was cut short, or from
        another photo with the same bytes.
    added, changed, renamed, removed
        Photos, against the build before.
    skipped
        Files and table lines left out, by path, with reasons.
    tables
        What became of each table of captions that was found.
    seconds
        All of the work.
    photos_per_second
        Files read in this run, per second of all of the work; 0 when none had to be.
    suitability
        What the photos look like, where the model was chosen by that.
    """

    indexed: int
    embedded: int
    reused: int
    added: int
    changed: int
    renamed: int
    removed: int
    skipped: list[Skipped]
    tables: list[TableReport]
    seconds: float
    photos_per_second: float
    suitability: Suitability | None = None
