"""Model folders and run archives of strangers: one sentence, at once, whatever they claim."""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from engine.config import MODELS
from engine.durable import read_json
from engine.encoders import ModelSettings, bundled_model, load_encoder, read_manifest
from engine.errors import CollectionError, ModelError, TrainingError
from engine.runs import import_run
from engine.shell import main
from engine.storage import extract_upload_zip
from engine.training import TrainingSettings


@pytest.fixture
def model(tmp_path: Path) -> Path:
    shutil.copytree(bundled_model(), tmp_path / "model")
    return tmp_path / "model"


def rewritten(model: Path, **changes: object) -> None:
    manifest = json.loads((model / "manifest.json").read_bytes())
    (model / "manifest.json").write_text(json.dumps(manifest | changes))


SETTINGS: list[dict[str, object]] = [
    {"widths": [1e7, 1e7]},
    {"widths": [10_000_000, 10_000_000]},
    {"widths": [64] * 5000},
    {"widths": "many"},
    {"size_px": 10**9},
    {"size_px": 0},
    {"size_px": "96"},
    {"n_dims": -1},
    {"n_dims": True},
    {"n_ids": 10**12},
    {"hidden": [65_536, 65_536]},
    {"hidden": [[1]]},
    {"dropout": float("nan")},
    {"backbone_alpha": float("inf")},
    {"backbone": "x" * 10_000},
    {"resize_mode": "melt"},
    {"unheard_of": 1},
]


@pytest.mark.parametrize("wrong", SETTINGS, ids=lambda wrong: str(wrong)[:40])
def test_a_number_no_model_has_is_refused_before_anything_is_built(model, wrong):
    settings = json.loads((model / "manifest.json").read_bytes())["settings"]
    rewritten(model, settings=settings | wrong)
    with pytest.raises(ModelError) as caught:
        load_encoder(model)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "changes",
    [
        {"files": ["a"]},
        {"files": 3},
        {"files": {"photo.onnx": 7}},
        {"settings": None},
        {"settings": []},
        {"version": "new"},
        {"version": [1]},
        {"package": "torch"},
        {"package": {"name": "torch"}},
    ],
    ids=str,
)
def test_a_manifest_of_another_shape_is_called_damaged(model, changes):
    rewritten(model, **changes)
    with pytest.raises(ModelError):
        load_encoder(model)


@pytest.mark.parametrize("name", ["manifest.json", "vocabulary.json"])
def test_json_nested_200_000_deep_is_no_model(model, name):
    (model / name).write_text("[" * 200_000)
    with pytest.raises(ModelError):
        load_encoder(model)


def test_a_record_that_is_no_file_is_not_read_for_ever(tmp_path):
    (tmp_path / "record.json").symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="no record"):
        read_json(tmp_path / "record.json")


def test_every_model_that_comes_with_kindred_is_within_the_ranges():
    for folder in MODELS.iterdir():
        if (folder / "manifest.json").is_file():
            read_manifest(folder)
    assert ModelSettings.from_json(ModelSettings().to_json()) == ModelSettings()


def plan() -> bytes:
    record = {"settings": TrainingSettings().to_json(), "data": []}
    return json.dumps(record).encode()


def test_an_archive_whose_members_unpack_to_zeros_is_refused_before_it_is_unpacked(
    tmp_path, kindred_home
):
    with zipfile.ZipFile(tmp_path / "run.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", plan())
        archive.writestr("held-out/epoch-0001.npz", bytes(64 * 2**20))
    with pytest.raises(TrainingError, match="100 times its size"):
        import_run(tmp_path / "run.zip")
    assert not list((kindred_home / "runs").glob("*"))


def of_odd_version(file: Path, content: dict[str, bytes]) -> Path:
    """Write a zip whose table of contents asks for version 99.9 to be unpacked."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    data = bytearray(file.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 6 : at + 8] = struct.pack("<H", 999)
        at = data.find(b"PK\x01\x02", at + 1)
    file.write_bytes(data)
    return file


def test_zips_of_odd_versions_are_refused_in_words(tmp_path):
    with pytest.raises(TrainingError, match="no archive of a run"):
        import_run(of_odd_version(tmp_path / "run.zip", {"run.json": plan()}))
    with pytest.raises(CollectionError, match="no zip that can be read"):
        extract_upload_zip(of_odd_version(tmp_path / "a.zip", {"a.jpg": b"x"}), tmp_path / "out")


@pytest.mark.parametrize(
    "settings",
    [{"size_px": 10**9}, {"epochs": "many"}, {"hidden": [10**9]}, {"n_dims": 10**9}],
    ids=str,
)
def test_an_archived_run_with_settings_out_of_range_is_refused(tmp_path, settings):
    record = {"settings": {**TrainingSettings().to_json(), **settings}, "data": []}
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("run.json", json.dumps(record))
    with pytest.raises(TrainingError):
        import_run(tmp_path / "run.zip")


def test_an_archived_run_whose_plan_is_nested_200_000_deep_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "run.zip", "w") as archive:
        archive.writestr("run.json", "[" * 200_000)
    with pytest.raises(TrainingError):
        import_run(tmp_path / "run.zip")


def test_a_file_that_is_no_table_is_never_quoted(tmp_path, capsys):
    """Naming a file one may read as a table must not print what is in it."""
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "a.jpg").write_bytes(b"...")
    secret = tmp_path / "shadow"
    secret.write_text("root:$6$secret$hash:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n")
    command = ["index", str(photos), "--captions", str(secret), "--out", str(tmp_path / "out")]
    assert main(command) == 1
    told = capsys.readouterr()
    assert "secret" not in told.err.replace(str(secret), "") + told.out
    assert main([*command[:3], "/dev/zero", *command[4:]]) == 1
    assert "regular file" in capsys.readouterr().err
