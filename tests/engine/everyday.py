"""A model of the bundled kind in small: ImageNet's network, a head of random numbers, sub-words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import tokenizers
from onnx import TensorProto, helper, numpy_helper

from engine.encoders.model_folder import TEXT_ONNX, VOCABULARY, write_manifest
from engine.encoders.model_settings import ModelSettings
from engine.encoders.photo_graph import write_photo_side
from engine.encoders.weights_package import WeightsPackage
from engine.text import SubwordTokenizer

NETWORK = "EfficientNetLite2"
N_LEARNED, N_NAMED, N_TOKENS = 12, 4, 8
N_DIMS = N_LEARNED + N_NAMED
COUNTS = [("dog", 900), ("snow", 400), ("sneaker", 300), ("board", 50), ("mauve", 3)]
PIECES = ["[PAD]", "[UNK]", *"abcdefghijklmnopqrstuvwxyz", *(word for word, _ in COUNTS)]
PIECES += [f"##{piece}" for piece in PIECES[2:]]


def make_everyday(folder: Path) -> Path:
    """Write the model's folder, at 64 px."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(8)
    onnx.save(_head(rng), folder / "head.onnx")
    write_photo_side(folder / "head.onnx", NETWORK, folder / "photo.onnx")
    (folder / "head.onnx").unlink()
    tokenizer = make_tokenizer()
    onnx.save(_text_side(rng, tokenizer.n_ids), folder / TEXT_ONNX)
    tokenizer.save(folder / VOCABULARY)
    settings = ModelSettings(
        backbone=NETWORK,
        size_px=64,
        n_dims=N_DIMS,
        n_tokens=N_TOKENS,
        n_ids=tokenizer.n_ids,
        pooling="average",
        hidden=(20,),
        resize_mode="squash",
        interpolation="bicubic",
    )
    write_manifest(folder, "everyday", settings, WeightsPackage.of(NETWORK).card)
    return folder


def make_tokenizer() -> SubwordTokenizer:
    """Return a vocabulary of some words, and of every letter."""
    known = {piece: i for i, piece in enumerate(PIECES)}
    pieces = tokenizers.Tokenizer(tokenizers.models.WordPiece(known, unk_token="[UNK]"))
    pieces.normalizer = tokenizers.normalizers.Lowercase()
    pieces.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return SubwordTokenizer(pieces, COUNTS, N_TOKENS)


def _head(rng: np.random.Generator) -> onnx.ModelProto:
    """Features through two layers, and beside them the likeliest names' rows, by their chances."""
    weights = {
        "first": rng.normal(0, 0.1, (1280, 20)),
        "second": rng.normal(0, 1, (20, N_LEARNED)),
        "names": rng.normal(0, 1, (1000, N_NAMED)),
    }
    nodes = [
        helper.make_node("MatMul", ["features", "first"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["bent"]),
        helper.make_node("MatMul", ["bent", "second"], ["learned"]),
        helper.make_node("Softmax", ["logits"], ["chances"]),
        helper.make_node("TopK", ["chances", "ten"], ["most", "which"]),
        helper.make_node("Gather", ["names", "which"], ["rows"]),
        helper.make_node("Unsqueeze", ["most", "last"], ["column"]),
        helper.make_node("Mul", ["rows", "column"], ["weighed"]),
        helper.make_node("ReduceSum", ["weighed", "one"], ["named"], keepdims=0),
        helper.make_node("Concat", ["learned", "named"], ["both"], axis=1),
        helper.make_node("LpNormalization", ["both"], ["embedding"], axis=1, p=2),
    ]
    constants = {"ten": [10], "last": [-1], "one": [1]}
    given = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
        for name, width in (("features", 1280), ("logits", 1000))
    ]
    return _model(nodes, given, weights, constants)


def _text_side(rng: np.random.Generator, n_ids: int) -> onnx.ModelProto:
    """The mean of the pieces' rows; padding has one of zeros."""
    table = rng.normal(0, 1, (n_ids, N_DIMS))
    table[0] = 0
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["rows"]),
        helper.make_node("ReduceSum", ["rows", "one"], ["sum"], keepdims=0),
        helper.make_node("LpNormalization", ["sum"], ["embedding"], axis=1, p=2),
    ]
    given = [helper.make_tensor_value_info("tokens", TensorProto.INT32, ["n", N_TOKENS])]
    return _model(nodes, given, {"table": table}, {"one": [1]})


def _model(nodes, given, weights, constants) -> onnx.ModelProto:
    out = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", N_DIMS])]
    arrays = {name: array.astype(np.float32) for name, array in weights.items()}
    arrays |= {name: np.array(values, np.int64) for name, values in constants.items()}
    tensors = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "graph", given, out, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
