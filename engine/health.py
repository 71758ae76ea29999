"""How a home is: can it be written, does what lies in it open, what is at work, what is left.

Not inside: whether files are what was written, byte for byte (`engine.storage`'s check).
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import config
from engine.catalogue import Catalogue
from engine.durable import write_whole
from engine.errors import KindredError
from engine.hub import models_here
from engine.jobs import jobs
from engine.memory import available_bytes, resident_bytes
from engine.storage import CollectionSummary, Manifest, list_collections
from engine.storage.collection import CATALOGUE, find_model

_GB = 1e9


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What it is.
    told
        One sentence: how it is.
    is_well
        Whether a person need not do anything.
    figures
        The same as plain values.
    """

    name: str
    told: str
    is_well: bool = True
    figures: dict[str, Any] = field(default_factory=dict)


def check_health(home: Path | None = None) -> list[Check]:
    """Look at everything a home needs; each collection costs its manifest and the sizes of files.

    Parameters
    ----------
    home
        `engine.config.home` by default.

    Examples
    --------
    >>> import tempfile
    >>> home = Path(tempfile.mkdtemp())
    >>> [check.name for check in check_health(home)]
    ['home', 'disk', 'collections', 'models', 'jobs', 'memory']
    """
    home = home or config.home()
    within = {"collections": _collections, "models": _models, "jobs": _jobs}
    looked = [_looked(name, look, home) for name, look in within.items()]
    return [check_home(home), check_disk(home), *looked, _memory()]


def check_home(home: Path) -> Check:
    """Write a file into a home and remove it."""
    figures: dict[str, Any] = {"path": str(home), "writable": True}
    try:
        home.mkdir(parents=True, exist_ok=True)
        trial = home / f".health-{os.getpid()}"
        write_whole(trial, b"well\n", flush=False)
        trial.unlink()
    except OSError as error:
        told = f"It cannot be written ({error.strerror or error})."
        return Check("home", told, False, {**figures, "writable": False})
    return Check("home", "It can be written.", True, figures)


def check_disk(home: Path) -> Check:
    """Tell how much room a home's disk has; too little for uploads is not well."""
    there = next(path for path in (home, *home.parents) if path.exists())
    disk = shutil.disk_usage(there)
    told = f"{disk.free / _GB:,.1f} GB of {disk.total / _GB:,.1f} GB are free."
    figures = {"free_bytes": disk.free, "total_bytes": disk.total}
    return Check("disk", told, disk.free >= config.ROOM_LEFT_BYTES, figures)


def _looked(name: str, look: Callable[[Path], Check], home: Path) -> Check:
    """Look at what lies in a home, which may be no folder, or not for us to read."""
    try:
        return look(home)
    except (OSError, KindredError) as error:
        return Check(name, f"They cannot be read ({error}).", is_well=False)


def _collections(home: Path) -> Check:
    found, records, ill = list_collections(home), list[dict[str, Any]](), list[str]()
    for summary in found:
        reason = _why_closed(summary)
        record = {
            "folder": str(summary.folder),
            "name": summary.name,
            "photos": summary.n_photos,
            "health": summary.health,
            "opens": not reason and summary.health == "ready",
        }
        records.append({**record, "reason": reason} if reason else record)
        ill += [f"{summary.name}: {reason}"] if reason else []
    n_photos = sum(summary.n_photos for summary in found)
    told = " ".join(ill) or f"{len(records):,} with {n_photos:,} photos; all of them open."
    return Check("collections", told, not ill, {"collections": records})


def _why_closed(summary: CollectionSummary) -> str:
    """Return why a collection cannot be searched, "" where it can be or is just being built."""
    if summary.health != "ready":
        return summary.reason
    try:
        manifest = Manifest.load(summary.folder)
        find_model(manifest, summary.folder)
        with Catalogue.open(summary.folder / manifest.build / CATALOGUE):
            return ""
    except KindredError as error:
        return str(error)


def _models(home: Path) -> Check:
    found = models_here(home)
    records = [
        {"name": model.name, "bytes": model.n_bytes, "opens": not model.reason} for model in found
    ]
    ill = [model.reason for model in found if model.reason]
    return Check("models", " ".join(ill) or f"{len(found):,}.", not ill, {"models": records})


def _jobs(home: Path) -> Check:
    found = jobs(home)
    counts = dict(Counter(job.state for job in found))
    records = [
        {"id": job.job_id, "title": job.title, "state": job.state, "error": job.error}
        for job in found
        if not job.is_over or job.state in ("failed", "crashed")
    ]
    told = ", ".join(f"{number:,} {state}" for state, number in sorted(counts.items()))
    return Check("jobs", f"{told or 'None'}.", True, {"counts": counts, "jobs": records})


def _memory() -> Check:
    available, own = available_bytes(), resident_bytes()
    told = "" if available is None else f"{available / _GB:,.1f} GB can be taken; "
    figures = {"available_bytes": available, "resident_bytes": own}
    return Check("memory", f"{told}this program holds {own / _GB:,.1f} GB.", True, figures)
