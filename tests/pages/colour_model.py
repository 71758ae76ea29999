"""A real model folder made by hand: photos are their colours, words are colours too.

Both towers are a few ONNX operations, so that answers can be worked out on paper and nothing has
to be trained. A photo becomes the mean of each cell of a grid, each channel from -½ to ½, brought
to length one; a text becomes the sum of its words' vectors, brought to length one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.encoders import ModelSettings
from engine.encoders.model_folder import PHOTO_ONNX, TEXT_ONNX, VOCABULARY, write_manifest
from engine.images.transform import ResizeMode
from engine.text import Tokenizer

SIZE_PX = 32
COLOURS = {
    "red": (0.5, -0.5, -0.5),
    "green": (-0.5, 0.5, -0.5),
    "blue": (-0.5, -0.5, 0.5),
    "yellow": (0.5, 0.5, -0.5),
    "violet": (0.5, -0.5, 0.5),
}
WORDS = {**COLOURS, "square": (0.0, 0.0, 0.0)}  # every photo is one, so the word says nothing


def write_colour_model(
    folder: Path,
    words: Mapping[str, Sequence[float]] = WORDS,
    *,
    cells: int = 1,
    size_px: int = SIZE_PX,
    resize_mode: ResizeMode = "pad",
) -> Path:
    """Write a model whose photos are `cells` × `cells` mean colours, and `words` vectors."""
    n_dims, n_tokens = 3 * cells * cells, 8
    folder.mkdir(parents=True)
    tokenizer = Tokenizer([(word, 2) for word in words], n_tokens)
    table = np.zeros((tokenizer.n_ids, n_dims), np.float32)
    for word, vector in words.items():
        table[tokenizer.encode([word])[0, 0]] = vector
    tokenizer.save(folder / VOCABULARY)
    _save(folder / PHOTO_ONNX, _photo_graph(cells, size_px))
    _save(folder / TEXT_ONNX, _text_graph(table, n_tokens))
    settings = ModelSettings(
        size_px=size_px,
        n_dims=n_dims,
        n_tokens=n_tokens,
        n_ids=tokenizer.n_ids,
        resize_mode=resize_mode,
    )
    write_manifest(folder, "colours", settings)
    return folder


def write_wordless_model(folder: Path) -> Path:
    """Write the same model of photos without a text side."""
    folder.mkdir(parents=True)
    _save(folder / PHOTO_ONNX, _photo_graph(1, SIZE_PX))
    write_manifest(folder, "wordless", ModelSettings(size_px=SIZE_PX, n_dims=3, text_kind="none"))
    return folder


def _photo_graph(cells: int, size_px: int) -> onnx.GraphProto:
    side, n_dims = size_px // cells, 3 * cells * cells
    photos = helper.make_tensor_value_info("photos", TensorProto.UINT8, [None, size_px, size_px, 3])
    nodes = [
        helper.make_node("Cast", ["photos"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["numbers"], ["channels"], perm=[0, 3, 1, 2]),
        helper.make_node(
            "AveragePool", ["channels"], ["means"], kernel_shape=[side, side], strides=[side, side]
        ),
        helper.make_node("Div", ["means", "whole"], ["shares"]),
        helper.make_node("Sub", ["shares", "half"], ["centred"]),
        helper.make_node("Reshape", ["centred", "row"], ["rows"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(255, np.float32), "whole"),
        numpy_helper.from_array(np.array(0.5, np.float32), "half"),
        numpy_helper.from_array(np.array([-1, n_dims], np.int64), "row"),
    ]
    return _unit_rows(nodes, [photos], constants, n_dims)


def _text_graph(table: np.ndarray, n_tokens: int) -> onnx.GraphProto:
    tokens = helper.make_tensor_value_info("tokens", TensorProto.INT32, [None, n_tokens])
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["vectors"], axis=0),
        helper.make_node("ReduceSum", ["vectors", "along"], ["rows"], keepdims=0),
    ]
    constants = [
        numpy_helper.from_array(table, "table"),
        numpy_helper.from_array(np.array([1], np.int64), "along"),
    ]
    return _unit_rows(nodes, [tokens], constants, table.shape[1])


def _unit_rows(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    constants: list[onnx.TensorProto],
    n_dims: int,
) -> onnx.GraphProto:
    """Close a graph that ends in ``rows`` by bringing each to length one; zeros stay zeros."""
    output = helper.make_tensor_value_info("unit", TensorProto.FLOAT, [None, n_dims])
    ending = [
        helper.make_node("ReduceL2", ["rows", "last"], ["lengths"], keepdims=1),
        helper.make_node("Max", ["lengths", "least"], ["safe"]),
        helper.make_node("Div", ["rows", "safe"], ["unit"]),
    ]
    more = [
        numpy_helper.from_array(np.array([1], np.int64), "last"),
        numpy_helper.from_array(np.array(1e-9, np.float32), "least"),
    ]
    return helper.make_graph([*nodes, *ending], "tower", inputs, [output], [*constants, *more])


def _save(path: Path, graph: onnx.GraphProto) -> None:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    onnx.save_model(model, path)
