"""`index`, `update` and `check`: photos become a collection, or stay in step with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import UsageError, argument, option

from engine.shell.commands import FOLDER, PAIR, PATH, Outcome, collection_argument, command
from engine.shell.meter import amount, duration, listening
from engine.shell.move_command import outcome_of_points, place_options, published
from engine.shell.table import Part, Table, plain

if TYPE_CHECKING:
    from engine.storage import BuildReport, Skipped, TableReport

SHOWN_SKIPPED = 20
SHOWN_COLUMNS = 8
COUNTS = ("embedded", "reused", "added", "changed", "renamed", "removed")


def table_options(work: Any) -> Any:
    """Add what says where the captions are."""
    captions = option(
        "--captions",
        type=PATH,
        metavar="FILE",
        help="A CSV, TSV, JSON or JSONL table (default: those found in PHOTOS).",
    )
    column = option(
        "--column",
        multiple=True,
        type=PAIR,
        metavar="ROLE=NAME",
        help="Which column is the photo, id or caption: --column caption=headline.",
    )
    return captions(column(work))


yes_option = option(
    "--yes",
    is_flag=True,
    help="Go on even where more than a third of the photos are gone or a tenth lose captions.",
)


@command("index")
@argument(
    "photos", required=False, type=FOLDER, help="A folder of photos, with a table or without."
)
@table_options
@option("--rows", type=FOLDER, metavar="ROWS", help="Rows made by 'embed', instead of PHOTOS.")
@option(
    "--model",
    help="A model's name, such as kindred-everyday, or its folder (default: a new collection's "
    "photos are looked at, and the better of the bundled ones is taken).",
)
@option("--out", type=FOLDER, required=True, metavar="COLLECTION", help="The folder to make.")
@option("--name", help="What people call it (default: the folder's name).")
@option("--to", "place", metavar="PLACE", help="Let it answer from Qdrant: as of 'move'.")
@place_options
@yes_option
def index(
    photos: Path | None,
    out: Path,
    rows: Path | None,
    model: str | None,
    yes: bool,
    place: str | None,
    n_shards: int,
    n_replicas: int,
    **table: Any,
) -> Outcome:
    """Make a collection."""
    from engine.encoders import model_at
    from engine.qdrant import reach
    from engine.rows import build_from_rows, publish_from_rows
    from engine.search import prepare
    from engine.storage import build_collection

    if (photos is None) == (rows is None):
        raise UsageError("name a folder of photos, or --rows with a folder of rows")
    if rows and (table["captions"] or table["column"]):
        raise UsageError("--captions and --column go with 'embed': rows know their captions")
    if place:
        reach(place)  # before hours of work
    found = model_at(model) if model else None
    name = table["name"]
    with listening() as progress:
        if rows and place:
            layout = {"n_shards": n_shards, "n_replicas": n_replicas}
            made = publish_from_rows(
                rows, out=out, to=place, model=found, name=name, **layout, progress=progress
            )
            prepare(out, progress)
            return outcome_of_points(made, out)
        chosen: dict[str, Any] = {"model": found, "out": out, "name": name, "confirmed": yes}
        if rows:
            report = build_from_rows(rows, **chosen, progress=progress)
        elif photos:
            columns = dict(table["column"]) or None
            report = build_collection(
                photos, table["captions"], columns=columns, **chosen, progress=progress
            )
        if not place:
            prepare(out, progress)
    told = outcome_of(report, out)
    if not place:
        return told
    moved = published(out, place, n_shards, n_replicas)
    return Outcome({**told.record, **moved.record}, [*told.lines, *moved.lines])


@command("update")
@collection_argument
@option(
    "--model",
    help="Answer with another model from now on: its name or folder; what was before is kept "
    "for one step back.",
)
@yes_option
def update(collection: Path, model: str | None, yes: bool) -> Outcome:
    """Bring a collection up to date with its photos."""
    from engine.search import prepare
    from engine.storage import update_collection

    if model:
        return move(collection, model, confirmed=yes)
    with listening() as progress:
        report = update_collection(collection, confirmed=yes, progress=progress)
        prepare(collection, progress)
    return outcome_of(report, collection)


def move(collection: Path, model: str, *, confirmed: bool) -> Outcome:
    """Let a collection answer with another model, named or by its folder."""
    from engine.encoders import model_at
    from engine.search import prepare
    from engine.storage import change_model

    with listening() as progress:
        report = change_model(collection, model_at(model), confirmed=confirmed, progress=progress)
        prepare(collection, progress)
    return outcome_of(report, collection)


@command("check")
@collection_argument
@option(
    "--repair",
    is_flag=True,
    help="Make it whole again from its photos; they, tags and judgements stay.",
)
@option("--model", type=FOLDER, help="A model's folder, where the collection's own is gone.")
@yes_option
def check(collection: Path, repair: bool, model: Path | None, yes: bool) -> Outcome:
    """Read all of a collection; say whether it is what was written, or make it so."""
    from engine.search import prepare
    from engine.storage import Collection, repair_collection

    whole = f"{plain(collection)} is whole: every byte is what was written."
    if not repair:
        with Collection.open(collection) as opened:
            opened.check()
        return Outcome({"is_whole": True, "repaired": False}, [whole])
    with listening() as progress:
        report = repair_collection(collection, model=model, confirmed=yes, progress=progress)
        if report is not None:
            prepare(collection, progress)
    if report is None:
        return Outcome({"is_whole": True, "repaired": False}, [whole])
    outcome = outcome_of(report, collection)
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
    lines: list[Part] = [*chosen, *lines_of_remark(remark)]
    lines += [*lines_of_tables(report.tables), *lines_of_skipped(report.skipped)]
    return Outcome(record, [f"{plain(first)}.", *lines])


def lines_of_remark(remark: str) -> list[str]:
    """Return what a person should know of how photos are searched, if anything."""
    return [f"Index: {remark}."] if remark else []


def lines_of_tables(tables: Sequence[TableReport]) -> list[str]:
    """Return what became of each table of captions: how much was read, and as what."""
    lines = ["Tables of captions:"] if tables else []
    for each in tables:
        if each.reason:
            lines.append(f"  {plain(each.path)}: not used, {plain(each.reason)}")
            continue
        left_out = f", {each.n_left_out:,} left out" if each.n_left_out else ""
        lines.append(
            f"  {plain(each.path)}: {each.n_lines:,} {each.unit}s read{left_out}, about"
            f" {each.n_photos:,} photos"
        )
        told = [f"{meaning} in {_some(names)}" for meaning, names in each.columns.items()]
        lines += [f"    {plain('; '.join(told))}"] if told else []
        lines += [f"    {plain(remark)}" for remark in each.remarks]
        lines += [f"    left out: {n:,} × {plain(why)}" for why, n in each.left_out.items()]
    return lines


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:SHOWN_COLUMNS])
    return (
        shown if len(names) <= SHOWN_COLUMNS else f"{shown} and {len(names) - SHOWN_COLUMNS} more"
    )


def records_of_skipped(skipped: Sequence[Skipped]) -> list[dict[str, str]]:
    """Return path and reason of every file that could not be indexed."""
    return [{"path": each.path, "reason": each.reason} for each in skipped]


def lines_of_skipped(skipped: Sequence[Skipped]) -> list[Part]:
    """Return the first skipped files with their reasons, and how many more there are."""
    if not skipped:
        return []
    shown = [[each.path, each.reason] for each in skipped[:SHOWN_SKIPPED]]
    lines: list[Part] = [f"{len(skipped):,} skipped:", Table(shown, "<<", indent=2)]
    n_hidden = len(skipped) - len(shown)
    return [*lines, f"  … and {n_hidden:,} more; --json lists them all"] if n_hidden else lines
