"""A photo side without its backbone's weights: they are handed over when it is opened.

So a model folder holds what was made for it, a few megabytes, and the weights of its backbone stay
in the package they come from (`engine.encoders.weights_package`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.encoders.efficientnet_lite import (
    N_FEATURES,
    OFFSET,
    SCALE,
    Convolution,
    blocks,
    folded,
)
from engine.encoders.features import FrozenFeatures
from engine.encoders.folder import ModelManifest
from engine.encoders.places import LeftOutPlaces
from engine.encoders.session import Arrays, open_session
from engine.encoders.weights_package import WeightsPackage
from engine.errors import ModelError

# What a head may take: the feature map's mean, and the scores of ImageNet's 1,000 names.
FEATURES, LOGITS = "features", "logits"
# The feature map itself, (n, 1280, height, width).
CELLS = "cells"
PIXELS = "pixels"
_OPSET = 17
_N_NAMES = 1000


def open_weightless(path: Path, manifest: ModelManifest) -> Any:
    """Open a model's photo side with its backbone's weights.

    Raises
    ------
    ModelError
        The package with the weights is not installed or another one, or the file is damaged.
    """
    return open_session(path, n_threads=os.cpu_count() or 1, given=weights_of(manifest))


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
        self._backbone = _part(path, given, [], [CELLS])
        self._head = _part(path, given, [FEATURES], [])

    def of(self, pixels: NDArray[np.uint8]) -> LeftOutPlaces:
        """Return the places of one photo, (size_px, size_px, 3)."""
        (cells,) = self._backbone.run([CELLS], {PIXELS: pixels[None]})
        _, n_features, height, width = cells.shape
        each = cells.reshape(n_features, height * width).T
        whole = each.mean(axis=0, keepdims=True)
        without = (each.sum(axis=0) - each) / max(len(each) - 1, 1)
        rows = self._head.run(None, {FEATURES: np.concatenate([whole, without])})[0]
        return LeftOutPlaces(rows[0], rows[1:].reshape(height, width, -1))


def _part(path: Path, given: Arrays, inputs: Sequence[str], outputs: Sequence[str]) -> Any:
    """Open the part of a photo side between some of its tensors; none named: its own ends."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    graph = model.graph
    starts = inputs or [each.name for each in graph.input]
    ends = outputs or [each.name for each in graph.output]
    needed, nodes = set(ends), []
    for node in reversed(graph.node):
        if needed & set(node.output) and not set(node.output) <= set(starts):
            nodes.insert(0, node)
            needed |= set(node.input) - set(starts)
    for field, kept in (
        (graph.node, nodes),
        (graph.initializer, [each for each in graph.initializer if each.name in needed]),
        (graph.input, [_unshaped(name) for name in inputs] or list(graph.input)),
        (graph.output, [_unshaped(name) for name in outputs] or list(graph.output)),
    ):
        copies = [type(each).FromString(each.SerializeToString()) for each in kept]
        del field[:]
        field.extend(copies)
    there = {each.name for each in graph.initializer}
    needs = {name: array for name, array in given.items() if name in there}
    return open_session(model.SerializeToString(), n_threads=os.cpu_count() or 1, given=needs)


def _unshaped(name: str) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


def write_photo_side(head: Path, network: str, out: Path) -> None:
    """Put a head on a network and write both as one file that lacks the network's weights.

    Parameters
    ----------
    head
        ONNX file. Its inputs are called ``features``, (n, 1280), and, if it wants them, ``logits``,
        (n, 1000); its first output is the embedding.
    network
        Name of the network.
    out
        The file to write: uint8 pixels (n, size_px, size_px, 3) to embeddings.
    """
    import onnx
    from onnx import compose

    made = onnx.load(head)
    wanted = [each.name for each in made.graph.input]
    whole = backbone_graph(network, made.ir_version, made.opset_import, wanted)
    made = compose.add_prefix(made, "head/", rename_inputs=False, rename_outputs=False)
    # Not by `onnx.compose.merge_models`: it asks for the weights that are not there.
    del whole.graph.output[:]
    whole.graph.node.extend(made.graph.node)
    whole.graph.initializer.extend(made.graph.initializer)
    whole.graph.output.extend(made.graph.output[:1])
    onnx.save(whole, out)


def backbone_graph(
    network: str, ir_version: int, opsets: Sequence[Any], outputs: Sequence[str]
) -> Any:
    """Return a network's graph, its weights named and not there.

    Parameters
    ----------
    network
        Its name.
    ir_version, opsets
        Of the ONNX model that it will be merged with.
    outputs
        Some of ``"cells"``, ``"features"`` and ``"logits"``.
    """
    from onnx import TensorProto, helper, numpy_helper

    nodes, shapes = [], {}
    numbers = {"offset": OFFSET, "scale": 1 / SCALE, "least": 0.0, "most": 6.0}
    constants = {name: np.array(number, np.float32) for name, number in numbers.items()}
    nodes += [
        helper.make_node("Cast", [PIXELS], ["pixels/float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["pixels/float"], ["pixels/channels"], perm=[0, 3, 1, 2]),
        helper.make_node("Sub", ["pixels/channels", "offset"], ["pixels/centred"]),
        helper.make_node("Mul", ["pixels/centred", "scale"], ["pixels/scaled"]),
    ]
    x, width = "pixels/scaled", 3
    for block in blocks(network):
        before = x
        for each in block.convolutions:
            made, x = _convolved(x, each)
            nodes += made
            shapes[f"{each.name}.kernel"] = (
                each.width,
                1 if each.is_depthwise else width,
                each.side,
                each.side,
            )
            shapes[f"{each.name}.bias"] = (each.width,)
            width = each.width
        if block.is_residual:
            nodes.append(helper.make_node("Add", [before, x], [f"{x}/sum"]))
            x = f"{x}/sum"
    nodes[-1].output[0] = CELLS
    nodes += [
        helper.make_node("GlobalAveragePool", [CELLS], ["features/places"]),
        helper.make_node("Flatten", ["features/places"], [FEATURES]),
    ]
    if LOGITS in outputs:
        nodes.append(
            helper.make_node("Gemm", [FEATURES, "classifier.kernel", "classifier.bias"], [LOGITS])
        )
        shapes |= {"classifier.kernel": (N_FEATURES, _N_NAMES), "classifier.bias": (_N_NAMES,)}
    wide = {CELLS: [N_FEATURES, None, None], FEATURES: [N_FEATURES], LOGITS: [_N_NAMES]}
    graph = helper.make_graph(
        nodes,
        network,
        [helper.make_tensor_value_info(PIXELS, TensorProto.UINT8, ["n", None, None, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *wide[name]])
            for name in outputs
        ],
        [
            *(numpy_helper.from_array(number, name) for name, number in constants.items()),
            *(_absent(name, shape) for name, shape in shapes.items()),
        ],
    )
    return helper.make_model(graph, opset_imports=list(opsets), ir_version=ir_version)


def _convolved(x: str, each: Convolution) -> tuple[list[Any], str]:
    """Return the nodes of one convolution, and the name of what comes out."""
    from onnx import helper

    out = f"{each.name}/out"
    looked = helper.make_node(
        "Conv",
        [x, f"{each.name}.kernel", f"{each.name}.bias"],
        [f"{each.name}/conv" if each.is_rectified else out],
        auto_pad="SAME_UPPER",
        kernel_shape=[each.side, each.side],
        strides=[each.stride, each.stride],
        group=each.width if each.is_depthwise else 1,
    )
    if not each.is_rectified:
        return [looked], out
    return [looked, helper.make_node("Clip", [looked.output[0], "least", "most"], [out])], out


def _absent(name: str, shape: Sequence[int]) -> Any:
    """Return a tensor that has a name and a shape and says that its numbers lie elsewhere."""
    from onnx import TensorProto

    tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="handed-over-on-opening")
    return tensor
