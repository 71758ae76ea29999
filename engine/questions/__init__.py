"""Questions with known answers, for collections whose photos' true attributes are in the catalogue.

- `question_set` makes queries of two and three attributes, from a seed and the catalogue alone;
- `judge` answers them with a model and counts the true photos among the first nine;
- `likeness` asks with real photos, which should find drawn ones of their own kind.

Not inside: how well captions and photos find each other (`engine.quality`).
"""

from __future__ import annotations

from engine.questions.judge import WORDINGS, Judgement, judge_questions
from engine.questions.likeness import KINDS_OF_ARTICLE, Likeness, match_kinds
from engine.questions.question_set import MIN_TRUE, Question, ask_questions, looks_of

__all__ = [
    "KINDS_OF_ARTICLE",
    "MIN_TRUE",
    "WORDINGS",
    "Judgement",
    "Likeness",
    "Question",
    "ask_questions",
    "judge_questions",
    "looks_of",
    "match_kinds",
]
