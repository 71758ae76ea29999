"""`evaluate` and `info`: how well a collection is searched, by trials of many kinds; what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.errors import CollectionError
from engine.shell.commands import (
    COLLECTION,
    Command,
    Measure,
    Outcome,
    at_least,
    collection_argument,
    command,
    plugins,
)
from engine.shell.index_command import (
    lines_of_remark,
    lines_of_skipped,
    lines_of_tables,
    records_of_skipped,
)
from engine.shell.meter import listening
from engine.shell.table import Part, Table

if TYPE_CHECKING:
    from engine.evaluation.retrieval import Evaluation
    from engine.search import SearchEngine

DIRECTIONS = {"text_to_image": "text → photo", "image_to_text": "photo → text"}
POOLING = (
    "text → photo: every caption asks, among all photos; "
    "photo → text: any of a photo's captions, among all captions."
)
FLATTERED = "If the model was trained on these photos, only --held-out gives honest figures."


def retrieval_table(directions: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return a table of recall and ranks, one row per direction, each with its pool."""
    rows = [
        [
            DIRECTIONS[direction],
            f"{figures['pool']:,}",
            *(f"{figures[f'recall_at_{k}']:.3f}" for k in (1, 5, 10)),
            f"{figures['median_rank']:g}",
            f"{figures['mean_rank']:.1f}",
        ]
        for direction, figures in directions.items()
    ]
    head = ("", "pool", "R@1", "R@5", "R@10", "median rank", "mean rank")
    return Table(rows, "<>>>>>>", head)


def _measure_retrieval(folder: Path, *, held_out_only: bool) -> Outcome:
    """Measure retrieval with the collection's own captions and labels."""
    from engine.encoders import load_encoder
    from engine.encoders.model_folder import read_held_out
    from engine.evaluation.retrieval import evaluate_collection
    from engine.storage import Collection

    with Collection.open(folder) as collection, listening() as progress:
        model = collection.model_folder
        held_out = read_held_out(model)
        only = held_out if held_out_only else None
        evaluation = evaluate_collection(
            collection, load_encoder(model), only=only, progress=progress
        )
    notes = [FLATTERED] if held_out and not held_out_only else []
    return Outcome(record_of(evaluation), lines_of(evaluation), notes)


def record_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return what `--json` prints of an evaluation."""
    text_to_image, image_to_text = evaluation.text_to_image, evaluation.image_to_text
    return {
        "pool": evaluation.pool,
        "n_photos": evaluation.pool,
        "n_captions": evaluation.n_captions,
        "text_to_image": text_to_image.to_json() if text_to_image else None,
        "image_to_text": image_to_text.to_json() if image_to_text else None,
        "image_to_image": {
            "precision_at_9": evaluation.precision_at_9,
            "precision_at_9_hybrid": evaluation.precision_at_9_hybrid,
        },
    }


def lines_of(evaluation: Evaluation) -> list[Part]:
    """Return the tables a person reads."""
    record = record_of(evaluation)
    lines: list[Part] = [
        f"Measured on {evaluation.pool:,} of {evaluation.n_photos:,} photos"
        f" with {evaluation.n_captions:,} captions."
    ]
    directions = {name: record[name] for name in DIRECTIONS if record[name]}
    if directions:
        lines += ["", retrieval_table(directions), "", POOLING]
    hybrid = evaluation.precision_at_9_hybrid
    rows = [
        [name, f"{share:.3f}", f"{hybrid[name]:.3f}"]
        for name, share in evaluation.precision_at_9.items()
    ]
    if rows:
        lines += ["", "Of a photo's 9 nearest others, the share with its own …"]
        lines.append(Table(rows, "<>>", ("", "dense", "hybrid")))
    return lines


@command("info")
@collection_argument
def describe(collection: Path) -> Outcome:
    """Tell what a collection is made of."""
    from engine.storage import Collection

    with Collection.open(collection) as opened:
        manifest = opened.manifest
        skipped = opened.catalogue.skipped()
        tables = opened.catalogue.tables()
        remark = opened.index_remark
    record = {
        "name": manifest.name,
        "indexed": manifest.n_photos,
        "skipped": records_of_skipped(skipped),
        "tables": [asdict(each) for each in tables],
        "index_remark": remark,
        "seconds": round(manifest.seconds, 3),
        "photos_per_second": round(manifest.photos_per_second, 1),
        "model": manifest.model.name,
        "n_dims": manifest.model.n_dims,
        "created": manifest.created,
        "updated": manifest.updated,
    }
    rows = [
        [key, str(value)]
        for key, value in record.items()
        if not isinstance(value, list) and key != "index_remark"
    ]
    lines = [*lines_of_remark(remark), *lines_of_tables(tables), *lines_of_skipped(skipped)]
    return Outcome(record, [Table(rows, "<<"), *lines])


Work = Callable[["SearchEngine", int], Outcome]


def _steering(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_steering

    trial = try_steering(engine, seed=seed)
    minus, mixed = [], []
    for mode, figures in trial.minus.items():
        shares = (figures.base_rate, figures.excluded, figures.kept)
        minus.append([mode, str(figures.n_queries), *(f"{share:.3f}" for share in shares)])
    for mode, found in trial.photo_and_word.items():
        mixed.append([mode, *(f"{share:.3f}" for share in found.values())])
    each = sorted(trial.minus["dense"].by_attribute.items(), key=lambda pair: pair[1])
    told = ", ".join(f"{name} {share:.3f}" for name, share in each)
    columns = ("queries", "base rate", "excluded in 9", "rest kept")
    ways = ("photo and word", "photo alone", "word alone")
    lines: list[Part] = [
        f"Asked of {trial.pool:,} photos.",
        "",
        Table(minus, "<>>>>", ("minus", *columns)),
        "",
        f"Excluded in dense mode, by attribute: {told}",
        "",
        f"precision@9 of {trial.n_mixed} mixed queries",
        Table(mixed, "<>>>", (f"{trial.thing} + {trial.quality}", *ways)),
    ]
    return Outcome(asdict(trial), lines)


def _absent(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_absent

    try:
        trial = try_absent(engine, seed=seed)
    except ValueError as error:
        raise CollectionError(str(error), value=engine.collection.name) from error
    rows = [
        ["things it has", str(trial.n_present), f"{trial.right_present:.2f}"],
        ["things it has not", str(trial.n_absent), f"{trial.right_absent:.2f}"],
        ["its own things, taken out", "", f"{trial.left_out:.2f}"],
    ]
    table = Table(rows, "<>>", ("", "phrases", "judged right"))
    lines: list[Part] = [f"Asked of {trial.pool:,} photos.", "", table, ""]
    lines.append(f"Expected calibration error {trial.reliability.error:.3f}")
    lines += [f"Judged wrong: {', '.join(trial.wrong)}"] if trial.wrong else []
    return Outcome(asdict(trial), lines)


def _modes(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_modes

    trial = try_modes(engine, seed=seed)
    asked = {"whole titles": trial.titles, "every second word": trial.halves}
    rows = [[name, *(f"{x:.3f}" for x in found.values())] for name, found in asked.items()]
    lines: list[Part] = [
        f"Asked of {trial.pool:,} photos.",
        "",
        Table(rows, "<>>>", ("R@10", *trial.titles)),
        "",
        f"First in hybrid mode: {trial.title_first:.3f} of {trial.n_titles} exact titles,",
        f"{trial.code_first:.3f} of {trial.n_codes} ids.",
    ]
    return Outcome(asdict(trial), lines)


def _judged(engine: SearchEngine, seed: int) -> Outcome:
    from engine.evaluation import try_judged
    from engine.evaluation.judgements import read_judgements

    trial = try_judged(engine, read_judgements(engine.collection.folder))
    rows = [
        [mode, f"{precision:.3f}", f"{trial.ndcg_at_9[mode]:.3f}"]
        for mode, precision in trial.precision_at_9.items()
    ]
    told = f"{trial.n_thumbs} thumbs on {trial.n_queries} questions, unjudged photos passed over."
    return Outcome(asdict(trial), [told, "", Table(rows, "<>>", ("", "precision@9", "nDCG@9"))])


def _trial(name: str, question: str, work: Work) -> Measure:
    """Return the measure that runs one trial on the collection and lays it out."""

    def run(*, collection: Path, seed: int, **others: Any) -> Outcome:
        from engine.search import SearchEngine

        return work(SearchEngine.open(collection), seed)

    return Measure(click.Option([f"--{name}"], is_flag=True, help=question), run)


TRIALS = (
    _trial("steering", "Does a minus take away, and do a photo and a word give both?", _steering),
    _trial("absent", "Is an answer that is none told from one that is?", _absent),
    _trial("modes", "What do dense, lexical and hybrid search find of real titles?", _modes),
    _trial("judged", "What are people's thumbs on this collection worth in figures?", _judged),
)


MEASURES: Sequence[Measure] = (*(each for one in plugins() for each in one.MEASURES), *TRIALS)


def _evaluate(collection: Path, held_out: bool, seed: int, **asked: Any) -> Outcome:
    chosen = [each for each in MEASURES if asked[each.option.name]]
    if len(chosen) > 1:
        first, second, *_ = (each.option.opts[0] for each in chosen)
        raise click.UsageError(f"{second} does not go with {first}: give one of them")
    for measure in chosen:
        return measure.run(collection=collection, held_out=held_out, seed=seed, **asked)
    return _measure_retrieval(collection, held_out_only=held_out)


EVALUATE = Command(
    "evaluate",
    callback=_evaluate,
    params=[
        COLLECTION,
        click.Option(
            ["--held-out"],
            is_flag=True,
            help="Measure only on photos that the model's training held out.",
        ),
        *(option for each in MEASURES for option in (each.option, *each.further)),
        click.Option(
            ["--seed"], type=at_least(0), default=0, help="The same seed asks the same questions."
        ),
    ],
)
