"""The two graphs of `kindred-everyday`, written from the arrays that its training hands over.

Each member that answers has the same arrays: ``photo.mean``, ``photo.deviation``, ``stages``,
``photo``, ``text.table``, ``text.weight``, ``text`` and ``sentence``. What they share are the
``projection`` into one space (members' widths to one), ``names`` (ImageNet's as vectors),
``sentence.projection`` (a sentence to where those lie), the ``scales`` of both parts, and
``hub.texts``, ``hub.temperature``, ``hub.level`` and ``hub.scales`` (of photos and of texts).

Some photos are near to nearly every text: hubs (Radovanović et al., "Hubs in space", JMLR 2010).
So a last number of every photo says how near it is to some thousand captions, softly at most, and
texts meet it with a number below zero: their similarity loses a share of it, as in CSLS (Conneau
et al., "Word translation without parallel data", ICLR 2018).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.encoders.efficientnet_lite import N_FEATURES
from engine.encoders.onnx_graph import Graph
from engine.encoders.portable import halve
from engine.encoders.weightless import FEATURES, LOGITS, STAGES

Arrays = Mapping[str, NDArray[Any]]

TOKENS = "tokens"
N_NAMES = 10


def write_head(members: Sequence[Arrays], shared: Arrays, path: Path) -> None:
    """Write what stands on the network's features and on its scores of ImageNet's names."""
    graph = Graph()
    roots = graph.op("Sqrt", FEATURES)  # features are at least 0, and a few of them are large
    seen = graph.op("Concat", roots, STAGES, axis=1)
    photos = [_photo_member(graph, arrays, seen) for arrays in members]
    most, which = graph.largest(graph.op("Softmax", LOGITS, axis=1), N_NAMES)
    vectors = graph.op("Gather", graph.constant(shared["names"]), which)
    column = graph.op("Unsqueeze", most, graph.constant([2], np.int64))
    weighed = graph.op("Mul", vectors, column)
    named = graph.op("ReduceSum", weighed, graph.constant([1], np.int64), keepdims=0)
    learned = _together(graph, shared, photos)
    hubness = _hubness(graph, shared, learned)
    both = _side_by_side(graph, shared, learned, _unit(graph, named), hubness)
    widths = {
        FEATURES: N_FEATURES,
        STAGES: len(members[0]["photo.mean"]) - N_FEATURES,
        LOGITS: len(shared["names"]),
    }
    _save(graph, path, {name: ("n", width) for name, width in widths.items()}, both)


def _photo_member(graph: Graph, arrays: Arrays, seen: str) -> str:
    centred = graph.op("Sub", seen, graph.constant(arrays["photo.mean"]))
    standard = graph.op("Div", centred, graph.constant(arrays["photo.deviation"]))
    features, stages = (
        graph.op("Slice", standard, *(graph.constant([n], np.int64) for n in (*span, 1)))
        for span in ((0, N_FEATURES), (N_FEATURES, len(arrays["photo.mean"])))
    )
    brief = _dense(graph, arrays, "stages", stages)
    return _residual(graph, arrays, "photo", graph.op("Concat", features, brief, axis=1))


def write_text_side(members: Sequence[Arrays], shared: Arrays, path: Path) -> None:
    """Write the mean of a text's pieces, each with its own weight, through residual layers."""
    graph = Graph()
    means = [_mean_of_pieces(graph, arrays) for arrays in members]
    texts = [
        _residual(graph, arrays, "text", mean) for arrays, mean in zip(members, means, strict=True)
    ]
    # All members' sentence heads were taught the same; one of them is as good as their mean.
    said = _residual(graph, members[0], "sentence", means[0])
    named = graph.op("MatMul", said, graph.constant(shared["sentence.projection"]))
    learned = _together(graph, shared, texts)
    square = graph.op("ReduceSumSquare", learned, axes=[1], keepdims=1)  # 1, a row of length one
    against = graph.op("Mul", square, graph.constant(-shared["hub.scales"][1]))
    both = _side_by_side(graph, shared, learned, _unit(graph, named), against)
    tokens = {TOKENS: ("n", int(shared["n_tokens"]))}
    _save(graph, path, tokens, both, {TOKENS: TensorProto.INT32})


def _mean_of_pieces(graph: Graph, arrays: Arrays) -> str:
    """Average the pieces' rows, kept in eight bits; weights are positive, and padding has none."""
    table = arrays["text.table"].astype(np.float64)
    steps = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12)
    eighth = graph.constant(np.rint(table / steps), np.int8)
    vectors = graph.op("Cast", graph.op("Gather", eighth, TOKENS), to=TensorProto.FLOAT)
    loudness = np.exp(arrays["text.weight"].astype(np.float64)).reshape(-1, 1)
    loudness[0] = 0
    weights = graph.op("Gather", graph.constant(loudness), TOKENS)
    sizes = graph.op("Gather", graph.constant(loudness * steps), TOKENS)
    axis = graph.constant([1], np.int64)
    total = graph.op("ReduceSum", graph.op("Mul", vectors, sizes), axis, keepdims=0)
    loud = graph.op("ReduceSum", weights, axis, keepdims=0)
    return graph.op("Div", total, graph.op("Max", loud, graph.constant(1e-9)))


def _together(graph: Graph, shared: Arrays, members: Sequence[str]) -> str:
    """Bring the members to one space."""
    learned = graph.op("Concat", *members, axis=1)
    return _unit(graph, graph.op("MatMul", learned, graph.constant(shared["projection"])))


def _hubness(graph: Graph, shared: Arrays, learned: str) -> str:
    """Tell how much nearer than usual a photo is to the texts it is nearest to, a soft maximum."""
    temperature, scale = float(shared["hub.temperature"]), float(shared["hub.scales"][0])
    near = graph.op("MatMul", learned, graph.constant(shared["hub.texts"].T / temperature))
    most = graph.op("ReduceLogSumExp", near, axes=[1], keepdims=1)
    usual = float(shared["hub.level"]) + temperature * math.log(len(shared["hub.texts"]))
    nearness = graph.op("Mul", most, graph.constant(temperature * scale))
    return graph.op("Sub", nearness, graph.constant(usual * scale))


def _side_by_side(graph: Graph, shared: Arrays, learned: str, named: str, hubness: str) -> str:
    """Lay both parts side by side, each by its scale, and the number that hubs are told by."""
    scaled = [
        graph.op("Mul", part, graph.constant(scale))
        for part, scale in zip((learned, named), shared["scales"], strict=True)
    ]
    return _unit(graph, graph.op("Concat", *scaled, hubness, axis=1))


def _dense(graph: Graph, arrays: Arrays, name: str, x: str) -> str:
    product = graph.op("MatMul", x, graph.constant(arrays[f"{name}.kernel"]))
    bias = arrays.get(f"{name}.bias")
    return product if bias is None else graph.op("Add", product, graph.constant(bias))


def _residual(graph: Graph, arrays: Arrays, name: str, x: str) -> str:
    """Add what a hidden layer sees to what a direct one does, and bring it to length one."""
    hidden = _gelu(graph, _dense(graph, arrays, f"{name}.hidden", x))
    direct = _dense(graph, arrays, f"{name}.direct", x)
    bent = _dense(graph, arrays, f"{name}.out", hidden)
    return _unit(graph, graph.op("Add", direct, bent))


def _gelu(graph: Graph, x: str) -> str:
    """Bend as Hendrycks and Gimpel do: x · Φ(x)."""
    share = graph.op("Erf", graph.op("Mul", x, graph.constant(math.sqrt(0.5))))
    both = graph.op("Add", share, graph.constant(1.0))
    return graph.op("Mul", graph.op("Mul", x, both), graph.constant(0.5))


def _unit(graph: Graph, x: str) -> str:
    return graph.op("LpNormalization", x, axis=1, p=2)


def _save(
    graph: Graph,
    path: Path,
    inputs: Mapping[str, Sequence[Any]],
    out: str,
    kinds: dict[str, int] | None = None,
) -> None:
    """Write a graph, large weights in half precision."""
    graph.op("Identity", out, name="embedding")
    model = graph.finish(inputs, {"embedding": ("n", None)}, kinds)
    halve(model.graph)
    path.write_bytes(model.SerializeToString())
