"""`compare`: the recipes side by side on one's own photos."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import argument, option

from engine.lazy import hushed
from engine.shell.commands import FOLDER, Outcome, at_least, command, given_settings
from engine.shell.index_command import table_options
from engine.shell.meter import duration, listening
from engine.shell.table import Table, plain

if TYPE_CHECKING:
    from engine.evaluation import Comparison, Row


SETTINGS = ("backbone_alpha", "weights", "pooling", "epochs", "batch_size", "vectors")


@command("compare")
@argument("photos", nargs=-1, required=True, type=FOLDER, help="Folders with captions or labels.")
@table_options
@option("--recipes", default="all", metavar="NAMES", help="Names with commas, or all.")
@option(
    "--sample",
    type=at_least(4),
    default=1500,
    show_default=True,
    help="Photos to train on and to measure with, together.",
)
@option(
    "--backbone",
    default="EfficientNetLite2",
    metavar="NAME",
    help="What all recipes stand on: EfficientNetLite2 (the default), bundled (the tower of "
    "kindred-fashion), one of keras.applications, or own for each recipe's described one and "
    "EfficientNetLite2 where its weights cannot be had.",
)
@option("--backbone-alpha", type=float, metavar="X", help="Width of a MobileNet.")
@option("--weights", metavar="FILE", help="First weights: imagenet, a local file, or none.")
@option("--pooling", metavar="KIND", help="Of the backbone's last map: max or average.")
@option("--epochs", type=at_least(1), help="For every recipe.")
@option("--batch-size", type=at_least(2), help="For every recipe.")
@option("--vectors", metavar="FILE", help="Word vectors.")
@option("--seed", type=int, default=0, help="Of the sample and of training.")
@option("--out", type=FOLDER, help="Where models and table go (default: kept).")
def compare_recipes(
    photos: Sequence[Path], captions: Path | None, recipes: str, out: Path | None, **chosen: Any
) -> Outcome:
    """Train each recipe briefly, and lay the figures out as a table."""
    with hushed():
        from engine.evaluation import compare
        from engine.evaluation.recipe_comparison import comparisons_folder
        from engine.training import DataSource
        from engine.training.recipes import RECIPES

    began = time.monotonic()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    with listening() as progress:
        comparison = compare(
            [DataSource(folder, captions, dict(chosen["column"])) for folder in photos],
            out or comparisons_folder() / stamp,
            recipes=tuple(RECIPES) if recipes == "all" else tuple(recipes.split(",")),
            n_photos=chosen["sample"],
            backbone=chosen["backbone"],
            chosen=given_settings(SETTINGS),
            seed=chosen["seed"],
            progress=progress,
        )
    return outcome_of(comparison, time.monotonic() - began)


def outcome_of(comparison: Comparison, seconds: float) -> Outcome:
    """Return the table, and what a reader has to know of it."""
    from engine.evaluation.recipe_figures import telling_labels

    record = {**comparison.to_json(), "seconds": round(seconds, 1)}
    labels = list(dict.fromkeys(n for row in comparison.rows for n in row.precision_at_9))
    shown = telling_labels(labels)
    head = ["recipe", "R@1", "R@5", "R@10", *(f"P@9 {name}" for name in shown)]
    head += ["trained", "photos/s", "MB", "backbone"]
    rows = [cells_of(row, shown) for row in comparison.rows]
    table = Table(rows, "<" + ">" * (len(head) - 2) + "<", head)
    first = (
        f"Text → photo among {comparison.pool:,} photos, after training on "
        f"{comparison.n_trained:,}; P@9: share of a photo's nine nearest others with its own value."
    )
    last = [f"{comparison.note[:1].upper()}{comparison.note[1:]}."] if comparison.note else []
    failed = [f"{row.recipe}: {row.error}" for row in comparison.rows if row.error]
    kept = f"Kept in {plain(comparison.folder)}, {duration(seconds)}."
    return Outcome(record, [first, "", table, "", *last, *failed, kept])


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
