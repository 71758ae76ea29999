"""A run's model becomes a collection's.

The model is copied into the home first, so that the run may go on, be forked or be removed without
the collection noticing. The photos are then embedded anew beside what stands; the collection
changes in one rename, and keeps what it was for one step back (`engine.storage.roll_back`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.durable import whole_folder
from engine.encoders import models_folder, read_manifest
from engine.errors import TrainingError
from engine.progress import Report, no_report
from engine.storage import BuildReport, change_model
from engine.training.record import MODEL, RUN, read_plan


def promote_run(
    run: Path,
    collection: Path,
    *,
    name: str | None = None,
    out: Path | None = None,
    home: Path | None = None,
    confirmed: bool = False,
    progress: Report = no_report,
) -> BuildReport:
    """Embed a collection's photos with a run's model and let it answer with that from then on.

    Parameters
    ----------
    run
        The run's folder; it must be finished.
    collection
        The collection's folder.
    name, out
        To make a new collection of the same photos instead: what it is called, and its folder.
    home
        Where the model is kept; `engine.config.home` by default.
    confirmed
        Go on even where more than a third of the photos are gone.
    progress
        Hears how far it is.

    Raises
    ------
    TrainingError
        The run has no model yet.
    CollectionError
        The collection or its photos are gone, or another program is changing it.
    """
    model = adopt_model(run, home)
    return change_model(
        collection, model, name=name, out=out, confirmed=confirmed, progress=progress
    )


def adopt_model(run: Path, home: Path | None = None) -> Path:
    """Copy a run's model into the home and return where it is; the same model is copied once.

    Raises
    ------
    TrainingError
        The run has no model yet.
    """
    source = run / MODEL
    if not (source / "manifest.json").is_file():
        raise TrainingError(
            "the run has no model yet",
            value=read_plan(run / RUN).settings.name,
            remedy="Let it finish, or finish it now with its best epoch",
        )
    fingerprint = read_manifest(source).fingerprint
    folder = models_folder(home) / f"{run.name}-{fingerprint[:8]}"
    if not folder.exists():
        with whole_folder(folder) as beside:
            shutil.copytree(source, beside, dirs_exist_ok=True)
    return folder
