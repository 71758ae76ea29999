"""Fashion-MNIST through Keras, which downloads, checks and keeps it."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import CatalogueError
from engine.network import is_reachable, patient_for

_STORE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_FILES = (
    "train-labels-idx1-ubyte.gz",
    "train-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
)
_SILENCE_SECONDS = 30.0
Split = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def load_fashion_mnist() -> dict[str, Split]:
    """Return the pictures, uint8 (n, 28, 28), and labels, (n,), of both splits.

    Raises
    ------
    CatalogueError
        They are not on this machine and cannot be downloaded; the sentence names the files.
    """
    folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"
    folder /= "fashion-mnist"
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing and not is_reachable(_STORE):
        raise _not_to_be_had("this machine is offline", missing, folder)
    import keras  # after the check: it takes seconds to load, and the answer may be known

    keras.config.disable_interactive_logging()
    try:
        with patient_for(_SILENCE_SECONDS):
            train, test = keras.datasets.fashion_mnist.load_data()
    except Exception as error:  # Keras raises a bare Exception for a download that failed.
        raise _not_to_be_had(str(error).splitlines()[0][:200], missing, folder) from error
    return {"train": train, "test": test}


def _not_to_be_had(reason: str, missing: list[str], folder: Path) -> CatalogueError:
    return CatalogueError(
        f"Fashion-MNIST cannot be had ({reason})",
        value=", ".join(missing) or None,
        remedy=f"Fetch these from {_STORE} where there is a connection, and put them into {folder}",
    )
