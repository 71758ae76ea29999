"""`export` and `import`: a collection as one file, or a published data set as a folder."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
from click import argument, option

from engine.shell.commands import FOLDER, PATH, Outcome, at_least, collection_argument, command
from engine.shell.index_command import SHOWN_SKIPPED
from engine.shell.meter import duration, listening
from engine.shell.table import Part, Table, plain

# As in engine.datasets, which is not imported before it is needed.
KINDS = ("amazon", "flipkart", "tags", "fashion-mnist")


@command("import")
@argument(
    "source",
    required=False,
    type=PATH,
    help="An exported collection, or the data set's file, gzipped or not; fashion-mnist needs "
    "none.",
)
@option("--kind", type=click.Choice(KINDS), help="The layout of a published data set.")
@option("--out", type=FOLDER, help="The folder to fill with it, or to go on with.")
@option("--name", help="What an exported collection shall be called here.")
@option("--photos", type=FOLDER, help="Where the pictures lie that 'tags' names by id.")
@option("--limit", type=at_least(1), help="Take only the first so many items.")
@option(
    "--per-host",
    type=at_least(1),
    default=4,
    show_default=True,
    help="Photos fetched at once from one host.",
)
@option(
    "--allow-private",
    is_flag=True,
    help="Also ask addresses inside private networks, this machine's own included.",
)
def import_from_elsewhere(
    source: Path | None, kind: str | None, out: Path | None, name: str | None, **chosen: Any
) -> Outcome:
    """Unpack a collection, or fill a folder."""
    if source is not None and kind is None and out is None:
        if chosen["limit"] or chosen["photos"]:
            raise click.UsageError("an exported collection is taken in whole: give --name alone")
        return _import_archive(source, name)
    if kind is None or out is None:
        raise click.UsageError("a published data set needs both --kind and --out")
    if name:
        raise click.UsageError("--name goes with an exported collection alone")
    return _import_published(source, kind, out, **chosen)


def _import_archive(file: Path, name: str | None) -> Outcome:
    """Unpack an exported collection into the home, and learn what its first answer needs."""
    from engine.collection_archive import import_collection
    from engine.search import prepare
    from engine.storage import summarise

    with listening() as progress:
        folder = import_collection(file, name=name)
        prepare(folder, progress)
    told = summarise(folder)
    record = {"folder": str(folder), "name": told.name, "photos": told.n_photos}
    return Outcome(record, [f"{plain(told.name)}, {told.n_photos:,} photos, in {plain(folder)}."])


def _import_published(
    source: Path | None, kind: str, out: Path, per_host: int, allow_private: bool, **chosen: Any
) -> Outcome:
    """Fill the folder and tell what could not be had."""
    from engine.datasets import Fetching, import_dataset

    if source is None and kind != "fashion-mnist":
        raise click.UsageError(f"name the SOURCE file of --kind {kind}")
    begin = time.perf_counter()
    fetching = Fetching(n_per_host=per_host)
    if allow_private:
        fetching = Fetching(n_per_host=per_host, allowed=lambda address: True)
    with listening() as progress:
        report = import_dataset(
            source or out, kind, out, fetching=fetching, progress=progress, **chosen
        )
    seconds = time.perf_counter() - begin
    record = {
        "folder": str(report.folder),
        "table": str(report.table),
        "imported": report.imported,
        "new": report.new,
        "failed": report.failed,
        "failures": str(report.failures),
        "seconds": seconds,
    }
    lines: list[Part] = [
        f"{report.imported:,} photos in {plain(report.folder)}, {report.new:,} of them new, "
        f"in {duration(seconds)}."
    ]
    if report.failed:
        lines += [f"{report.failed:,} could not be had; {plain(report.failures)} says why:"]
        lines.append(Table(report.reasons()[:SHOWN_SKIPPED], "><", indent=2))
    return Outcome(record, lines)


@command("export")
@collection_argument
@argument("file", type=PATH, help="The zip to write.")
@option("--photos", is_flag=True, help="Take the photos along, and what is said of them.")
def export(collection: Path, file: Path, photos: bool) -> Outcome:
    """Write the archive."""
    from engine.collection_archive import export_collection

    with listening() as progress:
        n_bytes = export_collection(collection, file, with_photos=photos, progress=progress)
    record = {"file": str(file.absolute()), "bytes": n_bytes, "photos": photos}
    along = "its photos" if photos else "no photos"
    return Outcome(record, [f"{plain(file)}, {n_bytes / 1e6:,.1f} MB, with {along}."])
