"""Places: which part of a photo gave each feature of its embedding.

Our own photo tower ends in a feature map, a global maximum over its places, one projection and the
division by the length. So every feature comes from one place, the one that won, and a similarity
is a sum over places, exactly. A tower that looks at the mirror image too has two such maps, and
half of every feature comes from a place of each.

A tower that mixes all places into one row cannot say which of them gave what. There each place is
covered with the mean colour in turn, and what the similarity loses by that is what the place gave
(Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.config import n_threads
from engine.encoders.session import open_session
from engine.errors import ModelError


@dataclass(frozen=True, slots=True, eq=False)
class FeaturePlaces:
    """The last map of a photo tower, and what makes an embedding of it.

    Parameters
    ----------
    feature_maps
        (1, height, width, n_features), or two of the kind: the second of the mirror image, its
        places where the photo has them.
    projection, bias
        (n_features, n_dims) and (n_dims,): of the pooled features.
    """

    feature_maps: NDArray[np.float32]
    projection: NDArray[np.float32]
    bias: NDArray[np.float32]

    def heat(self, row: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Return how much each place gives to the photo's similarity to a row.

        Returns
        -------
        heat, rest
            (height, width), and what no place gave (the bias); together they add up to the
            similarity.

        Examples
        --------
        >>> places = FeaturePlaces(
        ...     np.array([[[[3.0, 0.0], [0.0, 4.0]]]]), np.eye(2), np.zeros(2)
        ... )
        >>> places.heat(np.array([1.0, 0.0]))[0].round(2).tolist()
        [[0.6..., 0.0]]
        """
        n_maps, height, width, n_features = self.feature_maps.shape
        flat = self.feature_maps.reshape(n_maps, -1, n_features)
        winners = flat.argmax(axis=1)
        features = flat.max(axis=1) / n_maps
        whole = features.sum(axis=0) @ self.projection + self.bias
        length = max(float(np.linalg.norm(whole)), 1e-9)
        given = features * (self.projection @ row) / length
        heat = np.bincount(winners.ravel(), weights=given.ravel(), minlength=height * width)
        return heat.reshape(height, width).astype(np.float32), float(self.bias @ row) / length


@dataclass(frozen=True, slots=True, eq=False)
class LeftOutPlaces:
    """A photo's embedding, and what it would be without each of its places.

    Parameters
    ----------
    whole
        (n_dims,), the unit row of the photo.
    without
        (height, width, n_dims), the unit row of the photo but for one place.
    """

    whole: NDArray[np.float32]
    without: NDArray[np.float32]

    def heat(self, row: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Return how much of the photo's similarity to a row goes with each place.

        Returns
        -------
        heat, rest
            (height, width), and what no place gives alone; together they add up to the similarity.

        Examples
        --------
        >>> places = LeftOutPlaces(np.array([0.6, 0.8]), np.array([[[0.0, 1.0], [0.8, 0.6]]]))
        >>> heat, rest = places.heat(np.array([1.0, 0.0]))
        >>> heat.astype(float).round(2).tolist(), round(rest, 2)
        ([[0.6, -0.2]], 0.2)
        """
        whole = float(self.whole @ row)
        heat = (whole - self.without @ row).astype(np.float32)
        return heat, whole - float(heat.sum())


@dataclass(frozen=True, slots=True, eq=False)
class PatchPlaces:
    """A photo's embedding, and the embeddings that its graph gives of each patch.

    Parameters
    ----------
    whole
        (n_dims,), the unit row of the photo.
    patches
        (height, width, n_dims), unit rows.
    """

    whole: NDArray[np.float32]
    patches: NDArray[np.float32]

    def heat(self, row: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Return each patch's own similarity to a row, as its part of the mean over all patches.

        Returns
        -------
        heat, rest
            (height, width), and what the photo's similarity has beyond that mean; together they add
            up to the similarity.

        Examples
        --------
        >>> places = PatchPlaces(np.array([0.6, 0.8]), np.array([[[1.0, 0.0], [0.0, 1.0]]]))
        >>> heat, rest = places.heat(np.array([1.0, 0.0]))
        >>> heat.tolist(), round(rest, 2)
        ([[0.5, 0.0]], 0.1)
        """
        heat = (self.patches @ row / self.patches[..., 0].size).astype(np.float32)
        return heat, float(self.whole @ row) - float(heat.sum())


class Places(Protocol):
    """What each part of a photo gave."""

    def heat(self, row: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
        """Return each place's part in the photo's similarity to a row, and the rest of it."""
        ...


def places_of(
    maps: NDArray[np.float32], projection: NDArray[np.float32], bias: NDArray[np.float32]
) -> FeaturePlaces:
    """Bring a tower's maps of one photo, (1 or 2, height, width, n_features), upright."""
    upright = np.concatenate([maps[:1], maps[1:, :, ::-1]])
    return FeaturePlaces(np.ascontiguousarray(upright, np.float32), projection, bias)


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring rows, (n, n_dims), to length one."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))


@runtime_checkable
class SeesPlaces(Protocol):
    """An encoder that can tell which part of a photo gave what."""

    def feature_places(self, pixels: NDArray[np.uint8]) -> Places:
        """Return the places of one photo, (size_px, size_px, 3)."""
        ...


def no_places(name: str) -> ModelError:
    """Say that a model cannot tell places."""
    return ModelError(
        "this model cannot tell where in a photo it saw something",
        value=name,
        remedy="Only towers that end in a global maximum and one projection can",
    )


class PortablePlaces:
    """The portable photo tower with its feature map as a second output.

    The file is read once more and one name is added to its outputs; nothing is exported anew, and
    who never asks pays nothing.

    Parameters
    ----------
    path
        The tower's ONNX file.

    Raises
    ------
    ModelError
        The tower does not end in a global maximum and one projection.
    """

    def __init__(self, path: Path) -> None:
        import onnx

        model = onnx.load(path)
        graph = model.graph
        try:
            pool = next(node for node in reversed(graph.node) if node.op_type == "GlobalMaxPool")
            after = list(graph.node)[list(graph.node).index(pool) :]
            multiply = next(node for node in after if node.op_type == "MatMul")
            after = after[after.index(multiply) :]
            add = next(node for node in after if node.op_type == "Add")
            self._projection = _constant(graph, multiply.input)
            self._bias = _constant(graph, add.input)
        except StopIteration:
            raise no_places(path.parent.name) from None
        self._name = pool.input[0]
        output = onnx.helper.make_tensor_value_info(self._name, onnx.TensorProto.FLOAT, None)
        graph.output.append(output)
        self._session = open_session(model.SerializeToString(), n_threads=n_threads())

    def of(self, pixels: NDArray[np.uint8]) -> FeaturePlaces:
        """Return the feature map of one photo, (size_px, size_px, 3)."""
        name = self._session.get_inputs()[0].name
        (maps,) = self._session.run([self._name], {name: pixels[None]})
        return places_of(maps.transpose(0, 2, 3, 1), self._projection, self._bias)


def _constant(graph: Any, names: Any) -> NDArray[np.float32]:
    """Return the weight among some inputs, wherever the cast from half precision stands."""
    from onnx import numpy_helper

    weights = {tensor.name: tensor for tensor in graph.initializer}
    casts = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    name = next(each for each in names if casts.get(each, each) in weights)
    return numpy_helper.to_array(weights[casts.get(name, name)]).astype(np.float32)


N_PARTS = 7  # a side


def left_out(
    embed: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
    pixels: NDArray[np.uint8],
    colour: NDArray[np.float32],
) -> LeftOutPlaces:
    """Cover each part of one photo in turn.

    Parameters
    ----------
    embed
        Turns photos into unit rows.
    pixels
        (size_px, size_px, 3).
    colour
        (3,), in shares of 255: what a part is covered with.
    """
    edges = np.linspace(0, len(pixels), N_PARTS + 1).round().astype(int)
    spans = [slice(start, stop) for start, stop in pairwise(edges)]
    covered = np.repeat(pixels[None], 1 + N_PARTS * N_PARTS, axis=0)
    for number, (down, across) in enumerate(((d, a) for d in spans for a in spans), start=1):
        covered[number, down, across] = np.rint(colour * 255)
    rows = embed(covered)
    return LeftOutPlaces(rows[0], rows[1:].reshape(N_PARTS, N_PARTS, -1))
