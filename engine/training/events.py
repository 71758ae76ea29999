"""The figures of a run as event files, so that TensorBoard can read its folder.

TensorBoard itself is not needed to write them: TensorFlow writes tensors with a tag, and the word
"scalars" beside them tells the reader what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


class EventFile:
    """Appends scalars to an event file in a folder; each sitting of a run makes its own.

    Parameters
    ----------
    folder
        Where event files go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Append values under their tags, and hand them to the disk."""
        import tensorflow as tf

        if self._writer is None:
            self._writer = tf.summary.create_file_writer(str(self._folder))
        kind = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        )
        with self._writer.as_default():
            for tag, value in values.items():
                tensor = tf.constant(value, tf.float32)
                tf.summary.write(tag, tensor, step=step, metadata=kind)
        self._writer.flush()

    def close(self) -> None:
        """Let the file go."""
        if self._writer is not None:
            self._writer.close()


def scalars_of(line: Mapping[str, Any]) -> dict[str, float]:
    """Return an epoch's figures under the tags TensorBoard groups by.

    Examples
    --------
    >>> scalars_of({"loss": 2.0, "text_to_image": {"recall_at_1": 0.5, "pool": 9}})
    {'loss/training': 2.0, 'text_to_image/recall_at_1': 0.5}
    """
    tags = {"loss": "loss/training", "validation_loss": "loss/validation"}
    tags |= {"learning_rate": "learning_rate", "photos_per_second": "photos_per_second"}
    found = {tag: float(line[name]) for name, tag in tags.items() if line.get(name) is not None}
    for direction in ("text_to_image", "image_to_text"):
        for name, value in line.get(direction, {}).items():
            if name not in ("pool", "n_queries"):
                found[f"{direction}/{name}"] = float(value)
    return found
