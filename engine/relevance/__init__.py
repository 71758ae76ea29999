"""What a similarity means: set against the whole collection, as a likelihood, and where to stop.

    background.py    how similar the photos of a collection are to a row, on the whole
    calibration.py   evidence becomes a likelihood, and how far such likelihoods can be trusted
    gap.py           where in a ranking the answers end

Not inside: what counts as evidence (`engine.search.verdict`).
"""

from __future__ import annotations

from engine.relevance.background import Background
from engine.relevance.calibration import Calibration, Reliability, fit, reliability
from engine.relevance.gap import natural_gap

__all__ = ["Background", "Calibration", "Reliability", "fit", "natural_gap", "reliability"]
