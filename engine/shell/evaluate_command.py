"""`evaluate` and `info`: how well a collection is searched, and what it is."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, at_least, path
from engine.shell.index_command import (
    lines_of_remark,
    lines_of_skipped,
    lines_of_tables,
    records_of_skipped,
)
from engine.shell.meter import listening
from engine.shell.trials_command import TRIALS, run_trial, run_verdicts

if TYPE_CHECKING:
    from engine.quality import Evaluation

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


def add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `evaluate` takes."""
    add_arguments(parser)
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="measure only on photos that the model's training held out",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--questions",
        type=at_least(1),
        metavar="N",
        help="ask N questions of two and three attributes about drawn photos, judged exactly",
    )
    instead.add_argument(
        "--real-photos",
        type=path,
        metavar="COLLECTION",
        help="ask about drawn photos with this collection's real ones: do their kinds agree?",
    )
    for name, question in TRIALS.items():
        instead.add_argument(
            f"--{name}", action="store_const", const=name, dest="trial", help=question
        )
    for name, what in (("there", "things it has"), ("elsewhere", "things it has not")):
        parser.add_argument(
            f"--{name}",
            action="append",
            type=path,
            default=[],
            metavar="FOLDER",
            help=f"with --verdicts: photos of {what}",
        )
    parser.add_argument(
        "--seed", type=at_least(0), default=0, help="the same seed asks the same questions"
    )


def run_evaluate(options: argparse.Namespace) -> Outcome:
    """Measure retrieval with the collection's own captions and labels."""
    from engine.encoders import load_encoder
    from engine.encoders.folder import read_held_out
    from engine.quality import evaluate_collection
    from engine.shell.questions_command import ask_collection, ask_with_real_photos
    from engine.storage import Collection

    if options.trial == "verdicts":
        return run_verdicts(options.collection, options.there, options.elsewhere)
    if options.trial:
        return run_trial(options.trial, options.collection, options.seed)
    if options.questions:
        with Collection.open(options.collection) as collection:
            return ask_collection(collection, options.questions, options.seed)
    if options.real_photos:
        with Collection.open(options.collection) as collection:
            return ask_with_real_photos(collection, options.real_photos, held_out=options.held_out)
    with Collection.open(options.collection) as collection, listening() as progress:
        model = collection.model_folder
        held_out = read_held_out(model)
        only = held_out if options.held_out else None
        evaluation = evaluate_collection(
            collection, load_encoder(model), only=only, progress=progress
        )
    notes = [FLATTERED] if held_out and not options.held_out else []
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


EVALUATE = Command(
    "evaluate",
    "measure how well texts and photos find each other",
    add_evaluate_arguments,
    run_evaluate,
)
DESCRIBE = Command("info", "tell what a collection is made of", add_arguments, run_describe)
