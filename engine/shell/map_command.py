"""`map`: a collection's photos and captions as points of a plane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click
from click import option

from engine.maps.map_settings import MapSettings, Method, Metric, What
from engine.shell.commands import Outcome, at_least, collection_argument, command
from engine.shell.meter import duration, listening
from engine.shell.table import Part, Table

if TYPE_CHECKING:
    from engine.maps import MapRecord


USUAL = MapSettings()


@command("map")
@collection_argument
@option(
    "--method",
    type=click.Choice(get_args(Method)),
    default=USUAL.method,
    help="How rows become points.",
)
@option("--what", type=click.Choice(get_args(What)), default=USUAL.what, help="What is drawn.")
@option(
    "--metric",
    type=click.Choice(get_args(Metric)),
    default=USUAL.metric,
    help="Distance of two rows.",
)
@option(
    "--perplexity",
    type=float,
    default=USUAL.perplexity,
    show_default=True,
    help="About how many neighbours a point holds on to.",
)
@option("--seed", type=at_least(0), default=USUAL.seed)
@option("--iterations", type=at_least(1), default=USUAL.iterations)
@option("--centred", is_flag=True, help="Take the mean of photos and of captions away.")
@option("--limit", type=at_least(8), help="Points at the most (default: by free memory).")
@option("--again", is_flag=True, help="Make it even where a map is kept that is still true.")
def draw_map(collection: Path, limit: int | None, again: bool, **chosen: Any) -> Outcome:
    """Make a map, or find the one that is kept."""
    from engine.encoders import load_encoder
    from engine.maps import make_map
    from engine.storage import Collection

    try:
        settings = MapSettings.from_json(chosen)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with Collection.open(collection) as opened, listening() as progress:
        encoder = load_encoder(opened.model_folder) if settings.has_captions else None
        drawn = make_map(opened, encoder, settings, again=again, limit=limit, progress=progress)
    record = {**drawn.record.to_json(), "folder": str(drawn.folder)}
    return Outcome(record, lines_of(drawn.record))


def lines_of(record: MapRecord) -> list[Part]:
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
    return [f"{record.settings.told()}.", Table(rows, "<<")]


def _told(record: MapRecord) -> str:
    return ", ".join(f"{step} {duration(seconds)}" for step, seconds in record.steps.items())
