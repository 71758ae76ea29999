"""Where things live, and the limits that keep a hostile file from hurting anyone."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ASSETS = PROJECT / "assets"
DEMO_COLLECTION = ASSETS / "demo"
MODELS = ASSETS / "models"

PHOTOS_VARIABLE = "KINDRED_PHOTOS"

MAX_FILE_BYTES = 64 * 2**20
MAX_PIXELS = 100_000_000
# What all threads together may take for decoding; photos of fewer bytes are not counted.
DECODING_BYTES, UNCOUNTED_BYTES = 2**30, 2**24
THUMBNAIL_PX = 256
ROOM_LEFT_BYTES = 2 * 2**30  # of a disk; below it only the owner writes uploads

DEFAULT_K = 9
MAX_K = 60


def home() -> Path:
    """Return the folder for what people make: collections, runs and jobs.

    ``KINDRED_HOME`` names it; without it, ``.kindred`` inside the project.
    """
    return Path(os.environ.get("KINDRED_HOME") or PROJECT / ".kindred").expanduser().resolve()


def folders_of(variable: str) -> list[Path] | None:
    """Return the folders that a variable of the environment names, as PATH does; None for none."""
    named = os.environ.get(variable, "")
    return [Path(each).expanduser() for each in named.split(os.pathsep) if each] or None
