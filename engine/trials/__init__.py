"""Trials: does searching do what it says? Questions with known answers, asked as a person would.

    steering.py   a minus takes away what it names; a photo and a word give both
    absent.py     an answer that is none says so
    modes.py      meaning, captions and both; an exact name comes first
    judged.py     precision and nDCG from the thumbs people gave

Each takes its truth from the collection's own attributes, captions and judgements.
"""

from __future__ import annotations

from engine.trials.absent import AbsentTrial, try_absent
from engine.trials.judged import JudgedTrial, try_judged
from engine.trials.modes import ModesTrial, try_modes
from engine.trials.steering import SteeringTrial, try_steering

__all__ = [
    "AbsentTrial",
    "JudgedTrial",
    "ModesTrial",
    "SteeringTrial",
    "try_absent",
    "try_judged",
    "try_modes",
    "try_steering",
]
