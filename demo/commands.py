"""What the drawn products add to the shell: `demo`, which draws, and measures of `evaluate`.

`--questions` and `--real-photos` judge answers on true attributes, `--verdicts` the verdicts.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import option

from engine.progress import Step
from engine.shell.commands import FOLDER, Measure, Outcome, at_least, command
from engine.shell.meter import duration, listening
from engine.shell.table import Part, Table, plain

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


def _ask_questions(*, collection: Path, questions: int, seed: int, **others: Any) -> Outcome:
    """Ask about the collection's own attributes, in three wordings."""
    from demo.questions import judge_questions
    from engine.search import SearchEngine

    judgement = judge_questions(SearchEngine.open(collection), questions, seed)
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


def _lines_of_questions(judgement: QuestionPrecision) -> list[Part]:
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
        Table(rows, "<>>>>", ("precision@9", "questions", "plain", "synonyms", "one typo")),
    ]


def _ask_with_real_photos(
    *, collection: Path, real_photos: Path, held_out: bool, **others: Any
) -> Outcome:
    """Ask a drawn collection with the photos of a real one."""
    from demo.questions import match_kinds
    from engine.encoders.model_folder import read_held_out
    from engine.storage import Collection

    with Collection.open(collection) as drawn, Collection.open(real_photos) as real:
        only = read_held_out(drawn.model_folder) if held_out else None
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


def _lines_of_likeness(likeness: Likeness) -> list[Part]:
    rows = [
        [article, f"{n_photos:,}", f"{share:.3f}"]
        for article, (n_photos, share) in likeness.by_article.items()
    ]
    return [
        f"Of the first 9 of {likeness.pool:,} drawn photos, the share of a real photo's own kind:"
        f" {likeness.precision_at_9:.3f} over {likeness.n_photos:,} real photos.",
        "",
        Table(rows, "<>>", ("article type", "photos", "precision@9")),
    ]


def _judge_verdicts(
    *, collection: Path, there: Sequence[Path], elsewhere: Sequence[Path], **others: Any
) -> Outcome:
    """Judge the verdicts on sentences about drawn products, and on photos from folders."""
    from demo.questions import try_verdicts
    from engine.search import SearchEngine

    trial = try_verdicts(
        SearchEngine.open(collection), there=_files(there), elsewhere=_files(elsewhere)
    )
    rows = []
    for part, name in {"a": "sentences, one half", "b": "other half", "uploads": "photos"}.items():
        found = [trial.right(part, is_there=is_there) for is_there in (True, False)]
        rows.append([name, *(f"{right} of {n}" for right, n in found)])
    wrong = [each.asked for each in trial.judged if each.said_there != each.is_there]
    table = Table(rows, "<>>", ("judged right", "of what is there", "of what is not"))
    told = f"Judged wrong: {plain('; '.join(wrong))}"
    return Outcome(asdict(trial), [f"Asked of {trial.pool:,} photos.", "", table, "", told])


def _files(folders: Sequence[Path]) -> list[Path]:
    return sorted(file for folder in folders for file in folder.iterdir() if file.is_file())


@command("demo")
@option("--photos", type=at_least(1), default=300, show_default=True, help="How many.")
@option("--out", type=FOLDER, required=True, help="The folder to draw into.")
@option("--seed", type=at_least(0), default=0, help="The same seed draws the same photos.")
@option("--size", type=at_least(32), default=128, show_default=True, metavar="PX", help="Side.")
@option(
    "--without-held-out",
    is_flag=True,
    help="Leave out the combinations that 'evaluate --questions' asks as unseen ones.",
)
def demo(photos: int, out: Path, seed: int, size: int, without_held_out: bool) -> Outcome:
    """Draw a folder of captioned photos to try things on."""
    from demo.drawing import draw_collection

    begin = time.perf_counter()
    with listening() as progress:
        step = Step(progress, "drawing photos", photos)
        draw_collection(
            photos,
            seed,
            out,
            size_px=size,
            without_held_out=without_held_out,
            progress=lambda done, total: step.at(done),
        )
    seconds = time.perf_counter() - begin
    record: dict[str, Any] = {
        "drawn": photos,
        "folder": str(out),
        "seconds": seconds,
        "photos_per_second": photos / seconds,
    }
    return Outcome(record, [f"{photos:,} photos drawn into {out} in {duration(seconds)}."])


MEASURES = (
    Measure(
        click.Option(
            ["--questions"],
            type=at_least(1),
            help="Ask N questions of two and three attributes about drawn photos, judged exactly.",
        ),
        _ask_questions,
    ),
    Measure(
        click.Option(
            ["--real-photos"],
            type=FOLDER,
            metavar="COLLECTION",
            help="Ask about drawn photos with this collection's real ones: do their kinds agree?",
        ),
        _ask_with_real_photos,
    ),
    Measure(
        click.Option(
            ["--verdicts"],
            is_flag=True,
            help="Is 'no good answer' said of sentences and photos where it is true?",
        ),
        _judge_verdicts,
        [
            click.Option(
                [f"--{name}"],
                multiple=True,
                type=FOLDER,
                metavar="FOLDER",
                help=f"With --verdicts: photos of {what}.",
            )
            for name, what in (("there", "things it has"), ("elsewhere", "things it has not"))
        ],
    ),
)
