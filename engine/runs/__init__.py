"""Runs: the training runs of a home, from their start to the collection that one of them serves.

    run_folder.py where runs are, and what they are called
    run_state.py  what is true of a run now, read from its folder
    run_control.py start, stop, kill, resume, fork, remove
    launch.py     what a run may learn from, three ways to begin, whether its settings can work
    estimate.py   how long it will take and how much memory, from what this machine did before
    preview.py    the first batch as the model will see it
    heldout.py    the held-out photos, epoch by epoch: projections, answers, ranks
    compare.py    settings that differ, and figures over the same photos with intervals
    promote.py    a run's model becomes a collection's, and back
    run_archive.py a run as one file, and back

Everything is read from files, so pages and shells see the same; work is done by jobs.

Not inside: the training itself (`engine.training`).
"""

from engine.runs.compare import Comparison, compare_runs, settings_that_differ
from engine.runs.estimate import Estimate, estimate
from engine.runs.heldout import Found, HeldOut, Moment, Plane
from engine.runs.launch import (
    FEW,
    PRESETS,
    PresetName,
    by_recipe,
    check_plan,
    drawn_source,
    is_drawn,
    source_of_collection,
    suited,
)
from engine.runs.preview import Preview, preview_batch
from engine.runs.promote import promote_run
from engine.runs.run_archive import export_run, import_run
from engine.runs.run_control import (
    Start,
    create_run,
    fork_run,
    kill_run,
    remove_run,
    start_run,
    stop_run,
)
from engine.runs.run_folder import find_by_id, find_folder
from engine.runs.run_state import Run, list_runs, read_run
from engine.training.recipes import RECIPES
from engine.training.record import Plan, read_plan
from engine.training.settings import DataSource, TrainingSettings

__all__ = [
    "FEW",
    "PRESETS",
    "RECIPES",
    "Comparison",
    "DataSource",
    "Estimate",
    "Found",
    "HeldOut",
    "Moment",
    "Plan",
    "Plane",
    "PresetName",
    "Preview",
    "Run",
    "Start",
    "TrainingSettings",
    "by_recipe",
    "check_plan",
    "compare_runs",
    "create_run",
    "drawn_source",
    "estimate",
    "export_run",
    "find_by_id",
    "find_folder",
    "fork_run",
    "import_run",
    "is_drawn",
    "kill_run",
    "list_runs",
    "preview_batch",
    "promote_run",
    "read_plan",
    "read_run",
    "remove_run",
    "settings_that_differ",
    "source_of_collection",
    "start_run",
    "stop_run",
    "suited",
]
