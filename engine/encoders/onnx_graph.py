"""An ONNX graph that grows by one operation at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OPSET, _IR_VERSION = 17, 8


class Graph:
    """An ONNX graph under construction; everything in it goes by its name.

    Parameters
    ----------
    prefix
        In front of every name that is given here, so that two graphs can become one.

    Examples
    --------
    >>> graph = Graph()
    >>> double = graph.op("Mul", "x", graph.constant(2.0))
    >>> model = graph.finish({"x": ["n"]}, {double: ["n"]})
    >>> [node.op_type for node in model.graph.node]
    ['Mul']
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []

    def op(self, kind: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """Add an operation and return the name of what comes out of it."""
        out = name or f"{self._prefix}{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def largest(self, x: str, k: int) -> tuple[str, str]:
        """Return the k largest of each row, and where they stand."""
        names = [f"{self._prefix}{part}_{len(self.nodes)}" for part in ("largest", "places")]
        given = [x, self.constant([k], np.int64)]
        self.nodes.append(helper.make_node("TopK", given, names, axis=1))
        return names[0], names[1]

    def constant(self, value: Any, dtype: Any = np.float32) -> str:
        """Add an array and return its name."""
        name = f"{self._prefix}given_{len(self.tensors)}"
        self.tensors.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def absent(self, name: str, shape: Sequence[int]) -> str:
        """Add a tensor that has a name and a shape, and says that its numbers lie elsewhere."""
        tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="handed-over-on-opening")
        self.tensors.append(tensor)
        return name

    def finish(
        self,
        inputs: Mapping[str, Sequence[Any]],
        outputs: Mapping[str, Sequence[Any]],
        kinds: Mapping[str, int] | None = None,
    ) -> Any:
        """Return the model.

        Parameters
        ----------
        inputs, outputs
            Shape of each; a text or None for what may be any number.
        kinds
            Numbers of an input that are no float32.
        """
        given, made = (
            [
                helper.make_tensor_value_info(
                    name, (kinds or {}).get(name, TensorProto.FLOAT), shape
                )
                for name, shape in ends.items()
            ]
            for ends in (inputs, outputs)
        )
        graph = helper.make_graph(self.nodes, "graph", given, made, self.tensors)
        opsets = [helper.make_opsetid("", _OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)


def part_of(model: Any, starts: Sequence[str], ends: Sequence[str]) -> Any:
    """Return the part of a model between some of its tensors, as a model.

    Parameters
    ----------
    model
        It is changed.
    starts, ends
        Names; none means the model's own ends. A start that the part does not need is left out.
    """
    graph = model.graph
    needed = set(ends or [each.name for each in graph.output])
    nodes = []
    for node in reversed(graph.node):
        if needed & (set(node.output) - set(starts)):
            nodes.append(node)
            needed |= set(node.input)
    inputs = [_unshaped(name) for name in starts if name in needed]
    for own, kept in (
        (graph.node, nodes[::-1]),
        (graph.initializer, [each for each in graph.initializer if each.name in needed]),
        (graph.input, inputs if starts else list(graph.input)),
        (graph.output, [_unshaped(name) for name in ends] or list(graph.output)),
    ):
        copies = [type(each).FromString(each.SerializeToString()) for each in kept]
        del own[:]
        own.extend(copies)
    return model


def load_graph(path: Any) -> Any:
    """Read a model, and nothing that lies beside it."""
    return onnx.load(path, load_external_data=False)


def _unshaped(name: str) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
