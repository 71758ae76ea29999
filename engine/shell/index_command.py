"""`index`, `update` and `check`: photos become a collection, or stay in step with one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.shell import table
from engine.shell.commands import Command, Outcome, pair, path
from engine.shell.meter import amount, duration, listening

if TYPE_CHECKING:
    from engine.storage import BuildReport, Skipped, TableReport

SHOWN_SKIPPED = 20
SHOWN_COLUMNS = 8
COUNTS = ("embedded", "reused", "added", "changed", "renamed", "removed")


def add_index_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `index` takes."""
    parser.add_argument(
        "photos", type=path, metavar="PHOTOS", help="a folder of photos, with a table or without"
    )
    add_table_arguments(parser)
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="a model's name, such as kindred-everyday, or its folder (default: a new collection's "
        "photos are looked at, and the better of the bundled ones is taken)",
    )
    parser.add_argument(
        "--out", type=path, required=True, metavar="COLLECTION", help="the folder to make"
    )
    parser.add_argument("--name", help="what people call it (default: the folder's name)")
    add_yes(parser)


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add the answer to a question that the command would stop with."""
    parser.add_argument(
        "--yes",
        action="store_true",
        help="go on even where more than a third of the photos are gone or a tenth lose captions",
    )


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says where the captions are."""
    parser.add_argument(
        "--captions",
        type=path,
        metavar="FILE",
        help="a CSV, TSV, JSON or JSONL table (default: those found in PHOTOS)",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=pair,
        metavar="ROLE=NAME",
        help="which column is the photo, id or caption: --column caption=headline",
    )


def run_index(options: argparse.Namespace) -> Outcome:
    """Make a collection."""
    from engine.encoders import model_at
    from engine.search import prepare
    from engine.storage import build_collection

    with listening() as progress:
        report = build_collection(
            options.photos,
            options.captions,
            model=model_at(options.model) if options.model else None,
            out=options.out,
            columns=dict(options.column) or None,
            name=options.name,
            confirmed=options.yes,
            progress=progress,
        )
        prepare(options.out, progress)
    return outcome_of(report, options.out)


def add_update_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `update` takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help="answer with another model from now on: its name or folder; what was before is kept "
        "for one step back",
    )
    add_yes(parser)


def run_update(options: argparse.Namespace) -> Outcome:
    """Bring a collection up to date with its photos."""
    from engine.encoders import model_at
    from engine.search import prepare
    from engine.storage import change_model, update_collection

    with listening() as progress:
        if options.model:
            model = model_at(options.model)
            report = change_model(
                options.collection, model, confirmed=options.yes, progress=progress
            )
        else:
            report = update_collection(options.collection, confirmed=options.yes, progress=progress)
        prepare(options.collection, progress)
    return outcome_of(report, options.collection)


def add_check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `check` takes."""
    parser.add_argument("collection", type=path, metavar="COLLECTION", help="a collection's folder")
    parser.add_argument(
        "--repair",
        action="store_true",
        help="make it whole again from its photos; they, tags and judgements stay",
    )
    parser.add_argument(
        "--model", type=path, help="a model's folder, where the collection's own is gone"
    )


def run_check(options: argparse.Namespace) -> Outcome:
    """Read all of a collection; say whether it is what was written, or make it so."""
    from engine.storage import Collection, repair_collection

    whole = f"{table.plain(options.collection)} is whole: every byte is what was written."
    if not options.repair:
        with Collection.open(options.collection) as collection:
            collection.check()
        return Outcome({"is_whole": True, "repaired": False}, [whole])
    with listening() as progress:
        report = repair_collection(options.collection, model=options.model, progress=progress)
    if report is None:
        return Outcome({"is_whole": True, "repaired": False}, [whole])
    outcome = outcome_of(report, options.collection)
    record = {"is_whole": True, "repaired": True, **outcome.record}
    return Outcome(record, ["The collection is repaired.", *outcome.lines])


def outcome_of(report: BuildReport, collection: Path) -> Outcome:
    """Return a build's counts, what was skipped, and how fast it was."""
    from engine.storage import Collection

    counts = {name: getattr(report, name) for name in COUNTS}
    with Collection.open(collection) as opened:
        remark = opened.index_remark
    record = {
        "folder": str(collection),
        "indexed": report.indexed,
        **counts,
        "skipped": records_of_skipped(report.skipped),
        "tables": [asdict(each) for each in report.tables],
        "index_remark": remark,
        "seconds": report.seconds,
        "photos_per_second": report.photos_per_second,
    }
    chosen = []
    if report.suitability:
        record |= {"model": report.suitability.model, "chosen": str(report.suitability)}
        chosen = [f"{report.suitability} ('--model' takes another)."]
    rate = report.photos_per_second
    speed = duration(report.seconds) + (f" ({amount(rate)} files/s)" if rate else "")
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    first = f"{report.indexed:,} photos in {collection}, {speed}" + (f": {told}" if told else "")
    lines = [*chosen, *lines_of_remark(remark)]
    lines += [*lines_of_tables(report.tables), *lines_of_skipped(report.skipped)]
    return Outcome(record, [f"{table.plain(first)}.", *lines])


def lines_of_remark(remark: str) -> list[str]:
    """Return what a person should know of how photos are searched, if anything."""
    return [f"Index: {remark}."] if remark else []


def lines_of_tables(tables: Sequence[TableReport]) -> list[str]:
    """Return what became of each table of captions: how much was read, and as what."""
    lines = ["Tables of captions:"] if tables else []
    for each in tables:
        if each.reason:
            lines.append(f"  {table.plain(each.path)}: not used, {table.plain(each.reason)}")
            continue
        left_out = f", {each.n_left_out:,} left out" if each.n_left_out else ""
        lines.append(
            f"  {table.plain(each.path)}: {each.n_lines:,} {each.unit}s read{left_out}, about"
            f" {each.n_photos:,} photos"
        )
        told = [f"{meaning} in {_some(names)}" for meaning, names in each.columns.items()]
        lines += [f"    {table.plain('; '.join(told))}"] if told else []
        lines += [f"    {table.plain(remark)}" for remark in each.remarks]
        lines += [f"    left out: {n:,} × {table.plain(why)}" for why, n in each.left_out.items()]
    return lines


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN_COLUMNS])
    return (
        shown if len(names) <= SHOWN_COLUMNS else f"{shown} and {len(names) - SHOWN_COLUMNS} more"
    )


def records_of_skipped(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    """Return path and reason of every file that could not be indexed."""
    return [{"path": each.path, "reason": each.reason} for each in skipped]


def lines_of_skipped(skipped: Sequence[Skipped]) -> list[str]:
    """Return the first skipped files with their reasons, and how many more there are."""
    if not skipped:
        return []
    shown = [[each.path, each.reason] for each in skipped[:SHOWN_SKIPPED]]
    told = [f"  {line}" for line in table.columns(shown, align="<<")]
    lines = [f"{len(skipped):,} skipped:", *told]
    n_hidden = len(skipped) - len(shown)
    return [*lines, f"  … and {n_hidden:,} more; --json lists them all"] if n_hidden else lines


INDEX = Command(
    "index", "make a collection from a folder of photos", add_index_arguments, run_index
)
CHECK = Command(
    "check", "find damage in a collection and repair it", add_check_arguments, run_check
)
UPDATE = Command(
    "update", "take in new, changed and deleted photos", add_update_arguments, run_update
)
