"""`runs`: list, compare, promote, take along and remove what `train` has made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import argument, option

from engine.shell.commands import FOLDER, PATH, Outcome, command
from engine.shell.index_command import outcome_of as outcome_of_build
from engine.shell.index_command import yes_option
from engine.shell.meter import duration, listening
from engine.shell.table import Part, Table

if TYPE_CHECKING:
    from engine.runs import Comparison, Run


def list_them() -> Outcome:
    """List the home's runs."""
    from engine.runs import list_runs

    records = [record_of(each) for each in list_runs()]
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
    table = Table(rows, "<<>>>><", ("run", "state", "epochs", "best R@10", "pool", "spent", "note"))
    return Outcome({"runs": records}, [table if rows else "There is no run yet."])


def show(folder: Path) -> Outcome:
    """Tell one run's settings, figures and log."""
    from engine.runs import read_run

    found = read_run(folder)
    record = {**record_of(found), "plan": found.plan.to_json(), "curves": list(found.epochs)}
    rows = [[key, str(value)] for key, value in record.items() if key not in ("plan", "curves")]
    rows += [[key, str(value)] for key, value in found.plan.settings.to_json().items()]
    return Outcome(record, [Table(rows, "<<"), "", found.log(20)])


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


def compare(folders: Sequence[Path]) -> Outcome:
    """Measure runs over the photos that all of them held out."""
    from engine.runs import compare_runs, settings_that_differ

    found = compare_runs(folders)
    differences = settings_that_differ(folders)
    record = {
        "pool": found.pool,
        "runs": [record_of_row(row) for row in found.rows],
        "settings_that_differ": differences,
    }
    rows = [[name, *map(str, values)] for name, values in differences.items()]
    told: Part = Table(rows, "<" * (1 + len(folders))) if rows else "none"
    return Outcome(record, [*comparison_lines(found), "", "Settings that differ:", told])


def record_of_row(row: Any) -> dict[str, Any]:
    """Return one run of a comparison as plain values."""
    recalls = {
        f"recall_at_{k}": [each.value, each.low, each.high] for k, each in row.recall_at.items()
    }
    ahead = [row.ahead.value, row.ahead.low, row.ahead.high]
    return {"run": row.run.name, "median_rank": row.median_rank, "ahead": ahead, **recalls}


def comparison_lines(found: Comparison) -> list[Part]:
    """Return the table of a comparison."""
    head = ("", "R@1", "R@5", "R@10", "95 %", "median rank", "R@10 ahead of the first")
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
    return [title, Table(rows, "<>>>>>>", head)]


def promote(
    folder: Path, to: Path, out: Path | None, name: str | None, *, confirmed: bool
) -> Outcome:
    """Make a run's model a collection's."""
    from engine.runs import promote_run
    from engine.search import prepare

    with listening() as progress:
        report = promote_run(folder, to, out=out, name=name, confirmed=confirmed, progress=progress)
        prepare(out or to, progress)
    return outcome_of_build(report, out or to)


def roll_back(collection: str) -> Outcome:
    """Give a collection back the model it had before."""
    from engine.storage import roll_back

    manifest = roll_back(Path(collection).expanduser())
    line = f"The collection {manifest.name} answers with the model {manifest.model.name} again."
    return Outcome({"collection": collection, "model": manifest.model.name}, [line])


# What each action takes, one or several.
ACTIONS = {
    **dict.fromkeys(("list", "show", "compare", "promote"), "RUN"),
    "rollback": "COLLECTION",
    **dict.fromkeys(("stop", "export"), "RUN"),
    "import": "FILE",
    "remove": "RUN",
}


@command("runs")
@argument("action", type=click.Choice(ACTIONS), help="What to do.")
@argument(
    "items",
    nargs=-1,
    metavar="[RUN]...",
    help="Runs by id or folder; for rollback a collection, for import a file.",
)
@option("--to", type=FOLDER, metavar="COLLECTION", help="promote: the collection to serve.")
@option(
    "--out",
    type=PATH,
    help="export: the file to write; promote: the folder of a new collection of those photos.",
)
@option("--name", help="promote: what the new collection is called.")
@yes_option
def manage(
    action: str,
    items: Sequence[str],
    to: Path | None,
    out: Path | None,
    name: str | None,
    yes: bool,
) -> Outcome:
    """Do what was asked with the runs that were named."""
    from engine import runs

    if action == "compare" and len(items) < 2:
        raise click.UsageError("compare needs two runs or more")
    if action not in ("list", "compare") and len(items) != 1:
        raise click.UsageError(f"{action} needs one {ACTIONS[action]}")
    if action == "list":
        return list_them()
    if action == "rollback":
        return roll_back(items[0])
    if action == "import":
        taken_in = runs.import_run(Path(items[0]).expanduser())
        return Outcome({"run": taken_in.name}, [f"Imported as {taken_in.name}."])
    if action == "promote" and to is None:
        raise click.UsageError("promote needs --to COLLECTION")
    folders = [runs.find_folder(item) for item in items]
    folder = folders[0]
    if action == "compare":
        return compare(folders)
    if action == "promote" and to:
        return promote(folder, to, out, name, confirmed=yes)
    if action == "show":
        return show(folder)
    if action == "export":
        file = out or Path(f"{folder.name}.zip")
        n_bytes = runs.export_run(folder, file)
        line = f"{file}: {n_bytes / 2**20:,.1f} MB."
        return Outcome({"file": str(file), "bytes": n_bytes}, [line])
    if action == "stop":
        runs.stop_run(folder)
        return Outcome({"run": folder.name}, [f"{folder.name} stops at its next batch."])
    runs.remove_run(folder)
    return Outcome({"run": folder.name}, [f"{folder.name} is removed."])
