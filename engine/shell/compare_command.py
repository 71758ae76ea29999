"""`compare`: the recipes side by side on one's own photos."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, at_least, path
from engine.shell.console import hushed
from engine.shell.index_command import add_table_arguments
from engine.shell.meter import duration, listening

if TYPE_CHECKING:
    from engine.evaluation import Comparison, Row


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `compare` takes."""
    parser.add_argument(
        "photos", nargs="+", type=path, metavar="PHOTOS", help="folders with captions or labels"
    )
    add_table_arguments(parser)
    parser.add_argument(
        "--recipes", default="all", metavar="NAMES", help="names with commas, or all (the default)"
    )
    parser.add_argument(
        "--sample",
        type=at_least(4),
        default=1500,
        metavar="N",
        help="photos to train on and to measure with, together (default: %(default)s)",
    )
    parser.add_argument(
        "--backbone",
        default="EfficientNetLite2",
        metavar="NAME",
        help="what all recipes stand on: EfficientNetLite2 (the default), bundled (the tower of "
        "kindred-fashion), one of keras.applications, or own for each recipe's described one and "
        "EfficientNetLite2 where its weights cannot be had",
    )
    parser.add_argument("--backbone-alpha", type=float, metavar="X", help="width of a MobileNet")
    parser.add_argument("--weights", metavar="FILE", help="imagenet, a local file, or none")
    parser.add_argument("--pooling", metavar="KIND", help="max or average")
    parser.add_argument("--epochs", type=at_least(1), metavar="N", help="for every recipe")
    parser.add_argument("--batch-size", type=at_least(2), metavar="N", help="for every recipe")
    parser.add_argument("--vectors", metavar="FILE", help="word vectors")
    parser.add_argument("--seed", type=int, default=0, help="of the sample and of training")
    parser.add_argument(
        "--out", type=path, metavar="FOLDER", help="where models and table go (default: kept)"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Train each recipe briefly, and lay the figures out as a table."""
    with hushed():
        from engine.evaluation import compare
        from engine.evaluation.recipe_comparison import comparisons_folder
        from engine.training import DataSource
        from engine.training.recipes import RECIPES

    names = tuple(RECIPES) if options.recipes == "all" else tuple(options.recipes.split(","))
    columns = dict(options.column)
    began = time.monotonic()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    with listening() as progress:
        comparison = compare(
            [DataSource(photos, options.captions, columns) for photos in options.photos],
            options.out or comparisons_folder() / stamp,
            recipes=names,
            n_photos=options.sample,
            backbone=options.backbone,
            chosen=chosen(options),
            seed=options.seed,
            progress=progress,
        )
    return outcome_of(comparison, time.monotonic() - began)


def chosen(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings a person gave for every recipe."""
    names = ("backbone_alpha", "weights", "pooling", "epochs", "batch_size", "vectors")
    given = {name: value for name in names if (value := getattr(options, name)) is not None}
    if given.get("weights") == "none":
        given["weights"] = None
    return given


def outcome_of(comparison: Comparison, seconds: float) -> Outcome:
    """Return the table, and what a reader has to know of it."""
    from engine.evaluation.recipe_figures import telling_labels

    record = {**comparison.to_json(), "seconds": round(seconds, 1)}
    labels = list(dict.fromkeys(n for row in comparison.rows for n in row.precision_at_9))
    shown = telling_labels(labels)
    head = ["recipe", "R@1", "R@5", "R@10", *(f"P@9 {name}" for name in shown)]
    head += ["trained", "photos/s", "MB", "backbone"]
    rows = [cells_of(row, shown) for row in comparison.rows]
    align = "<" + ">" * (len(head) - 2) + "<"
    first = (
        f"Text → photo among {comparison.pool:,} photos, after training on "
        f"{comparison.n_trained:,}; P@9: share of a photo's nine nearest others with its own value."
    )
    last = [f"{comparison.note[:1].upper()}{comparison.note[1:]}."] if comparison.note else []
    failed = [f"{row.recipe}: {row.error}" for row in comparison.rows if row.error]
    kept = f"Kept in {table.plain(comparison.folder)}, {duration(seconds)}."
    return Outcome(
        record, [first, "", *table.columns([head, *rows], align=align), "", *last, *failed, kept]
    )


def cells_of(row: Row, labels: list[str]) -> list[str]:
    """Return a recipe's cells."""
    figures = row.text_to_image or {}
    recalls = [f"{figures[f'recall_at_{k}']:.3f}" if figures else "–" for k in (1, 5, 10)]
    precision = row.precision_at_9
    labelled = [f"{precision[name]:.3f}" if name in precision else "–" for name in labels]
    if row.error:
        return [row.recipe, *recalls, *labelled, "–", "–", "–", "failed"]
    trained = duration(row.training_seconds) if row.training_seconds else "–"
    size = f"{row.megabytes:.1f}"
    return [
        row.recipe,
        *recalls,
        *labelled,
        trained,
        f"{row.photos_per_second:,.0f}",
        size,
        row.backbone,
    ]


COMMAND = Command(
    "compare", "train every recipe on a sample and show which is better", add_arguments, run
)
