"""A photo side without its backbone's weights: they are handed over when it is opened.

So a model folder holds what was made for it, a few megabytes, and the weights of its backbone stay
in the package they come from (`engine.encoders.weights_package`).
"""

from __future__ import annotations

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
from engine.encoders.weights_package import WeightsPackage

# What a head may take: the feature map's mean, and the scores of ImageNet's 1,000 names.
FEATURES, LOGITS = "features", "logits"
# The feature map itself, (n, 1280, height, width).
CELLS = "cells"
_OPSET = 17
_N_NAMES = 1000


def hand_over(options: Any, network: str) -> dict[str, NDArray[np.float32]]:
    """Give a network's weights to the session that is about to open its graph.

    Parameters
    ----------
    options
        `onnxruntime.SessionOptions`.
    network
        Name of the network.

    Returns
    -------
    dict
        The arrays; they have to stay until the session is there.

    Raises
    ------
    ModelError
        The package with the weights is not installed, or is another one.
    """
    from onnxruntime import OrtValue

    arrays = folded(network, WeightsPackage.of(network).read())
    values = [OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
    options.add_external_initializers(list(arrays), values)
    return arrays


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
    made = compose.add_prefix(made, "head/", rename_inputs=False)
    backbone = backbone_graph(network, made.ir_version, [*made.opset_import], wanted)
    whole = compose.merge_models(backbone, made, [(name, name) for name in wanted])
    # Where a head stands in two opsets of one domain, merging has refused already.
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
    from onnx import TensorProto, helper

    nodes, shapes = [], {}
    constants = {"offset": np.float32(OFFSET), "scale": np.float32(1 / SCALE)}
    constants |= {"least": np.float32(0), "most": np.float32(6)}
    nodes += [
        helper.make_node("Cast", ["pixels"], ["pixels/float"], to=TensorProto.FLOAT),
        helper.make_node(
            "Transpose", ["pixels/float"], ["pixels/channels"], perm=[0, 3, 1, 2]
        ),
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
            helper.make_node(
                "Gemm", [FEATURES, "classifier.kernel", "classifier.bias"], [LOGITS]
            )
        )
        shapes |= {"classifier.kernel": (N_FEATURES, _N_NAMES), "classifier.bias": (_N_NAMES,)}
    wide = {CELLS: [N_FEATURES, None, None], FEATURES: [N_FEATURES], LOGITS: [_N_NAMES]}
    graph = helper.make_graph(
        nodes,
        network,
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["n", None, None, 3])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *wide[name]])
            for name in outputs
        ],
        [
            *(helper.make_tensor(name, TensorProto.FLOAT, (), [n]) for name, n in constants.items()),
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
