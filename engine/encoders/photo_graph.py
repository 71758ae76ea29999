"""The graph of a photo side whose backbone's weights stay in their package.

See `engine.encoders.weightless` for how it is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, compose

from engine.encoders.efficientnet_lite import (
    N_FEATURES,
    OFFSET,
    SCALE,
    Convolution,
    blocks,
)
from engine.encoders.onnx_graph import Graph
from engine.encoders.weightless import CELLS, FEATURES, LOGITS, PEAKS, PIXELS, STAGES

N_NAMES = 1000
# Stages of the network whose maps are pooled for ``stages``, and those of them whose deviation is.
N_EARLIER, N_DEVIATING = 6, 3


def write_photo_side(head: Path, network: str, out: Path) -> None:
    """Put a head on a network and write both as one file that lacks the network's weights.

    Parameters
    ----------
    head
        ONNX file. Its inputs are some of ``features``, ``peaks``, ``stages`` and ``logits``; its
        first output is the embedding.
    network
        Name of the network.
    out
        The file to write: uint8 pixels (n, size_px, size_px, 3) to embeddings.
    """
    made = onnx.load(head)
    whole = backbone_graph(network, [each.name for each in made.graph.input])
    made = compose.add_prefix(made, "head/", rename_inputs=False, rename_outputs=False)
    # Not by `onnx.compose.merge_models`: it asks for the weights that are not there.
    del whole.graph.output[:]
    whole.graph.node.extend(made.graph.node)
    whole.graph.initializer.extend(made.graph.initializer)
    whole.graph.output.extend(made.graph.output[:1])
    onnx.save(whole, out)


def backbone_graph(network: str, outputs: Sequence[str]) -> Any:
    """Return a network's graph, its weights named and not there.

    Parameters
    ----------
    network
        Its name.
    outputs
        Some of ``"cells"``, ``"features"``, ``"peaks"``, ``"stages"`` and ``"logits"``.
    """
    graph = Graph("backbone/")
    maps = _maps(graph, network)
    graph.op("Identity", maps[-1], name=CELLS)
    graph.op("Flatten", graph.op("GlobalAveragePool", CELLS), name=FEATURES)
    if PEAKS in outputs:
        graph.op("Flatten", graph.op("GlobalMaxPool", CELLS), name=PEAKS)
    if STAGES in outputs:
        _pool_stages(graph, maps[:N_EARLIER])
    if LOGITS in outputs:
        kernel = graph.absent("classifier.kernel", (N_FEATURES, N_NAMES))
        bias = graph.absent("classifier.bias", (N_NAMES,))
        graph.op("Gemm", FEATURES, kernel, bias, name=LOGITS)
    shapes = {CELLS: ("n", N_FEATURES, None, None), LOGITS: ("n", N_NAMES)}
    return graph.finish(
        {PIXELS: ("n", None, None, 3)},
        {name: shapes.get(name, ("n", None)) for name in outputs},
        {PIXELS: TensorProto.UINT8},
    )


def _maps(graph: Graph, network: str) -> list[str]:
    """Add all convolutions; return the names of the map at the end of each stage."""
    pixels = graph.op("Cast", PIXELS, to=TensorProto.FLOAT)
    pixels = graph.op("Transpose", pixels, perm=[0, 3, 1, 2])
    x = graph.op("Sub", pixels, graph.constant(OFFSET))
    x = graph.op("Mul", x, graph.constant(1 / SCALE))
    limits = graph.constant(0.0), graph.constant(6.0)
    maps, width = [], 3
    for block in blocks(network):
        before = x
        for each in block.convolutions:
            x = _convolved(graph, x, each, width)
            x = graph.op("Clip", x, *limits) if each.is_rectified else x
            width = each.width
        if block.is_residual:
            x = graph.op("Add", before, x)
        if block.ends_stage:
            maps.append(x)
    return maps


def _convolved(graph: Graph, x: str, each: Convolution, width: int) -> str:
    n_seen = 1 if each.is_depthwise else width
    kernel = graph.absent(f"{each.name}.kernel", (each.width, n_seen, each.side, each.side))
    return graph.op(
        "Conv",
        x,
        kernel,
        graph.absent(f"{each.name}.bias", (each.width,)),
        auto_pad="SAME_UPPER",
        kernel_shape=[each.side, each.side],
        strides=[each.stride, each.stride],
        group=each.width if each.is_depthwise else 1,
    )


def _pool_stages(graph: Graph, maps: Sequence[str]) -> None:
    """Add the means of some maps, their maxima, and the deviations of the first ones."""
    means = [graph.op("GlobalAveragePool", each) for each in maps]
    maxima = [graph.op("GlobalMaxPool", each) for each in maps]
    deviations = [
        _deviation(graph, each, mean) for each, mean in zip(maps[:N_DEVIATING], means, strict=False)
    ]
    pooled = graph.op("Concat", *means, *maxima, *deviations, axis=1)
    graph.op("Flatten", pooled, name=STAGES)


def _deviation(graph: Graph, x: str, mean: str) -> str:
    """Return the standard deviation over places, of a sample: divided by one less than them."""
    squares = graph.op("ReduceSumSquare", graph.op("Sub", x, mean), axes=[2, 3], keepdims=1)
    sides = graph.op(
        "Slice", graph.op("Shape", x), *(graph.constant([n], np.int64) for n in (2, 4))
    )
    n_places = graph.op("Cast", graph.op("ReduceProd", sides, keepdims=0), to=TensorProto.FLOAT)
    others = graph.op("Sub", n_places, graph.constant(1.0))
    return graph.op("Sqrt", graph.op("Div", squares, others))
