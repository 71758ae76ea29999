"""A photo side without its backbone's weights: they are handed over when it is opened.

So a model folder holds what was made for it, a few megabytes, and the weights of its backbone stay
in the package they come from (`engine.encoders.weights_package`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import n_threads
from engine.encoders.efficientnet_lite import N_FEATURES, folded
from engine.encoders.features import FrozenFeatures
from engine.encoders.model_folder import ModelManifest
from engine.encoders.places import LeftOutPlaces
from engine.encoders.session import Arrays, open_session
from engine.encoders.weights_package import WeightsPackage
from engine.errors import ModelError

PIXELS = "pixels"
# The last feature map, (n, 1280, height, width); its mean; its maximum.
CELLS, FEATURES, PEAKS = "cells", "features", "peaks"
# Mean, maximum and deviation of earlier maps; and the scores of ImageNet's 1,000 names.
STAGES, LOGITS = "stages", "logits"


def open_weightless(path: Path, manifest: ModelManifest) -> Any:
    """Open a model's photo side with its backbone's weights.

    Raises
    ------
    ModelError
        The package with the weights is not installed or another one, or the file is damaged.
    """
    return open_session(path, n_threads=n_threads(), given=weights_of(manifest))


def weights_of(manifest: ModelManifest) -> dict[str, NDArray[np.float32]]:
    """Return the weights that a model's photo side lacks.

    Raises
    ------
    ModelError
        They cannot be had, or are not those that the model was made with.
    """
    network = manifest.settings.backbone
    package = WeightsPackage.of(network)
    if manifest.package.get("sha256") != package.sha256:
        raise ModelError(
            f"the model stands on other weights of {network} than this Kindred knows",
            value=" ".join(manifest.package.get(key, "?") for key in ("package", "version")),
            remedy="Update Kindred",
        )
    return folded(network, package.read())


def frozen_features(path: Path, manifest: ModelManifest) -> FrozenFeatures:
    """Return what the backbone of a model makes of photos, kept on the disk once computed."""
    session = _part(path, weights_of(manifest), [], [FEATURES])

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        return session.run([FEATURES], {PIXELS: pixels})[0]

    told = f"{manifest.package['sha256']} {FEATURES} {manifest.settings.preprocessing}"
    return FrozenFeatures(
        run,
        preprocessing=manifest.settings.preprocessing,
        n_features=N_FEATURES,
        fingerprint=hashlib.sha256(told.encode()).hexdigest()[:16],
    )


class PooledPlaces:
    """A photo side cut in two at its pooled features, so that places can be left out of them.

    Parameters
    ----------
    path
        The photo side.
    manifest
        Its model's.
    """

    def __init__(self, path: Path, manifest: ModelManifest) -> None:
        given = weights_of(manifest)
        self._head = _part(path, given, [FEATURES, PEAKS, STAGES], [])
        self._seen = [each.name for each in self._head.get_inputs()]
        self._backbone = _part(path, given, [], [CELLS, *self._seen])

    def of(self, pixels: NDArray[np.uint8]) -> LeftOutPlaces:
        """Return the places of one photo, (size_px, size_px, 3).

        What earlier maps of the network gave has no place of its own, and stays as it is.
        """
        cells, *seen = self._backbone.run([CELLS, *self._seen], {PIXELS: pixels[None]})
        _, n_features, height, width = cells.shape
        each = cells.reshape(n_features, height * width).T
        without = {
            FEATURES: (each.sum(axis=0) - each) / max(len(each) - 1, 1),
            PEAKS: _maxima_of_others(each),
        }
        given = {
            name: np.concatenate([whole, without.get(name, np.repeat(whole, len(each), axis=0))])
            for name, whole in zip(self._seen, seen, strict=True)
        }
        rows = self._head.run(None, given)[0]
        return LeftOutPlaces(rows[0], rows[1:].reshape(height, width, -1))


def _maxima_of_others(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return, for each row, the maximum of all others in every column; of one row itself.

    Examples
    --------
    >>> _maxima_of_others(np.array([[1, 5], [3, 2], [2, 2]], np.float32)).tolist()
    [[3.0, 2.0], [2.0, 5.0], [3.0, 5.0]]
    """
    if len(rows) < 2:
        return rows
    second, first = np.partition(rows, -2, axis=0)[-2:]
    others = np.repeat(first[None], len(rows), axis=0)
    others[rows.argmax(axis=0), np.arange(rows.shape[1])] = second
    return others


def _part(path: Path, given: Arrays, starts: Sequence[str], ends: Sequence[str]) -> Any:
    """Open the part of a photo side between some of its tensors."""
    from engine.encoders.onnx_graph import load_graph, part_of

    model = part_of(load_graph(path), starts, ends)
    there = {each.name for each in model.graph.initializer}
    needs = {name: array for name, array in given.items() if name in there}
    return open_session(model.SerializeToString(), n_threads=n_threads(), given=needs)
