"""The everyday model put together from arrays: its graphs compute what its training computed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from engine.encoders import load_encoder, read_manifest
from engine.encoders.session import open_session
from engine.encoders.weights_package import WeightsPackage
from tests.engine.everyday import make_tokenizer
from tools.everyday import count_words, put_together
from tools.everyday_graph import write_head, write_text_side

WIDE, LEARNED, NAMED, TOKENS = 6, 5, 4, 8
N_STAGES, BRIEF, TOGETHER, SAID = 11, 3, 7, 9


SHARED = {
    "names": (1000, NAMED),
    "projection": (2 * LEARNED, TOGETHER),
    "sentence.projection": (SAID, NAMED),
    "hub.texts": (30, TOGETHER),
}
MEMBER = {
    "stages": (N_STAGES, BRIEF),
    "photo.direct": (1280 + BRIEF, LEARNED),
    "photo.hidden": (1280 + BRIEF, WIDE),
    "photo.out": (WIDE, LEARNED),
    "text.direct": (7, LEARNED),
    "text.hidden": (7, WIDE),
    "text.out": (WIDE, LEARNED),
    "sentence.direct": (7, SAID),
    "sentence.hidden": (7, WIDE),
    "sentence.out": (WIDE, SAID),
}
Arrays = dict[str, np.ndarray]


def arrays_of_chance(n_ids: int, n_stages: int = N_STAGES) -> tuple[list[Arrays], Arrays]:
    """What a training hands over, in small: two members, and what they share."""
    rng = np.random.default_rng(3)
    shared = {name: rng.normal(0, 1, shape) for name, shape in SHARED.items()}
    members = []
    for _ in range(2):
        member = {}
        for name, (n_in, n_out) in (MEMBER | {"stages": (n_stages, BRIEF)}).items():
            member[f"{name}.kernel"] = rng.normal(0, 0.2, (n_in, n_out))
            if not name.endswith("out"):
                member[f"{name}.bias"] = rng.normal(0, 0.1, n_out)
        member["photo.mean"] = rng.uniform(0, 1, 1280 + n_stages)
        member["photo.deviation"] = rng.uniform(0.5, 1, 1280 + n_stages)
        member["text.table"] = rng.normal(0, 1, (n_ids, 7))
        member["text.weight"] = rng.normal(0, 1, n_ids)
        members.append({name: each.astype(np.float32) for name, each in member.items()})
    shared |= {"scales": np.array([1.0, 0.4]), "n_tokens": np.array(TOKENS)}
    shared |= {"hub.temperature": np.array(0.5), "hub.level": np.array(0.2)}
    shared |= {"hub.scales": np.array([2.0, 0.3])}
    return members, {name: each.astype(np.float32) for name, each in shared.items()}


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def residual(x: np.ndarray, arrays: Arrays, name: str) -> np.ndarray:
    def dense(x: np.ndarray, part: str) -> np.ndarray:
        return x @ arrays[f"{name}.{part}.kernel"] + arrays.get(f"{name}.{part}.bias", 0)

    hidden = dense(x, "hidden")
    bent = hidden * 0.5 * (1 + np.vectorize(math.erf)(hidden / math.sqrt(2)))
    return unit(dense(x, "direct") + dense(bent, "out"))


def beside(together: np.ndarray, named: np.ndarray, last: np.ndarray, shared: Arrays) -> np.ndarray:
    first, second = shared["scales"]
    return unit(np.concatenate([first * together, second * unit(named), last], axis=1))


def test_the_head_is_members_together_beside_the_likeliest_names(tmp_path: Path):
    """Large weights are kept in half precision, which moves an entry by about a thousandth."""
    members, shared = arrays_of_chance(20)
    rng = np.random.default_rng(0)
    features, stages = rng.uniform(0, 3, (3, 1280)), rng.uniform(0, 1, (3, N_STAGES))
    logits = rng.normal(0, 4, (3, 1000))
    learned = []
    for arrays in members:
        seen = np.concatenate([np.sqrt(features), stages], axis=1)
        seen = (seen - arrays["photo.mean"]) / arrays["photo.deviation"]
        brief = seen[:, 1280:] @ arrays["stages.kernel"] + arrays["stages.bias"]
        learned.append(residual(np.concatenate([seen[:, :1280], brief], axis=1), arrays, "photo"))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    ten = [np.argsort(-each)[:10] for each in chances]
    named = np.stack([c[t] @ shared["names"][t] for c, t in zip(chances, ten, strict=True)])
    write_head(members, shared, tmp_path / "head.onnx")
    session = open_session(tmp_path / "head.onnx", n_threads=1)
    given = {"features": features, "stages": stages, "logits": logits}
    made = session.run(None, {name: each.astype(np.float32) for name, each in given.items()})[0]
    together = unit(np.concatenate(learned, axis=1) @ shared["projection"])
    nearness = 0.5 * np.log(np.exp(together @ shared["hub.texts"].T / 0.5).mean(axis=1))
    last = 2 * (nearness - 0.2)[:, None]
    assert made == pytest.approx(beside(together, named, last, shared), abs=3e-3)


def test_the_text_side_weighs_pieces_by_their_own_weight_and_padding_by_none(tmp_path: Path):
    members, shared = arrays_of_chance(20)
    tokens = np.array([[3, 5, 0, 0, 0, 0, 0, 0], [7, 0, 0, 0, 0, 0, 0, 0]], np.int32)
    learned, said = [], []
    for arrays in members:
        means = []
        for row in tokens:
            ids = row[row > 0]
            weights = np.exp(arrays["text.weight"][ids])
            means.append(weights @ arrays["text.table"][ids] / weights.sum())
        learned.append(residual(np.stack(means), arrays, "text"))
        said.append(residual(np.stack(means), arrays, "sentence"))
    write_text_side(members, shared, tmp_path / "text.onnx")
    session = open_session(tmp_path / "text.onnx", n_threads=1)
    made = session.run(None, {"tokens": tokens})[0]
    together = unit(np.concatenate(learned, axis=1) @ shared["projection"])
    named = said[0] @ shared["sentence.projection"]
    expected = beside(together, named, np.full((2, 1), -0.3), shared)
    # The pieces' rows are kept in eight bits: half a step of 1/127 of their largest number.
    assert made == pytest.approx(expected, abs=1.5e-2)
    nothing = session.run(None, {"tokens": np.zeros((1, 8), np.int32)})[0]
    assert np.isfinite(nothing).all()


def test_words_are_counted_in_either_number_and_a_word_seen_once_is_left_out(tmp_path: Path):
    (tmp_path / "one.txt").write_text("two dogs\na dog\n", encoding="utf-8")
    (tmp_path / "two.txt").write_text("A dog of snow in snow\n", encoding="utf-8")
    counts = count_words([tmp_path / "one.txt", tmp_path / "two.txt"])
    assert counts == [("dog", 3), ("a", 2), ("snow", 2)]


@pytest.mark.skipif(
    not WeightsPackage.of("EfficientNetLite2").is_installed, reason="no weights installed"
)
def test_the_folder_is_a_model_that_answers(tmp_path: Path):
    tokenizer = make_tokenizer()
    tokenizer.save(tmp_path / "vocabulary.json")
    members, shared = arrays_of_chance(tokenizer.n_ids, n_stages=1096)
    pieces = tmp_path / "tokenizer.json"
    put_together(members, shared, pieces, [("dog", 3)], tmp_path / "model")
    encoder = load_encoder(tmp_path / "model")
    assert sorted(read_manifest(tmp_path / "model").files) == [
        "photo.onnx",
        "report.json",
        "text.onnx",
        "tokenizer.json",
        "vocabulary.json",
    ]
    photos = encoder.embed_photos(np.zeros((1, 224, 224, 3), np.uint8))
    texts = encoder.embed_texts(["a dog"])
    assert photos.shape == texts.shape == (1, TOGETHER + NAMED + 1)
    assert encoder.preprocessing.resize_mode == "squash"
