"""What the drawn products add to the shell: `demo`, which draws, and measures of `evaluate`.

`--questions` and `--real-photos` judge answers on true attributes, `--verdicts` the verdicts.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.progress import Step
from engine.shell import table
from engine.shell.commands import Command, Measure, Outcome, at_least, path
from engine.shell.meter import duration, listening

if TYPE_CHECKING:
    from demo.questions import Likeness, QuestionPrecision

_PARTS = {
    "all": "all",
    "seen": "seen combinations",
    "unseen": "unseen combinations",
    "two": "two attributes",
    "three": "three attributes",
    "nine_true": "nine or more true photos",
}


def _ask_questions(options: argparse.Namespace) -> Outcome:
    """Ask about the collection's own attributes, in three wordings."""
    from demo.questions import judge_questions
    from engine.search import SearchEngine

    engine = SearchEngine.open(options.collection)
    judgement = judge_questions(engine, options.questions, options.seed)
    return Outcome(_record_of_questions(judgement), _lines_of_questions(judgement))


def _record_of_questions(judgement: QuestionPrecision) -> dict[str, Any]:
    from demo.questions import MIN_TRUE, WORDINGS

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


def _lines_of_questions(judgement: QuestionPrecision) -> list[str]:
    from demo.questions import MIN_TRUE, WORDINGS

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


def _ask_with_real_photos(options: argparse.Namespace) -> Outcome:
    """Ask a drawn collection with the photos of a real one."""
    from demo.questions import match_kinds
    from engine.encoders.model_folder import read_held_out
    from engine.storage import Collection

    with Collection.open(options.collection) as drawn, Collection.open(options.real_photos) as real:
        only = read_held_out(drawn.model_folder) if options.held_out else None
        likeness = match_kinds(drawn, real, only=only)
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


def _add_photo_folders(parser: argparse.ArgumentParser) -> None:
    for name, what in (("there", "things it has"), ("elsewhere", "things it has not")):
        parser.add_argument(
            f"--{name}",
            action="append",
            type=path,
            default=[],
            metavar="FOLDER",
            help=f"with --verdicts: photos of {what}",
        )


def _judge_verdicts(options: argparse.Namespace) -> Outcome:
    """Judge the verdicts on sentences about drawn products, and on photos from folders."""
    from demo.questions import try_verdicts
    from engine.search import SearchEngine

    trial = try_verdicts(
        SearchEngine.open(options.collection),
        there=_files(options.there),
        elsewhere=_files(options.elsewhere),
    )
    rows = [["judged right", "of what is there", "of what is not"]]
    for part, name in {"a": "sentences, one half", "b": "other half", "uploads": "photos"}.items():
        found = [trial.right(part, is_there=is_there) for is_there in (True, False)]
        rows.append([name, *(f"{right} of {n}" for right, n in found)])
    wrong = [each.asked for each in trial.judged if each.said_there != each.is_there]
    lines = [f"Asked of {trial.pool:,} photos.", "", *table.columns(rows, align="<>>"), ""]
    return Outcome(asdict(trial), [*lines, f"Judged wrong: {table.plain('; '.join(wrong))}"])


def _files(folders: list[Path]) -> list[Path]:
    return sorted(file for folder in folders for file in folder.iterdir() if file.is_file())


def _add_demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--photos", type=at_least(1), default=300, help="how many (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=path, required=True, metavar="DIR", help="the folder to draw into"
    )
    parser.add_argument(
        "--seed", type=at_least(0), default=0, help="the same seed draws the same photos"
    )
    parser.add_argument(
        "--size", type=at_least(32), default=128, metavar="PX", help="side (default: %(default)s)"
    )
    parser.add_argument(
        "--without-held-out",
        action="store_true",
        help="leave out the combinations that 'evaluate --questions' asks as unseen ones",
    )


def _run_demo(options: argparse.Namespace) -> Outcome:
    """Draw a folder of captioned photos."""
    from demo.drawing import draw_collection

    begin = time.perf_counter()
    with listening() as progress:
        step = Step(progress, "drawing photos", options.photos)
        draw_collection(
            options.photos,
            options.seed,
            options.out,
            size_px=options.size,
            without_held_out=options.without_held_out,
            progress=lambda done, total: step.at(done),
        )
    seconds = time.perf_counter() - begin
    record: dict[str, Any] = {
        "drawn": options.photos,
        "folder": str(options.out),
        "seconds": seconds,
        "photos_per_second": options.photos / seconds,
    }
    line = f"{options.photos:,} photos drawn into {options.out} in {duration(seconds)}."
    return Outcome(record, [line])


COMMANDS = (
    Command(
        "demo", "draw a folder of captioned photos to try things on", _add_demo_arguments, _run_demo
    ),
)
MEASURES = (
    Measure(
        "questions",
        "ask N questions of two and three attributes about drawn photos, judged exactly",
        _ask_questions,
        {"type": at_least(1), "metavar": "N"},
    ),
    Measure(
        "real-photos",
        "ask about drawn photos with this collection's real ones: do their kinds agree?",
        _ask_with_real_photos,
        {"type": path, "metavar": "COLLECTION"},
    ),
    Measure(
        "verdicts",
        "is 'no good answer' said of sentences and photos where it is true?",
        _judge_verdicts,
        add_arguments=_add_photo_folders,
    ),
)
