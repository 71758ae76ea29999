"""`embed`: photos become rows, of which `index --rows` makes a collection, here or elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from click import argument, option

from engine.shell.commands import FOLDER, Outcome, at_least, command
from engine.shell.index_command import (
    lines_of_skipped,
    lines_of_tables,
    records_of_skipped,
    table_options,
)
from engine.shell.meter import amount, duration, listening
from engine.shell.table import plain


@command("embed")
@argument("photos", type=FOLDER, help="A folder of photos, with a table or without.")
@table_options
@option("--out", type=FOLDER, required=True, metavar="ROWS", help="The folder to fill with rows.")
@option(
    "--model",
    help="A model's name, such as kindred-everyday, or its folder (default: the photos are looked "
    "at, and the better of the bundled ones is taken).",
)
@option("--threads", type=at_least(1), help="Processors for a worker (default: all here).")
@option("--shard-size", type=at_least(1), default=1024, show_default=True, help="Photos in a file.")
def embed(photos: Path, out: Path, model: str | None, **chosen: Any) -> Outcome:
    """Embed photos into files of rows, without making a collection."""
    from engine.config import limit_threads
    from engine.encoders import model_at
    from engine.rows import make_rows

    if chosen["threads"]:
        limit_threads(chosen["threads"])
    with listening() as progress:
        report = make_rows(
            photos,
            chosen["captions"],
            model=model_at(model) if model else None,
            out=out,
            columns=dict(chosen["column"]) or None,
            shard_photos=chosen["shard_size"],
            progress=progress,
        )
    manifest = report.manifest
    record = {
        "folder": str(out),
        "model": manifest.model.name,
        "photos": manifest.n_photos,
        "rows": manifest.n_rows,
        "reused": report.n_reused,
        "files": len(manifest.shards),
        "skipped": records_of_skipped(report.skipped),
        "tables": [asdict(each) for each in report.tables],
        "seconds": report.seconds,
        "photos_per_second": report.photos_per_second,
    }
    first = f"{manifest.n_photos:,} photos as rows in {out}, by {manifest.model.name}, "
    first += duration(report.seconds)
    if report.photos_per_second:
        first += f" ({amount(report.photos_per_second)} files/s)"
    first += f": {report.n_reused:,} were there" if report.n_reused else ""
    told = [*lines_of_tables(report.tables), *lines_of_skipped(report.skipped)]
    return Outcome(record, [f"{plain(first)}.", *told])
