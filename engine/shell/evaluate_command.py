"""`evaluate` and `info`: how well a collection is searched, and what it is."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Measure, Outcome, at_least, path
from engine.shell.index_command import (
    lines_of_remark,
    lines_of_skipped,
    lines_of_tables,
    records_of_skipped,
)
from engine.shell.meter import listening
from engine.shell.trials_command import TRIALS

if TYPE_CHECKING:
    from engine.evaluation.retrieval import Evaluation

DIRECTIONS = {"text_to_image": "text → photo", "image_to_text": "photo → text"}
POOLING = (
    "text → photo: every caption asks, among all photos; "
    "photo → text: any of a photo's captions, among all captions."
)
FLATTERED = "If the model was trained on these photos, only --held-out gives honest figures."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command on a collection takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")


def retrieval_lines(directions: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a table of recall and ranks, one row per direction, each with its pool."""
    head = ["", "pool", "R@1", "R@5", "R@10", "median rank", "mean rank"]
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
    return table.columns([head, *rows], align="<>>>>>>")


def evaluate_command(measures: Sequence[Measure]) -> Command:
    """Return the command `evaluate`, which knows some measures beside its own."""
    measures = [*measures, *TRIALS]
    return Command(
        "evaluate",
        "measure how well texts and photos find each other",
        lambda parser: _add_evaluate_arguments(parser, measures),
        lambda options: _run_evaluate(options, measures),
    )


def _add_evaluate_arguments(parser: argparse.ArgumentParser, measures: Sequence[Measure]) -> None:
    add_arguments(parser)
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="measure only on photos that the model's training held out",
    )
    instead = parser.add_mutually_exclusive_group()
    for measure in measures:
        instead.add_argument(f"--{measure.name}", help=measure.help, **measure.value)
        measure.add_arguments(parser)
    parser.add_argument(
        "--seed", type=at_least(0), default=0, help="the same seed asks the same questions"
    )


def _run_evaluate(options: argparse.Namespace, measures: Sequence[Measure]) -> Outcome:
    for measure in measures:
        if measure.is_asked_for(options):
            return measure.run(options)
    return _measure_retrieval(options.collection, held_out_only=options.held_out)


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


def lines_of(evaluation: Evaluation) -> list[str]:
    """Return the tables a person reads."""
    record = record_of(evaluation)
    lines = [
        f"Measured on {evaluation.pool:,} of {evaluation.n_photos:,} photos"
        f" with {evaluation.n_captions:,} captions."
    ]
    directions = {name: record[name] for name in DIRECTIONS if record[name]}
    if directions:
        lines += ["", *retrieval_lines(directions), "", POOLING]
    hybrid = evaluation.precision_at_9_hybrid
    rows = [
        [name, f"{share:.3f}", f"{hybrid[name]:.3f}"]
        for name, share in evaluation.precision_at_9.items()
    ]
    if rows:
        lines += ["", "Of a photo's 9 nearest others, the share with its own …"]
        lines += table.columns([["", "dense", "hybrid"], *rows], align="<>>")
    return lines


def run_describe(options: argparse.Namespace) -> Outcome:
    """Tell what a collection is made of."""
    from engine.storage import Collection

    with Collection.open(options.collection) as collection:
        manifest = collection.manifest
        skipped = collection.catalogue.skipped()
        tables = collection.catalogue.tables()
        remark = collection.index_remark
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
    return Outcome(record, [*table.columns(rows, align="<<"), *lines])


DESCRIBE = Command("info", "tell what a collection is made of", add_arguments, run_describe)
