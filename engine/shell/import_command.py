"""`import`: a published data set becomes a folder that `index` reads."""

from __future__ import annotations

import argparse
import time

from engine.shell import table
from engine.shell.commands import Command, Outcome, at_least, path
from engine.shell.index_command import SHOWN_SKIPPED
from engine.shell.meter import duration, listening

# As in engine.datasets, which is not imported before it is needed.
KINDS = ("amazon", "flipkart", "tags", "fashion-mnist")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `import` takes."""
    parser.add_argument(
        "source",
        nargs="?",
        type=path,
        metavar="SOURCE",
        help="the data set's file, gzipped or not; fashion-mnist needs none",
    )
    parser.add_argument("--kind", required=True, choices=KINDS, help="the layout of the source")
    parser.add_argument(
        "--out", type=path, required=True, metavar="FOLDER", help="the folder to fill, or to go on"
    )
    parser.add_argument(
        "--photos", type=path, metavar="DIR", help="where the pictures lie that 'tags' names by id"
    )
    parser.add_argument(
        "--limit", type=at_least(1), metavar="N", help="take only the first so many items"
    )
    parser.add_argument(
        "--per-host",
        type=at_least(1),
        default=4,
        metavar="N",
        help="photos fetched at once from one host (default: %(default)s)",
    )
    parser.add_argument(
        "--allow-private",
        action="store_true",
        help="also ask addresses inside private networks, this machine's own included",
    )


def run(options: argparse.Namespace) -> Outcome:
    """Fill the folder and tell what could not be had."""
    from engine.datasets import Fetching, import_dataset
    from engine.shell.commands import UsageError

    if options.source is None and options.kind != "fashion-mnist":
        raise UsageError(f"name the SOURCE file of --kind {options.kind}")
    begin = time.perf_counter()
    fetching = Fetching(n_per_host=options.per_host)
    if options.allow_private:
        fetching = Fetching(n_per_host=options.per_host, allowed=lambda address: True)
    with listening() as progress:
        report = import_dataset(
            options.source or options.out,
            options.kind,
            options.out,
            photos=options.photos,
            limit=options.limit,
            fetching=fetching,
            progress=progress,
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
    lines = [
        f"{report.imported:,} photos in {table.plain(report.folder)}, {report.new:,} of them new, "
        f"in {duration(seconds)}."
    ]
    if report.failed:
        lines += [f"{report.failed:,} could not be had; {table.plain(report.failures)} says why:"]
        shown = report.reasons()[:SHOWN_SKIPPED]
        lines += [f"  {line}" for line in table.columns(shown, align="><")]
    return Outcome(record, lines)


COMMAND = Command("import", "make a folder of photos from a published data set", add_arguments, run)
