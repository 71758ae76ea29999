"""Trials: does searching do what it says? Questions with known answers, asked as a person would.

    sentences.py  sentences as people write them, whose truth in drawn products is known
    steering.py   a minus takes away what it names; a photo and a word give both
    absent.py     an answer that is none says so
    verdicts.py   "no good answer" is said where it is true: sentences as people write them, uploads
    ways.py       meaning, captions and both; an exact name comes first
    judged.py     precision and nDCG from the thumbs people gave

Each takes its truth from the collection's own attributes, captions and judgements.
"""

from __future__ import annotations

from engine.trials.absent import AbsentTrial, try_absent
from engine.trials.judged import JudgedTrial, try_judged
from engine.trials.steering import SteeringTrial, try_steering
from engine.trials.verdicts import VerdictTrial, try_verdicts
from engine.trials.ways import WaysTrial, try_ways

__all__ = [
    "AbsentTrial",
    "JudgedTrial",
    "SteeringTrial",
    "VerdictTrial",
    "WaysTrial",
    "try_absent",
    "try_judged",
    "try_steering",
    "try_verdicts",
    "try_ways",
]
