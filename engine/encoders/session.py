"""ONNX Runtime, opened as a search and a build of a collection want it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError

Arrays = Mapping[str, NDArray[np.float32]]


def open_session(model: Path | bytes, *, n_threads: int, given: Arrays | None = None) -> Any:
    """Open an ONNX file, or its bytes, for a number of threads.

    Parameters
    ----------
    model
        The file.
    n_threads
        How many work on one batch.
    given
        Weights that the file names and does not hold.

    Raises
    ------
    ModelError
        The file is damaged.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    # Threads that wait by spinning take the cores from those that decode the next photos.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    if given:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in given.values()]
        options.add_external_initializers(list(given), values)
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no base but this one.
        raise ModelError(
            "the model's portable copy cannot be loaded",
            value="its bytes" if isinstance(model, bytes) else model,
            remedy="Copy or train the model again",
        ) from error
