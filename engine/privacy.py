"""What libraries would tell their makers, and leave in a person's home, unless told not to.

They read these variables when they are imported, some of them in compiled code that no later call
reaches; so this runs before any of them, in `engine`'s own first lines. Child processes inherit it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from engine import config

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
