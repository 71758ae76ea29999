"""Training of the everyday model's heads: small numbers, the real code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.everyday_batches import Batches, train_member
from tools.everyday_heads import N_FEATURES, Heads, Plan
from tools.everyday_material import Captioned, Material, Pairs, Texts, class_rows
from tools.everyday_measure import average_precision
from tools.everyday_space import components, photo_rows, pooled, residual

SMALL = Plan(
    epochs=1, n_captioned=4, n_named=4, n_tagged=3, n_taught=2, n_dims=8, hidden=6, text_width=5
)
N_INPUTS, N_TOKENS = N_FEATURES + 20, 6


def material() -> Material:
    draw = np.random.default_rng(0)

    def views(n: int) -> tuple[np.ndarray, ...]:
        return tuple(draw.random((n, N_INPUTS), np.float32) for _ in range(2))

    def tokens(*shape: int) -> np.ndarray:
        return draw.integers(2, 30, (*shape, N_TOKENS)).astype(np.int32)

    def sentences(*shape: int) -> np.ndarray:
        rows = draw.standard_normal((*shape, 384))
        return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float16)

    truth = np.eye(5, dtype=bool) | np.eye(5, k=1, dtype=bool)
    chance = (truth / truth.sum(axis=1, keepdims=True)).astype(np.float32)
    asked = tokens(5)
    return Material(
        Captioned(views(8), tokens(8, 2), sentences(8, 2)),
        Pairs(views(5), asked, truth, chance),
        Pairs(views(5), asked, truth, chance),
        Pairs(views(5), tokens(5), truth, chance),
        Texts(tokens(7), sentences(7)),
        30,
    )


def test_a_batch_is_the_same_again_after_an_interruption_and_every_drawn_text_is_true():
    batches = Batches(material(), SMALL, seed=3)
    batches.epoch = 2
    inputs, told = batches[1]
    again, _ = batches[1]
    assert all(np.array_equal(inputs[name], again[name]) for name in inputs)
    assert inputs["photos"].shape == (4 + 4 + 3, N_INPUTS)
    assert inputs["tokens"].shape == (4 + 4 + 3 + 2, N_TOKENS)
    assert told["named"].diagonal().all() and told["tagged"].diagonal().all()
    batches.epoch = 3
    assert not np.array_equal(batches[1][0]["photos"], inputs["photos"])


def test_what_is_put_together_answers_as_the_trained_heads_do(tmp_path: Path):
    given = material()
    arrays = train_member(given, SMALL, 1, tmp_path / "member")
    kept = train_member(given, SMALL, 1, tmp_path / "member")
    assert all(np.array_equal(arrays[name], kept[name]) for name in arrays)
    heads = Heads(SMALL, 30, arrays["photo.mean"], arrays["photo.deviation"])
    heads(Batches(given, SMALL, 1)[0][0])
    heads.stages.set_weights([arrays["stages.kernel"], arrays["stages.bias"]])
    parts = ("direct.kernel", "direct.bias", "hidden.kernel", "hidden.bias", "out.kernel")
    for layer in (heads.photo, heads.text, heads.sentence):
        for part in parts:
            name, kind = part.split(".")
            getattr(getattr(layer, name), kind).assign(arrays[f"{layer.name}.{part}"])
    heads.table.set_weights([arrays["text.table"] / 4])
    heads.loudness.set_weights([arrays["text.weight"][:, None]])
    features, tokens = given.captioned.views[0], given.captioned.tokens[:, 0]
    assert photo_rows(arrays, features) == pytest.approx(
        np.asarray(heads.embed_photos(features)), abs=1e-5
    )
    texts, sentences = heads.embed_texts(tokens)
    assert residual(arrays, "text", pooled(arrays, tokens)) == pytest.approx(
        np.asarray(texts), abs=1e-5
    )
    assert residual(arrays, "sentence", pooled(arrays, tokens)) == pytest.approx(
        np.asarray(sentences), abs=1e-5
    )


def test_features_of_a_class_convince_its_classifier():
    draw = np.random.default_rng(0)
    features = draw.random((200, 30)).astype(np.float32)
    kernel, bias = draw.standard_normal((30, 4)).astype(np.float32), np.zeros(4, np.float32)
    rows = class_rows(kernel, bias, features)
    scores = rows @ kernel
    assert scores.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert rows.min() >= 0


def test_the_common_space_keeps_what_rows_differ_by():
    """Rows lie on two axes of four: two components keep every inner product."""
    rows = np.zeros((6, 4), np.float32)
    rows[:, [1, 3]] = np.random.default_rng(0).standard_normal((6, 2))
    narrow = rows @ components(rows, 2)
    assert narrow @ narrow.T == pytest.approx(rows @ rows.T, abs=1e-5)


def test_average_precision_counts_the_share_of_right_ones_down_to_each():
    """Right ones stand first and third of four: (1/1 + 2/3) / 2 = 0.8333."""
    scores = np.array([0.1, 0.9, 0.5, 0.7], np.float32)
    right = np.array([False, True, True, False])
    assert average_precision(scores, right) == pytest.approx((1 + 2 / 3) / 2)
