"""How well photos are searched, and by which recipe best: figures, and what they are measured on.

    metrics.py           recall, ranks and precision, computed exactly
    retrieval.py         a collection, with its own captions and labels as the test
    known_attributes.py  what is true of each photo, as arrays that answers are compared with
    steered_queries.py   a minus takes away what it names; a photo and a word give both
    absence.py           an answer that is none says so
    search_modes.py      dense, lexical and hybrid search of real titles; an exact name comes first
    judgements.py        thumbs that people gave, kept beside the collection
    feedback.py          precision and nDCG from them
    trained_recipe.py    each recipe trained briefly and measured, on what `recipe_sample` chose
    recipe_figures.py    what was measured of one recipe
    recipe_comparison.py  all of them on disk: found again, and asked

Not inside: the recipes themselves (`engine.training.recipes`), and questions whose answers are
known because the photos were drawn (`demo.questions`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.lazy import lazy_names

if TYPE_CHECKING:
    from engine.evaluation.absence import try_absent
    from engine.evaluation.feedback import try_judged
    from engine.evaluation.judgements import Judgement, keep_judgement
    from engine.evaluation.recipe_comparison import (
        Comparison,
        Hit,
        bundled_comparison,
        list_comparisons,
    )
    from engine.evaluation.recipe_figures import Row, telling_labels, wilson_interval
    from engine.evaluation.retrieval import Evaluation, evaluate_collection
    from engine.evaluation.search_modes import try_modes
    from engine.evaluation.steered_queries import try_steering
    from engine.evaluation.trained_recipe import compare

# Who only reads figures never waits for Keras.
__getattr__, __all__ = lazy_names(__name__, __file__)
