"""`runs`: list, compare, promote, take along and remove what `train` has made."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.shell import table
from engine.shell.commands import Command, Outcome, UsageError, path
from engine.shell.index_command import outcome_of as outcome_of_build
from engine.shell.meter import duration, listening

if TYPE_CHECKING:
    from engine.runs import Comparison, Run

Action = Callable[[argparse.Namespace], Outcome]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `runs` takes."""
    parser.add_argument("action", choices=ACTIONS, help="what to do")
    parser.add_argument(
        "items",
        nargs="*",
        metavar="RUN",
        help="runs by id or folder; for rollback a collection, for import a file",
    )
    parser.add_argument(
        "--to", type=path, metavar="COLLECTION", help="promote: the collection to serve"
    )
    parser.add_argument(
        "--out",
        type=path,
        metavar="PATH",
        help="export: the file to write; promote: the folder of a new collection of those photos",
    )
    parser.add_argument("--name", help="promote: what the new collection is called")


def run(options: argparse.Namespace) -> Outcome:
    """Do what was asked with the runs that were named."""
    return ACTIONS[options.action](options)


def list_them(options: argparse.Namespace) -> Outcome:
    """List the home's runs."""
    from engine.runs import list_runs

    records = [record_of(each) for each in list_runs()]
    head = ["run", "state", "epochs", "best R@10", "pool", "spent", "note"]
    rows = [
        [
            each["run"],
            each["state"],
            str(each["epochs"]),
            f"{each['recall_at_10']:.3f}" if each["recall_at_10"] is not None else "–",
            f"{each['pool']:,}" if each["pool"] else "–",
            duration(each["seconds"]),
            each["note"],
        ]
        for each in records
    ]
    lines = table.columns([head, *rows], align="<<>>>><", room=table.room())
    return Outcome({"runs": records}, lines if rows else ["There is no run yet."])


def show(options: argparse.Namespace) -> Outcome:
    """Tell one run's settings, figures and log."""
    from engine.runs import read_run

    found = read_run(one(options))
    record = {**record_of(found), "plan": found.plan.to_json(), "curves": list(found.epochs)}
    rows = [[key, str(value)] for key, value in record.items() if key not in ("plan", "curves")]
    rows += [[key, str(value)] for key, value in found.plan.settings.to_json().items()]
    return Outcome(record, [*table.columns(rows, align="<<"), "", found.log(20)])


def record_of(found: Run) -> dict[str, Any]:
    """Return what `--json` prints of a run."""
    best = found.best
    return {
        "run": found.run_id,
        "name": found.name,
        "state": found.stage,
        "epochs": len(found.epochs),
        "recall_at_10": best["text_to_image"]["recall_at_10"] if best else None,
        "pool": best["text_to_image"]["pool"] if best else None,
        "seconds": found.seconds,
        "error": found.error,
        "note": found.plan.note,
    }


def compare(options: argparse.Namespace) -> Outcome:
    """Measure runs over the photos that all of them held out."""
    from engine.runs import compare_runs, settings_that_differ

    if len(options.items) < 2:
        raise UsageError("compare needs two runs or more")
    folders = [folder_of(item) for item in options.items]
    found = compare_runs(folders)
    differences = settings_that_differ(folders)
    record = {
        "pool": found.pool,
        "runs": [record_of_row(row) for row in found.rows],
        "settings_that_differ": differences,
    }
    rows = [[name, *map(str, values)] for name, values in differences.items()]
    told = table.columns(rows, align="<" * (1 + len(folders))) if rows else ["none"]
    return Outcome(record, [*comparison_lines(found), "", "Settings that differ:", *told])


def record_of_row(row: Any) -> dict[str, Any]:
    """Return one run of a comparison as plain values."""
    recalls = {
        f"recall_at_{k}": [each.value, each.low, each.high] for k, each in row.recall_at.items()
    }
    ahead = [row.ahead.value, row.ahead.low, row.ahead.high]
    return {"run": row.run.name, "median_rank": row.median_rank, "ahead": ahead, **recalls}


def comparison_lines(found: Comparison) -> list[str]:
    """Return the table of a comparison."""
    head = ["", "R@1", "R@5", "R@10", "95 %", "median rank", "R@10 ahead of the first"]
    rows = [
        [
            row.run.name,
            *(f"{row.recall_at[k].value:.3f}" for k in (1, 5, 10)),
            f"{row.recall_at[10].low:.3f} to {row.recall_at[10].high:.3f}",
            f"{row.median_rank:g}",
            f"{row.ahead.value:+.3f} ({row.ahead.low:+.3f} to {row.ahead.high:+.3f})",
        ]
        for row in found.rows
    ]
    title = (
        f"{found.n_captions:,} captions ask for their photos, among the {found.pool:,} that all "
        "runs held out:"
    )
    return [title, *table.columns([head, *rows], align="<>>>>>>")]


def promote(options: argparse.Namespace) -> Outcome:
    """Make a run's model a collection's."""
    from engine.runs import promote_run
    from engine.search import prepare

    if options.to is None:
        raise UsageError("promote needs --to COLLECTION")
    with listening() as progress:
        report = promote_run(
            one(options), options.to, out=options.out, name=options.name, progress=progress
        )
        prepare(options.out or options.to, progress)
    return outcome_of_build(report, options.out or options.to)


def roll_back(options: argparse.Namespace) -> Outcome:
    """Give a collection back the model it had before."""
    from engine.storage import roll_back

    if len(options.items) != 1:
        raise UsageError("rollback needs one COLLECTION")
    manifest = roll_back(path(options.items[0]))
    line = f"The collection {manifest.name} answers with the model {manifest.model.name} again."
    return Outcome({"collection": options.items[0], "model": manifest.model.name}, [line])


def stop(options: argparse.Namespace) -> Outcome:
    """Ask a run to stop at its next batch."""
    from engine.runs import stop_run

    folder = one(options)
    stop_run(folder)
    return Outcome({"run": folder.name}, [f"{folder.name} stops at its next batch."])


def export(options: argparse.Namespace) -> Outcome:
    """Write a run as one file."""
    from engine.runs import export_run

    folder = one(options)
    file = options.out or Path(f"{folder.name}.zip")
    n_bytes = export_run(folder, file)
    return Outcome({"file": str(file), "bytes": n_bytes}, [f"{file}: {n_bytes / 2**20:,.1f} MB."])


def take_in(options: argparse.Namespace) -> Outcome:
    """Unpack a run that was exported."""
    from engine.runs import import_run

    if len(options.items) != 1:
        raise UsageError("import needs one FILE")
    folder = import_run(path(options.items[0]))
    return Outcome({"run": folder.name}, [f"Imported as {folder.name}."])


def remove(options: argparse.Namespace) -> Outcome:
    """Remove a run."""
    from engine.runs import remove_run

    folder = one(options)
    remove_run(folder)
    return Outcome({"run": folder.name}, [f"{folder.name} is removed."])


def one(options: argparse.Namespace) -> Path:
    """Return the folder of the one run that was named."""
    if len(options.items) != 1:
        raise UsageError(f"{options.action} needs one RUN")
    return folder_of(options.items[0])


def folder_of(item: str) -> Path:
    """Return the folder of a run."""
    from engine.runs import find_folder

    return find_folder(item)


ACTIONS: dict[str, Action] = {
    "list": list_them,
    "show": show,
    "compare": compare,
    "promote": promote,
    "rollback": roll_back,
    "stop": stop,
    "export": export,
    "import": take_in,
    "remove": remove,
}
RUNS = Command(
    "runs", "list, compare, promote, export and import what was trained", add_arguments, run
)
