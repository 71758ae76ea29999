"""`embed`: photos become rows, of which `index --rows` makes a collection, here or elsewhere."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from click import UsageError, argument, option

from engine.shell.commands import FOLDER, Kind, Outcome, at_least, command
from engine.shell.index_command import (
    lines_of_skipped,
    lines_of_tables,
    records_of_skipped,
    table_options,
)
from engine.shell.meter import amount, duration, listening
from engine.shell.table import plain


@command("embed")
@argument(
    "photos",
    type=Kind("PHOTOS", lambda text: text if "://" in text else Path(text).expanduser()),
    help="A folder of photos, with a table or without; the address of one, such as "
    "s3://shop/photos; or a file with one address a line.",
)
@table_options
@option("--out", type=FOLDER, required=True, metavar="ROWS", help="The folder to fill with rows.")
@option(
    "--model",
    help="A model's name, such as kindred-everyday, or its folder (default: the photos are looked "
    "at, and the better of the bundled ones is taken).",
)
@option(
    "--ray",
    metavar="local|ADDRESS",
    help="Embed on Ray: on this machine, or on the cluster whose head has this address.",
)
@option("--workers", type=at_least(1), help="Programs on Ray (default: as many as have a place).")
@option(
    "--threads",
    type=at_least(1),
    help="Processors for each of them (default: 1); without --ray, for all (default: all).",
)
@option(
    "--all-thumbnails",
    is_flag=True,
    help="Keep one of every photo, also of small ones: for collections that cannot reach them.",
)
@option("--shard-size", type=at_least(1), default=1024, show_default=True, help="Photos in a file.")
def embed(photos: Path | str, out: Path, model: str | None, **chosen: Any) -> Outcome:
    """Embed photos into files of rows, without making a collection."""
    from engine.config import limit_threads
    from engine.encoders import model_at
    from engine.rows import RayPool, make_rows

    pool, n_threads = None, chosen["threads"]
    if chosen["ray"]:
        pool = RayPool(chosen["ray"], chosen["workers"], n_threads or 1)
    elif chosen["workers"]:
        raise UsageError("--workers goes with --ray: without it one program embeds")
    elif n_threads:
        limit_threads(n_threads)
    with listening() as progress:
        report = make_rows(
            photos,
            chosen["captions"],
            model=model_at(model) if model else None,
            out=out,
            columns=dict(chosen["column"]) or None,
            shard_photos=chosen["shard_size"],
            all_thumbnails=chosen["all_thumbnails"],
            pool=pool,
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
