"""Where things live, what keeps a hostile file from hurting anyone, and what stays private.

Libraries read what is switched off here when they are imported, some of them in compiled code that
no later call reaches; so `keep_private` runs before any of them, in `engine`'s own first lines.
Child processes inherit it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from engine import config

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


def n_threads() -> int:
    """Return how many threads long work may use: one for each processor, unless limited."""
    return _most_threads or os.cpu_count() or 1


def limit_threads(most: int) -> None:
    """Let decoding and models use so many threads, ≥ 1, in this program from now on.

    Models that are open already keep theirs.
    """
    global _most_threads
    if most < 1:
        raise ValueError(f"most={most} must be at least 1")
    _most_threads = most
    # Read by TensorFlow when it is imported.
    os.environ.update(TF_NUM_INTRAOP_THREADS=str(most), TF_NUM_INTEROP_THREADS="1")


_most_threads: int | None = None

SILENCE = {
    # ONNX Runtime notes an id of the machine and reports every model that is loaded.
    "ORT_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DO_NOT_TRACK": "1",
}


def keep_private() -> None:
    """Switch off every report, whatever the environment says, and keep Keras in our own folder.

    Keras writes its settings below the home folder when it is imported. A person who has used
    Keras before keeps that folder, and the weights in it.
    """
    os.environ.update(SILENCE)
    if not Path("~/.keras").expanduser().is_dir():
        os.environ.setdefault("KERAS_HOME", str(config.home() / "keras"))


def keep_files_private() -> None:
    """Let nobody else of this machine read what this program writes from now on.

    For programs of our own (the app, its jobs, the shell), not for those that import the engine.
    """
    os.umask(0o077)
    own = config.home()
    if own.is_dir() and own.is_relative_to(config.PROJECT):  # a place somebody chose keeps its mode
        with suppress(OSError):
            own.chmod(0o700)
