"""Questions with known answers, for collections whose photos' true attributes are in the catalogue.

- `question_set` makes queries of two and three attributes, from a seed and the catalogue alone;
- `precision` answers them with a model and counts the true photos among the first nine;
- `real_photos` asks with real photos, which should find drawn ones of their own kind;
- `sentences` has sentences as people write them, with filler, occasions and audiences;
- `verdicts` asks them, and uploads: is "no good answer" said where it is true, and only there?

Not inside: how well captions and photos find each other (`engine.evaluation.retrieval`).
"""

from __future__ import annotations

from demo.questions.precision import WORDINGS, QuestionPrecision, judge_questions
from demo.questions.question_set import MIN_TRUE, Question, ask_questions, looks_of
from demo.questions.real_photos import KINDS_OF_ARTICLE, Likeness, match_kinds
from demo.questions.verdicts import VerdictTrial, try_verdicts

__all__ = [
    "KINDS_OF_ARTICLE",
    "MIN_TRUE",
    "WORDINGS",
    "Likeness",
    "Question",
    "QuestionPrecision",
    "VerdictTrial",
    "ask_questions",
    "judge_questions",
    "looks_of",
    "match_kinds",
    "try_verdicts",
]
