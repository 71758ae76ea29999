"""Published models: rows equal to those of `transformers`, and models like any other.

`tools/tiny_models.py` made the models, the photos and the rows they are compared with.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from engine import shell
from engine.encoders import load_encoder, model_at, read_manifest
from engine.encoders.open_clip import LAYOUT, read_layout
from engine.errors import ModelError
from engine.hub import get_model, models_here, remove_model
from engine.images import read_photo
from engine.search import SearchEngine
from engine.storage import Collection, build_collection, previous_version
from tests.pages.squares import draw_squares

PUBLISHED = Path(__file__).parent / "published"
PHOTOS = ("portrait.jpg", "panorama.png", "turned.jpg", "grey.png", "cmyk.jpg", "alpha.png")
# As in tools/tiny_models.py.
TEXTS = (
    "A dog, running on the beach!",
    "красная машина без людей",
    "犬と女の子が海辺で遊ぶ",
    "رجل يرتدي قميصا أزرق",
    "पेड़ के नीचे एक बिल्ली",
    "Ένα σκυλί τρέχει, στην παραλία.",
    "snow_boarder  in   MID-AIR " * 12,
    "",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KINDRED_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A layout that a test may spoil."""
    return Path(shutil.copytree(PUBLISHED / "clip", tmp_path / "clip"))


@pytest.mark.parametrize("name", ["clip", "siglip2", "xlm-roberta"])
def test_rows_are_those_of_transformers(name: str, home: Path):
    """Both sides within 1e-4, over kinds of photos and six scripts; and rows do differ."""
    encoder = load_encoder(get_model(str(PUBLISHED / name)))
    expected = np.load(PUBLISHED / name / "reference.npz", allow_pickle=False)
    pixels = [
        read_photo(PUBLISHED / "photos" / each, encoder.preprocessing).pixels for each in PHOTOS
    ]
    assert encoder.tokenizer.encode(TEXTS).tolist() == expected["ids"].tolist()
    for rows, known in (
        (encoder.embed_photos(np.stack(pixels)), expected["photos"]),
        (encoder.embed_texts(TEXTS), expected["texts"]),
    ):
        assert np.abs(rows - known).max() < 1e-4
        alike = known @ known.T - 2 * np.eye(len(known))
        assert alike.max() < 0.9999


def test_no_word_is_unknown_to_a_published_model(home: Path):
    tokenizer = load_encoder(get_model(str(PUBLISHED / "clip"))).tokenizer
    assert tokenizer.unknown("snwboarding Schadenfreude 犬") == []
    assert tokenizer.sort_words("🐕") == (["🐕"], [])
    assert tokenizer.frequent(5)
    assert all(tokenizer.count(word) for word in tokenizer.frequent(5))


def test_many_texts_are_kept_on_the_disk_and_few_are_not(home: Path):
    encoder = load_encoder(get_model(str(PUBLISHED / "clip")))
    texts = [f"a dog and {number} cats" for number in range(70)]
    rows = encoder.embed_texts(texts)
    again = load_encoder(encoder._folder)
    again._read = None  # nothing may be read anew
    assert again.embed_texts(texts).tolist() == rows.tolist()
    with pytest.raises(TypeError):
        again.embed_texts(texts[:3])


def test_a_published_model_indexes_searches_and_explains(home: Path, tmp_path: Path):
    """The nearest photo to a photo is itself; a heat map and its rest add up to the similarity."""
    model = get_model(str(PUBLISHED / "clip"))
    photos = Path(shutil.copytree(PUBLISHED / "photos", tmp_path / "photos"))
    build_collection(photos, model=model, out=tmp_path / "shelf")
    from engine.explanation import explain_places

    engine = SearchEngine.open(tmp_path / "shelf")
    answer = engine.search("photo", k=3, images=[photos / "grey.png"])
    assert answer.matches[0].photo.path == "grey.png"
    answer = engine.search("photo + 0.5*dog - cat", k=3, images=[photos / "cmyk.jpg"])
    [first, *_] = answer.matches
    assert len(answer.query_parts) == 3
    heats = explain_places(engine, answer.query_parts[:1], first.photo.row)
    row = engine.collection.embeddings[first.photo.row]
    chip = answer.query_parts[0]
    whole = float(row @ chip.embedding) * chip.coefficient
    assert heats[0].places.sum() + heats[0].rest == pytest.approx(whole, abs=0.02)
    assert heats[0].places.shape == (7, 7)
    assert engine.search("犬", k=3).matches
    engine.collection.close()


@pytest.mark.parametrize("with_captions", [True, False])
def test_a_published_models_answers_are_judged_like_any_others(
    home: Path, tmp_path: Path, with_captions: bool
):
    """Words say nothing to random weights; a photo of the collection is there all the same."""
    photos = draw_squares(tmp_path / "photos")
    if not with_captions:
        photos = Path(shutil.copytree(photos / "images", tmp_path / "plain"))
    build_collection(photos, model=get_model(str(PUBLISHED / "clip")), out=tmp_path / "shelf")
    engine = SearchEngine.open(tmp_path / "shelf")
    words = engine.judge(engine.search("a zebra", k=3))
    photo = engine.judge(engine.search(k=3, images=[next(photos.rglob("*.png"))]))
    assert (words.is_calibrated, words.unknown, words.has_answer) == (with_captions, (), False)
    assert photo.has_answer
    assert photo.likelihood > words.likelihood
    engine.collection.close()


@pytest.mark.parametrize(("batch", "n_before"), [("n", 0), ("n", 1), (1, 1), (4, 0)])
def test_a_graph_that_gives_patches_tells_what_each_of_them_is(home, copy, batch, n_before):
    """Four cells of 16 pixels, each embedded as its mean colour; the photo's row is their mean.

    A red cell at the upper right of a black photo has, of all, the row of red.
    """
    weights = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    _write_patches(copy / "visual/model.onnx", weights, batch, n_before)
    encoder = load_encoder(get_model(str(copy)))
    photo = np.zeros((32, 32, 3), np.uint8)
    photo[:16, 16:] = (255, 0, 0)
    red = encoder.embed_photos(np.full((1, 32, 32, 3), (255, 0, 0), np.uint8))[0]
    heat, rest = encoder.feature_places(photo).heat(red)
    assert heat.shape == (2, 2)
    assert heat.argmax() == 1
    assert heat[0, 1] == pytest.approx(0.25, abs=1e-5)
    whole = encoder.embed_photos(photo[None])[0] @ red
    assert heat.sum() + rest == pytest.approx(float(whole), abs=1e-5)


def _write_patches(path: Path, weights: np.ndarray, batch: str | int, n_before: int) -> None:
    """Write a photo side that gives a row for the whole, and tokens: `n_before`, then patches."""
    nodes = [
        helper.make_node("AveragePool", ["x"], ["cells"], kernel_shape=[16, 16], strides=[16, 16]),
        helper.make_node("Reshape", ["cells", "shape"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["rows"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["rows", "weights"], ["patches"]),
        helper.make_node("ReduceMean", ["patches"], ["whole"], axes=[1], keepdims=1),
        helper.make_node("Concat", ["whole"] * n_before + ["patches"], ["tokens"], axis=1),
        helper.make_node("Squeeze", ["whole", "one"], ["embedding"]),
    ]
    values = {"weights": weights, "shape": np.array([0, 3, 4]), "one": np.array([1])}
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 32, 32])
    outputs = {"embedding": [batch, 16], "tokens": [batch, 4 + n_before, 16]}
    graph = helper.make_graph(
        nodes,
        "patches",
        [x],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)


def test_a_collection_moves_to_another_model_and_can_go_back(home: Path, tmp_path: Path, capsys):
    clip, siglip = (get_model(str(PUBLISHED / name)) for name in ("clip", "siglip2"))
    photos = Path(shutil.copytree(PUBLISHED / "photos", tmp_path / "photos"))
    shelf = home / "collections" / "photos"
    build_collection(photos, model=clip, out=shelf)
    assert shell.main(["models", "use", "siglip2", "--to", str(shelf)]) == 0
    with Collection.open(shelf) as collection:
        assert collection.model_folder == siglip
    assert previous_version(shelf).model.name == "clip"
    with pytest.raises(ModelError, match="answers with this model"):
        remove_model("siglip2")
    remove_model("clip")
    assert [each.name for each in models_here() if each.origin == "published"] == ["siglip2"]
    assert shell.main(["models", "compare", "siglip2", "siglip2", "dog", "--to", str(shelf)]) == 0
    assert capsys.readouterr().out.count("grey.png") == 2
    assert shell.main(["models", "remove", "nowhere"]) == 1


def test_a_zip_file_is_read_and_its_links_and_its_paths_outwards_are_not(home: Path, tmp_path):
    archive = tmp_path / "mine.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name in LAYOUT:
            packed.write(PUBLISHED / "clip" / name, f"top/{name}")
        packed.writestr("top/../../outside", b"no")
        link = zipfile.ZipInfo("top/visual/weights")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    folder = get_model(str(archive))
    assert folder == home / "models" / "mine"
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {*LAYOUT, "manifest.json", "report.json"}
    assert not (tmp_path / "outside").exists()
    assert model_at("mine") == folder


@pytest.mark.parametrize("name", LAYOUT)
def test_a_missing_file_is_named(name: str, copy: Path):
    (copy / name).unlink()
    with pytest.raises(ModelError, match=Path(name).name):
        read_layout(copy)


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("visual/preprocess_cfg.json", {"resize_mode": "longest"}, "resize_mode 'longest'"),
        ("visual/preprocess_cfg.json", {"interpolation": "random"}, "interpolation 'random'"),
        ("visual/preprocess_cfg.json", {"size": [32, 48]}, "no squares"),
        ("visual/preprocess_cfg.json", {"std": [0, 1, 1]}, "three numbers"),
        ("config.json", {"embed_dim": 17}, "rows of 16 numbers and says 17"),
        ("config.json", {"text_cfg": None}, "cannot be used"),
        ("textual/tokenizer_config.json", {"pad_token": "<none>"}, "own padding: <none>"),
        ("textual/tokenizer_config.json", {"pad_token": None}, "damaged|own padding|cannot be"),
    ],
)
def test_settings_that_cannot_be_followed_are_named(file, change, said, copy: Path, home: Path):
    """And nothing is left of the model that does not work."""
    content = json.loads((copy / file).read_text())
    (copy / file).write_text(json.dumps(content | change))
    with pytest.raises(ModelError, match=said):
        get_model(str(copy))
    assert not list((home / "models").glob("clip*"))


def test_weights_beside_a_graph_stay_in_its_folder(copy: Path, home: Path, tmp_path: Path):
    """A graph that names a file outside of its folder is refused; one beside it is read."""
    graph = onnx.load(copy / "visual" / "model.onnx")
    weight = max(graph.graph.initializer, key=lambda each: len(each.raw_data))
    data = weight.raw_data

    def keep_in(place: str) -> None:
        weight.raw_data = data
        set_external_data(weight, place, 0, len(data))
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        (copy / "visual" / "model.onnx").write_bytes(graph.SerializeToString())

    (copy / "visual" / "weights").write_bytes(data)
    keep_in("weights")
    folder = get_model(str(copy), name="beside")
    assert "visual/weights" in read_manifest(folder).files
    expected = np.load(copy / "reference.npz", allow_pickle=False)["photos"]
    encoder = load_encoder(folder)
    pixels = read_photo(PUBLISHED / "photos" / PHOTOS[0], encoder.preprocessing).pixels
    assert np.abs(encoder.embed_photos(pixels[None]) - expected[:1]).max() < 1e-4
    (home / "models" / "secret").write_bytes(data)
    keep_in("../../secret")
    with pytest.raises(ModelError, match="cannot be loaded"):
        get_model(str(copy), name="outside")


def test_graphs_that_take_batches_and_whole_numbers_of_64_bits_are_fed_so(copy: Path, home: Path):
    """A text graph of ids to 16 numbers: the first id, in each of them; batches of any length."""
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", 20])
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["batch", 16])
    nodes = [
        helper.make_node("Cast", ["ids"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["numbers", "table"], ["rows"]),
    ]
    table = numpy_helper.from_array(np.eye(20, 16, dtype=np.float32), "table")
    graph = helper.make_graph(nodes, "texts", [ids], [rows], [table])
    opset = [helper.make_opsetid("", 17)]
    onnx.save(
        helper.make_model(graph, opset_imports=opset, ir_version=9), copy / "textual" / "model.onnx"
    )
    encoder = load_encoder(get_model(str(copy)))
    texts = [*TEXTS, *TEXTS, "a dog"]
    read = encoder.tokenizer.encode(texts)[:, :16].astype(np.float32)
    expected = read / np.linalg.norm(read, axis=1, keepdims=True)
    assert np.abs(encoder.embed_texts(texts) - expected).max() < 1e-5


def test_a_shortened_file_is_noticed_when_the_model_is_opened(home: Path):
    folder = get_model(str(PUBLISHED / "clip"))
    os.truncate(folder / "visual" / "model.onnx", 1000)
    with pytest.raises(ModelError, match=r"missing or damaged: .*model\.onnx"):
        load_encoder(folder)
    [found] = [each for each in models_here() if each.folder == folder]
    assert "damaged" in found.reason
