"""`map`: a collection's photos and captions as points of a plane."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, get_args

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, at_least, path
from engine.shell.meter import duration, listening

if TYPE_CHECKING:
    from engine.maps import MapRecord


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `map` takes."""
    from engine.maps.map_settings import MapSettings, Method, Metric, What

    usual = MapSettings()
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    for name, kind, told in (
        ("method", Method, "how rows become points"),
        ("what", What, "what is drawn"),
        ("metric", Metric, "distance of two rows"),
    ):
        parser.add_argument(
            f"--{name}", choices=get_args(kind), default=getattr(usual, name), help=told
        )
    parser.add_argument(
        "--perplexity",
        type=float,
        default=usual.perplexity,
        help="about how many neighbours a point holds on to (default: %(default)g)",
    )
    parser.add_argument("--seed", type=at_least(0), default=usual.seed)
    parser.add_argument("--iterations", type=at_least(1), default=usual.iterations)
    parser.add_argument(
        "--centred", action="store_true", help="take the mean of photos and of captions away"
    )
    parser.add_argument(
        "--limit", type=at_least(8), help="points at the most (default: by free memory)"
    )
    parser.add_argument(
        "--again", action="store_true", help="make it even where a map is kept that is still true"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Make a map, or find the one that is kept."""
    from engine.encoders import load_encoder
    from engine.maps import MapSettings, make_map
    from engine.storage import Collection

    try:
        settings = MapSettings.from_json(vars(options))
    except ValueError as error:
        raise UsageError(str(error)) from error
    with Collection.open(options.collection) as collection, listening() as progress:
        encoder = load_encoder(collection.model_folder) if settings.has_captions else None
        drawn = make_map(
            collection,
            encoder,
            settings,
            again=options.again,
            limit=options.limit,
            progress=progress,
        )
    record = {**drawn.record.to_json(), "folder": str(drawn.folder)}
    return Outcome(record, lines_of(drawn.record))


def lines_of(record: MapRecord) -> list[str]:
    """Return what a person reads of a map."""
    n_captions = record.n_points - record.n_photos
    rows = [
        ["points", f"{record.n_points:,} ({record.n_photos:,} photos, {n_captions:,} captions)"],
        ["seconds", f"{record.seconds:.1f} ({_told(record)})"],
        ["memory", f"{record.peak_mib:,.0f} MiB at the most"],
        ["kept neighbours", f"{record.kept:.3f} of each point's 10"],
    ]
    if record.trustworthiness is not None:
        rows.append(["trustworthiness", f"{record.trustworthiness:.3f}"])
    if record.gap is not None:
        rows.append(["gap", f"{record.gap['distance']:.3f} between photos and captions"])
    rows += [["note", record.note]] if record.note else []
    return [f"{record.settings.told()}.", *table.columns(rows, align="<<")]


def _told(record: MapRecord) -> str:
    return ", ".join(f"{step} {duration(seconds)}" for step, seconds in record.steps.items())


COMMAND = Command("map", "draw a collection as a map of points", add_arguments, run)
