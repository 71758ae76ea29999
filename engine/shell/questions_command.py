"""`evaluate --questions` and `--real-photos`: answers judged on true attributes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Outcome

if TYPE_CHECKING:
    from engine.questions import Judgement, Likeness
    from engine.storage import Collection

_PARTS = {
    "all": "all",
    "seen": "seen combinations",
    "unseen": "unseen combinations",
    "two": "two attributes",
    "three": "three attributes",
    "nine_true": "nine or more true photos",
}


def ask_collection(collection: Collection, n_questions: int, seed: int) -> Outcome:
    """Ask about the collection's own attributes, in three wordings."""
    from engine.encoders import load_encoder
    from engine.questions import judge_questions
    from engine.search import SearchEngine

    engine = SearchEngine(collection, load_encoder(collection.model_folder))
    judgement = judge_questions(engine, n_questions, seed)
    return Outcome(_record_of_questions(judgement), _lines_of_questions(judgement))


def _record_of_questions(judgement: Judgement) -> dict[str, Any]:
    from engine.questions import MIN_TRUE, WORDINGS

    return {
        "pool": judgement.pool,
        "n_questions": judgement.sizes(),
        "min_true": MIN_TRUE,
        "precision_at_9": judgement.figures(),
        "questions": [
            {
                "looks": dict(question.looks),
                "unseen": question.unseen,
                "n_true": question.n_true,
                **{
                    wording: {"text": getattr(question, wording), "precision_at_9": float(share)}
                    for wording, share in zip(WORDINGS, shares, strict=True)
                },
            }
            for question, shares in zip(judgement.questions, judgement.precision, strict=True)
        ],
    }


def _lines_of_questions(judgement: Judgement) -> list[str]:
    from engine.questions import MIN_TRUE, WORDINGS

    figures, sizes = judgement.figures(), judgement.sizes()
    rows = [
        [words, str(sizes[part]), *(f"{figures[wording][part]:.3f}" for wording in WORDINGS)]
        for part, words in _PARTS.items()
        if sizes[part]
    ]
    hybrid = [f"{figures[wording]['hybrid']:.3f}" for wording in WORDINGS]
    rows.append(["all, hybrid", str(sizes["all"]), *hybrid])
    example = judgement.questions[0]
    return [
        f"{len(judgement.questions)} questions about {judgement.pool:,} photos, such as"
        f" '{example.plain}', '{example.synonyms}' and '{example.typo}'.",
        f"Each has {MIN_TRUE} true photos or more; precision@9 is the true ones among the first 9,"
        " divided by 9 or by all of them if fewer.",
        "",
        *table.columns(
            [["precision@9", "questions", "plain", "synonyms", "one typo"], *rows], align="<>>>>"
        ),
    ]


def ask_with_real_photos(drawn: Collection, real: Path, *, held_out: bool) -> Outcome:
    """Ask a drawn collection with the photos of a real one."""
    from engine.encoders.folder import read_held_out
    from engine.questions import match_kinds
    from engine.storage import Collection

    only = read_held_out(drawn.model_folder) if held_out else None
    with Collection.open(real) as photos:
        likeness = match_kinds(drawn, photos, only=only)
    return Outcome(_record_of_likeness(likeness), _lines_of_likeness(likeness))


def _record_of_likeness(likeness: Likeness) -> dict[str, Any]:
    return {
        "pool": likeness.pool,
        "n_photos": likeness.n_photos,
        "precision_at_9": likeness.precision_at_9,
        "by_article_type": {
            article: {"n_photos": n_photos, "precision_at_9": share}
            for article, (n_photos, share) in likeness.by_article.items()
        },
    }


def _lines_of_likeness(likeness: Likeness) -> list[str]:
    rows = [
        [article, f"{n_photos:,}", f"{share:.3f}"]
        for article, (n_photos, share) in likeness.by_article.items()
    ]
    return [
        f"Of the first 9 of {likeness.pool:,} drawn photos, the share of a real photo's own kind:"
        f" {likeness.precision_at_9:.3f} over {likeness.n_photos:,} real photos.",
        "",
        *table.columns([["article type", "photos", "precision@9"], *rows], align="<>>"),
    ]
